package gallery

import (
	"fmt"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/visit"
)

// Services walks through every service of the catalogue in a manner, taking the
// first choice at each step, with every page of every step on the way.
func Services(m Manner) ([]Shot, error) {
	var all []Shot
	for _, svc := range catalog.Default().Services {
		r := arrive(m).enter().begin(svc.Code)
		r.through(svc.Code)
		if r.err != nil {
			return nil, fmt.Errorf("%s: %w", svc.Code, r.err)
		}
		all = append(all, r.shots...)
	}
	return all, nil
}

// mostSteps bounds a walk; the longest service has half as many.
const mostSteps = 60

// through goes on until the request is saved, or there is nothing to do but to go
// back.
func (r *resident) through(service string) {
	for range mostSteps {
		if v := r.look(); v.Screen == visit.ScreenHome || v.Screen == visit.ScreenStart {
			return
		}
		r.pages(service)
		v := r.look()
		switch v.Screen {
		case visit.ScreenSaved:
			r.answer().keep(service + ".saved-printed")
			return
		case visit.ScreenProgress:
			return
		}
		if !r.onward(v) || r.err != nil {
			return
		}
	}
	r.fail("%s has no end", service)
}

// pages keeps what stands on each page of the screen.
func (r *resident) pages(service string) {
	v := r.look()
	name := strings.TrimSuffix(strings.Join([]string{service, string(v.Screen), v.Step}, "."), ".")
	r.keep(name)
	for page := 2; v.Pager != nil && page <= v.Pager.Pages; page++ {
		r.feed(visit.Turn{By: 1}).keep(fmt.Sprintf("%s-%d", name, page))
	}
	r.feed(visit.Turn{By: -100})
	for v := r.look(); v.Pager != nil && v.Pager.Page > 1; v = r.look() {
		r.feed(visit.Turn{By: -1})
	}
}

// onward does what a resident does who takes the first thing offered. It tells
// whether there was one.
func (r *resident) onward(v visit.View) bool {
	switch v.Screen {
	case visit.ScreenChoose:
		if len(v.Tiles) == 0 {
			return false
		}
		r.feed(v.Tiles[0].Event)
	case visit.ScreenList:
		if len(v.Items) == 0 {
			return false
		}
		r.feed(v.Items[0].Event)
	case visit.ScreenConfirm:
		r.touch("confirm")
	case visit.ScreenIdentify:
		r.feed(visit.CardRead{Person: r.person}, visit.CardLifted{})
	case visit.ScreenNumber, visit.ScreenLookUp:
		r.typeNumber(v)
	case visit.ScreenText:
		r.letters("shuiguan").answer()
		if v = r.look(); v.Keyboard != nil && len(v.Keyboard.Candidates) > 0 {
			r.feed(v.Keyboard.Candidates[0].Event)
		}
		r.touch("next").answer()
	case visit.ScreenHand:
		r.feed(visit.Stroke{Points: []visit.Point{{X: 200, Y: 300}, {X: 800, Y: 300}}}).answer()
		r.feed(r.look().Pad.Candidates[0].Event).touch("next")
	case visit.ScreenRecord:
		r.touch("record").wait(12e9).touch("stop").answer()
		r.touch("next")
	case visit.ScreenPhoto:
		r.touch("shoot").answer().touch("next")
	case visit.ScreenRating:
		r.touch("star.4", "next")
	case visit.ScreenArticle:
		if len(v.Actions) == 0 || v.Actions[0].ID == "back" {
			return false
		}
		r.feed(v.Actions[0].Event)
	case visit.ScreenSaving, visit.ScreenFinding:
		r.answer()
	default:
		return false
	}
	return r.err == nil
}

// typeNumber types a code, or as many digits as the step asks for.
func (r *resident) typeNumber(v visit.View) {
	if v.Screen == visit.ScreenLookUp {
		if strings.Contains(v.Keypad.Blank, " ") || len(v.Keypad.Blank) > 4 {
			r.digits(Ticket)
		} else {
			r.digits("1234")
		}
		r.touch("next").answer()
		return
	}
	before := r.state
	for _, number := range []string{"12", "123", "1234", "13800000000"} {
		r.state = before
		r.digits(number).feed(visit.Next{})
		if now := r.look(); now.Step != v.Step || now.Screen != v.Screen {
			return
		}
	}
	r.fail("step %s takes no number", v.Step)
}
