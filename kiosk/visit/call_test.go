package visit

import (
	"strings"
	"testing"
)

// Found by the proof with kills: without a network the screen said 呼叫已经记下
// from the press on, and a terminal that died before it was saved had lied.
func TestCallIsSaidToBeNotedOnlyWhenItIs(t *testing.T) {
	r := newReplay(t).feed(LinkChanged{Online: false}, ButtonPressed{})
	if v := Look(r.s); strings.Contains(v.Hint+v.Title+v.Notice, "记下") {
		t.Errorf("before it is saved the screen says %q %q", v.Hint, v.Notice)
	}
	r.feed(CallSaved{"c"})
	if v := Look(r.s); !strings.Contains(v.Hint, "已经记下") {
		t.Errorf("saved, without a network, the screen says %q", v.Hint)
	}
}

func TestCallThatIsNeverSavedIsNotPromised(t *testing.T) {
	r := newReplay(t).feed(ButtonPressed{})
	r.wait(r.s.rules.CallHold).on(ScreenCalling)
	if v := Look(r.s); v.Tone != Trouble || strings.Contains(v.Hint+v.Notice, "记下") {
		t.Errorf("a call that the disk did not take shows as %q %q", v.Title, v.Hint)
	}
	if say, _ := find[Say](r.last); strings.Contains(say.Text, "记下") {
		t.Errorf("says %q", say.Text)
	}
}
