package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
)

const ownNotices = `{"version": 3, "contacts": [{"id": "office", "name": "幸福里居委会", "number": "010-55500112"}]}`

func ownFolder(t *testing.T) *ownContent {
	return &ownContent{folder: t.TempDir(), book: newHealthBook(nil), log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// write replaces a document; how much it changes is not left to the clock.
func (c *ownContent) write(t *testing.T, text string, at int64) {
	t.Helper()
	name := filepath.Join(c.folder, content.CommunityFile)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Time{}, time.Unix(at, 0)); err != nil {
		t.Fatal(err)
	}
}

func (c *ownContent) row() readiness.Row { return c.book.snapshot().Devices[0] }

func TestContentWithAMistakeIsTheBuiltInOneAndIsTold(t *testing.T) {
	var told strings.Builder
	c := ownFolder(t)
	c.log = slog.New(slog.NewTextHandler(&told, nil))
	c.write(t, ownNotices, 1)
	if documents, ok := c.read(t.Context()); !ok || documents.Community.Version != 3 || documents.Catalog != content.Default().Catalog {
		t.Errorf("version %d", documents.Community.Version)
	}
	if r := c.row(); r.Name != readiness.Content || r.State != "ready" || r.Fault != fault.None {
		t.Errorf("%+v", r)
	}
	c.write(t, "{\n\"version\": \"3\"}", 2)
	if documents, ok := c.read(t.Context()); ok || documents != content.Default() {
		t.Error("a document with a mistake is used")
	}
	if r := c.row(); r.Fault != fault.ContentInvalid || !strings.Contains(r.Detail, "community.json:2: ") {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(told.String(), "file=community.json line=2") {
		t.Error(told.String())
	}
	c.folder = ""
	if documents, ok := c.read(t.Context()); !ok || documents != content.Default() || c.row().State != readiness.StateNone {
		t.Errorf("no folder: %+v", c.row())
	}
}

// watched is a folder under watch, whose minutes the test makes pass.
type watched struct {
	*ownContent
	ticks chan time.Time
	asked chan bool // answers whether nobody is there
	ended chan bool
}

func watching(t *testing.T) *watched {
	t.Helper()
	w := &watched{ownFolder(t), make(chan time.Time), make(chan bool), make(chan bool, 1)}
	w.write(t, ownNotices, 1)
	w.read(t.Context())
	ctx, stop := context.WithCancel(t.Context())
	go func() { w.ended <- w.watch(ctx, w.ticks, func() bool { return <-w.asked }) }()
	t.Cleanup(stop)
	return w
}

// answer lets minutes pass until the watch asks whether nobody is there.
func (w *watched) answer(t *testing.T, nobody bool) {
	t.Helper()
	for {
		select {
		case w.ticks <- time.Time{}:
		case w.asked <- nobody:
			return
		case <-t.Context().Done():
			t.Fatal("nobody asks")
		}
	}
}

func TestChangedContentWaitsUntilNobodyIsThere(t *testing.T) {
	w := watching(t)
	w.ticks <- time.Time{} // nothing has changed: nobody is asked
	w.write(t, strings.Replace(ownNotices, "3", "4", 1), 2)
	w.answer(t, false)
	w.answer(t, true)
	if !<-w.ended {
		t.Error("the new documents are not used")
	}
}

func TestMistakeInChangedContentChangesNothing(t *testing.T) {
	w := watching(t)
	w.write(t, "{", 2)
	w.ticks <- time.Time{}
	w.ticks <- time.Time{} // the watch has gone on without asking
	if r := w.row(); r.Fault != fault.ContentInvalid {
		t.Errorf("%+v", r)
	}
	w.write(t, strings.Replace(ownNotices, "3", "5", 1), 3)
	w.answer(t, true)
	if !<-w.ended {
		t.Error("the mended documents are not used")
	}
	if r := w.row(); r.Fault != fault.None {
		t.Errorf("%+v", r)
	}
}

func TestWatchEndsWithTheContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if (&ownContent{}).watch(ctx, nil, nil) {
		t.Error("content has changed where there is none")
	}
	// Each file counts, also one that appears.
	folder, seen := t.TempDir(), map[string]bool{}
	for i, name := range append([]string{""}, content.Files...) {
		if name != "" {
			if err := os.WriteFile(filepath.Join(folder, name), fmt.Append(nil, i), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		seen[mark(folder)] = true
	}
	if len(seen) != 1+len(content.Files) {
		t.Errorf("%d marks", len(seen))
	}
}
