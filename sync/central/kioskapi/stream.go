package kioskapi

import (
	"context"
	"errors"
	"net/http"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// mostStreams is how many streams a terminal may have open: one that works, and
// those whose line broke without a word.
const mostStreams = 3

// stream keeps a stream open, which outlives this request and holds nothing of it:
// there is one for each terminal, and a few that are dead.
func (a *API) stream(w http.ResponseWriter, r *http.Request, kiosk int) error {
	shown, err := a.Root.Serial(r.TLS.PeerCertificates[0])
	if err != nil {
		return errNone
	}
	// The watch begins first, so that nothing is missed.
	watcher := a.Hub.Watch(func(word live.Word) bool { return hears(word, kiosk) })
	news, err := a.newsOf(r.Context(), kiosk)
	if err != nil {
		watcher.Stop()
		return err
	}
	leave := a.Presence.Enter(kiosk)
	end := a.streams.begin(kiosk, mostStreams, func() {
		watcher.Stop() // and with it the stream
		if say, unsaid := a.refusals.say(a.Clock, kiosk, wire.PathStream, "streams"); say {
			a.Log.Info("a terminal opens more streams than it needs: the oldest ends", "kiosk", kiosk, "unsaid", unsaid)
		}
	})
	hijacked, err := live.Keep{
		Heartbeat: a.Heartbeat,
		// The first word makes up for what changed while no stream was open.
		Hello: "event: changed\ndata: changed",
		Event: news.event,
		Alive: func(ctx context.Context) bool {
			if a.ended(ctx, shown) {
				return false
			}
			a.Presence.Heard(ctx, kiosk)
			return true
		},
		Left: func() { leave(); end() },
	}.Serve(w, watcher)
	if err != nil && hijacked {
		a.Log.Debug("stream to a terminal ended", "kiosk", kiosk, "error", err)
		return nil // the answer has begun; there is nothing more to say in it
	}
	return err
}

// ended tells that a certificate does not count any more: then the stream that it
// opened ends. That the docket cannot be read is no reason to.
func (a *API) ended(ctx context.Context, serial int64) bool {
	c, err := a.Store.Certificate(ctx, serial)
	if err != nil {
		return errors.Is(err, docket.ErrNotFound)
	}
	return c.Revoked || !a.Clock().Before(c.ExpiresAt)
}
