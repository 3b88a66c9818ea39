package gallery

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

func repair(s *story) {
	s.keep("start").wake().keepPages("home").feed(visit.Start{Service: "repair"}).
		keep("choose-what").picks("water").keep("choose-place").picks("home").keep("choose-urgency").picks("urgent").
		keep("identify").feed(visit.CardFailed{Fault: fault.NoAnswer}).keep("identify-failed").
		feed(visit.CardRead{Person: request.Person{Name: name, Address: LongAddress}, Expired: true}).keepPages("confirm")
	s.feed(visit.Edit{Step: "what"}).keep("choose-selected").feed(visit.Back{}, visit.Confirm{}).keep("saving").
		feed(visit.Saved{ID: "a", Ticket: code, At: s.now, RatingCode: "4321"}, visit.Delivered{ID: "a"}).keep("saved-printing").
		printed(slip.Result{Outcome: slip.Printed}).keep("saved-printed")
}

func withoutDevices(s *story) {
	s.feed(visit.LinkChanged{Pending: 2})
	for _, d := range []visit.Device{visit.Printer, visit.CardReader, visit.Scanner, visit.Button, visit.Speaker, visit.Microphone, visit.Camera} {
		s.feed(visit.DeviceChanged{Device: d, Fault: fault.Unplugged})
	}
	s.keep("start-offline").start("repair").picks("lift", "stairs", "soon").keep("identify-broken").feed(visit.SkipCard{}).
		keep("number-empty").digits("12").keep("number").feed(visit.Next{}).digits("1203").feed(visit.Next{}).keepPages("confirm-no-printer").
		feed(visit.Confirm{}, visit.Saved{ID: "b", Ticket: code, At: s.now, RatingCode: "4321"}).wait(3 * time.Second).keep("saved-offline").
		printed(slip.Result{Outcome: slip.NotPrinted, Fault: fault.PaperOut}).keep("saved-no-slip").
		feed(visit.Finish{}).start("lookup").keep("lookup-no-scanner")
	s.digits(string(code)).feed(visit.Next{}, visit.LookedUp{Ticket: code, Result: visit.CannotTell}).keep("progress-cannot-tell").
		feed(visit.Finish{}).start("appeal").picks("hope", "gate").letters("nihao").keep("text-no-microphone")
}

func unsaved(s *story) {
	s.start("repair").picks("lift", "stairs", "soon").card().feed(visit.Confirm{}, visit.SaveFailed{Fault: fault.QueueFull}).keep("unsaved")
}

func lookUp(s *story) {
	s.start("lookup").keep("lookup-empty").digits("00121").keep("lookup-typing").feed(visit.Next{}).keep("lookup-short").feed(visit.Back{}).
		feed(visit.Start{Service: "lookup"}).digits(string(code)).keep("lookup-full").feed(visit.Next{}).keep("finding")
	at := s.now.Add(-time.Hour)
	show := func(p visit.Progress, r visit.LookupResult) *story {
		p.Service, p.At = "repair", at
		return s.feed(visit.LookedUp{Ticket: code, Result: r, Progress: p})
	}
	again := func() { s.feed(visit.Back{}).start("lookup").digits(string(code)).feed(visit.Next{}) }
	show(visit.Progress{Status: visit.StatusWorking, Note: "师傅明天上午九点到，请家里留人。"}, visit.Found).keep("progress-working")
	again()
	show(visit.Progress{Status: visit.StatusDone}, visit.Found).keep("progress-done")
	again()
	show(visit.Progress{Status: visit.StatusAccepted}, visit.FoundHere).keep("progress-here")
	again()
	show(visit.Progress{Status: visit.StatusHeld}, visit.Found).keep("progress-held")
	s.feed(visit.Back{}).start("lookup").card().feed(visit.FoundByCard{Token: "token", Mine: []visit.Mine{
		{Ticket: code, Progress: visit.Progress{Service: "repair", Status: visit.StatusDone, At: at}},
		{Ticket: "001212345679", Progress: visit.Progress{Service: "activity", Status: visit.StatusDelivered, At: at}},
	}}).keep("list-mine")
}

func appeal(s *story) {
	s.start("appeal").keep("choose-kind").picks("worry").keepPages("choose-places").picks("gate").keep("choose-way").picks("voice").keep("record").
		feed(visit.Record{}).take(request.NewAttachment("note", "audio/ogg", []byte("sound"), 7)).keep("record-made").
		feed(visit.Next{}).keep("photo").feed(visit.Shoot{}).take(picture()).keep("photo-made").
		feed(visit.Next{}).picks("soon").card().keepPages("confirm-appeal")
}

