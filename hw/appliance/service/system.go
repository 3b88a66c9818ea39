package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// System is the computer as the service sees it: files below a root, programs that are
// run with a fixed list of arguments and without a shell, addresses and a clock. A test
// gives it a tree of its own.
type System struct {
	Root string // "/" on a terminal
	// Run runs a program and gives what it prints to out, which may be nil. The error
	// holds the last of what it said on its standard error.
	Run func(ctx context.Context, out io.Writer, name string, args ...string) error
	// Addresses are those that the computer has, by interface.
	Addresses func() (map[string][]netip.Prefix, error)
	Resolve   func(ctx context.Context, host string) ([]netip.Addr, error)
	Now       func() time.Time
	// Pause waits, and tells why it ended early.
	Pause func(ctx context.Context, d time.Duration) error
	// Console keeps the kernel's text off the panel.
	Console func() error
}

// Real is this computer.
func Real() System {
	return System{Root: "/", Run: run, Addresses: addresses, Resolve: resolve, Now: time.Now, Pause: pause, Console: console}
}

// maxOutput bounds what a program may say to a reader that keeps it, in bytes.
const maxOutput = 4 << 20

func run(ctx context.Context, out io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"}
	cmd.WaitDelay = 5 * time.Second
	var said tail
	cmd.Stdout, cmd.Stderr = out, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w%s", filepath.Base(name), err, said.suffix())
	}
	return nil
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if n := len(t.kept); n > 400 {
		t.kept = append(t.kept[:0], t.kept[n-400:]...)
	}
	return len(p), nil
}

func (t *tail) suffix() string {
	if s := strings.Join(strings.Fields(strings.ToValidUTF8(string(t.kept), "□")), " "); s != "" {
		return ": " + s
	}
	return ""
}

// said runs a program and returns what it printed.
func (s System) said(ctx context.Context, name string, args ...string) (string, error) {
	var b bounded
	err := s.Run(ctx, &b, name, args...)
	return b.String(), err
}

type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		return 0, errors.New("too much output")
	}
	return b.Buffer.Write(p)
}

func addresses() (map[string][]netip.Prefix, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	found := map[string][]netip.Prefix{}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			continue
		}
		list, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				found[i.Name] = append(found[i.Name], p)
			}
		}
	}
	return found, nil
}

func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Of linux/kd.h: a virtual terminal shows text, or leaves the panel to somebody.
const (
	setMode  = 0x4b3a // KDSETMODE
	graphics = 1      // KD_GRAPHICS
)

func console() error {
	f, err := os.OpenFile("/dev/tty0", os.O_WRONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.IoctlSetInt(int(f.Fd()), setMode, graphics)
}

// path is where a file of the computer is.
func (s System) path(name string) string { return filepath.Join(s.Root, name) }

// The largest file that is read whole, in bytes.
const maxFile = 1 << 20

// read is the text of a small file.
func (s System) read(name string) (string, error) {
	f, err := os.Open(s.path(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s: too large", name)
	}
	return string(text), err
}

// word is a file's text without blanks around it, "" when there is none.
func (s System) word(name string) string {
	text, _ := s.read(name)
	return strings.TrimSpace(text)
}

// list names the entries of a folder, none where there is no folder.
func (s System) list(name string) []string {
	entries, _ := os.ReadDir(s.path(name))
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// replace puts a file in the place of another: after a cut there is the old one or the
// new one.
func (s System) replace(name string, text []byte, mode fs.FileMode) error {
	to := s.path(name)
	draft := to + ".new"
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		// umask does not count here: who may read is said by the caller.
		if err = f.Chmod(mode); errors.Is(err, syscall.EPERM) {
			err = nil // FAT has no modes
		}
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(draft, to)
	}
	if err != nil {
		os.Remove(draft)
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// remove takes a file away for good; one that is not there is no error.
func (s System) remove(name string) error {
	if err := os.Remove(s.path(name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.path(name)))
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// uptime is how long the kernel runs; a clock that nobody sets.
func (s System) uptime() time.Duration {
	first, _, _ := strings.Cut(s.word("/proc/uptime"), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil || seconds < 0 || seconds > 1e9 {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// option is the value of a word of the kernel's command line, "name=value".
func (s System) option(name string) string {
	for _, f := range strings.Fields(s.word("/proc/cmdline")) {
		if v, ok := strings.CutPrefix(f, name+"="); ok {
			return v
		}
	}
	return ""
}

// user is the number of a user and of its group by its name.
func (s System) user(name string) (uid, gid int, err error) {
	text, err := s.read("/etc/passwd")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || f[0] != name {
			continue
		}
		uid, err = strconv.Atoi(f[2])
		if err == nil {
			gid, err = strconv.Atoi(f[3])
		}
		return uid, gid, err
	}
	return 0, 0, fmt.Errorf("there is no user %s", name)
}
