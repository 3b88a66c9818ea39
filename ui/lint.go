package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// What a contrast must be, by palette.
const (
	leastContrast     = 7
	leastHighContrast = 12
)

// leastApart is the least gap between two targets, in millimetres.
const leastApart = 3.2

// Faults measures a drawing against what residents need, and returns what is
// wrong with it, each in a sentence: too small, too close, too pale, cut,
// overlapping, missing, or asking for more than a tap. A community that changes
// the words of its services learns here whether they still fit.
func (d Drawing) Faults() []string {
	l := &lint{Drawing: d, window: kit.Rect{W: float32(d.Panel.Width), H: float32(d.Panel.Height)}}
	l.targets()
	l.texts()
	l.controls()
	l.words()
	for _, name := range d.gestures {
		l.fault("%s takes a gesture, or has a will of its own", name)
	}
	if d.View.Prompt.Text == "" && !silent(d.View) {
		l.fault("the voice says nothing")
	}
	return l.faults
}

// silent tells when the voice has to hold its tongue: while nobody is there, and
// while a voice note is taken.
func silent(v visit.View) bool {
	switch v.Screen {
	case visit.ScreenOutOfService, visit.ScreenSetup, visit.ScreenSetupWait, visit.ScreenSetupChoose, visit.ScreenSetupList, visit.ScreenSetupNumber,
		visit.ScreenSetupMarks, visit.ScreenSetupTest, visit.ScreenSetupReport: // no voice is open yet
		return true
	}
	return v.Screen == visit.ScreenStart || v.Meter != nil && v.Meter.Running
}

type lint struct {
	Drawing
	window kit.Rect
	faults []string
}

func (l *lint) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

func (l *lint) targets() {
	if len(l.Targets) == 0 && l.View.Screen != visit.ScreenOutOfService && l.View.Screen != visit.ScreenSetupWait {
		l.fault("nothing to touch: no way out")
	}
	keys := keysOf(l.View, l.Panel)
	for i, a := range l.Targets {
		least := float32(theme.Target)
		if keys[a.ID] {
			least = theme.Key
		}
		if side := min(a.W, a.H) / l.Panel.PxPerMM; side < least-0.01 {
			l.fault("target %s is %.1f mm, want at least %.0f", a.ID, side, least)
		}
		if !l.window.Holds(kit.Rect{X: a.X, Y: a.Y, W: a.W, H: a.H}) {
			l.fault("target %s leaves the window: %+v", a.ID, a)
		}
		for _, b := range l.Targets[i+1:] {
			dx := max(b.X-(a.X+a.W), a.X-(b.X+b.W))
			dy := max(b.Y-(a.Y+a.H), a.Y-(b.Y+b.H))
			if gap := max(dx, dy) / l.Panel.PxPerMM; gap < leastApart-0.01 {
				l.fault("targets %s and %s are %.1f mm apart, want at least %.1f", a.ID, b.ID, gap, leastApart)
			}
		}
	}
}

// keysOf are the ids of what may be as small as a key: what stands in a keypad or
// keyboard, and on a small panel the buttons that change a row.
func keysOf(v visit.View, p Panel) map[string]bool {
	keys := map[string]bool{}
	add := func(controls ...visit.Control) {
		for _, c := range controls {
			keys[c.ID] = true
		}
	}
	if v.Keypad != nil {
		add(append(v.Keypad.Keys, v.Keypad.Erase)...)
	}
	if k := v.Keyboard; k != nil {
		add(k.Candidates...)
		add(slices.Concat(k.Rows...)...)
		add(k.Tools...)
		if k.More != nil {
			add(*k.More)
		}
	}
	if v.Pad != nil {
		add(slices.Concat(v.Pad.Candidates, v.Pad.Tools)...)
		if v.Pad.More != nil {
			add(*v.Pad.More)
		}
	}
	for _, r := range v.Rows {
		if r.Edit != nil && p.Tight() {
			add(*r.Edit)
		}
	}
	return keys
}

