package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"time"
)

// limit is how long one thing may take to follow from another. It is generous:
// a walk proves that something happens, the report says how fast.
const limit = 30 * time.Second

// walker goes through the house: she has the terminal's display and devices,
// the staff's browser, and writes down what she finds.
type walker struct {
	house  *house
	screen *screen
	trace  *trace
	staff  *staff
	report *report
	out    string

	capture  string      // what was played, raw
	clean    *image.RGBA // the start screen before anybody came
	pictures int         // numbers the pictures
	last     *image.RGBA // the picture kept last, and
	lastMark int         // how far the trace had come then

	touched               string // the target tapped last
	papers                int    // slips taken so far
	first, second, spoken paper
	applied               paper    // for a certificate
	attached              []secret // what was said and seen
}

// step is one thing that must be true, in words, and how it is found out. With
// a picture the terminal's screen is kept afterwards, under that name.
type step struct {
	name    string
	picture string
	do      func(context.Context) error
}

// walk takes the steps in order and stops at the first that is not true: what
// follows would rest on it.
func (w *walker) walk(ctx context.Context, steps []step) error {
	for _, s := range steps {
		began := time.Now()
		err := s.do(ctx)
		if err == nil {
			err = w.house.running()
		}
		took := time.Since(began)
		line := stepReport{Name: s.name, Milliseconds: float64(took.Microseconds()) / 1000, Outcome: "ok"}
		if view, ok := w.trace.view(); ok {
			line.Screen = view.String()
		}
		if err != nil {
			line.Outcome, line.Reason = "failed", err.Error()
			if cause := context.Cause(ctx); cause != nil {
				line.Reason += " (" + cause.Error() + ")"
			}
			// The walk may have ended because its time was over; the picture of
			// where it stood is wanted all the same.
			w.keepFailure()
			w.report.add(line)
			return fmt.Errorf("step %q: %w", s.name, err)
		}
		if s.picture != "" {
			if line.Picture, err = w.keep(ctx, s.picture); err != nil {
				return err
			}
		}
		w.report.add(line)
	}
	return nil
}

// pictureName gives the next number to a picture.
func (w *walker) pictureName(name string) string {
	w.pictures++
	return fmt.Sprintf("%02d-%s.png", w.pictures, name)
}

func (w *walker) keep(ctx context.Context, name string) (string, error) {
	// The trace tells that a screen was laid out; when it is painted, only the
	// picture tells. Without this the screen before it would be kept.
	mark := w.trace.mark()
	var picture *image.RGBA
	err := eventually(ctx, limit, func() (err error) {
		if picture, err = w.screen.settled(ctx); err != nil {
			return err
		}
		if w.last != nil && mark > w.lastMark && bytes.Equal(w.last.Pix, picture.Pix) {
			return errors.New("the screen still shows what it did before")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	w.last, w.lastMark = picture, mark
	file := w.pictureName(name)
	return file, writePNG(filepath.Join(w.out, file), picture)
}

func (w *walker) keepFailure() {
	if picture, err := w.screen.capture(); err == nil {
		_ = writePNG(filepath.Join(w.out, "failure-terminal.png"), picture)
	}
	if w.staff != nil {
		_ = w.staff.picture(filepath.Join(w.out, "failure-staff.png"))
	}
}

// staffPicture keeps the staff page.
func (w *walker) staffPicture(name string) error {
	return w.staff.picture(filepath.Join(w.out, w.pictureName("staff-"+name)))
}

// on waits for a screen that was laid out at or after a mark.
func (w *walker) on(ctx context.Context, mark int, where string) (event, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return w.trace.await(ctx, mark, "screen "+where, onScreen(where))
}

// touch taps a target of the screen that is shown.
func (w *walker) touch(ctx context.Context, id string) error {
	// The last view may be one that came by itself, as when the strip changes; the
	// one with the target then follows.
	var view event
	var t target
	err := eventually(ctx, limit, func() error {
		var ok bool
		if view, ok = w.trace.view(); !ok {
			return errors.New("no screen is shown")
		}
		if t, ok = view.target(id); ok {
			return nil
		}
		return fmt.Errorf("screen %s has no target %s; it has %v", view, id, view.ids())
	})
	if err != nil {
		return err
	}
	// Nobody taps a screen before she has seen it; and the terminal takes a second
	// tap on the same place for a tremble, and counts from the moment at which it
	// took the first, not we ours.
	rest := betweenTap - time.Since(w.trace.since())
	if id == w.touched {
		rest = max(rest, betweenSame-time.Since(view.At), betweenSame-time.Since(w.screen.lastTap))
	}
	if err := pause(ctx, rest); err != nil {
		return err
	}
	w.touched = id
	return w.screen.tap(ctx, t.X+t.W/2, t.Y+t.H/2)
}

// tapTo taps a target and waits for the screen that must follow.
func (w *walker) tapTo(id, where string) func(context.Context) error {
	return func(ctx context.Context) error {
		mark := w.trace.mark()
		if err := w.touch(ctx, id); err != nil {
			return err
		}
		_, err := w.on(ctx, mark, where)
		return err
	}
}

// after does something at the bench and waits for the screen that must follow.
func (w *walker) after(do func(context.Context) error, where string) func(context.Context) error {
	return func(ctx context.Context) error {
		mark := w.trace.mark()
		if err := do(ctx); err != nil {
			return err
		}
		_, err := w.on(ctx, mark, where)
		return err
	}
}

// reads waits until the words are to be read on the screen: the words of a view
// are not in the trace, so they are read from the picture, again and again until
// they are there.
func (w *walker) reads(words ...string) func(context.Context) error {
	return w.readsIn("chi_sim", words...)
}

func (w *walker) readsIn(language string, words ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		return eventually(ctx, limit, func() error {
			picture, err := w.screen.settled(ctx)
			if err != nil {
				return err
			}
			return readWords(ctx, w.house.state, language, picture, words...)
		})
	}
}

// all does one thing after the other.
func all(things ...func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, do := range things {
			if err := do(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// The parts of the start screen that change by themselves: the strip on top
// (what is still to be delivered, the time), the large clock, and the notice of
// the community, which is another one after ten seconds.
var (
	stripArea  = image.Rect(0, 0, panelWidth, 116)
	clockArea  = image.Rect(270, 440, 810, 660)
	noticeArea = image.Rect(32, 1440, panelWidth-32, 1560)
)

// forgotten checks that the start screen looks as it did before anybody came.
func (w *walker) forgotten(ctx context.Context) error {
	now, err := w.screen.settled(ctx)
	if err != nil {
		return err
	}
	if where := difference(w.clean, now, stripArea, clockArea, noticeArea); !where.Empty() {
		return fmt.Errorf("the start screen is not as it was before the visit, in %v", where)
	}
	return nil
}

// unreadable checks that the terminal's files and all logs hold nothing of the
// resident.
func (w *walker) unreadable(secrets []secret) func(context.Context) error {
	return func(context.Context) error {
		found, err := findSecrets(secrets, w.house.kioskData(), w.house.logs)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("readable at rest: %v", found)
		}
		return nil
	}
}

// save writes text into the output directory.
func (w *walker) save(name, text string) error {
	return os.WriteFile(filepath.Join(w.out, name), []byte(text), 0o644)
}
