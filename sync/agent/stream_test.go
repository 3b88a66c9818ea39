package agent

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadEvents(t *testing.T) {
	for text, want := range map[string]string{
		"event: changed\ndata: 1\n\n":                   "[changed]",
		"event:changed\n\n":                             "[changed]",
		"event: changed\r\ndata: 1\r\n\r\n":             "[changed]",
		": heartbeat\n\n:\n\n":                          "[]",
		"data: 1\n\n":                                   "[message]",
		"event: changed\n":                              "[]", // cut before its end
		"event: a\nevent: b\n\n\n\nevent: c\n:x\n\n":    "[b c]",
		"id: 7\nretry: 5\n\nevent: changed\nid: 8\n\n:": "[changed]",
		"": "[]",
	} {
		got := []string{}
		err := readEvents(iotest.OneByteReader(strings.NewReader(text)), func() {}, func(name, _ string) { got = append(got, name) })
		if fmt.Sprint(got) != want || !errors.Is(err, errEnded) {
			t.Errorf("%q gives %v (%v), want %s", text, got, err, want)
		}
	}
	if err := readEvents(strings.NewReader(strings.Repeat("x", maxLine+1)), func() {}, func(string, string) {}); err == nil || errors.Is(err, errEnded) {
		t.Errorf("a line without end: %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("event: changed\ndata: 1\n\n: \n\n")
	f.Add("event\n\ndata\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, events := 0, 0
		err := readEvents(strings.NewReader(text), func() { lines++ }, func(name, data string) {
			events++
			if len(data) > 2*maxLine {
				t.Errorf("%d bytes of data", len(data))
			}
			if strings.ContainsAny(name, "\n") {
				t.Errorf("event %q", name)
			}
		})
		if err == nil {
			t.Error("a text that ends is no error")
		}
		if events > lines/2 {
			t.Errorf("%d events in %d lines", events, lines)
		}
	})
}
