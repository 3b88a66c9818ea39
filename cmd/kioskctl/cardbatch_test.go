package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw/sdcard"
	"lintai/kiosk/roster"
	"lintai/kiosk/settings"
	"lintai/sync/central/sheet"
)

// morning is a technician before a computer: what she does with the cards when she is
// asked, and what she types then.
type morning struct {
	steps []step
	asked chan struct{}
	said  strings.Builder
	rest  []byte
}

type step struct {
	do    func()
	types string
}

func (m *morning) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "按回车") {
		m.asked <- struct{}{}
	}
	return m.said.Write(b)
}

func (m *morning) Read(b []byte) (int, error) {
	if len(m.rest) == 0 {
		<-m.asked
		if len(m.steps) == 0 {
			return 0, io.EOF
		}
		if m.steps[0].do != nil {
			m.steps[0].do()
		}
		m.rest = []byte(m.steps[0].types + "\n")
		m.steps = m.steps[1:]
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// batchFolder is what "card prepare" makes, for terminals 1, 2 and 3.
func batchFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var entries []roster.Entry
	for n, place := range map[int]string{1: "甲", 2: "乙", 3: "丙"} {
		text, err := settings.Fill(settings.Template, map[string]string{"terminal.number": string(rune('0' + n)), "terminal.place": `"` + place + `"`})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, roster.FileName(n)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for n, place := range []string{"甲", "乙", "丙"} {
		entries = append(entries, roster.Entry{Number: n + 1, Place: place, File: roster.FileName(n + 1), Until: time.Now().Add(time.Hour * 48)})
	}
	f, err := os.Create(filepath.Join(dir, indexName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := sheet.Write(f, sheet.CSV, roster.IndexRows(entries)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOneMorningOfCards(t *testing.T) {
	image, dir := cardImage(t), batchFolder(t)
	reader := filepath.Join(t.TempDir(), "reader") // what is in it is the card
	drawer := t.TempDir()
	swap := func(to string) func() {
		return func() {
			if err := os.Rename(reader, filepath.Join(drawer, to)); err != nil {
				t.Error(err)
			}
		}
	}
	m := &morning{}
	work := func(steps ...step) error {
		m = &morning{steps: steps, asked: make(chan struct{}, 100)}
		b := &cardBatch{cardWork: cardWork{machine: sdcard.Machine{Root: "/"}, image: image, to: reader, out: m, now: time.Now}, folder: dir}
		return b.run(t.Context(), m)
	}
	said := func(words ...string) {
		t.Helper()
		text := m.said.String()
		for _, w := range words {
			at := strings.Index(text, w)
			if at < 0 {
				t.Fatalf("not said, or not in this order: %q\n%s", w, m.said.String())
			}
			text = text[at+len(w):]
		}
	}
	// She writes the first, forgets to change it, changes it, is called away.
	err := work(step{nil, ""}, step{nil, ""}, step{swap("1"), "9"}, step{nil, "3"}, step{nil, ""}, step{swap("3"), "q"})
	if code, ok := err.(exitCode); !ok || code != 3 {
		t.Fatal(err)
	}
	said("还剩 3 张。插入给 001 号（甲）的卡", "给 1 号终端（甲）", "写好了", "取出这张卡，贴上标签：001 甲",
		"还剩 2 张。插入给 002 号（乙）", "读卡器里还是刚写好的 001 号（甲）的卡", "还剩 2 张", "表里没有 9 号", "插入给 003 号（丙）的卡", "给 3 号终端", "贴上标签：003 丙",
		"还剩 1 张。插入给 002 号（乙）", "还有 1 张没有写")
	// The next day it goes on where it was. The card of yesterday is still known.
	if err := os.Rename(filepath.Join(drawer, "1"), reader); err != nil {
		t.Fatal(err)
	}
	if err := work(step{nil, ""}, step{swap("1"), ""}); err != nil {
		t.Fatal(err)
	}
	said("还剩 1 张。插入给 002 号", "还是刚写好的 001 号", "贴上标签：002 乙", "3 张卡都写好了；跳过 0 张")
	swap("2")()
	for card, want := range map[string]string{"1": "1 号终端，甲", "2": "2 号终端，乙", "3": "3 号终端，丙"} {
		if out, log, code := ctl(t, "card", "show", "--from", filepath.Join(drawer, card)); code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("card %s: %s%s", card, out, log)
		}
	}
	// A file that was changed since is written again; the rest is done.
	text, err := settings.Fill(settings.Template, map[string]string{"terminal.number": "2", "terminal.place": `"乙二"`})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "002.toml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := work(step{nil, "s"}); err == nil {
		t.Error("what was skipped counts as done")
	}
	said("还剩 1 张。插入给 002 号", "2 张卡都写好了；跳过 1 张")
	// A file in another's place.
	if err := os.Rename(filepath.Join(dir, "003.toml"), filepath.Join(dir, "002.toml")); err != nil {
		t.Fatal(err)
	}
	if err := work(); err == nil || !strings.Contains(err.Error(), "里的编号是 3，应当是 2") {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, writtenName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}
