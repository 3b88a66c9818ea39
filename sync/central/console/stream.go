package console

import (
	"fmt"
	"lintai/sync/central/live"
)

// stream tells a page that something changed; the page then reads itself anew.
func (h *Host) stream(r *Request) error {
	watcher := h.Hub.Watch(func(word live.Word) bool { return word.Kind != live.Changes })
	defer watcher.Stop()
	err := live.Stream{
		Heartbeat: h.Heartbeat,
		Hello:     "event: hello\ndata: -",
		Beat:      "event: beat\ndata: -",
		Event:     func(word live.Word) string { return fmt.Sprintf("event: changed\ndata: %s", word.Kind) },
		Alive: func() bool {
			err := h.recognise(&Request{Request: r.Request})
			return err == nil
		},
		Sent: func(words []live.Word) {
			for _, word := range words {
				if word.Kind == live.Call {
					h.Log.Info("call shown", "call", word.ID, "kiosk", word.Kiosk)
				}
			}
		},
	}.Serve(r.Writer, r.Request, watcher)
	if err != nil {
		h.Log.Debug("stream to a staff page ended", "error", err)
	}
	return nil
}
