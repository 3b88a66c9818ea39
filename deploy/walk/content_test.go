package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/community"
)

// The neighbourhood of the demonstration is one that a terminal takes, with
// something to join and something to read, on whatever day it is shown.
func TestContentIsTakenOnAnyDay(t *testing.T) {
	for _, now := range []time.Time{
		time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC),
		time.Date(2027, 12, 31, 15, 59, 59, 0, time.UTC), // the last second of the year in China
		time.Date(2027, 12, 31, 16, 0, 0, 0, time.UTC),   // the first of the next
		time.Date(2028, 2, 28, 20, 0, 0, 0, time.UTC),
	} {
		dir := filepath.Join(t.TempDir(), "content")
		if err := writeContent(dir, now); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "community.json"))
		if err != nil {
			t.Fatal(err)
		}
		d, err := community.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", now, err)
		}
		if got := d.Upcoming(now); len(got) != len(d.Activities) || got[0].ID != "taichi" || got[0].Start.Sub(now) > 31*time.Hour {
			t.Errorf("%s: %d of %d activities are still to come, the first is %+v", now, len(got), len(d.Activities), got[0])
		}
		var notices []string
		for _, n := range d.Current(now) {
			notices = append(notices, n.ID)
		}
		if want := []string{"lift", "water", "shots", "charging"}; !slices.Equal(notices, want) {
			t.Errorf("%s: notices %v, want %v: the last festival is over", now, notices, want)
		}
		english := d.Translations["en"]
		for path := range d.Texts() {
			if english[path] == "" {
				t.Errorf("%s is not there in English", path)
			}
		}
	}
}

func TestContentNamesTheDay(t *testing.T) {
	text, err := communityAt(time.Date(2026, 12, 30, 1, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	d, err := community.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	water, _ := d.Notice("water")
	english, _ := d.Translated("en").Notice("water")
	if !strings.Contains(water.Body, "三号楼1月1日上午") || !strings.Contains(english.Body, "on 1 January from") {
		t.Errorf("%s\n%s", water.Body, english.Body)
	}
}
