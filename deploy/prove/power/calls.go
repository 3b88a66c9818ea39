package power

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// call is a call of the kernel that matters, between entry and exit.
type call struct {
	number int
	args   [6]uint64
	event  *Event // what it does, when it does anything to the folder
	open   *open  // what it opens, or works on
	to     *open  // what it copies to
	refuse error  // the record cannot go on if it succeeds
}

// modelled are the calls that are looked at; the others do not touch files, or are
// in refused.
var modelled = map[int]bool{
	unix.SYS_OPENAT: true, unix.SYS_CLOSE: true, unix.SYS_DUP: true, unix.SYS_DUP3: true, unix.SYS_FCNTL: true,
	unix.SYS_WRITE: true, unix.SYS_PWRITE64: true, unix.SYS_READ: true, unix.SYS_LSEEK: true,
	unix.SYS_FTRUNCATE: true, unix.SYS_FALLOCATE: true, unix.SYS_FSYNC: true, unix.SYS_FDATASYNC: true,
	unix.SYS_RENAMEAT: true, unix.SYS_RENAMEAT2: true, unix.SYS_LINKAT: true, unix.SYS_UNLINKAT: true,
	unix.SYS_MMAP: true, unix.SYS_TRUNCATE: true, unix.SYS_COPY_FILE_RANGE: true,
}

// refused are calls whose effect on a folder is not modelled. Those that name a
// descriptor first are refused only when it is one of the folder, or what the
// program says.
var refused = map[int]string{
	unix.SYS_WRITEV: "writev", unix.SYS_PWRITEV: "pwritev", unix.SYS_PWRITEV2: "pwritev2",
	unix.SYS_SENDFILE: "sendfile", unix.SYS_SYNC_FILE_RANGE: "sync_file_range", unix.SYS_SYNCFS: "syncfs",
}

// refusedAlways are refused whatever they name.
var refusedAlways = map[int]string{
	unix.SYS_SYNC:   "sync",
	unix.SYS_SPLICE: "splice", unix.SYS_IO_URING_SETUP: "io_uring_setup", unix.SYS_OPENAT2: "openat2",
	unix.SYS_CHDIR: "chdir", unix.SYS_FCHDIR: "fchdir",
}

// newer turns a call into its …at form.
func newer(number int, args [6]uint64) (int, [6]uint64) {
	at, ok := older[number]
	if !ok {
		return number, args
	}
	cwd := unix.AT_FDCWD
	here := uint64(cwd)
	switch at {
	case unix.SYS_RENAMEAT, unix.SYS_LINKAT:
		return at, [6]uint64{here, args[0], here, args[1], 0}
	case unix.SYS_UNLINKAT:
		return at, [6]uint64{here, args[0], 0}
	case unix.SYS_SYMLINKAT:
		return at, [6]uint64{args[0], here, args[1]}
	}
	return at, [6]uint64{here, args[0], args[1], args[2]}
}

func (t *tracer) enter(number int, args [6]uint64) (*call, error) {
	if name, ok := unmodelled[number]; ok {
		return nil, fmt.Errorf("%s is not modelled", name)
	}
	if name, ok := refusedAlways[number]; ok {
		return nil, fmt.Errorf("%s is not modelled", name)
	}
	number, args = newer(number, args)
	o := t.fds[int(args[0])]
	if name, ok := refused[number]; ok && (o != nil || args[0] == 1) {
		return nil, fmt.Errorf("%s is not modelled", name)
	}
	switch number {
	case unix.SYS_CLONE:
		if args[0]&unix.CLONE_THREAD == 0 {
			return nil, fmt.Errorf("the program starts another, which would not be recorded")
		}
		return nil, nil
	case unix.SYS_SYMLINKAT:
		path, ok, err := t.path(args[1], args[2])
		if err != nil || !ok {
			return nil, err
		}
		return &call{refuse: fmt.Errorf("the new symbolic link %s is not modelled", path)}, nil
	case unix.SYS_MKDIRAT:
		path, ok, err := t.path(args[0], args[1])
		if err != nil || !ok {
			return nil, err
		}
		return &call{number: number, args: args, event: t.event(Event{Kind: Folder, Path: path})}, nil
	}
	if !modelled[number] {
		return nil, nil
	}
	c := &call{number: number, args: args, open: o}
	switch number {
	case unix.SYS_OPENAT:
		return t.opening(c)
	case unix.SYS_TRUNCATE:
		cwd := unix.AT_FDCWD
		path, ok, err := t.path(uint64(cwd), args[0])
		if file, there := t.names[path]; err != nil || !ok || !there || volatile(path) {
			return nil, err
		} else {
			c.event = t.event(Event{Kind: Truncate, Path: path, File: file, Size: int64(args[1])})
		}
		return c, nil
	case unix.SYS_COPY_FILE_RANGE:
		return t.copying(c)
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_UNLINKAT:
		return t.naming(c)
	case unix.SYS_DUP, unix.SYS_DUP3, unix.SYS_FCNTL, unix.SYS_READ, unix.SYS_LSEEK:
		if o == nil {
			return nil, nil
		}
		return c, nil
	case unix.SYS_CLOSE:
		// Now, because another thread may be given the number before this one is
		// seen to return.
		delete(t.fds, int(args[0]))
		return nil, nil
	case unix.SYS_MMAP:
		o = t.fds[int(int32(args[4]))]
		if o != nil && !volatile(o.path) && args[2]&unix.PROT_WRITE != 0 && args[3]&unix.MAP_SHARED != 0 && args[3]&unix.MAP_ANONYMOUS == 0 {
			return nil, fmt.Errorf("%s is written through memory, which is not modelled", o.path)
		}
		return nil, nil
	}
	return t.changing(c)
}

