package main

import (
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
)

// visitsOfALife keeps the names of visits and presses apart.
const visitsOfALife = 1000

// until waits for a view, at most so long; false when it did not come.
func (g *guest) until(most time.Duration, ok func(visit.View) bool) (visit.View, bool) {
	over := time.After(most)
	for {
		if v := g.shown.Load(); v != nil && ok(*v) {
			return *v, true
		}
		select {
		case <-g.news:
		case <-over:
			return visit.View{}, false
		case <-g.ctx.Done():
			return visit.View{}, false
		}
	}
}

func on(screens ...visit.Screen) func(visit.View) bool {
	return func(v visit.View) bool {
		for _, s := range screens {
			if v.Screen == s {
				return true
			}
		}
		return false
	}
}

// answered touches and waits for what it leads to.
func (g *guest) answered(e visit.Event) {
	select {
	case <-g.news:
	default:
	}
	g.touch(e)
	select {
	case <-g.news:
	case <-time.After(blink):
	case <-g.ctx.Done():
	}
}

// live leads visits until the process is killed, or its input ends.
func (g *guest) live() {
	if g.victim.Quiet {
		return
	}
	if _, ok := g.until(20*time.Second, on(visit.ScreenStart)); !ok {
		return
	}
	for _, code := range g.victim.Codes {
		g.lookUp(code)
	}
	for n := 1; g.ctx.Err() == nil; n++ {
		g.visit.Store(int64(g.victim.Life*visitsOfALife + n))
		g.begin()
	}
}

// lookUp holds the slip of an earlier visit before the scanner.
func (g *guest) lookUp(code string) {
	g.post(visit.Scanned{Text: code})
	v, ok := g.until(10*time.Second, on(visit.ScreenProgress, visit.ScreenLookUp))
	if !ok && g.ctx.Err() == nil {
		g.tell(told{Kind: toldProgress, Code: code, State: "no answer"})
	}
	if v.Screen == visit.ScreenLookUp {
		g.tell(told{Kind: toldProgress, Code: code, State: "unknown"})
	}
	g.answered(visit.Finish{})
	g.home()
}

// home goes back to the start screen.
func (g *guest) home() {
	for range patience {
		v := g.shown.Load()
		if v.Screen == visit.ScreenStart || g.ctx.Err() != nil {
			return
		}
		leave := (&resident{}).leaving(v)
		if v.Screen == visit.ScreenProgress {
			leave = visit.Finish{}
		}
		g.answered(leave)
	}
}

// begin is one visit, which may end in the middle.
func (g *guest) begin() {
	g.answered(visit.Wake{})
	press := -1
	if g.random.IntN(3) == 0 {
		press = g.random.IntN(8) // the touch after which she calls
	}
	for touches := 0; touches < patience && g.ctx.Err() == nil; touches++ {
		v := *g.shown.Load()
		if touches == press && v.Screen != visit.ScreenCalling {
			g.call()
			continue
		}
		switch v.Screen {
		case visit.ScreenStart:
			if touches > 0 {
				return
			}
			g.answered(visit.Wake{})
		case visit.ScreenSaving, visit.ScreenFinding:
			if _, ok := g.until(15*time.Second, func(v visit.View) bool { return v.Screen != visit.ScreenSaving && v.Screen != visit.ScreenFinding }); !ok {
				return
			}
		case visit.ScreenSaved:
			g.takeSlip()
			return
		default:
			g.answered(g.next(v))
		}
	}
	g.home()
}

// takeSlip waits for the slip, or goes without.
func (g *guest) takeSlip() {
	if g.random.IntN(5) > 0 {
		g.until(20*time.Second, func(v visit.View) bool {
			return v.Screen != visit.ScreenSaved || words(v.Notice, "saved.printing") == ""
		})
	}
	if g.random.IntN(2) == 0 {
		g.until(time.Second, func(v visit.View) bool {
			return v.Screen != visit.ScreenSaved || words(v.Title, "saved.delivered") != ""
		})
	}
	g.answered(visit.Finish{})
	g.home()
}

