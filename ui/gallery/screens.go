package gallery

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// Screens shows every screen in a manner, in the situations that change it most.
func Screens(m Manner) ([]Shot, error) {
	var all []Shot
	for _, story := range []func(Manner) *resident{
		starting, repairing, withoutDevices, unsaved, writing, silent, photographing, filling, joining, reading, searching, informing, lookingUp, settled, held, unseen, byCard,
		rating, helping, calling, unheard, offline, answered, idling,
	} {
		r := story(m)
		if r.err != nil {
			return nil, r.err
		}
		all = append(all, r.shots...)
	}
	out := visit.OutOfService("幸福里社区服务站", "010-5550 1234", fault.ConfigInvalid,
		"第 12 行 panel.px_per_mm：要一个 1.5 到 20 之间的数，现在是 “四”\n第 20 行 printer.width_mm：只能是 58 或 80")
	all = append(append(all, Shot{"out-of-service", out}), settingUp(m)...)
	return append(all, firstStart(m)...), nil
}

func starting(m Manner) *resident {
	r := arrive(m).keep("start").wait(10 * time.Second).keep("start-next-notice").enter().keep("home")
	return r.feed(visit.Turn{By: 1}).keep("home-2").touch("bar.ease").keep("manner")
}

func repairing(m Manner) *resident {
	r := arrive(m).enter().begin("repair").keep("choose")
	for range mostSteps {
		v := r.look()
		switch v.Screen {
		case visit.ScreenIdentify:
			r.keep("identify").feed(visit.CardFailed{Fault: fault.NoAnswer}).keep("identify-failed")
			r.feed(visit.CardRead{Person: r.person, Expired: true}, visit.CardLifted{})
			continue
		case visit.ScreenConfirm:
			r.keepPages("confirm").touch("confirm").keep("saving").answer().keep("saved")
			return r.answer().keep("saved-printed")
		}
		if !r.onward(v) {
			r.fail("stuck on screen %s", v.Screen)
			return r
		}
	}
	return r
}

func withoutDevices(m Manner) *resident {
	r := arrive(m)
	r.fails = true
	r.person = request.Person{Name: LongName, Address: LongAddress}
	for _, d := range []visit.Device{visit.Printer, visit.Scanner, visit.Button, visit.Speaker, visit.Microphone, visit.Camera} {
		r.feed(visit.DeviceChanged{Device: d, Fault: fault.Unplugged})
	}
	r.feed(visit.LinkChanged{Pending: 2}).keep("start-offline").enter().begin("repair")
	for range mostSteps {
		if v := r.look(); v.Screen == visit.ScreenConfirm || !r.onward(v) {
			break
		}
	}
	r.keepPages("confirm-no-printer")
	r.fails = false // it can be saved, and not printed
	r.touch("confirm")
	r.fails = true
	r.answer().wait(3 * time.Second).answer()
	return r.keep("saved-no-slip")
}

func unsaved(m Manner) *resident {
	r := arrive(m)
	r.feed(visit.DeviceChanged{Device: visit.CardReader, Fault: fault.Unplugged}).enter().begin("repair")
	for range mostSteps {
		v := r.look()
		if v.Screen == visit.ScreenIdentify {
			r.keep("identify-broken").feed(visit.SkipCard{})
			continue
		}
		if v.Screen == visit.ScreenNumber {
			r.keep("number").digits("1").keep("number-typed").feed(visit.Erase{})
		}
		if v.Screen == visit.ScreenConfirm || !r.onward(v) {
			break
		}
	}
	r.fails = true
	return r.touch("confirm").answer().keep("unsaved")
}

// toText goes on to the first step that takes own words.
func (r *resident) toText() *resident {
	r.begin("appeal")
	for range mostSteps {
		v := r.look()
		for _, c := range v.Tiles {
			if c.ID == "tile.type" {
				return r.keep("ways")
			}
		}
		if !r.onward(v) {
			break
		}
	}
	r.fail("no step takes own words")
	return r
}

func writing(m Manner) *resident {
	r := arrive(m).enter().toText().touch("tile.type").keep("text")
	r.letters("loushang").keep("text-composing")
	if v := r.look(); v.Keyboard != nil && len(v.Keyboard.Candidates) > 0 {
		r.feed(v.Keyboard.Candidates[0].Event)
	}
	r.letters(" 12").keep("text-written").touch("input.digits").keep("text-digits")
	hand := arrive(m).enter()
	hand.seen["ways"] = true
	hand.toText().touch("tile.hand").keep("hand")
	hand.feed(visit.Stroke{Points: []visit.Point{{X: 150, Y: 350}, {X: 850, Y: 350}}}, visit.Stroke{Points: []visit.Point{{X: 500, Y: 100}, {X: 500, Y: 900}}},
		visit.Stroke{Points: []visit.Point{{X: 480, Y: 380}, {X: 200, Y: 750}}}, visit.Stroke{Points: []visit.Point{{X: 520, Y: 380}, {X: 820, Y: 750}}})
	hand.wait(2 * time.Second).answer().keep("hand-read")
	return r.join(hand)
}

