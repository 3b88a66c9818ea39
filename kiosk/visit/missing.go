package visit

import "slices"

// What a device that is missing makes impossible is not offered: the screen asks
// for nothing that cannot be done, and says what can be done in its place.

// startHint names the large button only where one can be pressed.
func (s State) startHint() string {
	if s.broken(Button) {
		return s.text("start.hint_no_button")
	}
	return s.text("start.hint")
}

// possible leaves out of the bar what needs a voice when there is none.
func (s State) possible(bar []Control) []Control {
	if !s.broken(Speaker) {
		return bar
	}
	return slices.DeleteFunc(bar, func(c Control) bool { return c.Event == Event(Replay{}) })
}

// noSlip tells that no slip is to be waited for: the printer is known to be unable
// to print, and the attempt has not come back with the same yet.
func (s State) noSlip() bool { return s.visit.print != printEnded && s.broken(Printer) }

// pausedNotice is for somebody who typed too many wrong codes. The slip before the
// scanner always works, where there is a scanner.
func (s State) pausedNotice() notice {
	if s.broken(Scanner) {
		return notice{"code_paused_typed", Warning}
	}
	return notice{"code_paused", Warning}
}
