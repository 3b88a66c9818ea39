package limit

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func from(address string) *http.Request { return &http.Request{RemoteAddr: address} }

func TestGuesses(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	g := &Guesses{Burst: 3, Every: time.Minute, Clock: func() time.Time { return now }}
	guesses := func(address string) (n int) {
		for n < 100 && g.Allowed(from(address)) {
			g.Wrong(from(address))
			n++
		}
		return n
	}
	if n := guesses("192.0.2.1:1000"); n != 3 {
		t.Errorf("%d guesses at once, want 3", n)
	}
	if n := guesses("192.0.2.1:2000"); n != 0 {
		t.Errorf("another port of the same address: %d", n)
	}
	if n := guesses("192.0.2.2:1000"); n != 3 {
		t.Errorf("another address: %d", n)
	}
	now = now.Add(time.Minute)
	if n := guesses("192.0.2.1:1000"); n != 1 {
		t.Errorf("after a minute: %d", n)
	}
	now = now.Add(time.Hour)
	if n := guesses("192.0.2.1:1000"); n != 3 {
		t.Errorf("after an hour: %d", n)
	}
	if n := guesses("[2001:db8:1:2::1]:1"); n != 3 {
		t.Errorf("IPv6: %d", n)
	}
	if n := guesses("[2001:db8:1:2:ffff::9]:1"); n != 0 {
		t.Errorf("the same subscriber's other address: %d", n)
	}
	if n := guesses("[::ffff:192.0.2.1]:1"); n != 0 {
		t.Errorf("the same IPv4 address written as IPv6: %d", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	g := &Guesses{Burst: 3, Every: time.Minute, Clock: func() time.Time { return now }}
	for i := range 3 * maxAddresses {
		g.Wrong(from(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)))
		if i%100 == 0 {
			now = now.Add(time.Second)
		}
	}
	if n := len(g.full); n > maxAddresses {
		t.Errorf("%d addresses are kept", n)
	}
}
