package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"time"
)

// subject is one of the two that are measured.
type subject struct {
	name   string
	screen *screen
	begin  func() (*process, error)
	laid   func() (time.Time, error) // when it laid out its last screen; nil: it does not say

	start, home, next telltale
}

// telltale is how a screen is known to stand on the display, all of it: rows of
// pixels, at its top and at its bottom, that look different on the screen before.
// They are learnt while nothing is measured, and are cheap to look at.
type telltale map[int][]byte

// Pixels of a row: so many may be wrong in a screen that stands there, and so
// many must differ for two screens to be told apart.
const (
	mayDiffer  = panelWidth / 50
	mustDiffer = 3 * mayDiffer
)

// anotherScreen is the number of pixels, of two million, in which two screens
// differ at least; a button that is pressed, or a clock, makes fewer.
const anotherScreen = 60_000

// tell finds in each area the row in which a picture differs most from another.
func tell(of, from picture, areas ...image.Rectangle) (telltale, error) {
	t := telltale{}
	for _, area := range areas {
		best, most := 0, 0
		for y := area.Min.Y; y < area.Max.Y; y++ {
			if n := differing(of.row(y), from.row(y)); n > most {
				best, most = y, n
			}
		}
		if most < mustDiffer {
			return nil, fmt.Errorf("two screens can hardly be told apart in %v: %d pixels differ", area, most)
		}
		t[best] = of.row(best)
	}
	return t, nil
}

func (t telltale) stands(s *screen) (bool, error) {
	for y, want := range t {
		got, err := s.read(image.Rect(0, y, panelWidth, y+1))
		if err != nil {
			return false, err
		}
		if differing(got, want) > mayDiffer {
			return false, nil
		}
	}
	return true, nil
}

// lookEvery is the pause between two looks at the display.
const lookEvery = time.Millisecond

var errNotShown = errors.New("the display does not show it")

// await looks until a screen stands there, and returns when it was first seen.
func (s *subject) await(ctx context.Context, p *process, what string, t telltale, limit time.Duration) (time.Time, error) {
	for began := time.Now(); ; {
		ok, err := t.stands(s.screen)
		now := time.Now()
		switch {
		case err != nil:
			return now, err
		case ok:
			s.screen.changed = now
			return now, nil
		case now.Sub(began) > limit:
			return now, fmt.Errorf("%s screen: %w after %s", what, errNotShown, limit)
		}
		if err := errors.Join(p.running(), pause(ctx, lookEvery)); err != nil {
			return now, err
		}
	}
}

// learn is a start that is not measured: it warms the caches of disk and profile
// and takes the pictures by which the screens are known.
func (s *subject) learn(ctx context.Context, where places, out string) error {
	blank, err := s.screen.read(whole)
	if err != nil {
		return err
	}
	p, err := s.begin()
	if err != nil {
		return err
	}
	defer p.stop()
	// Something is drawn where the call button is, and then nothing changes.
	var start picture
	err = until(ctx, 60*time.Second, 250*time.Millisecond, func() error {
		if start, err = s.screen.settled(ctx); err != nil {
			return err
		}
		middle := centre(where.alone).Y
		if colours(start.row(middle)) < 3 || differing(start.row(middle), picture(blank).row(middle)) == 0 {
			err = errors.New("there is no call button on the display")
		}
		return errors.Join(err, p.running())
	})
	if err != nil {
		return err
	}
	// to touches a place and keeps the picture of what comes.
	to := func(name string, at image.Point, from picture) (next picture, err error) {
		if _, _, err := s.screen.tap(ctx, at); err != nil {
			return nil, err
		}
		err = until(ctx, 15*time.Second, 250*time.Millisecond, func() error {
			if next, err = s.screen.settled(ctx); err != nil {
				return err
			}
			if differing(next, from) < anotherScreen {
				err = fmt.Errorf("a touch at %v is not answered", at)
			}
			return errors.Join(err, p.running())
		})
		if err != nil {
			return nil, err
		}
		return next, next.save(filepath.Join(out, s.name+"-"+name+".png"))
	}
	if err := start.save(filepath.Join(out, s.name+"-start.png")); err != nil {
		return err
	}
	home, err := to("home", centre(where.wake), start)
	if err != nil {
		return err
	}
	next, err := to("next", centre(where.tile), home)
	if err != nil {
		return err
	}
	if _, err := to("home", centre(where.back), next); err != nil {
		return err
	}
	// The clock of the start screen and its notices change; its button does not.
	if s.start, err = tell(start, home, where.alone); err != nil {
		return err
	}
	head := image.Rect(0, stripHeight, panelWidth, min(where.tiles.Min.Y, where.options.Min.Y))
	both := where.tiles.Intersect(where.options)
	foot := image.Rect(0, both.Max.Y-both.Dy()/4, panelWidth, both.Max.Y)
	if s.home, err = tell(home, next, head, foot); err != nil {
		return err
	}
	s.next, err = tell(next, home, head, foot)
	return err
}

