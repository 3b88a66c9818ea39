package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/rollout"
	"lintai/sync/wire"
)

// Keeper keeps the rules of the fleet.
type Keeper struct {
	Store  Store
	Shelf  *Shelf
	Hub    *live.Hub
	Secret []byte // of staff keys, see StaffKey
	Clock  func() time.Time
	Log    *slog.Logger
}

// Answer is what of a HealthAnswer is this package's.
type Answer struct {
	StaffKey []byte
	Offer    *wire.UpdateOffer
	Orders   []wire.Order
}

// Hear takes a terminal's word on its computer, by central's clock, and on what it did, and
// says what there is to do.
func (k *Keeper) Hear(ctx context.Context, kiosk int, h docket.Health, done []wire.OrderDone) (a Answer, err error) {
	if a.Orders, err = k.orders(ctx, kiosk, done); err != nil {
		return a, err
	}
	a.StaffKey, err = k.StaffKey(ctx, kiosk)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return a, err
	}
	a.Offer, err = k.offer(ctx, kiosk, h)
	return a, err
}

// offer is the version that a terminal is to take, after its word was held against the
// rollouts.
func (k *Keeper) offer(ctx context.Context, kiosk int, h docket.Health) (*wire.UpdateOffer, error) {
	if h.System == nil {
		return nil, nil
	}
	all, err := k.Store.Rollouts(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	places, err := k.Store.Places(ctx, kiosk)
	if err != nil {
		return nil, err
	}
	bundles, err := k.Store.Bundles(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r rollout.Rollout) bool {
		b, ok := bundleOf(bundles, r.Version)
		return !ok || !k.Shelf.has(ctx, b)
	})
	t := facts(kiosk, "", h.At, h)
	v := judge(all, places, t, k.Clock().UTC())
	if v.changed {
		var stopped []rollout.Rollout
		if err := k.Store.WriteFleet(ctx, func(tx Tx) (err error) {
			v, stopped, err = k.write(tx, t, all)
			return err
		}); err != nil {
			return nil, err
		}
		for _, r := range stopped {
			k.Log.Warn("a rollout stopped", "version", r.Version, "reason", string(r.Reason), "kiosk", r.Culprit)
			k.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: r.Culprit})
		}
	}
	b, ok := bundleOf(bundles, v.offer)
	if !ok {
		return nil, nil
	}
	return &wire.UpdateOffer{Version: b.Version, Size: b.Size, SHA256: fmt.Sprintf("%x", b.Hash[:])}, nil
}

func bundleOf(all []Bundle, version string) (Bundle, bool) {
	i := slices.IndexFunc(all, func(b Bundle) bool { return b.Version == version })
	if i < 0 {
		return Bundle{}, false
	}
	return all[i], true
}

// verdict is what a terminal's word does.
type verdict struct {
	rollouts []rollout.Rollout         // that are others now
	members  map[string]rollout.Member // of its places, by version
	offer    string                    // version, or ""
	changed  bool
}

// judge holds a terminal's word against all rollouts.
func judge(all []rollout.Rollout, places map[string]rollout.Member, t rollout.Terminal, now time.Time) verdict {
	v := verdict{members: map[string]rollout.Member{}}
	all = slices.Clone(all)
	now = now.Truncate(time.Microsecond)
	for i, r := range all {
		m, is := places[r.Version]
		if !is {
			continue
		}
		heard, after := r.Hear(m, t, now)
		if !same(m, after) {
			v.members[r.Version] = after
		}
		if heard != r {
			v.rollouts, all[i] = append(v.rollouts, heard), heard
		}
	}
	of := func(version string) (rollout.Member, bool) {
		if m, is := v.members[version]; is {
			return m, true
		}
		m, is := places[version]
		return m, is
	}
	if r, m, ok := rollout.Choice(all, of, t); ok {
		v.offer = r.Version
		if _, is := of(r.Version); !is || m.Offered.IsZero() {
			v.members[r.Version] = m.Tell(t, now)
		}
	}
	v.changed = len(v.members)+len(v.rollouts) > 0
	return v
}

