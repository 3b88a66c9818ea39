package agent

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// streamParrot answers everything with one stream.
type streamParrot []byte

func (p streamParrot) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(p)), Request: r,
		Header: http.Header{"Content-Type": {"text/event-stream"}}}, nil
}

// FuzzStreamed: whatever comes on a stream, a call is answered only under its id,
// and once; and the stream ends when the line does.
func FuzzStreamed(f *testing.F) {
	good, err := json.Marshal(wire.Answer{CallID: "0190", Answer: "coming", Words: "马上来", At: time.Unix(1_800_000_000, 0)})
	if err != nil {
		f.Fatal(err)
	}
	event := "event: " + wire.StreamAnswer + "\ndata: "
	for _, seed := range []string{
		event + string(good) + "\n\n" + event + string(good) + "\n\n", event + "{}\n\n", event + "null\n\n", event + "[]\n\n", event + `{"call_id":1}` + "\n\n",
		event + `{"call_id":"a","at":"9999-12-31T23:59:59.999999999+23:59"}` + "\n\n", event + `{"call_id":"a","CALL_ID":"b","words":"\ud800"}` + "\n\n",
		event + "{\ndata: \"call_id\":\"a\"}\r\n\r\n", "event: " + wire.StreamChanged + "\n\nevent: " + wire.StreamDocuments + "\ndata\n\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		told := map[visit.CallAnswered]int{}
		a := &Agent{client: &http.Client{Transport: streamParrot(stream)}, log: slog.New(slog.DiscardHandler)}
		a.link.post = func(e visit.Event) {
			answered, ok := e.(visit.CallAnswered)
			if !ok || answered.ID == "" {
				t.Errorf("%#v", e)
			}
			told[answered]++
		}
		var err error
		if a.base, err = parseAddress("https://127.0.0.1:1"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.stream(t.Context()); err == nil || a.streaming.Load() {
			t.Errorf("a stream that ended is taken for one that goes on: %v", err)
		}
		total := 0
		for _, n := range told {
			total += n
		}
		if len(a.answers.told) > rememberedAnswers || len(a.answers.told) > total {
			t.Errorf("%d answers are remembered, %d were told", len(a.answers.told), total)
		}
	})
}
