package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"lintai/kiosk/request"
	"lintai/offline"
	"lintai/sync/wire"
)

// parcel is a push as it goes over the line.
type parcel struct {
	batch   []offline.Waiting
	body    []byte
	headers []string
	made    time.Time
}

// parcelLife is for how long a parcel made ahead may be sent: its times are those
// of when it was made.
const parcelLife = 250 * time.Millisecond

// pack makes a parcel.
func (a *Agent) pack(batch []offline.Waiting) (*parcel, error) {
	p := &parcel{batch: batch, made: time.Now()}
	push := wire.Push{Kiosk: batch[0].Kiosk, DeviceTime: a.now().UTC(), Items: make([]wire.Item, len(batch))}
	for i, w := range batch {
		push.Items[i] = itemOf(w)
	}
	var err error
	if p.body, err = json.Marshal(push); err != nil {
		return nil, fmt.Errorf("agent: encode push: %w", err)
	}
	if sent, compressed := wire.Compress(p.body); compressed {
		p.body, p.headers = sent, []string{"Content-Encoding", wire.EncodingGzip}
	}
	return p, nil
}

// ahead packs what comes after a full batch while that one is on its way, so that
// after an outage neither end waits for the other to read and pack. Nothing is sent
// before the batch is settled. It returns what it made, nil when there is nothing
// or it is no plain case.
func (a *Agent) ahead(ctx context.Context, batch []offline.Waiting) (made func() *parcel) {
	if len(batch) < wire.MaxItems || !a.picker.calm() || !small(batch[0]) {
		return func() *parcel { return nil }
	}
	under := make(map[string]bool, len(batch))
	for _, w := range batch {
		under[w.ID] = true
	}
	done := make(chan *parcel, 1)
	go func() {
		defer close(done)
		waiting, err := a.queue.NextUpTo(ctx, 2*wire.MaxItems, 2*wire.MaxSealedBytes, wire.UploadAbove)
		if err != nil {
			return // it will be told when it is read for sending
		}
		var rest []offline.Waiting
		for _, w := range waiting {
			if !under[w.ID] {
				rest = append(rest, w)
			}
		}
		rest = a.picker.pick(rest) // which changes nothing of a calm one
		if len(rest) == 0 || !small(rest[0]) {
			return
		}
		if p, err := a.pack(rest); err == nil {
			done <- p
		}
	}()
	return func() *parcel { return <-done }
}

// small tells what goes without its body in pieces and makes way for nothing.
func small(w offline.Waiting) bool { return w.Kind != request.KindAttachment && !large(w) }

// take returns the parcel that was made ahead, if it is still what is to be sent:
// a call that was saved since goes before it.
func (a *Agent) take(ctx context.Context) *parcel {
	p := a.packed
	a.packed = nil
	if p == nil || time.Since(p.made) > parcelLife || !a.picker.calm() {
		return nil
	}
	first, err := a.queue.NextUpTo(ctx, 1, 0, 0)
	if err != nil || len(first) == 0 || first[0].ID != p.batch[0].ID {
		return nil
	}
	return p
}
