package live

import (
	"fmt"
	"net/http"
	"time"
)

// Stream writes one text/event-stream: words as they come, and a
// heartbeat when nothing happens, so that both ends notice a dead line.
type Stream struct {
	Heartbeat time.Duration
	// Event turns a word into the lines of an event, e.g. "event: changed\ndata: 1".
	Event func(Word) string
	// Hello is sent when the stream opens.
	Hello string
	// Beat is the heartbeat; "" is a comment, which a browser's script does not
	// see.
	Beat string
	// Alive is asked at every heartbeat; the stream ends when it returns false.
	Alive func() bool
	// Sent is called after words were handed to the connection.
	Sent func([]Word)
}

// Serve runs the stream until the client goes, the watcher ends or a write does
// not get through within two heartbeats.
func (s Stream) Serve(w http.ResponseWriter, r *http.Request, watcher *Watcher) error {
	control := http.NewResponseController(w)
	// The server's limits are for requests that end.
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("live: stream: %w", err)
	}
	// See deathAfter: fifteen seconds together, as on the terminal's side.
	if err := noticeDeathOf(r, deathAfter(s.Heartbeat)); err != nil {
		return fmt.Errorf("live: stream: %w", err)
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // a proxy must not collect events
	w.WriteHeader(http.StatusOK)
	send := func(text string) error {
		if err := control.SetWriteDeadline(time.Now().Add(2 * s.Heartbeat)); err != nil {
			return err
		}
		if _, err := fmt.Fprint(w, text, "\n\n"); err != nil {
			return err
		}
		return control.Flush()
	}
	if err := send(s.Hello); err != nil {
		return fmt.Errorf("live: stream: %w", err)
	}
	if s.Beat == "" {
		s.Beat = ":"
	}
	beat := time.NewTicker(s.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-watcher.Ended():
			return nil
		case <-beat.C:
			if s.Alive != nil && !s.Alive() {
				return nil
			}
			if err := send(s.Beat); err != nil {
				return fmt.Errorf("live: stream: %w", err)
			}
		case <-watcher.Signal():
			words := watcher.Take()
			text := ""
			for i, word := range words {
				if i > 0 {
					text += "\n\n"
				}
				text += s.Event(word)
			}
			if text == "" {
				continue
			}
			if err := send(text); err != nil {
				return fmt.Errorf("live: stream: %w", err)
			}
			if s.Sent != nil {
				s.Sent(words)
			}
		}
	}
}
