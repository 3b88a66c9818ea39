package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"

	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// wholeEnv has this test program be the whole terminal, with these arguments.
const wholeEnv = "LINTAI_WHOLE"

// front is a terminal's window on a display of its own, with a finger.
type front struct {
	t     *testing.T
	conn  *xgb.Conn
	root  xproto.Window
	views chan traceView
	view  traceView
	pid   int
	log   *stderr

	secrets []string // that no log may hold
}

// openFront starts the terminal of a file and reads what it shows from a pipe.
func openFront(t *testing.T, config string, environment ...string) *front {
	t.Helper()
	screen := display(t)
	pipe := filepath.Join(t.TempDir(), "trace")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, log: &stderr{}}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), wholeEnv+"=--config\n"+config+"\n--trace\n"+pipe, "DISPLAY="+screen)
	cmd.Env = append(cmd.Env, environment...)
	cmd.Stderr = f.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f.pid = cmd.Process.Pid
	ended := make(chan error, 1)
	trace, err := os.OpenFile(pipe, os.O_RDWR, 0) // also to write: so it opens before the other end does
	if err != nil {
		t.Fatal(err)
	}
	// A terminal that hangs is told to say where, and its pipe closed.
	late := time.AfterFunc(90*time.Second, func() { _ = cmd.Process.Signal(syscall.SIGQUIT); trace.Close() })
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil || !late.Stop() {
			t.Errorf("the terminal ended with %v\n%s", err, f.log)
		}
		trace.Close()
		for _, secret := range f.secrets {
			if strings.Contains(f.log.String(), secret) {
				t.Error("the log holds a code")
			}
		}
	})
	f.views = make(chan traceView, 256)
	go func() {
		defer close(f.views)
		lines := bufio.NewScanner(trace)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var v traceView
			if json.Unmarshal(lines.Bytes(), &v) == nil && v.Kind == "view" {
				f.views <- v
			}
		}
	}()
	if f.conn, err = xgb.NewConnDisplay(screen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.conn.Close)
	if err := xtest.Init(f.conn); err != nil {
		t.Fatal(err)
	}
	f.root = xproto.Setup(f.conn).DefaultScreen(f.conn).Root
	return f
}

// on reads what is shown until it is this screen.
func (f *front) on(screen visit.Screen) {
	f.t.Helper()
	for f.view = range f.views {
		if f.view.Screen == screen {
			return
		}
	}
	f.t.Fatalf("never shown: %s", screen)
}

// insist touches a target until another screen comes: right after a change of
// screens a touch at the same place is taken for the one before.
func (f *front) insist(id string, screen visit.Screen) {
	f.t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for from := f.view.Screen; ; {
		f.touch(id)
		select {
		case v, ok := <-f.views:
			if f.view = v; !ok {
				f.t.Fatalf("never shown: %s", screen)
			}
			if v.Screen != from {
				if v.Screen != screen {
					f.on(screen)
				}
				return
			}
		case <-again.C:
		}
	}
}

// touch puts the finger on a target of the screen that stands there.
func (f *front) touch(id string) {
	f.t.Helper()
	for _, target := range f.view.Targets {
		if target.ID != id {
			continue
		}
		x, y := int16(target.X+target.W/2), int16(target.Y+target.H/2)
		for _, e := range []struct{ kind, button byte }{{xproto.MotionNotify, 0}, {xproto.ButtonPress, 1}, {xproto.ButtonRelease, 1}} {
			if err := xtest.FakeInputChecked(f.conn, e.kind, e.button, 0, f.root, x, y, 0).Check(); err != nil {
				f.t.Fatal(err)
			}
		}
		return
	}
	f.t.Fatalf("no %s on %s", id, f.view.Screen)
}

// typable tells whether no letter stands beside itself: a key pressed twice at once
// is taken for once.
func typable(c wire.Code) bool {
	for i := range len(c) - 1 {
		if c[i] == c[i+1] {
			return false
		}
	}
	return true
}

// keyAgain is how long a key is waited for that is to be touched only once.
const keyAgain = 3 * time.Second

// types touches keys, each after the screen has taken the one before.
func (f *front) types(code wire.Code) {
	f.t.Helper()
	again := time.NewTicker(keyAgain)
	defer again.Stop()
	for _, r := range string(code) {
		for answered := false; !answered; {
			again.Reset(keyAgain) // from this touch on
			f.touch("key." + string(r))
			select {
			case f.view, answered = <-f.views:
				if !answered {
					f.t.Fatal("a key was not answered")
				}
			case <-again.C: // the first one came too soon after the screen
			}
		}
	}
}

func TestTypedCodeBringsTheTerminalIntoService(t *testing.T) {
	b := newBeginner(t)
	data := b.s.Terminal.Data
	if err := offline.Create(filepath.Join(data, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "kiosk.toml")
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = %q\n[panel]\nfullscreen = false\n[sound]\noutput = \"none\"\n", data, b.s.Central.Address)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var wrong, right wire.Code
	for wrong = wire.NewCode(); !typable(wrong); wrong = wire.NewCode() {
	}
	for right = ""; right == "" || !typable(right); {
		var err error
		if right, err = wire.ParseCode(b.code(12)); err != nil {
			t.Fatal(err)
		}
	}

	f := openFront(t, config)
	f.secrets = []string{string(wrong), wrong.String(), string(right), right.String()}
	f.on(visit.ScreenOutOfService)
	f.insist("setup", visit.ScreenSetup)
	f.types(wrong)
	f.insist("next", visit.ScreenSetupWait)
	f.on(visit.ScreenSetup) // central does not know it
	f.insist("back", visit.ScreenOutOfService)
	f.insist("setup", visit.ScreenSetup)
	f.types(right)
	f.insist("next", visit.ScreenSetupWait)
	f.on(visit.ScreenStart) // in service, by the same process
	if i, err := agent.LoadIdentity(data); err != nil || i.Kiosk != 12 {
		t.Errorf("%d, %v", i.Kiosk, err)
	}

	// No file has the code, in whatever form it is written, and none is left over.
	err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Type() != 0 {
			return err
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // a file of SQLite's
		}
		for _, c := range []wire.Code{right, wrong} {
			if bytes.Contains(text, []byte(c)) || bytes.Contains(text, []byte(c.String())) {
				t.Errorf("%s holds a code", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
