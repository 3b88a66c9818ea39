package gallery

import (
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/setup"
	"lintai/kiosk/visit"
)

// settingUp is a technician before a terminal that is not enrolled. Size and
// contrast are a resident's choice, which there is none of here; the pictures are
// held to them all the same.
func settingUp(m Manner) []Shot {
	var shots []Shot
	facts := setup.Facts{
		Number: 12, Place: "幸福里社区服务站", Phone: "010-5550 1234", Fault: fault.NotEnrolled,
		Letters: "0123456789ABCDEFGHJKMNPQRSTVWXYZ", Length: 16, Group: 4,
	}
	s := setup.New(facts)
	feed := func(events ...setup.Event) {
		for _, e := range events {
			s, _ = setup.Update(s, e)
		}
	}
	touch := func(events ...visit.Event) {
		for _, e := range events {
			feed(setup.Touch{Event: e})
		}
	}
	letters := func(text string) {
		for _, r := range text {
			touch(visit.Letter{Rune: r})
		}
	}
	keep := func(name string) {
		v := setup.Look(s)
		v.Manner.Size, v.Manner.Contrast = m.Size, m.Contrast
		shots = append(shots, Shot{"setup-" + name, v})
	}
	if m.Locale == phrase.English {
		touch(visit.Speak{Locale: m.Locale})
	}
	for _, code := range []fault.Code{fault.NotEnrolled, fault.CodeRefused, fault.Revoked, fault.IdentityDamaged} {
		facts.Fault = code
		feed(setup.Told{Facts: facts})
		keep(string(code))
	}
	touch(visit.Wake{})
	keep("address")
	touch(visit.Next{})
	keep("address-wrong")
	letters("central.shequ-fuwu.example.cn:8421")
	keep("address-typed")
	touch(visit.Next{})
	keep("code")
	letters("K7M29QX")
	keep("code-typing")
	touch(visit.Next{})
	keep("code-short")
	letters("RT4W8YZ3H")
	keep("code-typed")
	try := 0
	for _, code := range []fault.Code{
		fault.CodeRefused, fault.NoCentral, fault.CentralForeign, fault.NumberMismatch, fault.FSReadOnly, fault.CentralRefused, fault.NoAnswer, fault.CodeUsed,
	} {
		touch(visit.Next{})
		if try++; try == 1 {
			keep("trying")
		}
		feed(setup.Failed{Try: try, Fault: code})
		keep("failed-" + string(code))
	}
	letters("K7M29QXRT4W8YZ3H")
	touch(visit.Next{})
	feed(setup.Failed{Try: try + 1, Fault: fault.CodeExpired})
	keep("failed-" + string(fault.CodeExpired))
	letters("K7M29QXRT4W8YZ3H")
	touch(visit.Next{})
	feed(setup.Enrolled{Try: try + 2})
	keep("done")
	return shots
}
