//go:build cgo

package main

import (
	"context"

	"lintai/hw"
	"lintai/hw/speaker"
)

// soundCheck opens the sound card, and plays nothing.
func soundCheck(onHealth func(hw.Health)) (func(context.Context), error) {
	return speaker.New(speaker.Options{Open: speaker.Card, OnHealth: onHealth}).Run, nil
}