func same(a, b rollout.Member) bool {
	return a.Stage == b.Stage && a.Offered.Equal(b.Offered) && a.Committed.Equal(b.Committed) && a.Well.Equal(b.Well) &&
		a.Failing == b.Failing && a.Undone == b.Undone && a.Excused == b.Excused
}

// write judges once more, in a transaction, and keeps it. given are the rollouts whose
// files can be given.
func (k *Keeper) write(tx Tx, t rollout.Terminal, given []rollout.Rollout) (v verdict, stopped []rollout.Rollout, err error) {
	all, err := tx.Rollouts()
	if err != nil {
		return v, nil, err
	}
	places, err := tx.Places(t.Kiosk)
	if err != nil {
		return v, nil, err
	}
	all = slices.DeleteFunc(all, func(r rollout.Rollout) bool {
		return !slices.ContainsFunc(given, func(g rollout.Rollout) bool { return g.Version == r.Version })
	})
	v = judge(all, places, t, k.Clock().UTC())
	for _, r := range v.rollouts {
		if r.State == rollout.Stopped {
			stopped = append(stopped, r)
		}
		if err := tx.PutRollout(r); err != nil {
			return v, nil, err
		}
	}
	for version, m := range v.members {
		if err := tx.PutMember(version, m); err != nil {
			return v, nil, err
		}
	}
	return v, stopped, nil
}

// facts are a terminal as package rollout knows it.
func facts(kiosk int, grid string, heard time.Time, h docket.Health) rollout.Terminal {
	t := rollout.Terminal{Kiosk: kiosk, Grid: grid, Heard: heard}
	if h.At.After(heard) {
		t.Heard = h.At
	}
	for _, d := range h.Devices {
		if d.Fault != "" {
			t.Faults = append(t.Faults, rollout.Fault{Code: d.Fault, Since: d.Since})
		}
	}
	s := h.System
	if s == nil {
		return t
	}
	t.Image, t.Trial, t.Reason = s.Image, s.Trial, s.BootReason
	t.Booted = h.At.Add(-time.Duration(min(s.Uptime, maxUptime)) * time.Millisecond)
	if u := s.Update; u != nil {
		t.Failed, t.Fault, t.Version = u.State == "failed", u.Fault, u.Version
	}
	return t
}

// maxUptime is ten years in milliseconds.
const maxUptime = 10 * 365 * 24 * 3600 * 1000

// Terminals are all appliances as package rollout knows them. One that was revoked is
// none.
func (k *Keeper) Terminals(ctx context.Context) ([]rollout.Terminal, error) {
	terminals, err := k.Store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	healths, err := k.Store.Healths(ctx)
	if err != nil {
		return nil, err
	}
	certificates, err := k.Store.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	book, err := k.Store.Grids(ctx)
	if err != nil {
		return nil, err
	}
	var all []rollout.Terminal
	for _, t := range terminals {
		h, told := healths[t.Number]
		if c, enrolled := certificates[t.Number]; !told || h.System == nil || !enrolled || c.Revoked {
			continue
		}
		grid := ""
		if g, ok := book.OfTerminal(t); ok {
			grid = g.ID
		}
		all = append(all, facts(t.Number, grid, t.LastContact, h))
	}
	return all, nil
}

// Sweep moves rollouts on, and forgets old logs. It is called every few minutes.
func (k *Keeper) Sweep(ctx context.Context) error {
	now := k.Clock().UTC()
	if _, err := k.Store.DropLogs(ctx, now.Add(-LogLife)); err != nil {
		return err
	}
	rollouts, err := k.Store.Rollouts(ctx)
	if err != nil || !slices.ContainsFunc(rollouts, running) {
		return err
	}
	terminals, err := k.Terminals(ctx)
	if err != nil {
		return err
	}
	var moved []rollout.Rollout
	err = k.Store.WriteFleet(ctx, func(tx Tx) error {
		moved = nil
		all, err := tx.Rollouts()
		if err != nil {
			return err
		}
		for _, r := range all {
			if !running(r) {
				continue
			}
			after, err := k.step(tx, r, terminals, now)
			if err != nil {
				return err
			}
			if after != r {
				moved = append(moved, after)
			}
		}
		return nil
	})
	for _, r := range moved {
		k.Log.Info("a rollout moved on", "version", r.Version, "state", string(r.State), "stage", r.Stage, "reason", string(r.Reason), "kiosk", r.Culprit)
		k.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: r.Culprit})
	}
	return err
}

