package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// sender is a terminal that has sealed and packed beforehand all that it pushes, so that
// its own work takes nothing from central's.
type sender struct {
	known   agent.Identity
	parcels []parcel
}

// parcel is the body of one push, as an agent packs it.
type parcel struct {
	body  []byte
	gzip  bool
	items int
}

// pack divides n requests of residents among terminals that central knows.
func pack(known []agent.Identity, n int) ([]sender, error) {
	all := make([]sender, len(known))
	for i := range all {
		all[i].known = known[i]
		share := n / len(known)
		if i < n%len(known) {
			share++
		}
		if err := all[i].seal(share); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// seal makes as many requests as an agent finds in a full queue, and packs them as it does:
// in order, as many together as a push may have, compressed.
func (s *sender) seal(n int) error {
	key, kiosk := s.known.Seal(), s.known.Kiosk
	taken := map[ticket.Code]bool{}
	push := wire.Push{Kiosk: kiosk, DeviceTime: time.Now().UTC()}
	for i := range n {
		r := anyRequest(kiosk, i)
		for r.Ticket == "" || taken[r.Ticket] {
			var err error
			if r.Ticket, err = ticket.New(kiosk, rand.Reader); err != nil {
				return err
			}
		}
		taken[r.Ticket] = true
		plain, err := json.Marshal(r)
		if err != nil {
			return err
		}
		closed, err := seal.Close(key, seal.Envelope{ID: r.ID, Kind: request.KindRequest, Kiosk: kiosk}, plain)
		if err != nil {
			return err
		}
		push.Items = append(push.Items, wire.FromItem(request.Item{ID: r.ID, Kind: request.KindRequest, Kiosk: kiosk, Sequence: int64(i + 1), MadeAt: r.MadeAt, Sealed: closed}))
		if len(push.Items) < wire.MaxItems && i+1 < n {
			continue
		}
		body, err := json.Marshal(push)
		if err != nil {
			return err
		}
		p := parcel{items: len(push.Items)}
		p.body, p.gzip = wire.Compress(body)
		s.parcels = append(s.parcels, p)
		push.Items = nil
	}
	return nil
}

// pushAll lets all terminals push side by side, each by a connection of its own to one of
// central's doors. The first failure ends it.
func pushAll(ctx context.Context, all []sender, doors ...string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var pushing sync.WaitGroup
	for i, s := range all {
		pushing.Go(func() {
			if err := s.push(ctx, doors[i%len(doors)]); err != nil {
				cancel(fmt.Errorf("terminal %d: %w", s.known.Kiosk, err))
			}
		})
	}
	pushing.Wait()
	return context.Cause(ctx)
}

// push pushes everything, the next when central has taken the one before.
func (s *sender) push(ctx context.Context, door string) error {
	trust, err := s.known.TLS()
	if err != nil {
		return err
	}
	own := &http.Transport{TLSClientConfig: trust, MaxIdleConnsPerHost: 1}
	defer own.CloseIdleConnections()
	for _, p := range s.parcels {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+door+wire.PathPush, bytes.NewReader(p.body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		if p.gzip {
			r.Header.Set("Content-Encoding", wire.EncodingGzip)
		}
		response, err := own.RoundTrip(r)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return err
		}
		if err := p.taken(response.StatusCode, text); err != nil {
			return err
		}
	}
	return nil
}

// taken makes sure that central filed every item of a push as something new.
func (p parcel) taken(status int, text []byte) error {
	var answer wire.PushAnswer
	if status != http.StatusOK {
		return fmt.Errorf("a push is answered with %d: %.200s", status, text)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	if answer.Protocol != wire.Protocol || len(answer.Answers) != p.items {
		return fmt.Errorf("a push of %d items has %d answers", p.items, len(answer.Answers))
	}
	for _, a := range answer.Answers {
		if a.Outcome != wire.Created {
			return fmt.Errorf("an item is answered with %s %s", a.Outcome, a.Reason)
		}
	}
	return nil
}