// changing are the calls that change an open file, or bring it to the disk.
func (t *tracer) changing(c *call) (*call, error) {
	if c.number == unix.SYS_WRITE && c.args[0] == 1 && c.open == nil {
		data, err := t.memory(c.args[1], int(c.args[2]))
		if err != nil {
			return nil, err
		}
		c.event = t.event(Event{Kind: Say, Data: data})
		if t.stop != nil && t.stop(strings.TrimSuffix(string(data), "\n")) {
			return nil, unix.Kill(t.pid, unix.SIGKILL)
		}
		return c, nil
	}
	if c.open == nil || volatile(c.open.path) {
		return nil, nil
	}
	e := Event{Path: c.open.path, File: c.open.file}
	switch c.number {
	case unix.SYS_WRITE, unix.SYS_PWRITE64:
		e.Kind, e.Offset = Write, c.open.offset
		switch {
		case c.open.append:
			e.Offset = t.sizes[e.File]
		case c.number == unix.SYS_PWRITE64:
			e.Offset = int64(c.args[3])
		}
		var err error
		if e.Data, err = t.memory(c.args[1], int(c.args[2])); err != nil {
			return nil, err
		}
	case unix.SYS_FTRUNCATE:
		e.Kind, e.Size = Truncate, int64(c.args[1])
	case unix.SYS_FALLOCATE:
		end := int64(c.args[2] + c.args[3])
		switch mode := c.args[1]; {
		case mode == unix.FALLOC_FL_KEEP_SIZE || mode == 0 && end <= t.sizes[e.File]:
			return nil, nil
		case mode != 0:
			return nil, fmt.Errorf("fallocate of %s with mode %#x is not modelled", e.Path, mode)
		}
		e.Kind, e.Size = Truncate, end
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		e.Kind = Sync
	}
	c.event = t.event(e)
	return c, nil
}

// copying is what the kernel copies from one file to another, both at the place
// where they stand.
func (t *tracer) copying(c *call) (*call, error) {
	from, to := c.open, t.fds[int(c.args[2])]
	if from == nil && to == nil {
		return nil, nil
	}
	if from == nil || c.args[1] != 0 || c.args[3] != 0 || to != nil && (to.append || volatile(to.path)) {
		return nil, fmt.Errorf("this copy_file_range is not modelled")
	}
	c.to = to
	if to == nil {
		return c, nil
	}
	source, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", t.pid, c.args[0]))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	data, err := io.ReadAll(io.NewSectionReader(source, from.offset, int64(min(c.args[4], math.MaxInt32))))
	if err != nil {
		return nil, err
	}
	c.event = t.event(Event{Kind: Write, Path: to.path, File: to.file, Offset: to.offset, Data: data})
	return c, nil
}

func (t *tracer) event(e Event) *Event {
	e.Begin = t.now
	t.events = append(t.events, &e)
	return &e
}

// forget takes back what was entered as done: the call failed.
func (t *tracer) forget(e *Event) {
	for i := len(t.events) - 1; i >= 0; i-- {
		if t.events[i] == e {
			t.events[i] = nil
			return
		}
	}
}

