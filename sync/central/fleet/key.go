package fleet

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/staffcode"
	"lintai/sync/central/docket"
)

// StaffKey is the key of the numbers that open a terminal's staff menu. It is made of
// central's secret, the terminal's number and its enrolment, and kept nowhere: a machine
// that enrols in place of one that was lost gets another, and the lost one opens for
// nobody. ErrNotFound for a terminal that has not enrolled.
func (k *Keeper) StaffKey(ctx context.Context, kiosk int) ([]byte, error) {
	enrolment, err := k.Store.Enrolment(ctx, kiosk)
	if errors.Is(err, docket.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, k.Secret)
	fmt.Fprintf(mac, "lintai staff key 1\x00%d\x00%d", kiosk, enrolment)
	return mac.Sum(nil), nil
}

// Number is the number that opens a terminal's staff menu now, and until when it surely
// does. Who was shown it is noted first. ErrNotFound.
func (k *Keeper) Number(ctx context.Context, kiosk int, by string) (number string, until time.Time, err error) {
	key, err := k.StaffKey(ctx, kiosk)
	if err != nil {
		return "", time.Time{}, err
	}
	now := k.Clock()
	err = k.Store.WriteFleet(ctx, func(tx Tx) error {
		return tx.AddFleetNote(Note{At: now.UTC(), By: by, Kiosk: kiosk, Action: Numbered})
	})
	if err != nil {
		return "", time.Time{}, err
	}
	until = now.Truncate(staffcode.Step).Add(2 * staffcode.Step)
	return staffcode.Code(key, kiosk, now), until, nil
}

// ParseHash reads a hash as it stands in an address.
func ParseHash(text string) (docket.Hash, bool) {
	var h docket.Hash
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) {
		return h, false
	}
	copy(h[:], b)
	return h, true
}
