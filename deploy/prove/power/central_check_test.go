package power_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/sync/central/docket"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// centralFacts is what a docket holds after what was done. Items are opened as
// they were pushed.
func centralFacts(key seal.PrivateKey) func([]act) facts {
	return func(done []act) facts {
		f := facts{}
		moves := map[string]act{}
		changes := 0
		bodies := map[string][]byte{} // of uploads, by hash
		for _, a := range done {
			switch a.Do {
			case "piece":
				bodies[a.Hash] = append(bodies[a.Hash], a.Data...)
				f["upload "+a.Hash] = fmt.Sprintf("%d of %d", a.Cursor, a.Size)
			case "terminal":
				f[fmt.Sprint("terminal ", a.Version)] = "there"
			case "move":
				if a.Version > moves[string(a.Ticket)].Version {
					moves[string(a.Ticket)] = a
				}
				changes++
			}
		}
		f["changes"] = fmt.Sprint(changes)
		for _, a := range done {
			for _, i := range a.Push {
				if i.Uploaded {
					i.Sealed = bodies[i.Hash]
					f["upload "+i.Hash] = "filed"
				}
				plain, err := unseal(key, seal.Envelope{ID: i.ID, Kind: i.Kind, Kiosk: int(a.Version)}, i.Sealed)
				if err != nil {
					f["item "+i.ID] = err.Error()
					continue
				}
				switch i.Kind {
				case request.KindCall:
					f["call "+i.ID] = "open"
				case request.KindAttachment:
					var body request.AttachmentBody
					if err := json.Unmarshal(plain, &body); err != nil {
						f["item "+i.ID] = err.Error()
					}
					f["attachment "+i.ID] = body.Request + " " + digest(body.Data)
				default:
					var body request.Request
					if err := json.Unmarshal(plain, &body); err != nil {
						f["item "+i.ID] = err.Error()
					}
					f["case "+string(body.Ticket)] = fmt.Sprintf("delivered after 1 events: %s", digest(plain))
					if m, ok := moves[string(body.Ticket)]; ok {
						f["case "+string(body.Ticket)] = fmt.Sprintf("%s after %d events: %s", m.Kind, m.Version, digest(plain))
					}
				}
			}
		}
		return f
	}
}

// checkCentral opens what a cut left of central's docket and compares it with what
// central had answered. Then the terminals send all of it again.
func checkCentral(folder string, key seal.PrivateKey, said []string) error {
	ctx := context.Background()
	h, err := readHistory(said)
	if err != nil {
		return err
	}
	c, err := openCentral(folder, key)
	if errors.Is(err, fs.ErrNotExist) && !h.promised("create") {
		var docketStore *store.Store
		if docketStore, err = store.Create(ctx, filepath.Join(folder, docketFile)); err != nil {
			return fmt.Errorf("after a cut in Create: %w", err)
		}
		c = serving(docketStore, key)
	}
	if err != nil {
		return err
	}
	defer c.Store.Close()
	have, err := readCentral(ctx, c.Store, h)
	if err != nil {
		return err
	}
	if err := explain(have, h, centralFacts(key)); err != nil {
		return err
	}
	if err := sendAgain(ctx, c, h); err != nil {
		return fmt.Errorf("sent again: %w", err)
	}
	if err := c.Store.Close(); err != nil {
		return err
	}
	return sound(filepath.Join(folder, docketFile))
}

func readCentral(ctx context.Context, s docket.Store, h history) (facts, error) {
	f := facts{}
	for _, a := range h.acts {
		if a.Do != "piece" {
			continue
		}
		hash, err := hashOf(a)
		if err != nil {
			return nil, err
		}
		u, err := s.Upload(ctx, int(a.Version), hash)
		switch {
		case err != nil:
			return nil, err
		case u.Filed:
			f["upload "+a.Hash] = "filed"
		case u.Came > 0:
			f["upload "+a.Hash] = fmt.Sprintf("%d of %d", u.Came, u.Size)
		}
	}
	known, err := s.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	changes := 0
	for _, t := range known {
		f[fmt.Sprint("terminal ", t.Number)] = "there"
		all, newest, err := s.Changes(ctx, t.Number, 0, 1<<20)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 && all[len(all)-1].Cursor != newest || len(all) != int(newest) {
			return nil, fmt.Errorf("terminal %d has %d changes and the cursor %d", t.Number, len(all), newest)
		}
		changes += len(all)
	}
	f["changes"] = fmt.Sprint(changes)
	cases, err := s.Cases(ctx, docket.CaseQuery{})
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		c, events, err := s.Case(ctx, c.Number)
		if err != nil {
			return nil, err
		}
		status, err := docket.Fold(events)
		if err != nil || status != c.Status || int64(len(events)) != c.Events {
			return nil, fmt.Errorf("case %s is %s after %d events, which fold to %s: %w", c.Ticket, c.Status, c.Events, status, err)
		}
		f["case "+string(c.Ticket)] = fmt.Sprintf("%s after %d events: %s", c.Status, c.Events, digest(c.Body))
		attachments, err := s.Attachments(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range attachments {
			if a, err = s.Attachment(ctx, a.ID); err != nil {
				return nil, err
			}
			f["attachment "+a.ID] = a.Request + " " + digest(a.Data)
		}
	}
	calls, err := s.OpenCalls(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		f["call "+c.ID] = "open"
	}
	quarantined, err := s.Quarantine(ctx, 100)
	if err != nil {
		return nil, err
	}
	for _, q := range quarantined {
		f["quarantined "+q.Item.ID] = string(q.Item.Reason)
	}
	return f, nil
}

// sendAgain pushes everything once more, as terminals do that heard no answer: what
// was promised is known, and nothing is filed twice.
func sendAgain(ctx context.Context, c *central, h history) error {
	for _, a := range h.acts {
		if a.Do == "piece" { // one that is there is not added again, and the next one fits
			hash, err := hashOf(a)
			if err != nil {
				return err
			}
			u, err := c.Store.AddPiece(ctx, docket.Piece{Kiosk: int(a.Version), Hash: hash, Size: a.Size, Start: a.Cursor - int64(len(a.Data)), Data: a.Data, At: time.Now()}, uploadBounds)
			if err != nil || !u.Filed && u.Came < a.Cursor {
				return fmt.Errorf("a piece up to %d: %d of %d bytes came: %w", a.Cursor, u.Came, u.Size, err)
			}
			continue
		}
		may := []wire.Outcome{wire.Duplicate}
		if a.underway {
			may = append(may, wire.Created)
		}
		if err := answersTo(ctx, c, a, may...); err != nil {
			return err
		}
	}
	return nil
}

func hashOf(a act) (hash docket.Hash, err error) {
	_, err = hex.Decode(hash[:], []byte(a.Hash))
	return hash, err
}

func answersTo(ctx context.Context, c *central, a act, may ...wire.Outcome) error {
	if len(a.Push) == 0 {
		return nil
	}
	answers, err := c.Push(ctx, int(a.Version), wire.Push{Kiosk: int(a.Version), DeviceTime: time.Now(), Items: a.Push})
	if err != nil {
		return err
	}
	for _, answer := range answers {
		if !slices.Contains(may, answer.Outcome) {
			return fmt.Errorf("item %s is answered with %s %s", answer.ID, answer.Outcome, answer.Reason)
		}
	}
	return nil
}

// TestPowerCutLeavesCentralWhole is the proof for central.
func TestPowerCutLeavesCentralWhole(t *testing.T) {
	total := proof(t, "central", checkCentral, *cuts/3)
	t.Logf("central: %d cuts, %d disks, %d promises broken", total.cuts, total.images, len(total.broken))
}