func photographing(m Manner) *resident {
	r := arrive(m).enter().begin("appeal")
	for range mostSteps {
		v := r.look()
		if v.Screen == visit.ScreenRecord {
			r.keep("record").touch("record").wait(7 * time.Second).keep("record-running").touch("stop").answer().keep("record-made").touch("next")
			continue
		}
		if v.Screen == visit.ScreenPhoto {
			return r.keep("photo").touch("shoot").answer().keep("photo-taken")
		}
		if !r.onward(v) {
			break
		}
	}
	r.fail("no step takes a picture")
	return r
}

// filling is a resident whose voice note is dropped when the terminal has no room
// for it any more, and whose picture is not taken.
func filling(m Manner) *resident {
	r := arrive(m).enter().begin("appeal")
	for range mostSteps {
		v := r.look()
		switch {
		case v.Screen == visit.ScreenRecord:
			r.touch("record").wait(7 * time.Second).touch("stop").answer().touch("next")
			continue
		case v.Screen == visit.ScreenPhoto && !r.full:
			r.full = true
			r.touch("shoot").answer().keep("photo-no-room").touch("skip")
			continue
		case v.Screen == visit.ScreenConfirm:
			r.keepPages("confirm-no-room").touch("confirm").answer().keep("saved-dropped")
			return r.answer().keep("saved-dropped-printed")
		}
		if !r.onward(v) {
			break
		}
	}
	r.fail("the terminal never had too little room")
	return r
}

// silent is a resident who would speak, at a terminal that cannot hear.
func silent(m Manner) *resident {
	r := arrive(m).feed(visit.DeviceChanged{Device: visit.Microphone, Fault: fault.Unplugged}).enter().begin("appeal")
	for range mostSteps {
		if v := r.look(); v.Screen == visit.ScreenText {
			return r.keep("text-no-microphone")
		} else if !r.onward(v) {
			break
		}
	}
	r.fail("no step takes own words")
	return r
}

func joining(m Manner) *resident {
	r := arrive(m).enter().begin("activity").keepPages("list-activities")
	for range mostSteps {
		v := r.look()
		if v.Screen == visit.ScreenSaved {
			return r.wait(3 * time.Second).keep("saved-awaits")
		}
		if !r.onward(v) {
			break
		}
	}
	r.fail("no activity can be joined")
	return r
}

// reading opens the article with the most pages of those on the first topic.
func reading(m Manner) *resident {
	r := arrive(m).enter().begin("policy").keepPages("policy")
	r.feed(r.look().Tiles[0].Event).keepPages("list")
	if v := r.look(); len(v.Items) > 0 {
		r.feed(v.Items[0].Event).keepPages("article")
	}
	return r
}

func searching(m Manner) *resident {
	r := arrive(m).enter().begin("policy").feed(visit.Pick{Option: "question"}).keep("question").letters("juzhuzheng").keep("question-typed")
	nothing := r.state
	r.touch("next").feed(visit.Searched{Query: r.query}).keep("question-nothing")
	r.state, r.owed = nothing, nil
	return r.touch("next").answer().keepPages("list-hits")
}

func informing(m Manner) *resident {
	r := arrive(m).enter().begin("information").keep("information")
	for _, shelf := range []string{"notices", "contacts", "hours"} {
		r.feed(visit.Pick{Option: shelf}).keepPages("list-" + shelf)
		r.feed(r.look().Items[0].Event).keepPages("article-"+shelf).feed(visit.Back{}, visit.Back{})
	}
	return r
}

func lookingUp(m Manner) *resident {
	r := arrive(m).enter().begin("lookup").keep("lookup").digits("00121").keep("lookup-typing").feed(visit.Next{}).keep("lookup-short")
	return r.digits(Ticket[5:]).feed(visit.Next{}).keep("finding").answer().keep("progress")
}

