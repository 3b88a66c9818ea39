package visit

import (
	"strings"
	"testing"

	"lintai/kiosk/request"
)

// What hasty and mistaken touches, and events in another order, must not cost.

func TestWhoLeavesBeforeTheSlipBeganStillGetsIt(t *testing.T) {
	for _, leave := range []Event{Finish{}, Back{}} {
		r := newReplay(t).toConfirm().feed(Confirm{}, Saved{ID: "a", Ticket: testTicket, At: begin}).on(ScreenSaved)
		if _, n := find[Print](r.last); n != 0 {
			t.Fatal("the slip does not wait for central; the test proves nothing")
		}
		r.feed(leave).on(ScreenStart)
		print, n := find[Print](r.last)
		if text := slipText(print.Slip); n != 1 || !strings.Contains(text, testTicket.String()) || !strings.Contains(text, "待送达") {
			t.Errorf("%T: %d slips:\n%s", leave, n, text)
		}
		if left := r.s.personal(); len(left) > 0 {
			t.Errorf("%T: left %q", leave, left)
		}
		if _, n := find[Print](r.feed(Delivered{ID: "a"}).wait(r.s.rules.DeliverWait * 2).effects); n != 1 {
			t.Errorf("%T: %d slips in the end", leave, n)
		}
	}
}

func TestBackFromTheAddressLeavesItAsItWas(t *testing.T) {
	byCard := func(r *replay) { r.toConfirm() }
	byHand := func(r *replay) {
		r.feed(Wake{}, Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"urgent"}, SkipCard{}).digits("3").feed(Next{}).digits("501").feed(Next{}).on(ScreenConfirm)
	}
	for name, fill := range map[string]func(*replay){"from the card": byCard, "typed": byHand} {
		t.Run(name, func(t *testing.T) {
			r := newReplay(t)
			fill(r)
			before := Look(r.s).Rows
			r.feed(Edit{"building"}).on(ScreenNumber).feed(Back{}).on(ScreenConfirm)
			r.feed(Edit{"building"}).digits("8").feed(Next{}).on(ScreenNumber).feed(Back{}, Back{}).on(ScreenConfirm)
			after := Look(r.s).Rows
			for i := range before {
				if after[i].Value != before[i].Value {
					t.Errorf("%s was %q and is %q", before[i].Label, before[i].Value, after[i].Value)
				}
			}
		})
	}
}

func TestCardThatStillLiesThereIsReadWhenItIsAskedForAgain(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Back{}).on(ScreenIdentify)
	if m := r.s.cardMode(); m == CardsRead {
		t.Error("the card sends her forward again before she can go further back")
	}
	r.feed(Back{}).on(ScreenChoose).feed(Pick{"normal"}).on(ScreenIdentify)
	if m := r.s.cardMode(); m != CardsRead {
		t.Fatalf("the screen asks for the card that lies there, the reader is in mode %v", m)
	}
	r.feed(CardRead{Person: request.Person{Name: testName, Address: testAddress}}).on(ScreenConfirm)
}

func TestEditedIdentityOfAVisitIsWiped(t *testing.T) {
	r := newReplay(t).toConfirm().feed(Edit{"building"}).on(ScreenNumber)
	if !strings.Contains(strings.Join(r.s.personal(), " "), testAddress) {
		t.Error("what an edit would bring back is not counted as personal")
	}
	r.wait(r.s.rules.IdleAfter + r.s.rules.IdleWarning).on(ScreenStart)
	if left := r.s.personal(); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// Central has the call; whether a page of staff is open at this hour it does not
// say, and the terminal must not claim it.
func TestADeliveredCallIsNotSaidToRing(t *testing.T) {
	r := newReplay(t).feed(ButtonPressed{}, CallSaved{"c"}, CallDelivered{"c"})
	if v := Look(r.s); strings.Contains(v.Hint+v.Prompt.Text, "响铃") || !strings.Contains(v.Hint, "已经送到社区") {
		t.Errorf("it says %q and speaks %q", v.Hint, v.Prompt.Text)
	}
}

func TestCallDeliveredBeforeItsIDIsKnown(t *testing.T) {
	r := newReplay(t).feed(ButtonPressed{}, CallDelivered{"c"}, CallSaved{"c"})
	if got, want := Look(r.s).Hint, "已经送到社区"; !strings.Contains(got, want) {
		t.Errorf("central has the call and the terminal says %q", got)
	}
}
