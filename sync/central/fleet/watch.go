package fleet

import (
	"context"
	"time"

	"lintai/sync/central/live"
	"lintai/sync/central/rollout"
)

// watchEvery is how often rollouts are looked at: what somebody does at the command line
// is another process's, whose words are not heard here where the docket is SQLite.
const watchEvery = time.Second

// Watch has terminals tell their health when a rollout begins to concern them, or goes on,
// or ends under them, until ctx ends; they read in the answer what to do. Whoever did it,
// and in which process, makes no difference.
//
// Terminals that the last stage is for are not called: they come with their next word,
// spread over minutes, and not all at once for a file that is given to a few at a time.
func (k *Keeper) Watch(ctx context.Context) {
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	known := map[string]standing{}
	failed := false
	for {
		now, words, err := k.look(ctx, known)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failed {
				k.Log.Error("rollouts are not looked at", "error", err)
			}
		default:
			k.Hub.Relay(words...) // other processes look for themselves
			known = now
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// standing is what of a rollout terminals need to hear of.
type standing struct {
	state        rollout.State
	stage        int
	began, since int64
	waited       map[int]bool // the terminals that are to take it, or are about to
}

// look reads the rollouts, and says who needs to hear of what is not as it was known.
func (k *Keeper) look(ctx context.Context, known map[string]standing) (now map[string]standing, words []live.Word, err error) {
	all, err := k.Store.Rollouts(ctx)
	if err != nil {
		return nil, nil, err
	}
	now = make(map[string]standing, len(all))
	for _, r := range all {
		s := standing{state: r.State, stage: r.Stage, began: r.Began.UnixMicro(), since: r.Changed.UnixMicro()}
		before := known[r.Version]
		moved := s.state != before.state || s.stage != before.stage || s.began != before.began || s.since != before.since
		if !moved && (r.State != rollout.Running || r.Stage == rollout.All) {
			now[r.Version] = before
			continue
		}
		members, err := k.Store.Members(ctx, r.Version)
		if err != nil {
			return nil, nil, err
		}
		s.waited = map[int]bool{}
		for _, m := range members {
			if !m.Committed.IsZero() || m.Undone || m.Excused {
				continue
			}
			if s.waited[m.Kiosk] = true; moved || !before.waited[m.Kiosk] {
				words = append(words, live.Word{Kind: live.Orders, Kiosk: m.Kiosk})
			}
		}
		if moved {
			words = append(words, live.Word{Kind: live.Terminal}) // pages show it
		}
		now[r.Version] = s
	}
	return now, words, nil
}
