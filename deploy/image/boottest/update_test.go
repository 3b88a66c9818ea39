package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

func TestAVersionFollowsAnother(t *testing.T) {
	for before, want := range map[string]string{"2026.11.22-1": "2026.11.22-2", "2026.11.22-505": "2026.11.22-506", "2026.11.22-9999": "", "2026.11.22": "", "": ""} {
		if got, err := next(before); got != want || (err == nil) != (want != "") {
			t.Errorf("after %q: %q, %v", before, got, err)
		}
	}
}

func TestOneTextOfAProgramIsMisspelled(t *testing.T) {
	program := []byte("one " + openingWrite + " two")
	got, err := misspelled(program, openingWrite, misspelledWrite)
	if err != nil || len(got) != len(program) || bytes.Contains(got, []byte(openingWrite)) || !bytes.Contains(got, []byte(misspelledWrite)) {
		t.Errorf("%q, %v", got, err)
	}
	for _, wrong := range [][]byte{nil, []byte("another"), slices.Concat(program, program)} {
		if _, err := misspelled(wrong, openingWrite, misspelledWrite); err == nil {
			t.Errorf("%q was changed", wrong)
		}
	}
	if _, err := misspelled(program, "one", "three"); err == nil {
		t.Error("the program grew")
	}
}

// What the closed queue is made of must still be the kiosk's.
func TestTheMisspelledStatementIsThatOfTheQueue(t *testing.T) {
	files, err := filepath.Glob("../../../offline/*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(text, []byte(openingWrite))
	}
	if n != 1 {
		t.Errorf("package offline has %q %d times", openingWrite, n)
	}
}

func TestBundlesAreCutShorterAndShorter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	all := cutAt(random, 1000, 20)
	if len(all) != 20 || all[0] != 999 || !slices.IsSortedFunc(all, func(a, b int64) int { return int(b - a) }) || all[19] < 0 {
		t.Errorf("%v", all)
	}
	if none := cutAt(random, 1000, 0); len(none) != 0 {
		t.Errorf("%v", none)
	}
}

func TestPlugsArePulledInAllOfAnUpdate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	starts := 0
	for range 1000 {
		if !anyMoment(random, true).starting {
			t.Fatal("what is installed is not started")
		}
		switch m := anyMoment(random, false); {
		case m.starting && m.after < longestStart:
			starts++
		case m.starting || m.after >= longestWork:
			t.Fatal(m)
		}
	}
	if starts < 100 || starts > 500 {
		t.Errorf("%d of 1000 are starts", starts)
	}
}

func TestTheRowOfAVersion(t *testing.T) {
	list := "2026.11.22-20  lintai-rpi4  9 MB  not begun\n2026.11.22-2   lintai-rpi4  1 MB  stopped in stage 1 of 3 since 2026-11-22 10:00: undone, terminal 12\n"
	if got, want := rowOf(list, "2026.11.22-2"), "lintai-rpi4 1 MB stopped in stage 1 of 3 since 2026-11-22 10:00: undone, terminal 12"; got != want {
		t.Errorf("%q", got)
	}
	if got := rowOf(list, "2026.11.22-3"); got != "" {
		t.Errorf("%q", got)
	}
}

// The serial line of a machine, as it was: who says what of an update.
const line = `lintai: slot B left A=14 B=1
[   46.928989] kioskctl[301]: time=2026-11-22T23:44:28.650+08:00 level=INFO msg="appliance: boot" reason=update slot=B version=2026.11.22-2
[   72.626333] kioskctl[301]: time=2026-11-22T23:44:54.317+08:00 level=INFO msg="appliance: this version passed" version=2026.11.22-2 slot=B
`

func TestARoundHearsWhichVersionIsThere(t *testing.T) {
	old, young := system{version: "2026.11.22-1"}, system{version: "2026.11.22-2"}
	back := `[   67.50] kioskctl[303]: level=WARN msg="appliance: the new version did not pass and the old one is back" version=2026.11.22-2
[   67.53] kioskctl[303]: level=INFO msg="appliance: boot" reason=fallback slot=A version=2026.11.22-1
`
	for name, c := range map[string]struct {
		said   string
		tried  int
		now    system
		over   bool
		wanted bool
	}{
		"new":               {line, 0, young, true, true},
		"old":               {"msg=\"appliance: boot\" reason=power slot=A version=2026.11.22-1\n", 0, old, false, true},
		"another":           {"msg=\"appliance: boot\" reason=power slot=A version=2026.11.21-1\n", 0, system{}, false, false},
		"nobody":            {"", 0, system{}, false, false},
		"undone by cuts":    {back, 2, old, true, true},
		"undone by nothing": {back, 0, old, true, false},
	} {
		r := &round{old: old, new: young, home: "A", tried: c.tried}
		if err := r.heard(c.said); (err == nil) != c.wanted || r.now != c.now || r.over != c.over {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if r := (&round{home: "A"}); !r.startsNew(line) || r.startsNew("lintai: slot A left") || r.startsNew("") {
		t.Error("which system was chosen is not heard")
	}
}

func TestWhatIsSaidOfAnUpdateIsRead(t *testing.T) {
	for said, words := range map[string]*regexp.Regexp{
		`msg="update refused" fault=update_refused version=2026.11.22-2`:                             saysRefused,
		`msg="appliance: an update is installed, and tried at the next start" version=2026.11.22-2`:  saysInstalled,
		`msg="starting anew with the update" version=2026.11.22-2`:                                   saysAnew,
		`msg="appliance: the new version has not passed in time" version=2026.11.22-2`:               saysTooLate,
		`msg="appliance: the new version did not pass and the old one is back" version=2026.11.22-2`: saysUndone,
	} {
		if got := words.FindStringSubmatch(said[:len(said)-2]); got != nil {
			t.Errorf("%s was read before it was whole", said)
		}
		if got := words.FindStringSubmatch(said + "\r\n"); got == nil || got[len(got)-1] != "2026.11.22-2" {
			t.Errorf("%s: %v", said, got)
		}
	}
}

func TestAMomentSaysWhen(t *testing.T) {
	if got := (moment{true, 1500 * time.Millisecond}).String(); got != "1.5 s after it was switched on" {
		t.Error(got)
	}
}
