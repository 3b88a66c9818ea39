package main

import (
	"time"

	"lintai/hw"
	"lintai/hw/board"
	"lintai/hw/camera"
	"lintai/hw/microphone"
	"lintai/hw/supervise"
	"lintai/kiosk/settings"
)

const (
	// boardEvery is how often the board is looked at: heat and storage change
	// slowly, and the firmware remembers what was shorter.
	boardEvery = 30 * time.Second
	// optionalEvery is how often microphone and camera are asked: each time they
	// are opened for a moment.
	optionalEvery = time.Minute
)

// watchBoard watches the computer itself. Residents are not told: what stops their
// requests, a full or read-only partition, the queue says when it happens.
func (d *devices) watchBoard(s *settings.Settings) {
	b := board.Board{Root: "/", Data: s.Terminal.Data}
	d.supervise("board", b.Watch, boardEvery)
}

// watchOptional keeps microphone and camera under watch, where there are any.
func (d *devices) watchOptional(s *settings.Settings) {
	if s.Microphone.Device == "" {
		d.book.none("microphone")
	} else {
		d.supervise("microphone", microphone.New(microphone.Config{Device: s.Microphone.Device}).Open, optionalEvery)
	}
	if s.Camera.Device == "" {
		d.book.none("camera")
	} else {
		d.supervise("camera", camera.New(camera.Config{Path: s.Camera.Device}).Open, optionalEvery)
	}
}

// supervise runs a device that no visit knows of.
func (d *devices) supervise(name string, open hw.Opener, every time.Duration) {
	d.start = append(d.start, supervise.New(supervise.Config{Open: open, ProbeEvery: every, OnHealth: func(h hw.Health) {
		d.book.note(name, h)
		if h.State == hw.Opening || h.State == hw.Probing {
			return
		}
		d.log.Info("device", "device", name, "state", h.State.String(), "fault", string(h.Code), "detail", h.Detail)
	}}).Run)
}
