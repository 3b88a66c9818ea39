package power

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Program is what is recorded.
type Program struct {
	Path   string
	Args   []string // without the program's name
	Env    []string
	Folder string // what is recorded: all below it
	// Stop, when not nil, is asked after each line the program said; the program is
	// killed when it answers true.
	Stop func(line string) bool
}

// Record runs a program to its end and records what it did to its folder. It needs
// no rights beyond those over a child of one's own. A call that changes the folder
// in a way that is not modelled is an error, never passed over.
func Record(p Program) (*Recording, error) {
	type result struct {
		recording *Recording
		err       error
	}
	done := make(chan result)
	go func() {
		// The kernel knows the tracer by its thread. The thread ends with the
		// goroutine, since it is never unlocked.
		runtime.LockOSThread()
		r, err := record(p)
		done <- result{r, err}
	}()
	r := <-done
	return r.recording, r.err
}

// tracer follows one process with all its threads.
type tracer struct {
	pid     int
	root    string
	now     int
	events  []*Event
	pending map[int]*call // by thread: between entry and exit
	fds     map[int]*open
	names   map[string]int // what is in the folder: files by path below it
	sizes   map[int]int64
	files   int
	base    map[string][]byte
	stop    func(string) bool
}

// open is an open file of the program that lies in the folder.
type open struct {
	file   int // 0: a folder
	path   string
	offset int64
	append bool
}

func record(p Program) (_ *Recording, err error) {
	root, err := filepath.EvalSymlinks(p.Folder)
	if err != nil {
		return nil, fmt.Errorf("power: %w", err)
	}
	t := &tracer{root: root, pending: map[int]*call{}, fds: map[int]*open{}, names: map[string]int{},
		sizes: map[int]int64{}, base: map[string][]byte{}, stop: p.Stop}
	if err := t.look(); err != nil {
		return nil, fmt.Errorf("power: %w", err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("power: %w", err)
	}
	defer null.Close()
	complaints, err := os.CreateTemp("", "power")
	if err != nil {
		return nil, fmt.Errorf("power: %w", err)
	}
	defer complaints.Close()
	defer os.Remove(complaints.Name())
	t.pid, err = syscall.ForkExec(p.Path, append([]string{p.Path}, p.Args...), &syscall.ProcAttr{
		Env: p.Env, Files: []uintptr{null.Fd(), null.Fd(), complaints.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return nil, fmt.Errorf("power: start %s: %w", p.Path, err)
	}
	status, err := t.follow()
	if err != nil {
		_ = unix.Kill(t.pid, unix.SIGKILL)
		for { // until nothing of it is left
			if _, e := unix.Wait4(-1, nil, unix.WALL|unix.WNOTHREAD, nil); e != nil && !errors.Is(e, unix.EINTR) {
				break
			}
		}
		return nil, fmt.Errorf("power: record: %w", err)
	}
	r := &Recording{End: t.now + 1, base: t.base}
	for _, e := range t.events {
		if e != nil {
			r.Events = append(r.Events, *e)
		}
	}
	if status != 0 {
		said, _ := os.ReadFile(complaints.Name())
		return r, fmt.Errorf("power: the program ended with status %d: %s", status, bytes.TrimSpace(said))
	}
	return r, nil
}

// look takes what is in the folder as being on the disk.
func (t *tracer) look() error {
	return filepath.WalkDir(t.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(t.root, path)
		if err != nil {
			return err
		}
		t.files++
		t.names[below], t.sizes[t.files] = t.files, int64(len(content))
		t.base[below] = content
		return nil
	})
}

// follow lets the process run from call to call until it ends.
func (t *tracer) follow() (status int, err error) {
	var ws unix.WaitStatus
	if _, err := wait(t.pid, &ws); err != nil {
		return 0, err
	}
	if !ws.Stopped() {
		return 0, fmt.Errorf("the program is not stopped at its start: %#x", ws)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(t.pid, options); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	if err := unix.PtraceSyscall(t.pid, 0); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	fresh := map[int]bool{t.pid: false} // threads; true: not seen yet
	for {
		tid, err := wait(-1, &ws)
		if err != nil {
			return 0, err
		}
		switch {
		case ws.Exited() || ws.Signaled():
			delete(t.pending, tid)
			if tid == t.pid {
				if ws.Signaled() {
					return 128 + int(ws.Signal()), nil
				}
				return ws.ExitStatus(), nil
			}
			continue
		case !ws.Stopped():
			continue
		}
		signal := 0
		_, known := fresh[tid]
		switch s := ws.StopSignal(); {
		case s == unix.SIGTRAP|0x80:
			if err := t.at(tid); err != nil {
				return 0, err
			}
		case s == unix.SIGTRAP: // a thread was made, or the program was loaded
		case s == unix.SIGSTOP && !known: // a new thread's first stop
		default:
			signal = int(s)
		}
		fresh[tid] = false
		if err := unix.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
	}
}

func wait(pid int, ws *unix.WaitStatus) (int, error) {
	for {
		// Of this thread's children only: the tests have others.
		tid, err := unix.Wait4(pid, ws, unix.WALL|unix.WNOTHREAD, nil)
		if !errors.Is(err, unix.EINTR) {
			return tid, err
		}
	}
}

// syscallInfo is the kernel's struct ptrace_syscall_info, the same on every
// architecture.
type syscallInfo struct {
	op      uint8
	_       [3]uint8
	arch    uint32
	ip, sp  uint64
	a       uint64 // entry: the call's number; exit: what it returned
	args    [6]uint64
	_, _, _ uint64
}

const (
	infoEntry = 1
	infoExit  = 2
)

// at is called when a thread enters or leaves the kernel.
func (t *tracer) at(tid int) error {
	var info syscallInfo
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno == unix.ESRCH {
		return nil // killed meanwhile
	}
	if errno != 0 {
		return fmt.Errorf("ptrace: what call it is: %w", errno)
	}
	t.now++
	switch info.op {
	case infoEntry:
		c, err := t.enter(int(info.a), info.args)
		if err != nil {
			return err
		}
		t.pending[tid] = c
	case infoExit:
		c := t.pending[tid]
		delete(t.pending, tid)
		if c != nil {
			return t.leave(c, int64(info.a))
		}
	}
	return nil
}

// memory reads from the program.
func (t *tracer) memory(at uint64, size int) ([]byte, error) {
	b := make([]byte, size)
	if size == 0 {
		return b, nil
	}
	n, err := unix.ProcessVMReadv(t.pid, []unix.Iovec{{Base: &b[0], Len: uint64(size)}}, []unix.RemoteIovec{{Base: uintptr(at), Len: size}}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the program's memory: %w", err)
	}
	return b[:n], nil
}

// text reads a string that ends with a zero byte, page by page, because the next
// page may not be there.
func (t *tracer) text(at uint64) (string, error) {
	const page = 4096
	var s []byte
	for len(s) < 2*page {
		b, err := t.memory(at, int(page-at%page))
		if err != nil {
			return "", err
		}
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return string(append(s, b[:i]...)), nil
		}
		s = append(s, b...)
		at += uint64(len(b))
	}
	return "", errors.New("a path without an end")
}