func (l *lint) texts() {
	least := float64(leastContrast)
	if l.View.Manner.Contrast {
		least = leastHighContrast
	}
	for i, a := range l.Texts {
		if mm := a.Size / l.Panel.PxPerMM; mm < theme.Minimum-0.01 {
			l.fault("text %q is %.1f mm high, want at least %.0f", a.Words, mm, theme.Minimum)
		}
		if !l.window.Holds(a.rect()) {
			l.fault("text %q leaves the window: %+v", a.Words, a.rect())
		}
		if a.cut {
			l.fault("text %q at %+v is cut by an edge", a.Words, a.rect())
		}
		if a.Contrast < least {
			l.fault("text %q has a contrast of %.1f, want at least %.0f", a.Words, a.Contrast, least)
		}
		for _, b := range l.Texts[i+1:] {
			if overlap(a.rect(), b.rect()) {
				l.fault("texts %q and %q overlap: %+v, %+v", a.Words, b.Words, a.rect(), b.rect())
			}
		}
		for _, picture := range l.pictures {
			if overlap(a.rect(), picture.Inset(picture.W*0.1, picture.H*0.1)) {
				l.fault("text %q lies over a picture: %+v, %+v", a.Words, a.rect(), picture)
			}
		}
	}
}

// controls holds the targets against the controls of the view.
func (l *lint) controls() {
	got := map[string]bool{}
	for _, target := range l.Targets {
		got[target.ID] = true
	}
	want := map[string]bool{}
	for _, c := range controlsOf(l.View) {
		want[c.ID] = true
		if got[c.ID] == c.Disabled {
			l.fault("control %s can be touched: %t, want %t", c.ID, got[c.ID], !c.Disabled)
		}
	}
	for id := range got {
		if !want[id] {
			l.fault("target %s is not in the view", id)
		}
	}
}

func controlsOf(v visit.View) []visit.Control {
	all := slices.Concat(v.Tiles, v.Items, v.Stars, v.Actions, v.Bar)
	for _, r := range v.Rows {
		if r.Edit != nil {
			all = append(all, *r.Edit)
		}
	}
	if v.Pager != nil {
		all = append(all, v.Pager.Earlier, v.Pager.Later)
	}
	if v.Keypad != nil {
		all = append(append(all, v.Keypad.Keys...), v.Keypad.Erase)
	}
	if k := v.Keyboard; k != nil {
		all = slices.Concat(all, k.Candidates, slices.Concat(k.Rows...), k.Tools)
		if k.More != nil {
			all = append(all, *k.More)
		}
	}
	if v.Pad != nil {
		all = slices.Concat(all, v.Pad.Candidates, v.Pad.Tools)
		if v.Pad.More != nil {
			all = append(all, *v.Pad.More)
		}
	}
	return all
}

// words looks for all that the view says.
func (l *lint) words() {
	var all strings.Builder
	for _, text := range l.Texts {
		all.WriteString(text.Words)
	}
	shown := squeeze(all.String())
	for _, words := range wordsOf(l.View, l.Panel) {
		if !strings.Contains(shown, squeeze(words)) {
			l.fault("%q is not on the screen", words)
		}
	}
}

// squeeze leaves out what lines are broken at, and rare characters, which are
// drawn as pictures.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r >= 0x2E80 && !font.Covers(r) {
			return -1
		}
		return r
	}, s)
}

// wordsOf lists what must be read on the screen of a view. On ten inches keys and
// targets need the place: what only explains gives way there, see page.spare.
func wordsOf(v visit.View, p Panel) []string {
	title := v.Title
	if p.Tight() && v.Keyboard != nil && v.Notice != "" {
		title = "" // a notice takes its place in the field
	}
	all := []string{title, v.Headline, v.Code, v.Notice, v.Source, v.Strip.Clock, v.Strip.Link, v.Strip.Pending}
	all = append(all, v.Paragraphs...)
	if !p.Landscape() {
		all = append(all, v.Strip.Place) // gives way where the strip has one line
	}
	for _, c := range controlsOf(v) {
		all = append(all, c.Label)
		all = append(all, c.Detail)
	}
	if !p.Tight() {
		all = append(all, v.Hint)
	}
	if p.Tight() && v.Screen == visit.ScreenStart {
		v.Rows = nil
	}
	for _, r := range v.Rows {
		all = append(all, r.Label, r.Value)
	}
	for _, s := range v.Track {
		all = append(all, s.Label)
	}
	if v.Keypad != nil {
		all = append(all, v.Keypad.Entry, v.Keypad.Suffix)
	}
	if v.Countdown > 0 {
		all = append(all, fmt.Sprint(v.Countdown))
	}
	if v.Pager != nil {
		all = append(all, fmt.Sprintf("%d/%d", v.Pager.Page, v.Pager.Pages))
	}
	return all
}
