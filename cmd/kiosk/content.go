package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/hw"
	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
)

const (
	// contentEvery is how often the community's folder is looked at.
	contentEvery = time.Minute
	// contentQuiet is how long nobody must have been there before changed
	// documents take the place of the old: then no call waits for an answer.
	contentQuiet = 10 * time.Minute
)

// errContentChanged ends serving, to begin again with the community's new
// documents.
var errContentChanged = errors.New("the community's documents have changed")

// community is the folder of the community's own documents, [terminal] content.
type community struct {
	folder string // empty: there is none
	book   *healthBook
	log    *slog.Logger
	mark   string // of the files as they were last read
}

// read reads the documents. What cannot be used is told to the log, to kioskctl
// doctor and to central, and the built-in document is in its place.
func (c *community) read() (content.Content, bool) {
	if c.folder == "" {
		c.book.none(readiness.Content)
		return content.Default(), true
	}
	c.mark = mark(c.folder)
	documents, problems := content.Read(os.DirFS(c.folder))
	row := readiness.Row{Name: readiness.Content, Port: c.folder, State: hw.Ready.String()}
	if len(problems) == 0 {
		row.LastOK = time.Now()
	} else {
		row.State, row.Fault, row.Since = hw.Degraded.String(), fault.ContentInvalid, time.Now()
		var lines []string
		for _, p := range problems {
			lines = append(lines, p.String())
			c.log.Warn("content not used", "fault", string(row.Fault), "file", p.File, "line", p.Line, "error", p.Text)
		}
		row.Detail = strings.Join(lines, "\n")
	}
	c.book.put(row)
	return documents, len(problems) == 0
}

// mark changes whenever one of the files does.
func mark(folder string) string {
	var b strings.Builder
	for _, name := range content.Files {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			fmt.Fprintln(&b, "none")
			continue
		}
		fmt.Fprintln(&b, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}

// watch looks at the folder at each tick, and returns true when documents that
// changed are all right and nobody is there; false when the context ends. Documents
// with a mistake change nothing: the terminal goes on with what it has.
func (c *community) watch(ctx context.Context, ticks <-chan time.Time, quiet func() bool) bool {
	for waiting := false; ; {
		select {
		case <-ctx.Done():
			return false
		case <-ticks:
		}
		if c.folder == "" {
			continue
		}
		if mark(c.folder) != c.mark {
			_, waiting = c.read()
			c.log.Info("content changed", "used", waiting)
		}
		if waiting && quiet() {
			return true
		}
	}
}
