package main

import (
	"io"
	"net"
	"testing"
)

func TestProportional(t *testing.T) {
	good := "55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  9000 kB\nPss:               8123 kB\nPss_Dirty: 1 kB\n"
	if got, err := proportional([]byte(good)); err != nil || got != 8123<<10 {
		t.Errorf("%d, %v", got, err)
	}
	for _, bad := range []string{"", "Pss:\n", "Pss: x kB\n", "Pss: 0 kB\n", "Pss: -4 kB\n", "Rss: 9 kB\n"} {
		if got, err := proportional([]byte(bad)); err == nil {
			t.Errorf("%q reads as %d", bad, got)
		}
	}
}

// The meter must see what goes over a line, also over one that was closed.
func TestMeterSeesWhatIsSaid(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(conn, conn)
		}
	}()
	var m meter
	const questions, length = 5, 1000
	for range 2 {
		line, err := m.dial(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		for range questions {
			// Two writes without hearing anything between are one turn.
			for range 2 {
				if _, err := line.Write(make([]byte, length/2)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := io.ReadFull(line, make([]byte, length)); err != nil {
				t.Fatal(err)
			}
		}
		line.Close()
	}
	got, err := m.read()
	if err != nil {
		t.Fatal(err)
	}
	if got.turns != 2*questions || got.bytes < 2*questions*length*2 {
		t.Errorf("the meter shows %+v", got)
	}
}