// settled are requests whose way has ended, or has hardly begun.
func settled(m Manner) *resident {
	all := arrive(m)
	for _, status := range []visit.Status{visit.StatusAccepted, visit.StatusDispatched, visit.StatusDone, visit.StatusRated, visit.StatusRefused, visit.StatusHeld} {
		r := arrive(m).enter()
		r.status = status
		all.join(r.begin("lookup").digits(Ticket).feed(visit.Next{}).answer().keep("progress-" + string(status)))
	}
	paper := arrive(m).enter()
	paper.status, paper.paper = visit.StatusDone, true
	paper.begin("lookup").digits(Ticket).feed(visit.Next{}).answer().keep("progress-paper").touch("paper").keep("progress-paper-asked")
	all.join(paper.answer().answer().keep("progress-paper-printed"))
	failing := arrive(m).enter()
	failing.status, failing.paper = visit.StatusDone, true
	failing.begin("lookup").digits(Ticket).feed(visit.Next{}).answer().touch("paper").answer()
	failing.owed = nil // the printer falls silent
	all.join(failing.feed(visit.Printed{Job: 1, Result: slip.Result{Outcome: slip.Unknown}}).keep("progress-paper-unknown"))
	on := arrive(m).enter()
	on.status, on.found = visit.StatusSaved, visit.Found
	on.feed(visit.Sending{IDs: []string{"a"}})
	all.join(on.begin("lookup").digits(Ticket).feed(visit.Next{}).answer().keep("progress-sending"))
	return all
}

// held is a request that central could not file as it is, while she stands there.
func held(m Manner) *resident {
	r := arrive(m).enter().begin("repair")
	for range mostSteps {
		if v := r.look(); v.Screen == visit.ScreenConfirm || !r.onward(v) {
			break
		}
	}
	r.touch("confirm").answer().feed(visit.Sending{IDs: []string{"a"}}).keep("saved-sending")
	return r.feed(visit.Held{ID: "a"}, visit.Sending{}).keep("saved-held").answer().keep("saved-held-printed")
}

func unseen(m Manner) *resident {
	r := arrive(m).feed(visit.LinkChanged{}).enter().begin("lookup").digits(Ticket)
	r.found = visit.CannotTell
	return r.feed(visit.Next{}).answer().keep("progress-unseen")
}

func byCard(m Manner) *resident {
	r := arrive(m).enter().begin("lookup")
	return r.feed(visit.CardRead{Person: r.person}).answer().keep("list-mine")
}

func rating(m Manner) *resident {
	r := arrive(m).enter().begin("rating")
	for range mostSteps {
		v := r.look()
		if v.Screen == visit.ScreenLookUp {
			if len(v.Keypad.Blank) > 4 {
				r.keep("ticket")
			} else {
				r.keep("ticket-code")
			}
		}
		if v.Screen == visit.ScreenRating {
			return r.keep("rating").touch("star.4").keep("rating-4").touch("next").keep("rating-ways").feed(visit.Skip{}).keep("confirm-rating").
				touch("confirm").answer().keep("saved-thanks")
		}
		if !r.onward(v) {
			break
		}
	}
	r.fail("no step takes stars")
	return r
}

// helping is a member of staff who fills in for a resident.
func helping(m Manner) *resident {
	r := arrive(m).enter().begin("behalf").digits("0042").keep("number-staff").feed(visit.Next{}).keep("choose-agreed")
	return r.feed(r.look().Tiles[0].Event).keepPages("home-behalf")
}

func calling(m Manner) *resident {
	r := arrive(m).enter().feed(visit.ButtonPressed{}).keep("calling").answer().feed(visit.CallDelivered{ID: "c"}).keep("calling-delivered")
	return r.wait(5 * time.Minute).keep("calling-late")
}

func unheard(m Manner) *resident {
	r := arrive(m).enter()
	r.fails = true
	return r.feed(visit.ButtonPressed{}).answer().keep("calling-failed")
}

func offline(m Manner) *resident {
	return arrive(m).enter().feed(visit.LinkChanged{}, visit.ButtonPressed{}).answer().keep("calling-offline")
}

func answered(m Manner) *resident {
	r := arrive(m).enter().feed(visit.ButtonPressed{}).answer().feed(visit.CallDelivered{ID: "c"})
	return r.feed(visit.CallAnswered{ID: "c", Answer: "coming", Words: "已收到，马上来"}).keep("calling-answered")
}

func idling(m Manner) *resident {
	r := arrive(m).enter()
	for range 200 {
		if r.wait(time.Second); r.look().Screen == visit.ScreenIdle {
			return r.keep("idle")
		}
	}
	r.fail("nobody asks whether somebody is there")
	return r
}
