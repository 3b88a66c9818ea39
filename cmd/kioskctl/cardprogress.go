package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/sdcard"
	"lintai/kiosk/phrase"
)

// cardProgress shows how far a card is: on a terminal one line that moves, elsewhere
// a line for each tenth.
type cardProgress struct {
	out    io.Writer
	now    func() time.Time
	moves  bool
	stage  sdcard.Stage
	began  time.Time
	shown  time.Time
	tenths int64
	open   bool // a line without its end
}

// between two changes of the line.
const between = 500 * time.Millisecond

func newCardProgress(out io.Writer, now func() time.Time) *cardProgress {
	p := &cardProgress{out: out, now: now}
	if f, ok := out.(*os.File); ok {
		_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
		p.moves = err == nil
	}
	return p
}

func (p *cardProgress) show(s sdcard.Progress) {
	now := p.now()
	if s.Stage != p.stage {
		p.end()
		p.stage, p.began, p.shown, p.tenths = s.Stage, now, time.Time{}, 0
	}
	tenths := s.Done * 10 / s.Total
	if p.moves && s.Done < s.Total && now.Sub(p.shown) < between || !p.moves && tenths == p.tenths {
		return
	}
	p.shown, p.tenths = now, tenths
	line := p.line(s, now.Sub(p.began))
	if p.moves {
		fmt.Fprintf(p.out, "\r\x1b[K%s", line)
		p.open = true
	} else {
		fmt.Fprintln(p.out, line)
	}
}

func (p *cardProgress) line(s sdcard.Progress, passed time.Duration) string {
	word := ""
	switch s.Stage {
	case sdcard.Writing:
		word = phrase.Text("card.writing")
	case sdcard.Verifying:
		word = phrase.Text("card.verifying")
	case sdcard.Rescuing:
		word = phrase.Text("card.rescuing")
	}
	rate, left := "-", "-"
	if seconds := passed.Seconds(); seconds > 0 && s.Done > 0 {
		perSecond := float64(s.Done) / seconds
		rate = fmt.Sprintf("%.1f MB/s", perSecond/1e6)
		left = inWords(time.Duration(float64(s.Total-s.Done) / perSecond * float64(time.Second)))
	}
	return phrase.Text("card.progress", "stage", word, "percent", fmt.Sprint(s.Done*100/s.Total),
		"done", strings.TrimSuffix(sdcard.Gigabytes(s.Done), " GB"), "total", sdcard.Gigabytes(s.Total), "rate", rate, "left", left)
}

func (p *cardProgress) end() {
	if p.open {
		fmt.Fprintln(p.out)
		p.open = false
	}
}

func inWords(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if seconds < 60 {
		return phrase.Text("card.seconds", "seconds", fmt.Sprint(seconds))
	}
	return phrase.Text("card.minutes", "minutes", fmt.Sprint(seconds/60), "seconds", fmt.Sprint(seconds%60))
}
