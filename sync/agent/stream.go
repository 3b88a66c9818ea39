package agent

import (
	"bufio"
	"context"
	"encoding/json"
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
	a.streaming.Store(true)
	defer a.streaming.Store(false)
	// Whatever changed while no stream was open, and whatever waits.
	kick(a.wakePull)
	kick(a.wakePush)
	kick(a.wakeDocuments)
	err = readEvents(response.Body, func() { watchdog.Reset(maxSilence) }, func(event, data string) {
		switch event {
		case wire.StreamChanged:
			kick(a.wakePull)
		case wire.StreamAnswer:
			var answer wire.Answer
			if json.Unmarshal([]byte(data), &answer) != nil || answer.CallID == "" {
				a.log.Warn("an answer on the stream cannot be read") // the pull brings it
				return
			}
			a.answered(answer)
		case wire.StreamDocuments:
			kick(a.wakeDocuments)
		case wire.StreamOrders:
			kick(a.wakeHealth)
		}
	})
	return time.Since(opened), err
}

// maxLine bounds a line of the stream, in bytes.
const maxLine = 64 << 10

// readEvents reads text/event-stream (WHATWG HTML, "Server-sent events"): heard
// is called for each line, also of comments, and event with the name of each
// event and its data at the empty line that ends it. Data beyond maxLine is cut.
func readEvents(r io.Reader, heard func(), event func(name, data string)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	name, any := "message", false
	var data strings.Builder
	for lines.Scan() {
		heard()
		line := lines.Text()
		if line == "" {
			if any {
				event(name, strings.TrimSuffix(data.String(), "\n"))
			}
			name, any = "message", false
			data.Reset()
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name, any = value, true
		case "data":
			if any = true; data.Len()+len(value) < maxLine {
				data.WriteString(value + "\n")
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errEnded
}
