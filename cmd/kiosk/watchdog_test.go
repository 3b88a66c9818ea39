package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"golang.org/x/sys/unix"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// freezable has this test program, when it is the whole terminal, stop the toolkit's
// goroutine at SIGUSR1 and let it go on at SIGUSR2. A file system that refuses its
// writes does not end it.
func freezable() {
	if socket := os.Getenv(applianceEnv); socket != "" {
		thisComputer, deviceLimit = computer{socket: socket, image: "/proc/self/exe"}, 5*time.Second
	}
	signal.Ignore(syscall.SIGXFSZ)
	signals, thaw := make(chan os.Signal, 4), make(chan struct{})
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range signals {
			if s == syscall.SIGUSR2 {
				thaw <- struct{}{}
				continue
			}
			fyne.Do(func() { <-thaw })
			rouse()
		}
	}()
}

// systemd is what it hears of a terminal.
type systemd struct {
	t      *testing.T
	conn   *net.UnixConn
	socket string
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	s := &systemd{t: t, socket: filepath.Join(t.TempDir(), "notify")}
	var err error
	if s.conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: s.socket, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.conn.Close() })
	return s
}

// allowed is the WatchdogSec of these tests.
const allowed = 6 * time.Second

func (s *systemd) environment() []string {
	// The number of the process is another's, as that of the compositor is.
	return []string{"NOTIFY_SOCKET=" + s.socket, fmt.Sprintf("WATCHDOG_USEC=%d", allowed.Microseconds()), "WATCHDOG_PID=1"}
}

// next is what is said next, "" when nothing was until then.
func (s *systemd) next(until time.Time) string {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(until); err != nil {
		s.t.Fatal(err)
	}
	text := make([]byte, 4096)
	n, err := s.conn.Read(text)
	if os.IsTimeout(err) {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text[:n])
}

// hears waits for one of several words, and returns all up to it.
func (s *systemd) hears(words ...string) (all []string) {
	s.t.Helper()
	for until := time.Now().Add(time.Minute); ; {
		said := s.next(until)
		if said == "" {
			s.t.Fatalf("never said: %q; said: %q", words, all)
		}
		all = append(all, said)
		if slices.Contains(words, said) {
			return all
		}
	}
}

// silent makes sure that no heartbeat comes for as long as would have systemd start
// the terminal anew.
func (s *systemd) silent() {
	s.t.Helper()
	for until := time.Now().Add(allowed); ; {
		switch s.next(until) {
		case "":
			return
		case "WATCHDOG=1":
			s.t.Fatal("a heartbeat")
		}
	}
}

func TestHeartbeatsEndWithThePaint(t *testing.T) {
	s := newSystemd(t)
	f := openFront(t, filepath.Join(t.TempDir(), "missing.toml"), s.environment()...)
	if said := s.hears("READY=1"); len(said) != 1 {
		t.Errorf("before the first screen was painted: %q", said)
	}
	// A terminal that cannot serve lives all the same.
	s.hears("WATCHDOG=1")
	s.hears("STATUS=" + statusOut + string(fault.ConfigInvalid))
	s.hears("WATCHDOG=1")
	signal := func(what syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(f.pid, what); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGUSR1)
	s.hears("STATUS=" + statusFrozen)
	s.silent()
	signal(syscall.SIGUSR2)
	s.hears("WATCHDOG=1")
	s.hears("STATUS=" + statusOut + string(fault.ConfigInvalid))
	f.log.tells(t, "fault="+string(fault.NotPainting))
}

func TestHeartbeatsEndWithTheQueuesWrites(t *testing.T) {
	b := newBeginner(t)
	data := b.s.Terminal.Data
	if err := offline.Create(filepath.Join(data, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "kiosk.toml")
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = %q\ncode = %q\n[panel]\nfullscreen = false\n[sound]\noutput = \"none\"\n",
		data, b.s.Central.Address, b.code(12))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSystemd(t)
	f := openFront(t, config, s.environment()...)
	f.on(visit.ScreenStart)
	s.hears("STATUS=" + statusServing)
	s.hears("WATCHDOG=1")
	// From now on the kernel refuses each write to a file, as that of a failing card.
	limit := func(most uint64) {
		t.Helper()
		if err := unix.Prlimit(f.pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(0)
	s.hears("STATUS=" + statusUnsaved)
	s.silent()
	limit(unix.RLIM_INFINITY)
	s.hears("WATCHDOG=1")
	s.hears("STATUS=" + statusServing)
}

func TestHeartbeatsAreAskedForWhoeverTheMainProcessIs(t *testing.T) {
	for usec, want := range map[string]time.Duration{"": 0, "0": 0, "-3": 0, "soon": 0, "30000000": 10 * time.Second} {
		if got := heartbeats(usec); got != want {
			t.Errorf("%q: %v, want %v", usec, got, want)
		}
	}
}
