package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"lintai/sync/wire"
)

var (
	errSilent = errors.New("the stream went silent")
	errEnded  = errors.New("the stream ended")
)

// maxSilence is after how long without a line the stream counts as dead.
const maxSilence = 3 * wire.Heartbeat

func (a *Agent) streamLoop(ctx context.Context) {
	failures := 0
	for {
		lived, err := a.stream(ctx)
		if ctx.Err() != nil {
			return
		}
		// The line may be dead for everything: a pull will tell.
		a.transport.CloseIdleConnections()
		kick(a.wakePull)
		if lived >= wire.Heartbeat {
			failures = 0 // it was a real one
		}
		failures++
		a.complain(ctx, "stream lost", failures, err)
		if !wait(ctx, a.backoff(failures), a.wakeStream) {
			return
		}
	}
}

// stream holds one stream until it fails; lived is how long it was open.
func (a *Agent) stream(ctx context.Context) (lived time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(maxSilence, func() { cancel(errSilent) })
	defer watchdog.Stop()
	defer func() {
		if err != nil && errors.Is(context.Cause(ctx), errSilent) {
			err = errSilent
		}
	}()
	response, err := a.send(ctx, http.MethodGet, wire.PathStream, nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		return 0, refused(response.StatusCode, text)
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "text/event-stream" {
		return 0, fmt.Errorf("%w: no event stream", errStranger)
	}
	opened := time.Now()
	// Whatever changed while no stream was open, and whatever waits.
	kick(a.wakePull)
	kick(a.wakePush)
	kick(a.wakeDocuments)
	err = readEvents(response.Body, func() { watchdog.Reset(maxSilence) }, func(event string) {
		switch event {
		case "changed":
			kick(a.wakePull)
		case wire.StreamDocuments:
			kick(a.wakeDocuments)
		}
	})
	return time.Since(opened), err
}

// maxLine bounds a line of the stream, in bytes.
const maxLine = 64 << 10

// readEvents reads text/event-stream (WHATWG HTML, "Server-sent events"): heard
// is called for each line, also of comments, and event with the name of each
// event at the empty line that ends it. Data is not looked at.
func readEvents(r io.Reader, heard func(), event func(name string)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	name, any := "message", false
	for lines.Scan() {
		heard()
		line := lines.Text()
		if line == "" {
			if any {
				event(name)
			}
			name, any = "message", false
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		switch field {
		case "event":
			name, any = strings.TrimPrefix(value, " "), true
		case "data":
			any = true
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errEnded
}
