package visit

import (
	"strings"
	"testing"

	"lintai/kiosk/phrase"
)

// What the resident reads follows the push, in both directions: 正在送达 stands
// there only as long as it is true.
func TestSendingIsShownOnlyWhileItIs(t *testing.T) {
	saved := Progress{ID: "a", Service: "repair", Status: StatusSaved, At: begin}
	sending := saved
	sending.Status = StatusSending
	for _, c := range []struct {
		name   string
		found  Progress
		result LookupResult
		before []Event // while the look-up runs
		after  []Event // while its answer is on the screen
		want   Status
	}{
		{name: "waits", found: saved, want: StatusSaved},
		{name: "another one is sent", found: saved, after: []Event{Sending{[]string{"b"}}}, want: StatusSaved},
		{name: "begins while she reads", found: saved, after: []Event{Sending{[]string{"b", "a"}}}, want: StatusSending},
		{name: "begins while it is looked up", found: saved, before: []Event{Sending{[]string{"a"}}}, want: StatusSending},
		{name: "ended while it was looked up", found: sending, before: []Event{Sending{[]string{"a"}}, Sending{}}, want: StatusSaved},
		{name: "fails while she reads", found: sending, before: []Event{Sending{[]string{"a"}}}, after: []Event{Sending{}}, want: StatusSaved},
		{name: "arrives while she reads", found: sending, before: []Event{Sending{[]string{"a"}}}, after: []Event{Delivered{"a"}, Sending{}}, want: StatusDelivered},
		{name: "arrived while it was looked up", found: saved, before: []Event{Sending{[]string{"a"}}, Delivered{"a"}, Sending{}}, want: StatusDelivered},
		{name: "held while she reads", found: sending, after: []Event{Held{"a"}}, want: StatusHeld},
		{name: "without central's word", found: saved, result: FoundHere, want: StatusSaved},
		{name: "accepted is no more on its way", found: Progress{ID: "a", Service: "repair", Status: StatusAccepted, At: begin}, after: []Event{Sending{[]string{"a"}}}, want: StatusAccepted},
		{name: "another terminal's", found: Progress{Service: "repair", Status: StatusDelivered, At: begin}, after: []Event{Sending{[]string{""}}}, want: StatusDelivered},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReplay(t).feed(Scanned{string(testTicket)}).feed(c.before...)
			r.feed(LookedUp{Ticket: testTicket, Result: c.result, Progress: c.found}).feed(c.after...).on(ScreenProgress)
			v := Look(r.s)
			if want := r.s.text(phrase.ID("status." + c.want)); v.Headline != want || !strings.Contains(v.Prompt.Text, want) {
				t.Errorf("shows %q, says %q, want %q", v.Headline, v.Prompt.Text, want)
			}
			for _, stage := range v.Track {
				if c.want.here() && stage.Reached {
					t.Errorf("%q is said to be reached", stage.Label)
				}
			}
		})
	}
}

// Tries come every few seconds; nobody wants to hear of each.
func TestVoiceKeepsStillWhileTriesComeAndGo(t *testing.T) {
	r := newReplay(t).feed(Scanned{string(testTicket)}, Sending{[]string{"a"}})
	r.feed(LookedUp{Ticket: testTicket, Progress: Progress{ID: "a", Service: "repair", Status: StatusSaved, At: begin}})
	if say, n := find[Say](r.last); n != 1 || !strings.Contains(say.Text, "正在送达") {
		t.Errorf("the voice says %q", say.Text)
	}
	for range 3 {
		if r.feed(Sending{}); len(r.last) > 0 {
			t.Errorf("%v", r.last)
		}
		if r.feed(Sending{[]string{"a"}}); len(r.last) > 0 {
			t.Errorf("%v", r.last)
		}
	}
	if say, n := find[Say](r.feed(Delivered{"a"}).last); n != 1 || !strings.Contains(say.Text, "已送达") {
		t.Errorf("then the voice says %q", say.Text)
	}
}

func TestSavedScreenSaysWhatBecomesOfIt(t *testing.T) {
	r := newReplay(t).feed(LinkChanged{Online: true, Pending: 0}).toConfirm().feed(Confirm{}, Sending{[]string{"a"}}, Saved{ID: "a", Ticket: testTicket, At: begin})
	want := func(id string) {
		t.Helper()
		if v := Look(r.s); v.Title != r.s.text(phrase.ID("saved."+id)) {
			t.Errorf("says %q, want %s", v.Title, id)
		}
	}
	want("sending")
	r.feed(Sending{})
	want("waiting")
	r.feed(Sending{[]string{"a"}})
	want("sending")
	r.feed(LinkChanged{Pending: 1}, Sending{})
	want("offline")
	r.feed(Delivered{"a"})
	want("delivered")
}

// Who only hears must know as well that somebody has to look at it, and whom to ask.
func TestHeldIsSaidToo(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket, At: begin}, Held{ID: "a"})
	if say, n := find[Say](r.last); n != 1 || !strings.Contains(say.Text, "核对") || !strings.Contains(say.Text, "呼叫工作人员") {
		t.Errorf("the voice says %q", say.Text)
	}
	r = newReplay(t).feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Service: "repair", Status: StatusHeld}})
	if say, n := find[Say](r.last); n != 1 || !strings.Contains(say.Text, "核对") || !strings.Contains(say.Text, "呼叫工作人员") {
		t.Errorf("of a look-up the voice says %q", say.Text)
	}
}
