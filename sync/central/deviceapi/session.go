package deviceapi

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"lintai/sync/central/docket"
)

// session is a line on which a device was let in.
type session struct {
	id     string
	key    docket.Hash
	cut    func()
	closed func() bool
}

// sessions are all open ones, by their line.
type sessions struct {
	mu  sync.Mutex
	all map[any]session
}

func (s *sessions) put(line any, one session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[any]session{}
	}
	s.all[line] = one
}

func (s *sessions) of(line any) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[line]
	return one, ok
}

func (s *sessions) drop(line any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, line)
}

// open are those whose line is. The broker does not tell of a line that broke between the
// key and its answer to it: such ones are dropped here.
func (s *sessions) open() map[any]session {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.all, func(_ any, one session) bool { return one.closed() })
	return maps.Clone(s.all)
}

// CutRevoked ends the lines of devices whose key was revoked since they came, also where the
// device has another one by now. What they say is refused from the revocation on; so they
// need not say anything to go.
func (d *Door) CutRevoked(ctx context.Context) error {
	open := d.sessions.open()
	if len(open) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	keys, err := d.Keeper.Store.DeviceKeys(ctx)
	if err != nil {
		return fmt.Errorf("deviceapi: %w", err)
	}
	for line, one := range open {
		if key, counts := keys[one.id]; !counts || key != one.key {
			d.Log.Info("line of a device is cut: its key counts no more", "device", one.id)
			one.cut()
			d.sessions.drop(line)
		}
	}
	return nil
}
