package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/ui"
	"lintai/ui/pinyin"
)

// soak is the terminal of a soak: what main does, with a resident inside who
// touches what she is shown. Her touches go where those of the screen go.
func soak(config string, visits int) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	ctx, stop := context.WithCancel(context.Background())
	k := &kiosk{config: config, log: log, trace: &trace{}, composer: pinyin.New(), app: newApp()}
	k.openWindow()
	r := &resident{touch: func(e visit.Event) { fyne.DoAndWait(func() { k.touched(e) }) }, random: rand.New(rand.NewPCG(1, 2)), screens: map[visit.Screen]int{}, began: time.Now(), news: make(chan struct{}, 1)}
	k.screen.OnShown = r.sees
	served := make(chan struct{})
	failed := 0
	k.app.Lifecycle().SetOnStarted(func() {
		go func() {
			defer close(served)
			k.serve(ctx)
		}()
		go func() {
			if err := r.live(visits); err != nil {
				fmt.Fprintln(os.Stderr, "soak:", err)
				failed = 1
			}
			stop()
			<-served
			fyne.Do(k.app.Quit)
		}()
	})
	k.window.ShowAndRun()
	return failed
}

// resident touches whatever she is shown, at random.
type resident struct {
	touch  func(visit.Event)
	random *rand.Rand

	shown atomic.Pointer[visit.View]
	news  chan struct{} // a view was shown

	visits, saved int
	screens       map[visit.Screen]int
	began         time.Time
}

func (r *resident) sees(v visit.View, _ []ui.Target) {
	r.shown.Store(&v)
	select {
	case r.news <- struct{}{}:
	default:
	}
}

const (
	// patience is how many touches a visit has before she turns to go.
	patience = 40
	// blink is how long a screen may take to answer a touch; some touches change
	// nothing.
	blink = 100 * time.Millisecond
	// lost is how many touches without coming back to the start screen are too many.
	lost = 400
)

// live leads visits, and weighs the terminal between them.
func (r *resident) live(visits int) error {
	every := max(1, visits/50)
	for r.shown.Load() == nil || r.shown.Load().Screen != visit.ScreenStart {
		r.wait(time.Second)
	}
	r.weigh()
	for r.visits < visits {
		if err := r.visit(); err != nil {
			return err
		}
		r.visits++
		if r.visits%every == 0 || r.visits == visits {
			r.weigh()
		}
	}
	return nil
}

func (r *resident) wait(most time.Duration) {
	select {
	case <-r.news:
	case <-time.After(most):
	}
}

// answered touches and waits for what it leads to: who does not look at what is
// shown now, but at what was shown a touch ago, never finds the way back.
func (r *resident) answered(e visit.Event) {
	select {
	case <-r.news:
	default:
	}
	r.touch(e)
	r.wait(blink)
}

// visit is one, from the start screen to the start screen.
func (r *resident) visit() error {
	r.answered(visit.Wake{})
	var before visit.Screen
	for touches := 0; ; touches++ {
		v := r.shown.Load()
		if v.Screen != before {
			r.screens[v.Screen]++
			if before = v.Screen; before == visit.ScreenSaved {
				r.saved++
			}
		}
		switch {
		case v.Screen == visit.ScreenStart && touches > 0:
			return nil
		case touches > lost:
			return fmt.Errorf("no way back from %s %s", v.Screen, v.Step)
		case v.Screen == visit.ScreenIdentify && touches <= patience && touches%2 == 0:
			r.answered(visit.CardRead{Person: request.Person{Name: "测试䶮", Address: "虚构市测试路1号3号楼502室", IDNumber: "110101193001010018"}})
		case touches > patience:
			r.answered(r.leaving(v))
		default:
			r.answered(r.choice(v))
		}
	}
}

// leaving is the touch of somebody who has enough: what closes a screen over
// another, else back.
func (r *resident) leaving(v *visit.View) visit.Event {
	switch v.Screen {
	case visit.ScreenStart:
		return visit.Wake{}
	case visit.ScreenCalling:
		return visit.Dismiss{}
	case visit.ScreenIdle:
		return visit.Stay{}
	case visit.ScreenManner:
		return visit.Ease{}
	case visit.ScreenSaved:
		return visit.Finish{}
	}
	return visit.Back{}
}

// choice is one of the controls that a view offers.
func (r *resident) choice(v *visit.View) visit.Event {
	var all []visit.Control
	add := func(times int, controls ...visit.Control) {
		for _, c := range controls {
			for range times {
				if !c.Disabled && c.Event != nil {
					all = append(all, c)
				}
			}
		}
	}
	add(4, v.Tiles...)
	add(4, v.Items...)
	add(4, v.Stars...)
	add(4, v.Actions...)
	if len(v.Actions) > 0 {
		add(12, v.Actions[0])
	}
	add(1, v.Bar...)
	if k := v.Keypad; k != nil {
		add(1, k.Keys...)
		add(1, k.Erase)
	}
	if k := v.Keyboard; k != nil {
		for _, row := range k.Rows {
			add(1, row...)
		}
		add(2, k.Candidates...)
		add(1, k.Tools...)
	}
	if p := v.Pad; p != nil {
		add(1, p.Tools...)
		add(2, p.Candidates...)
	}
	if p := v.Pager; p != nil {
		add(2, p.Earlier, p.Later)
	}
	if len(all) == 0 {
		return r.leaving(v)
	}
	return all[r.random.IntN(len(all))].Event
}

// weigh prints a sample. What the collector could take is taken first.
func (r *resident) weigh() {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := soakSample{Visits: r.visits, Heap: int(m.HeapAlloc >> 10), Goroutines: runtime.NumGoroutine(), Saved: r.saved, Screens: r.screens, Seconds: time.Since(r.began).Seconds()}
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &s.RSS); err == nil {
			break
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(s)
}
