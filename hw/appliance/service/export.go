package service

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
)

// Below this a stick is full before anything is tried, in bytes.
const leastRoom = 1 << 20

// queueExport begins the name of what "kioskctl outbox export" writes.
const queueExport = "lintai-"

// export writes to a stick, or the newest part of the log for central.
func (s *Service) export(ctx context.Context, what, stick string) (file string, err error) {
	if what == "logs" && stick == "" {
		return s.logsForCentral(ctx)
	}
	write := map[string]func(context.Context, string, string) (string, error){"queue": s.queueTo, "logs": s.logsTo}[what]
	if write == nil {
		return "", refuse(fault.ApplianceFailed, "neither queue nor logs")
	}
	err = s.withStick(ctx, stick, true, func(folder, kind string) error {
		if free, err := room(folder); err != nil {
			return err
		} else if free < leastRoom {
			return refuse(fault.StickFull, "")
		}
		file, err = write(ctx, folder, kind)
		return err
	})
	var r *refusal
	switch {
	case err == nil, errors.As(err, &r):
	case full(err):
		err = refuse(fault.StickFull, "%v", err)
	case gone(err):
		err = refuse(fault.StickMissing, "%v", err)
	}
	if err != nil {
		return "", err
	}
	return file, nil
}

// queueTo has the terminal's own tool write what waits, as the terminal's own user: it
// reads what only that user may, and no file of the queue ever belongs to root.
func (s *Service) queueTo(ctx context.Context, folder, kind string) (string, error) {
	uid, gid, err := s.sys.user(kioskUser)
	if err != nil {
		return "", err
	}
	if kind == "ext4" {
		// The mount cannot give such a stick to a user; a folder on it can be given.
		if folder, err = s.give(folder, uid, gid); err != nil {
			return "", err
		}
	}
	before := names(folder)
	id, group := strconv.Itoa(uid), strconv.Itoa(gid)
	err = s.sys.Run(ctx, nil, "setpriv", "--reuid="+id, "--regid="+group, "--clear-groups", "--no-new-privs", "--", s.tool, "outbox", "export", "--config", s.sys.path(kioskFile), "--out", folder)
	var code interface{ ExitCode() int }
	unreadable := errors.As(err, &code) && code.ExitCode() == 3
	if unreadable {
		err = nil // some items could not be read; all others are there, and the queue's own faults tell of them
	}
	if err != nil {
		return "", err
	}
	for _, name := range names(folder) {
		if strings.HasPrefix(name, queueExport) && !slices.Contains(before, name) {
			return name, nil
		}
	}
	if unreadable {
		return "", refuse(fault.QueueDamaged, "no item that waits can be read")
	}
	return "", nil // nothing waits
}

func names(folder string) []string {
	entries, _ := os.ReadDir(folder)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// give makes a folder on a stick that belongs to the terminal's user. What lies there
// under that name and is no folder is left alone.
func (s *Service) give(stick string, uid, gid int) (string, error) {
	root, err := os.OpenRoot(stick)
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := root.Mkdir("lintai", 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if info, err := root.Lstat("lintai"); err != nil {
		return "", err
	} else if !info.IsDir() {
		return "", refuse(fault.StickMissing, "lintai on the stick is no folder")
	}
	return filepath.Join(stick, "lintai"), root.Lchown("lintai", uid, gid)
}

// logsTo writes the log of the last days.
func (s *Service) logsTo(ctx context.Context, folder, _ string) (string, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", err
	}
	defer root.Close()
	name := fmt.Sprintf("lintai-logs-%04d-%s.txt.gz", s.number(), s.sys.Now().In(phrase.Zone).Format("20060102-150405"))
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return "", err
	}
	err = s.zipLogs(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		root.Remove(name)
		return "", err
	}
	return name, nil
}

func (s *Service) zipLogs(ctx context.Context, to io.Writer) error {
	z := gzip.NewWriter(to)
	fmt.Fprintf(z, "%s %s %s\n", s.boot.Version, s.boot.Slot, s.boot.Reason)
	l := &logLines{line: func(line string) error {
		_, err := io.WriteString(z, line)
		return err
	}}
	if err := s.sys.Run(ctx, l, "journalctl", "--quiet", "--no-pager", "--output=json", "--since=-7days"); err != nil {
		return errors.Join(err, l.failed) // a full stick ends the writer, and with it the program
	}
	return z.Close()
}

// logsForCentral keeps the newest lines that fit.
func (s *Service) logsForCentral(ctx context.Context) (string, error) {
	var lines []string
	size := 0
	l := &logLines{line: func(line string) error {
		if size += len(line); size > 8*appliance.MaxLogs {
			return errEnough
		}
		lines = append(lines, line)
		return nil
	}}
	err := s.sys.Run(ctx, l, "journalctl", "--quiet", "--no-pager", "--output=json", "--since=-7days", "--reverse")
	if err != nil && !errors.Is(l.failed, errEnough) {
		return "", err
	}
	slices.Reverse(lines)
	var zipped strings.Builder
	for {
		zipped.Reset()
		z := gzip.NewWriter(&zipped)
		fmt.Fprintf(z, "%s %s %s\n", s.boot.Version, s.boot.Slot, s.boot.Reason)
		for _, line := range lines {
			io.WriteString(z, line) // to memory
		}
		if err := z.Close(); err != nil {
			return "", err
		}
		if zipped.Len() <= appliance.MaxLogs {
			break
		}
		lines = lines[len(lines)/4+1:]
	}
	if err := s.sys.replace(appliance.LogsPath, []byte(zipped.String()), 0o640); err != nil {
		return "", err
	}
	if _, gid, err := s.sys.user(kioskUser); err == nil {
		if err := os.Lchown(s.sys.path(appliance.LogsPath), -1, gid); err != nil {
			return "", err
		}
	}
	return filepath.Base(appliance.LogsPath), nil
}

// number is the terminal's, 0 when the file does not say.
func (s *Service) number() int {
	return s.wishes().Number
}