func running(r rollout.Rollout) bool { return r.State == rollout.Running }

// step looks at one rollout as a whole, and keeps what became of it.
func (k *Keeper) step(tx Tx, r rollout.Rollout, terminals []rollout.Terminal, now time.Time) (rollout.Rollout, error) {
	members, err := tx.Members(r.Version)
	if err != nil {
		return r, err
	}
	after, changed := rollout.Step(r, members, terminals, now.Truncate(time.Microsecond))
	for _, m := range changed {
		if err := tx.PutMember(r.Version, m); err != nil {
			return r, err
		}
	}
	if after != r {
		err = tx.PutRollout(after)
	}
	return after, err
}

// Open opens the file of a version that may be taken. ErrNotFound, ErrElsewhere, ErrBusy.
func (k *Keeper) Open(ctx context.Context, hash docket.Hash) (*os.File, Bundle, error) {
	bundles, err := k.Store.Bundles(ctx)
	if err != nil {
		return nil, Bundle{}, err
	}
	i := slices.IndexFunc(bundles, func(b Bundle) bool { return b.Hash == hash })
	if i < 0 {
		return nil, Bundle{}, ErrNotFound
	}
	rollouts, err := k.Store.Rollouts(ctx)
	if err != nil {
		return nil, Bundle{}, err
	}
	if !slices.ContainsFunc(rollouts, func(r rollout.Rollout) bool { return r.Version == bundles[i].Version && r.State != rollout.Withdrawn }) {
		return nil, Bundle{}, ErrNotFound
	}
	f, err := k.Shelf.open(ctx, bundles[i])
	return f, bundles[i], err
}

// AddBundle takes the file of a bundle: a reader that can be read again from its start.
// The same file again is no error, and puts back what is missing of it. ErrBundle,
// ErrExists for another file of the same version.
func (k *Keeper) AddBundle(ctx context.Context, f interface {
	io.Reader
	io.ReaderAt
}, size int64, by string) (Bundle, error) {
	m, err := ReadManifest(f, size)
	if err != nil {
		return Bundle{}, err
	}
	before, err := k.Store.Bundles(ctx)
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{Version: m.Version, Compatible: m.Compatible, Added: k.Clock().UTC().Truncate(time.Microsecond)}
	if b.Hash, b.Size, err = k.Shelf.put(ctx, io.NewSectionReader(f, 0, size)); err != nil {
		return b, err
	}
	if old, is := bundleOf(before, b.Version); is && old.Hash == b.Hash {
		return old, k.Shelf.share(ctx, b.Hash)
	} else if is {
		return b, errors.Join(ErrExists, k.Shelf.drop(b.Hash))
	}
	if err := k.Shelf.share(ctx, b.Hash); err != nil {
		return b, err
	}
	return b, k.Store.WriteFleet(ctx, func(tx Tx) error {
		if err := tx.AddBundle(b); err != nil {
			return err
		}
		return tx.AddFleetNote(Note{At: b.Added, By: by, Action: Added, Detail: b.Version})
	})
}

// RemoveBundle forgets a version whose rollout is over or never began, and its file.
// ErrNotFound, ErrRunning.
func (k *Keeper) RemoveBundle(ctx context.Context, version, by string) error {
	bundles, err := k.Store.Bundles(ctx)
	if err != nil {
		return err
	}
	b, is := bundleOf(bundles, version)
	if !is {
		return ErrNotFound
	}
	err = k.Store.WriteFleet(ctx, func(tx Tx) error {
		all, err := tx.Rollouts()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(r rollout.Rollout) bool { return r.Version == version && !r.State.Over() }) {
			return ErrRunning
		}
		if err := tx.DropBundle(version); err != nil {
			return err
		}
		return tx.AddFleetNote(Note{At: k.Clock().UTC(), By: by, Action: Removed, Detail: version})
	})
	if err != nil {
		return err
	}
	return k.Shelf.drop(b.Hash)
}
