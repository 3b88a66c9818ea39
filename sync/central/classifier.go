package central

import (
	"context"
	"time"

	"lintai/sync/central/desk"
	"lintai/sync/central/live"
)

const (
	// quiet is how long nothing is filed before what was filed is classified, and all
	// that follows from that is done, so that a terminal which sends a night's requests
	// is answered first; patience is how long that may put it off. No limit of a case is
	// shorter than many times that, and calls for help do not wait for it.
	quiet    = 200 * time.Millisecond
	patience = 10 * time.Second
	// unheard is how often it is looked for what nobody told of: another process filed
	// it from a stick.
	unheard = 15 * time.Second
	// again is when it is tried again after a failure.
	again = 10 * time.Second
)

// Classify classifies what is filed, until ctx ends; Serve does too. It begins with what
// was not yet. Limits and dispatch follow from it by jobs, see openJobs.
func (c *Central) Classify(ctx context.Context) {
	work := &desk.Desk{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log, Estates: c.dispatch.Estates}
	filed := c.hub.Watch(func(w live.Word) bool {
		return w.Kind == live.Case || w.Kind == live.Limits || w.Kind == live.Everything
	})
	defer filed.Stop()
	look := time.NewTicker(unheard)
	defer look.Stop()
	for ctx.Err() == nil {
		n, err := work.Classify(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			c.config.Log.Error("cases are not classified", "error", err)
			pause(ctx, again)
		case n == 0:
			select {
			case <-filed.Signal():
				settle(ctx, filed)
			case <-look.C:
			case <-filed.Ended():
				return
			case <-ctx.Done():
			}
		}
	}
}

// settle waits until nothing is filed for a moment, but not for long.
func settle(ctx context.Context, filed *live.Watcher) {
	most := time.NewTimer(patience)
	defer most.Stop()
	for {
		filed.Take()
		still := time.NewTimer(quiet)
		select {
		case <-filed.Signal():
			still.Stop()
			continue
		case <-still.C:
		case <-most.C:
		case <-ctx.Done():
		}
		still.Stop()
		return
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
