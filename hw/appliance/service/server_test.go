package service

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

// serve has a service listen, and returns its socket.
func serve(t *testing.T, c *computer) string {
	t.Helper()
	s := c.service()
	// A socket's path is short; a test's folder may not be.
	dir, err := os.MkdirTemp("", "lintai")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Symlink(dir, c.path("/run/socket")); err != nil {
		t.Fatal(err)
	}
	short := s.sys
	short.Root = dir
	if err := os.MkdirAll(dir+"/etc", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/etc/passwd", []byte(c.text("/etc/passwd")), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := Listen(short, appliance.SocketPath)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return dir + appliance.SocketPath
}

func TestASocketEndToEnd(t *testing.T) {
	c := newComputer(t)
	path := serve(t, c)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("%v %v", info, err)
	}
	client, err := appliance.Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := client.Status(t.Context())
	if err != nil || st.Slot != "A" || st.Image != "2026.11.22-1" {
		t.Fatalf("%+v %v", st, err)
	}
	if err := client.Keep(t.Context(), map[string]string{"sound.volume": "30"}); err != nil || !strings.Contains(c.text(kioskFile), "volume = 30") {
		t.Error(err)
	}
	var r *appliance.Refusal
	if err := client.Light(t.Context(), 50); !errors.As(err, &r) || appliance.FaultOf(err) != fault.ApplianceFailed || r.Verb != appliance.VerbLight {
		t.Error(err)
	}
	if err := client.Update(t.Context(), "../x", ""); appliance.FaultOf(err) != fault.UpdateRefused {
		t.Error(err)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := client.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestNoSocketIsNoAppliance(t *testing.T) {
	for _, path := range []string{"/nowhere/at/all.sock", t.TempDir()} {
		if _, err := appliance.Dial(path); !errors.Is(err, appliance.ErrNone) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// talk sends bytes and returns what comes back until the other end closes.
func talk(t *testing.T, path, text string) string {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(err)
	}
	if u, ok := conn.(*net.UnixConn); ok {
		u.CloseWrite()
	}
	said, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil && err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(err)
	}
	return said
}

func TestNonsenseAtTheSocket(t *testing.T) {
	c := newComputer(t)
	path := serve(t, c)
	deep := strings.Repeat("[", 20_000)
	for _, text := range []string{"", "\n", "{}\n", "null\n", "[]\n", "{\"verb\":7}\n", "{\"verb\":\"status\"", "{\"verb\":\"\\u0000\"}\n", deep + "\n", strings.Repeat("x", 200_000) + "\n", "GET / HTTP/1.1\r\n\r\n", "\xff\xfe\n", "{\"verb\":\"time\",\"at\":\"9999999-01-01\"}\n"} {
		said := talk(t, path, text)
		if said == "" {
			continue // it hung up
		}
		var a appliance.Answer
		if err := json.Unmarshal([]byte(said), &a); err != nil || a.Fault != fault.ApplianceFailed {
			t.Errorf("%.40q: %s", text, said)
		}
	}
	if said := talk(t, path, "{\"verb\":\"status\"}\nmore"); !strings.Contains(said, "2026.11.22-1") {
		t.Errorf("%s", said)
	}
}

func TestOnlyTheKioskAndRootMayAsk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	c := newComputer(t)
	c.write("/etc/passwd", "kiosk:x:4711:4711::/:\n")
	path := serve(t, c)
	if err := os.Chmod(path, 0o666); err != nil { // the socket's mode is the first lock; this is the second
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(filepath.Dir(path))), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(path)), 0o755); err != nil {
		t.Fatal(err)
	}
	for uid, answered := range map[int]bool{4711: true, 4712: false, 0: true} {
		said := make(chan string, 1)
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with what it became
			if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
				said <- errno.Error()
				return
			}
			conn, err := net.Dial("unix", path)
			if err != nil {
				said <- err.Error()
				return
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "{\"verb\":\"status\"}\n"); err != nil {
				said <- err.Error()
				return
			}
			line, err := bufio.NewReader(conn).ReadString('\n')
			said <- fmt.Sprint(line, err)
		}()
		if got := <-said; strings.HasPrefix(got, "{") != answered {
			t.Errorf("uid %d: %s", uid, got)
		}
	}
}
