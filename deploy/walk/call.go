package main

import (
	"context"
	"fmt"
	"time"
)

// theCall: somebody presses the large button in the middle of a visit. Light,
// sound, screen and an alert at central; staff answer, the answer shows and
// speaks, and what was begun is still there.
func (w *walker) theCall() []step {
	return []step{
		{"somebody begins a visit", "", all(w.tapTo("wake", "home"), w.tapTo("tile.repair", "choose/what"))},
		{"the prompt has been spoken", "", w.silence},
		{"he presses the call button: the screen calls", "calling", func(ctx context.Context) error {
			return w.callAndHear(ctx)
		}},
		{"the screen says 正在为您呼叫工作人员", "", w.reads("正在为您呼叫工作人员")},
		{"the ring around the button blinks", "", w.lightIs("blinking")},
		{"staff answer 已收到，马上来", "answered", func(ctx context.Context) error {
			mark, from := w.trace.mark(), played(w.capture)
			if err := w.staff.presses(`.call button[value="coming"]`); err != nil {
				return err
			}
			if _, err := w.on(ctx, mark, "calling"); err != nil {
				return err
			}
			return w.sounds(ctx, from, time.Second)
		}},
		{"the terminal shows 已收到，马上来", "", w.reads("已收到，马上来")},
		{"the ring shines without blinking", "", w.lightIs("on")},
		{"staff's page says that the call was answered", "", func(context.Context) error {
			if err := w.staff.finds("#answered"); err != nil {
				return err
			}
			return w.staffPicture("answered")
		}},
		{"he goes on where he was, then back to the start", "", all(
			w.tapTo("dismiss", "choose/what"), w.tapTo("bar.back", "home"), w.tapTo("bar.back", "start"), w.forgotten)},
		{"the ring is dark again", "", w.lightIs("off")},
	}
}

// callAndHear presses the button and finds the screen, the alert at central and
// the sound, each by its own way.
func (w *walker) callAndHear(ctx context.Context) error {
	mark, from, began := w.trace.mark(), played(w.capture), time.Now()
	if err := w.house.pressButton(ctx); err != nil {
		return err
	}
	if err := w.staff.finds("#calls .call"); err != nil {
		return err
	}
	w.report.measure("call_to_alert_ms", float64(time.Since(began).Microseconds())/1000,
		"milliseconds from the press of the button until the alert is to be seen on the staff page")
	if err := w.staffPicture("alert"); err != nil {
		return err
	}
	if _, err := w.on(ctx, mark, "calling"); err != nil {
		return err
	}
	return eventually(ctx, limit, func() error {
		samples, err := readCapture(w.capture, from)
		if err == nil && !chimed(samples) {
			err = fmt.Errorf("no chime in %.1f s of sound", float64(len(samples))/rate)
		}
		return err
	})
}

func (w *walker) lightIs(want string) func(context.Context) error {
	return func(ctx context.Context) error {
		return eventually(ctx, limit, func() error {
			got, err := w.house.light(ctx)
			if err == nil && got != want {
				err = fmt.Errorf("the light is %s, want %s", got, want)
			}
			return err
		})
	}
}

// sounds waits until at least so much sound was played since a byte of the
// capture.
func (w *walker) sounds(ctx context.Context, from int64, least time.Duration) error {
	return eventually(ctx, limit, func() error {
		samples, err := readCapture(w.capture, from)
		if err != nil {
			return err
		}
		if got := heard(samples); got < least {
			return fmt.Errorf("%s of sound, want %s", got, least)
		}
		return nil
	})
}

// silence waits until nothing was played for a second, so that what is heard
// next comes from what is done next.
func (w *walker) silence(ctx context.Context) error {
	return eventually(ctx, limit, func() error {
		from := played(w.capture) - rate*frameBytes
		if from < 0 {
			return fmt.Errorf("less than a second was played at all")
		}
		samples, err := readCapture(w.capture, from)
		if err != nil {
			return err
		}
		if got := heard(samples); got > 0 {
			return fmt.Errorf("the terminal is still speaking")
		}
		return nil
	})
}
