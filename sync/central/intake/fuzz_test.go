package intake

import (
	"encoding/json"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// FuzzOpened: whatever a terminal sealed, what is filed is the terminal's own, has
// the envelope's id, and was received when it was received.
func FuzzOpened(f *testing.F) {
	const id = "0192f0c1-2345-7abc-8def-0123456789ab"
	code, err := ticket.New(12, zeros{})
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []any{
		request.Request{ID: id, Kiosk: 12, Ticket: code, Service: "repair", MadeAt: time.Unix(1, 0), Person: &request.Person{Name: "甲"}},
		request.Request{ID: id, Kiosk: 12, Ticket: code, Service: "rating", Rating: &request.Rating{}},
		request.Call{ID: id, Kiosk: 12, Screen: "home"},
		request.AttachmentBody{}, nil, []int{1}, map[string]any{"id": id, "kiosk": 1e300},
	} {
		text, err := json.Marshal(body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, int64(-5))
	}
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, plain []byte, age int64) {
		for _, kind := range []request.Kind{request.KindRequest, request.KindCall, request.KindAttachment} {
			o := opened{age: &age, item: docket.Item{Kiosk: 12, ID: id, Kind: kind, ReceivedAt: now, ClockOffset: time.Duration(age)}}
			item := wire.FromItem(request.Item{ID: id, Kind: kind, Sequence: 1, Sealed: []byte("sealed")})
			o.sealed = item.Sealed
			o.open(func(seal.Envelope, []byte) ([]byte, error) { return plain, nil }, item)
			filed := 0
			if c := o.file; c != nil {
				filed++
				if c.ID != id || c.Kiosk != 12 || c.Ticket[:4] != "0012" || c.Service == "" || c.ReceivedAt != now || c.RequestedAt.After(now) {
					t.Errorf("%+v", c)
				}
			}
			if c := o.call; c != nil {
				filed++
				if c.ID != id || c.Kiosk != 12 || c.RaisedAt.After(now) {
					t.Errorf("%+v", c)
				}
			}
			if a := o.attachment; a != nil {
				filed++
				if a.ID != id || a.Kiosk != 12 || a.Size == 0 || a.Size > request.MaxAttachment {
					t.Errorf("%+v", a)
				}
			}
			if r := o.rating; r != nil {
				filed++
				if r.ID != id || r.Kiosk != 12 || r.Stars < 1 || r.Stars > 5 {
					t.Errorf("%+v", r)
				}
			}
			if filed > 1 || (filed == 1) != (o.reason == "") {
				t.Errorf("%d things of one item, reason %q", filed, o.reason)
			}
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
