package kit

import (
	"time"

	"fyne.io/fyne/v2"

	"lintai/ui/theme"
)

// repeat is how long a second tap on the same place is taken for a tremble, and
// a tap on a screen that has just come up for one that meant the screen before.
const repeat = 400 * time.Millisecond

// keyRepeat is the same for a key that one means to press twice, as in "nn" and
// "88": a letter too many can be erased, one that never comes cannot be typed.
const keyRepeat = 150 * time.Millisecond

// touch is the rule of a tap. A finger shows its effect at once when it lands; it
// counts when it lifts, inside the target or up to 10 mm beside it. Whatever it
// does in between, wobble or slide, is no gesture. A hand that leans on the panel
// beside that finger has no part in it.
type touch struct {
	slack  float32 // pixels
	near   float32 // pixels beside a target that still hit it, less than half a gap
	now    func() time.Time
	find   func() []*Button // what can be touched at this moment
	fire   func(*Button)
	later  func(time.Duration, func())
	down   *Button
	lifted *Button // that the finger has left, and that still looks pressed
	inside bool
	// resting is how many fingers, or a palm, lie where they touch nothing.
	resting int

	firedAt   time.Time
	firedID   string
	changedAt time.Time // when the screen that stands there now came up
}

func newTouch(p theme.Panel, now func() time.Time, find func() []*Button, fire func(*Button)) *touch {
	return &touch{slack: p.MM(theme.Slack), near: p.MM(1.5), now: now, find: find, fire: fire, later: later}
}

// later does something on the toolkit's goroutine.
func later(after time.Duration, do func()) { time.AfterFunc(after, func() { fyne.Do(do) }) }

// press begins a tap.
func (t *touch) press(at fyne.Position) {
	t.lift()
	b := t.target(at)
	if b == nil || t.tooSoon(b) {
		t.resting++
		return
	}
	t.cancel()
	t.down, t.inside = b, true
	b.press(true)
}

// move follows the finger, only to show honestly whether the tap still counts.
func (t *touch) move(at fyne.Position) {
	if t.down == nil {
		return
	}
	if inside := t.down.Bounds().Grown(t.slack).Contains(at); inside != t.inside {
		t.inside = inside
		t.down.press(inside)
	}
}

// release ends a tap.
func (t *touch) release(at fyne.Position) {
	b := t.down
	if away := b == nil || !b.Bounds().Grown(t.slack).Contains(at); away && t.resting > 0 {
		t.resting-- // if it was the finger itself that slid off, the last to lift cancels
		return
	} else if away || !b.Touchable() {
		t.cancel()
		return
	}
	// A frame costs more than all else between the touch and the answer. The
	// button is therefore drawn at rest together with what answers, and alone
	// only when nothing does.
	t.down, t.lifted = nil, b
	b.press(true)
	t.later(unanswered, func() {
		if t.lifted == b {
			t.lift()
		}
	})
	t.firedAt, t.firedID = t.now(), b.ID
	t.fire(b)
}

// unanswered is how long a button that was touched looks pressed without an answer.
const unanswered = 120 * time.Millisecond

// lift draws the button that the finger has left at rest.
func (t *touch) lift() {
	if t.lifted != nil {
		t.lifted.press(false)
	}
	t.lifted = nil
}

// cancel forgets a tap in progress.
func (t *touch) cancel() {
	if t.down != nil {
		t.down.press(false)
	}
	t.down = nil
}

// changed says that another screen stands under the finger now: the second tap
// of a trembling finger must not land there, nor one that was on its way when
// the screen came up by itself, as a warning or an answer does.
func (t *touch) changed() {
	t.cancel()
	t.changedAt = t.now()
}

func (t *touch) tooSoon(b *Button) bool {
	wait := repeat
	if b.typed {
		wait = keyRepeat
	}
	return t.fresh() || b.ID == t.firedID && t.within(wait, t.firedAt)
}

// fresh tells that the screen has just come up.
func (t *touch) fresh() bool { return t.within(repeat, t.changedAt) }

func (t *touch) within(wait time.Duration, since time.Time) bool {
	return !since.IsZero() && t.now().Sub(since) < wait
}

func (t *touch) target(at fyne.Position) *Button {
	var beside *Button
	for _, b := range t.find() {
		if !b.Touchable() {
			continue
		}
		if b.Bounds().Contains(at) {
			return b
		}
		if b.Bounds().Grown(t.near).Contains(at) {
			beside = b
		}
	}
	return beside
}
