package sdcard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Rescuing is the stage of Rescue.
const Rescuing Stage = "rescuing"

// Rescued is what came off a card.
type Rescued struct {
	Folder     string // the terminal's data folder, as it was; empty: there was none
	Unreadable int64  // bytes of the data partition that the card did not give
	Repaired   string // what the file system's own tool said, when it had to mend
	Config     []byte // kiosk.toml; nil when it could not be read
}

// Quiet refuses a disk of which something is mounted: what is read while another writes
// is neither old nor new.
func (m Machine) Quiet(d Disk) error {
	mounts, err := m.mounts(d)
	if err == nil && len(mounts) > 0 {
		err = problem("sdcard.mounted", nil, "disk", d.Path, "where", strings.Join(mounts, "、"))
	}
	return err
}

// Rescue copies the data partition of a terminal's card into a folder, mends the copy,
// and takes the terminal's data out of it. The card is only read, each part of it once
// while it still can be; a place that cannot be read is zero in the copy.
func Rescue(ctx context.Context, from Target, folder string, progress func(Progress)) (Rescued, error) {
	for _, program := range []string{"e2fsck", "debugfs"} {
		if _, err := lookSystem(program); err != nil {
			return Rescued{}, problem("sdcard.no_program", nil, "program", program, "package", "e2fsprogs")
		}
	}
	l, ok := LayoutOf(from)
	if !ok {
		return Rescued{}, problem("sdcard.not_ours", nil, "disk", from.Path())
	}
	r := Rescued{}
	if text, err := readConfig(ctx, from, l); err == nil {
		r.Config = text
	}
	copied := filepath.Join(folder, "data.ext4")
	var err error
	if r.Unreadable, err = copyOut(ctx, from, l.Data, copied, progress); err != nil {
		os.Remove(copied) // half a copy is of no use, and it is large
		return r, err
	}
	// 1 and 2: there was something to mend, and it is; 4: not all of it is.
	said, code, err := system(ctx, "e2fsck", "-fy", copied)
	if err != nil || code > 4 {
		return r, problem("sdcard.not_mended", errors.Join(err, errors.New(said)), "file", copied)
	}
	if code != 0 {
		r.Repaired = said
	}
	if said, code, err := system(ctx, "debugfs", "-R", fmt.Sprintf("rdump /kiosk %s", folder), copied); err != nil || code != 0 {
		return r, problem("sdcard.not_mended", errors.Join(err, errors.New(said)), "file", copied)
	}
	data := filepath.Join(folder, "kiosk")
	if _, err := os.Stat(data); err != nil {
		return r, problem("sdcard.no_data", nil, "file", copied)
	}
	if err := os.Chmod(data, 0o700); err != nil {
		return r, problem("sdcard.not_mended", err, "file", copied)
	}
	r.Folder = data
	return r, os.Remove(copied)
}

// copyOut copies a partition into a file with holes, and what cannot be read as zeros.
func copyOut(ctx context.Context, from Target, part Span, name string, progress func(Progress)) (unreadable int64, err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return 0, problem("sdcard.not_opened", err, "disk", name)
	}
	defer f.Close()
	if err := f.Truncate(part.Size); err != nil {
		return 0, problem("sdcard.not_written", err, "disk", name, "at", "0")
	}
	piece := room(chunk)
	defer piece.free()
	for offset := int64(0); offset < part.Size; offset += chunk {
		if err := ctx.Err(); err != nil {
			return unreadable, err
		}
		b := piece.bytes[:min(chunk, part.Size-offset)]
		if n, err := from.ReadAt(b, part.Start+offset); err != nil && (!errors.Is(err, io.EOF) || n < len(b)) {
			unreadable += readSmall(from, b, part.Start+offset)
		}
		if !bytes.Equal(b, zeros[:len(b)]) {
			if _, err := f.WriteAt(b, offset); err != nil {
				return unreadable, problem("sdcard.not_written", err, "disk", name, "at", fmt.Sprint(offset>>20))
			}
		}
		progress(Progress{Rescuing, min(offset+chunk, part.Size), part.Size})
	}
	return unreadable, f.Sync()
}

// readSmall reads in the smallest pieces what could not be read at once.
func readSmall(from Target, b []byte, offset int64) (unreadable int64) {
	for at := 0; at < len(b); at += headSize {
		small := b[at:min(at+headSize, len(b))]
		if n, err := from.ReadAt(small, offset+int64(at)); err != nil && n < len(small) {
			clear(small)
			unreadable += int64(len(small))
		}
	}
	return unreadable
}

// lookSystem finds a program also where a user's path does not lead.
func lookSystem(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, folder := range []string{"/usr/sbin", "/sbin"} {
		if err != nil {
			path, err = exec.LookPath(filepath.Join(folder, name))
		}
	}
	return path, err
}

func system(ctx context.Context, name string, args ...string) (said string, code int, err error) {
	path, err := lookSystem(name)
	if err != nil {
		return "", 0, err
	}
	c := exec.CommandContext(ctx, path, args...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return strings.TrimSpace(string(out)), exit.ExitCode(), nil
	}
	return strings.TrimSpace(string(out)), 0, err
}

// OpenToRead opens a card, or a file of one, so that nothing can be written to it. A
// card is read past the kernel's memory, which would read ahead into bad places.
func OpenToRead(path string) (Target, error) {
	var s unix.Stat_t
	flags := os.O_RDONLY
	if unix.Stat(path, &s) == nil && s.Mode&unix.S_IFMT == unix.S_IFBLK {
		flags |= unix.O_DIRECT
	}
	f, err := os.OpenFile(path, flags, 0)
	switch {
	case errors.Is(err, os.ErrPermission):
		return nil, problem("sdcard.no_right", nil, "disk", path)
	case err != nil:
		return nil, problem("sdcard.not_opened", err, "disk", path)
	}
	return file{f}, nil
}