func (t *tracer) opening(c *call) (*call, error) {
	path, ok, err := t.path(c.args[0], c.args[1])
	if err != nil || !ok {
		return nil, err
	}
	flags := c.args[2]
	if flags&unix.O_TMPFILE == unix.O_TMPFILE {
		return nil, fmt.Errorf("a file without a name in %s is not modelled", path)
	}
	c.open = &open{path: path, append: flags&unix.O_APPEND != 0}
	file, there := t.names[path]
	switch {
	case there && flags&unix.O_TRUNC != 0 && !volatile(path):
		c.event = t.event(Event{Kind: Truncate, Path: path, File: file})
	case !there && flags&unix.O_CREAT != 0:
		t.files++
		file = t.files
		if !volatile(path) {
			c.event = t.event(Event{Kind: Create, Path: path, File: file})
		}
	}
	c.open.file = file
	return c, nil
}

func (t *tracer) naming(c *call) (*call, error) {
	from, ok, err := t.path(c.args[0], c.args[1])
	if err != nil {
		return nil, err
	}
	if c.number == unix.SYS_UNLINKAT {
		switch {
		case !ok:
			return nil, nil
		case c.args[2]&unix.AT_REMOVEDIR != 0:
			return &call{refuse: fmt.Errorf("the removal of folder %s is not modelled", from)}, nil
		}
		c.event = t.event(Event{Kind: Remove, Path: from, File: t.names[from]})
		return c, nil
	}
	to, inside, err := t.path(c.args[2], c.args[3])
	if err != nil || !ok && !inside {
		return nil, err
	}
	if _, is := t.names[from]; !is || ok != inside || c.number == unix.SYS_RENAMEAT2 && c.args[4]&unix.RENAME_EXCHANGE != 0 {
		return nil, fmt.Errorf("the move of %s to %s is not modelled", from, to)
	}
	e := Event{Kind: Rename, Path: from, To: to, File: t.names[from]}
	if c.number == unix.SYS_LINKAT {
		e = Event{Kind: Link, Path: to, File: t.names[from]}
	}
	c.event = t.event(e)
	return c, nil
}

// leave is called when a call that matters returns.
func (t *tracer) leave(c *call, returned int64) error {
	if returned < 0 {
		if c.event != nil {
			t.forget(c.event)
		}
		return nil
	}
	if c.refuse != nil {
		return c.refuse
	}
	if e := c.event; e != nil {
		e.End = t.now
		switch e.Kind {
		case Write:
			e.Data = e.Data[:returned]
			t.sizes[e.File] = max(t.sizes[e.File], e.Offset+returned)
		case Truncate:
			t.sizes[e.File] = e.Size
		case Create, Link:
			t.names[e.Path] = e.File
		case Rename:
			delete(t.names, e.Path)
			t.names[e.To] = e.File
		case Remove:
			delete(t.names, e.Path)
		}
	}
	switch c.number {
	case unix.SYS_OPENAT:
		if c.open.file > 0 {
			t.names[c.open.path] = c.open.file
		}
		t.fds[int(returned)] = c.open
	case unix.SYS_DUP, unix.SYS_DUP3:
		t.fds[int(returned)] = c.open
	case unix.SYS_FCNTL:
		if c.args[1] == unix.F_DUPFD || c.args[1] == unix.F_DUPFD_CLOEXEC {
			t.fds[int(returned)] = c.open
		}
	case unix.SYS_READ, unix.SYS_WRITE:
		if c.open != nil {
			c.open.offset += returned
		}
	case unix.SYS_LSEEK:
		c.open.offset = returned
	case unix.SYS_COPY_FILE_RANGE:
		c.open.offset += returned
		if c.to != nil {
			c.to.offset += returned
		}
	}
	return nil
}

// path reads a path of the program; false when it lies outside the folder.
func (t *tracer) path(folder, name uint64) (string, bool, error) {
	path, err := t.text(name)
	if err != nil {
		return "", false, err
	}
	if !filepath.IsAbs(path) {
		at := fmt.Sprintf("/proc/%d/cwd", t.pid)
		if fd := int32(folder & math.MaxUint32); fd != unix.AT_FDCWD {
			at = fmt.Sprintf("/proc/%d/fd/%d", t.pid, fd)
		}
		where, err := os.Readlink(at)
		if err != nil {
			return "", false, err
		}
		path = filepath.Join(where, path)
	}
	below, err := filepath.Rel(t.root, filepath.Clean(path))
	if err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return "", false, nil
	}
	return below, true, nil
}