// call presses the button, and mostly stays for what is said.
func (g *guest) call() {
	// While a call is on its way, another press makes no second one.
	if g.press.Load() == 0 || g.over.Load() {
		g.over.Store(false)
		g.press.Store(g.visit.Load())
		g.tell(told{Kind: toldPress, Press: int(g.press.Load())})
	}
	g.post(visit.ButtonPressed{})
	if _, ok := g.until(5*time.Second, on(visit.ScreenCalling)); !ok {
		return
	}
	if g.random.IntN(3) > 0 {
		g.until(2*time.Second, func(v visit.View) bool { return v.Screen != visit.ScreenCalling || v.Headline != "" })
	}
	g.answered(visit.Dismiss{})
}

// photosEvery is in how many visits one brings a photo.
func (g *guest) photosEvery() int {
	if g.victim.Planted != "" {
		return 2
	}
	return 3
}

// next is what somebody touches who wants a repair, or to report something with a
// picture. All that she says names the visit.
func (g *guest) next(v visit.View) visit.Event {
	name := int(g.visit.Load())
	number := fmt.Sprint(name)
	switch v.Screen {
	case visit.ScreenHome:
		if (name/visitsOfALife+name)%g.photosEvery() == 0 {
			return visit.Start{Service: "appeal"}
		}
		return visit.Start{Service: "repair"}
	case visit.ScreenChoose, visit.ScreenList:
		var all []visit.Event
		for _, c := range append(append([]visit.Control{}, v.Tiles...), v.Items...) {
			if c.Event != nil && !c.Disabled {
				all = append(all, c.Event)
			}
		}
		if len(all) > 0 {
			return all[g.random.IntN(len(all))]
		}
	case visit.ScreenIdentify:
		return visit.CardRead{Person: request.Person{Name: "测试甲", Address: "虚构路" + number + "号"}}
	case visit.ScreenHand:
		return visit.Switch{To: visit.InputDigits}
	case visit.ScreenText:
		written := v.Keyboard.Text
		switch {
		case written == number:
			return visit.Next{}
		case strings.HasPrefix(number, written):
			g.answered(visit.Switch{To: visit.InputDigits})
			return visit.Letter{Rune: rune(number[len(written)])}
		}
		return visit.Erase{}
	case visit.ScreenPhoto:
		// Until the picture is there, nothing but skipping can be touched.
		if v, ok := g.until(8*time.Second, func(v visit.View) bool { return v.Screen != visit.ScreenPhoto || !v.Actions[0].Disabled }); ok && v.Screen == visit.ScreenPhoto {
			return v.Actions[0].Event
		}
		return visit.Skip{}
	case visit.ScreenNumber:
		if v.Keypad != nil && v.Keypad.Entry == "" {
			return visit.Digit{Digit: '1'}
		}
		return visit.Next{}
	case visit.ScreenConfirm:
		return g.confirm(v)
	case visit.ScreenIdle:
		return visit.Stay{}
	case visit.ScreenCalling:
		return visit.Dismiss{}
	case visit.ScreenUnsaved:
		return visit.Retry{}
	}
	if len(v.Actions) > 0 && !v.Actions[0].Disabled {
		return v.Actions[0].Event
	}
	return visit.Back{}
}

// confirm reads every page of what is to be confirmed, says it, and confirms.
func (g *guest) confirm(v visit.View) visit.Event {
	if len(v.Actions) == 0 || v.Actions[0].ID != "confirm" {
		g.read = append(g.read, rowsOf(v)...)
		return visit.Turn{By: 1}
	}
	all := append(g.read, rowsOf(v)...)
	g.read = nil
	g.tell(told{Kind: toldConfirm, Visit: int(g.visit.Load()), Rows: all})
	return visit.Confirm{}
}

func rowsOf(v visit.View) []string {
	var all []string
	for _, r := range v.Rows {
		all = append(all, r.Label+"："+r.Value)
	}
	return all
}
