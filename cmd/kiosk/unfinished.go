package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// unfinishedSlip is a file that is there while the printer may hold part of a slip.
// A terminal that dies then begins its next life with a note under that part and a
// cut: it bears another resident's code.
type unfinishedSlip struct {
	path string
	log  *slog.Logger
}

func newUnfinishedSlip(data string, log *slog.Logger) *unfinishedSlip {
	return &unfinishedSlip{path: filepath.Join(data, "slip.unfinished"), log: log}
}

// read gives the number that was written last, see printer.Options.Left.
func (u *unfinishedSlip) read() int {
	text, err := os.ReadFile(u.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	left, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || left < 1 {
		return 1 // cut short by a power cut, or by a disk: something was left
	}
	return left
}

// write keeps the number before it returns. A disk that does not take it holds up
// no slip.
func (u *unfinishedSlip) write(left int) {
	if err := u.keep(left); err != nil {
		u.log.Warn("it is not noted how the printer is left", "error", err)
	}
}

func (u *unfinishedSlip) keep(left int) error {
	if left == 0 {
		// Not synced: the file that is back after a power cut costs a strip of paper.
		if err := os.Remove(u.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	f, err := os.OpenFile(u.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strconv.Itoa(left))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(u.path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
