//go:build !cgo

package main

import (
	"context"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// soundCheck says that this kioskctl was built without the sound library.
func soundCheck(onHealth func(hw.Health)) (func(context.Context), error) {
	return func(context.Context) {
		onHealth(hw.Health{State: hw.Fault, Code: fault.SoundMissing, Detail: "this kioskctl was built without cgo and cannot open a sound card"})
	}, nil
}
