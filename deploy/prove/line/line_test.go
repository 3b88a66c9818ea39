package line

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// echo is a place that sends back what it gets, with a mark before it.
func echo(t *testing.T, mark byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Write([]byte{mark})
				io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func newLine(t *testing.T) *Line {
	t.Helper()
	l, err := New(t.Name(), Places{Central: echo(t, 'c'), Portal: echo(t, 'p'), PortalTLS: echo(t, 't'), Stranger: echo(t, 's')})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func answer(t *testing.T, c net.Conn) (byte, error) {
	t.Helper()
	b := make([]byte, 1)
	_, err := io.ReadFull(c, b)
	return b[0], err
}

func TestEachFaultLeadsWhereItSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for f, want := range map[Fault]byte{Latency: 'c', Slow: 'c', Slicing: 'c', Limit: 'c', Portal: 'p', PortalTLS: 't', Stranger: 's'} {
		l := newLine(t)
		if err := l.Break(f, random); err != nil {
			t.Fatal(err)
		}
		c, err := l.Dial(t.Context(), "tcp", "anything:1")
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if got, err := answer(t, c); err != nil || got != want {
			t.Errorf("%s leads to %q, %v", f, got, err)
		}
		c.Close()
	}
}

func TestACutLineIsCut(t *testing.T) {
	l := newLine(t)
	c, err := l.Dial(t.Context(), "tcp", "anything:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer(t, c); err != nil {
		t.Fatal(err)
	}
	if err := l.Break(Cut, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := answer(t, c); err == nil {
		t.Error("a connection outlived the cut")
	}
	if _, err := l.Dial(t.Context(), "tcp", "anything:1"); !errors.Is(err, errCut) {
		t.Errorf("dialled a cut line: %v", err)
	}
	if err := l.Heal(); err != nil {
		t.Fatal(err)
	}
	c, err = l.Dial(t.Context(), "tcp", "anything:1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := answer(t, c); err != nil || got != 'c' {
		t.Errorf("a healed line leads to %q, %v", got, err)
	}
}

func TestALimitCloses(t *testing.T) {
	l := newLine(t)
	if err := l.Break(Limit, rand.New(rand.NewPCG(2, 2))); err != nil {
		t.Fatal(err)
	}
	c, err := l.Dial(t.Context(), "tcp", "anything:1")
	if err != nil {
		t.Fatal(err)
	}
	go c.Write(make([]byte, 200_000))
	n, _ := io.Copy(io.Discard, c)
	if n > 100_000 {
		t.Errorf("%d bytes came through a limited line", n)
	}
}
