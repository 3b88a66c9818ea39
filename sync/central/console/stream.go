package console

import (
	"fmt"
	"net/http"

	"lintai/sync/central/live"
)

// stream tells a page that something changed; the page then reads itself anew.
func (c *Console) stream(w http.ResponseWriter, r *http.Request) {
	// Not a redirect: a script must see that the session ended.
	if _, err := c.session(r); err != nil {
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	watcher := c.Hub.Watch(func(word live.Word) bool { return word.Kind != live.Changes })
	defer watcher.Stop()
	err := live.Stream{
		Heartbeat: c.Heartbeat,
		Hello:     "event: hello\ndata: -",
		Beat:      "event: beat\ndata: -",
		Event:     func(word live.Word) string { return fmt.Sprintf("event: changed\ndata: %s", word.Kind) },
		Alive: func() bool {
			_, err := c.session(r)
			return err == nil
		},
		Sent: func(words []live.Word) {
			for _, word := range words {
				if word.Kind == live.Call {
					c.Log.Info("call shown", "call", word.ID, "kiosk", word.Kiosk)
				}
			}
		},
	}.Serve(w, r, watcher)
	if err != nil {
		c.Log.Debug("stream to a staff page ended", "error", err)
	}
}
