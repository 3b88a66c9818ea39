package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

func TestMessage(t *testing.T) {
	for _, c := range []struct{ line, rest, want string }{
		{"MSG a 1 5\r\n", "hello\r\n", "hello"},
		{"MSG a 1 reply 0\r\n", "\r\n", ""},
		{"HMSG a 1 12 17\r\n", "NATS/1.0\r\n\r\nhello\r\n", "hello"},
	} {
		got, err := message(c.line, strings.NewReader(c.rest))
		if err != nil || string(got) != c.want {
			t.Errorf("%q reads as %q, %v", c.line, got, err)
		}
	}
	for _, c := range []struct{ line, rest string }{
		{"", ""}, {"-ERR 'Authorization Violation'\r\n", ""}, {"MSG\r\n", ""}, {"MSG a 1\r\n", ""}, {"HMSG a 1 5\r\n", "hello\r\n"},
		{"MSG a 1 -5\r\n", "hello\r\n"}, {"MSG a 1 x\r\n", "hello\r\n"}, {"MSG a 1 9999999999\r\n", "hello\r\n"},
		{"MSG a 1 5\r\n", "hel"}, {"MSG a 1 3\r\n", "hello\r\n"}, {"HMSG a 1 -1 5\r\n", "hello\r\n"}, {"HMSG a 1 9 5\r\n", "hello\r\n"},
		{"HMSG a 1 16 16\r\n", "NATS/1.0 503\r\n\r\n\r\n"},
	} {
		if got, err := message(c.line, strings.NewReader(c.rest)); err == nil {
			t.Errorf("%q and %q read as %q", c.line, c.rest, got)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("MSG a 1 5\r\n", "hello\r\n")
	f.Add("HMSG a 1 12 17\r\n", "NATS/1.0\r\n\r\nhello\r\n")
	f.Fuzz(func(t *testing.T, line, rest string) {
		if got, err := message(line, strings.NewReader(rest)); err == nil && !strings.Contains(rest, string(got)) {
			t.Errorf("%q is not in %q", got, rest)
		}
	})
}

// against lets a publisher speak with a server that says the same to every
// publication.
func against(t *testing.T, says string) *publisher {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go func() {
		in := bufio.NewReader(theirs)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			var subject, reply string
			var header, length int
			if _, err := fmt.Sscanf(line, "HPUB %s %s %d %d", &subject, &reply, &header, &length); err != nil {
				continue
			}
			if _, err := io.CopyN(io.Discard, in, int64(length+2)); err != nil {
				return
			}
			fmt.Fprintf(theirs, "PING\r\n")
			if line, err := in.ReadString('\n'); err != nil || line != "PONG\r\n" {
				return
			}
			fmt.Fprintf(theirs, "MSG %s 1 %d\r\n%s\r\n", reply, len(says), says)
		}
	}()
	return &publisher{Conn: ours, in: bufio.NewReader(ours)}
}

func TestOnlyAnAcknowledgementCounts(t *testing.T) {
	if err := against(t, `{"stream":"ITEMS","seq":7}`).publish(numbered(1)[0]); err != nil {
		t.Error(err)
	}
	for _, says := range []string{`{}`, `{"stream":"OTHER","seq":7}`, `{"stream":"ITEMS"}`, `{"stream":"ITEMS","seq":7,"duplicate":true}`,
		`{"error":{"code":503,"description":"insufficient storage"}}`, `+OK`} {
		if err := against(t, says).publish(numbered(1)[0]); err == nil {
			t.Errorf("%s counts as an acknowledgement", says)
		}
	}
	silent := against(t, "")
	silent.Close()
	if err := silent.publish(numbered(1)[0]); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a closed line is told as %v", err)
	}
}
