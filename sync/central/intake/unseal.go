package intake

import (
	"errors"
	"fmt"

	"lintai/kiosk/seal"
)

// unseal opens a body with the key that it was sealed to.
func (r *Receiver) unseal(e seal.Envelope, sealed []byte) ([]byte, error) {
	plain, err := r.Ring.Open(e, sealed)
	if !errors.Is(err, seal.ErrUnknownKey) || r.Keys == nil {
		return plain, err
	}
	ring, readErr := r.Keys()
	if readErr != nil {
		r.Log.Error("the keys cannot be read anew", "error", readErr)
		return nil, fmt.Errorf("intake: %w", err)
	}
	return ring.Open(e, sealed)
}