// colours counts the colours of a row.
func colours(row []byte) int {
	seen := map[[3]byte]bool{}
	for i := 0; i+4 <= len(row); i += 4 {
		seen[[3]byte(row[i:i+3])] = true
	}
	return len(seen)
}

// round is what one start gave.
type round struct {
	Frame     time.Duration   // from the start of the process to the start screen's pixels
	Touchable time.Duration   // to the first frame after which a touch was answered
	Answered  time.Duration   // to the home screen that answered it
	Taps      []time.Duration // from the finger's leaving to the next screen's pixels
	Laid      []time.Duration // the same to the moment at which the program had laid it out
	Memory    memory
}

func (r round) String() string {
	return fmt.Sprintf("frame %s, touchable %s, answered %s, %s, taps %s", inMS(r.Frame), inMS(r.Touchable), inMS(r.Answered), r.Memory, inMS(median(r.Taps)))
}

// Waits of a measured start.
const (
	longestStart = 60 * time.Second
	longestTap   = 10 * time.Second
	missed       = time.Second     // an answer to the first touches is not waited for longer
	settleFor    = 6 * time.Second // at least, from the first frame to the look at the memory
)

// measure starts the program, touches its first frame, goes to and fro between
// two screens, and weighs it.
func (s *subject) measure(ctx context.Context, where places, taps int) (r round, err error) {
	p, err := s.begin()
	if err != nil {
		return r, err
	}
	defer p.stop()
	frame, err := s.await(ctx, p, "start", s.start, longestStart)
	if err != nil {
		return r, err
	}
	r.Frame = frame.Sub(p.began)
	r.Touchable = r.Frame
	s.screen.changed = time.Time{} // there was no screen before this one
	for first := true; ; first = false {
		down, _, err := s.screen.tap(ctx, centre(where.wake))
		if err != nil {
			return r, err
		}
		if !first {
			r.Touchable = down.Sub(p.began)
		}
		shown, err := s.await(ctx, p, "home", s.home, missed)
		if err == nil {
			r.Answered = shown.Sub(p.began)
			break
		}
		if !errors.Is(err, errNotShown) || time.Since(p.began) > longestStart {
			return r, err
		}
	}
	for n := range taps {
		at, name, want := centre(where.tile), "next", s.next
		if n%2 == 1 {
			at, name, want = centre(where.back), "home", s.home
		}
		_, up, err := s.screen.tap(ctx, at)
		if err != nil {
			return r, err
		}
		shown, err := s.await(ctx, p, name, want, longestTap)
		if err != nil {
			return r, err
		}
		r.Taps = append(r.Taps, shown.Sub(up))
		if s.laid != nil {
			at, err := s.laid()
			if err != nil {
				return r, err
			}
			r.Laid = append(r.Laid, at.Sub(up))
		}
	}
	if err := pause(ctx, settleFor-time.Since(frame)); err != nil {
		return r, err
	}
	r.Memory, err = weigh(p.pid())
	return r, err
}

// browser is Chromium as a kiosk. All starts share a profile, so that no
// measured one pays for making it.
type browser struct {
	program, state, logs, display, page string
}

func (b *browser) start() (*process, error) {
	home := filepath.Join(b.state, "browser")
	env := []string{"DISPLAY=" + b.display, "HOME=" + home, "LANG=zh_CN.UTF-8"}
	return begin(b.logs, "chromium", env, b.program, strings.Fields(browserFlags+" --user-data-dir="+home+" file://"+b.page)...)
}

// browserFlags are a kiosk's, on a display without a window manager. Nothing is
// said about the GPU: Chromium finds none and draws in software, as OpenGL does
// for the terminal. Background work of a desktop browser is off.
const browserFlags = "--kiosk --no-sandbox --no-first-run --no-default-browser-check --disable-extensions --disable-sync " +
	"--disable-background-networking --disable-component-update --disable-session-crashed-bubble --password-store=basic " +
	"--window-position=0,0 --window-size=1080,1920 --force-device-scale-factor=1"