func words(s *story) {
	s.start("appeal").picks("idea", "gate", "type").keep("text-empty").letters("louti").keep("text-composing").tap().letters("dengbuliang").tap().
		keep("text").feed(visit.Switch{To: visit.InputDigits}).keep("text-digits").
		feed(visit.Switch{To: visit.InputHand}).keep("hand-empty").
		feed(visit.Stroke{Points: []visit.Point{{X: 200, Y: 500}, {X: 500, Y: 480}, {X: 800, Y: 500}}})
	for _, e := range s.effects {
		if drawn, ok := e.(visit.Recognise); ok {
			s.feed(visit.Recognised{Take: drawn.Take, Characters: []string{"一", "二", "丁", "七", "十"}})
		}
	}
	s.keep("hand")
}

func certificate(s *story) {
	s.start("certificate").keep("choose-certificate").picks("residence").keepPages("requirements").feed(visit.Next{}).keep("consent").picks("yes").
		keep("identify-number").card().keep("choose-day").tap().keep("choose-period").tap().digits("1390000123").keep("number-phone").
		digits("4").feed(visit.Next{}).keepPages("confirm-certificate")
}

func activity(s *story) {
	s.start("activity").keepPages("list-activities").tap().keep("choose-people").tap().card().digits("13900001234").feed(visit.Next{}).
		keepPages("confirm-activity").feed(visit.Confirm{}, visit.Saved{ID: "c", Ticket: code, At: s.now, RatingCode: "4321"}).wait(3 * time.Second).keep("saved-awaits")
}

func homeService(s *story) {
	s.start("home_service").keep("choose-service").picks("clean").keep("choose-housework").tap().tap().tap().keep("identify-service")
}

func policies(s *story) {
	a := article(s.rules.Policies)
	s.start("policy").keepPages("policy-topics").picks(a.Topic).keepPages("list-articles").feed(visit.Open{Item: a.ID}).keepPages("article").
		feed(visit.Back{}, visit.Back{}).picks("question").letters("juzhuzheng").keep("question").feed(visit.Next{})
	for _, e := range s.effects {
		if asked, ok := e.(visit.Search); ok {
			s.feed(visit.Searched{Query: asked.Query}).keep("question-nothing").feed(visit.Next{}, visit.Searched{Query: asked.Query, IDs: []string{a.ID, s.rules.Policies.Articles[0].ID}}).keep("list-hits")
		}
	}
}

func information(s *story) {
	s.start("information").keep("information").picks("notices").keep("list-notices").tap().keepPages("article-notice").
		feed(visit.Back{}, visit.Back{}).picks("contacts").keepPages("list-contacts").tap().keep("article-contact")
}

func rating(s *story) {
	s.start("rating").keep("ticket").feed(visit.Scanned{Text: string(code)}).keep("ticket-code").digits("43").keep("ticket-code-typing").
		digits("21").feed(visit.Next{}).keep("rating").feed(visit.Rate{Stars: 2}).keep("rating-chosen").feed(visit.Next{}).keep("choose-way-optional").
		feed(visit.Skip{}).keep("confirm-rating").feed(visit.Confirm{}, visit.Saved{ID: "d", Ticket: code, At: s.now}).keep("saved-thanks")
}

func behalf(s *story) {
	s.start("behalf").digits("0042").keep("number-staff").feed(visit.Next{}).keep("choose-agreed").tap().keepPages("home-behalf")
}

func manners(s *story) { s.wake().feed(visit.Ease{}).keep("manner") }

func calls(s *story) {
	s.wake().feed(visit.ButtonPressed{}).keep("calling").feed(visit.CallSaved{ID: "e"}, visit.CallDelivered{ID: "e"}).keep("calling-delivered").
		feed(visit.CallAnswered{ID: "e", Answer: "coming", Words: "已收到，马上来"}).keep("calling-answered").feed(visit.Dismiss{}).
		feed(visit.LinkChanged{}, visit.ButtonPressed{}, visit.CallSaved{ID: "f"}).keep("calling-offline").wait(3 * time.Minute).keep("calling-late")
	s.begin()
	s.wake().feed(visit.ButtonPressed{}, visit.CallFailed{}).keep("calling-failed")
}

func idle(s *story) {
	s.wake()
	for range 130 { // longer for those who take their time
		if s.wait(time.Second); s.state.Screen() == visit.ScreenIdle {
			break
		}
	}
	s.keep("idle")
}
