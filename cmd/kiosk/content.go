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
	// contentEvery is how often the community's folder, and what central published,
	// are looked at.
	contentEvery = time.Minute
	// contentQuiet is how long nobody must have been there before changed
	// documents take the place of the old: then no call waits for an answer.
	contentQuiet = 10 * time.Minute
)

// errContentChanged ends serving, to begin again with new documents.
var errContentChanged = errors.New("the documents have changed")

// ownContent is the folder of the community's own documents, [terminal] content, and
// what stands behind it: the documents of central, and those inside the binary.
type ownContent struct {
	folder  string     // empty: there is none
	central *documents // nil: this terminal takes none
	book    *healthBook
	log     *slog.Logger
	mark    string // of files and documents as they were last read
}

// read reads the documents: the files of the folder go before central's documents,
// and these before the built-in ones. What cannot be used is told to the log, to
// kioskctl doctor and to central, and the next in this order is in its place.
func (c *ownContent) read(ctx context.Context) (content.Content, bool) {
	behind := content.Default()
	if c.central != nil {
		behind = c.central.content(ctx)
	}
	c.mark = c.today()
	if c.folder == "" {
		c.book.none(readiness.Content)
		return behind, true
	}
	documents, problems := content.Over(behind, os.DirFS(c.folder))
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

// today changes whenever a file or a document does.
func (c *ownContent) today() string {
	text := ""
	if c.central != nil {
		text = c.central.mark()
	}
	if c.folder != "" {
		text += "\n" + mark(c.folder)
	}
	return text
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

// watch looks at folder and documents at each tick, and returns true when documents that
// changed are all right and nobody is there; false when the context ends. Documents
// with a mistake change nothing: the terminal goes on with what it has.
func (c *ownContent) watch(ctx context.Context, ticks <-chan time.Time, quiet func() bool) bool {
	for waiting := false; ; {
		select {
		case <-ctx.Done():
			return false
		case <-ticks:
		}
		if c.today() != c.mark {
			_, waiting = c.read(ctx)
			c.log.Info("content changed", "used", waiting)
		}
		if waiting && quiet() {
			return true
		}
	}
}
