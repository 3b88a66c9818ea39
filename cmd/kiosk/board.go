package main

import (
	"time"

	"lintai/hw"
	"lintai/hw/board"
	"lintai/hw/supervise"
	"lintai/kiosk/settings"
)

// boardEvery is how often the board is looked at: heat and storage change slowly,
// and the firmware remembers what was shorter.
const boardEvery = 30 * time.Second

// watchBoard watches the computer itself. Residents are not told: what stops their
// requests, a full or read-only partition, the queue says when it happens.
func (d *devices) watchBoard(s *settings.Settings) {
	b := board.Board{Root: "/", Data: s.Terminal.Data}
	d.supervise("board", b.Watch, boardEvery)
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
