package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/button"
	"lintai/hw/idcard"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/speaker"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/slip"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/ui/voice"
)

// devices are the terminal's devices, joined to its visits: their events become
// the visit's, its effects become theirs.
type devices struct {
	post func(visit.Event)
	log  *slog.Logger
	book *healthBook

	printer terminal.Printer
	cards   *idcard.Reader // nil: this terminal has none
	cardKey []byte         // see request.CardToken; nil: no tokens
	voice   *speaker.Speaker
	button  *button.Button // nil: this terminal has none

	microphone terminal.Microphone // nil: this terminal has none
	camera     terminal.Camera     // nil: this terminal has none

	start []func(context.Context) // run until the context ends
}

// cardPoll is how often the reader is asked for a card while a resident holds one:
// it should be seen before she wonders. On the start screen a card only wakes the
// terminal, all day long, so there it is asked less often.
const (
	cardPoll   = 50 * time.Millisecond
	cardNotice = 300 * time.Millisecond
)

func newDevices(s *settings.Settings, cardKey []byte, clips []string, post func(visit.Event), log *slog.Logger) (*devices, error) {
	d := &devices{post: post, log: log, book: newHealthBook(s.Ports()), cardKey: cardKey}
	if s.Card.Port == "" {
		d.missing(visit.CardReader)
	} else {
		d.cards = idcard.New(idcard.Config{
			OpenPort: idcard.On(serialport.Settings{Path: s.Card.Port, Baud: s.Card.Baud}),
			Poll:     cardPoll, NoticePoll: cardNotice,
			OnEvent: d.cardEvent,
		})
		d.start = append(d.start, supervise.New(supervise.Config{Open: d.cards.Open, OnHealth: d.health(visit.CardReader)}).Run)
	}
	if s.Scanner.Port == "" {
		d.missing(visit.Scanner)
	} else {
		codes := scanner.New(scanner.Config{
			OpenPort: scanner.On(serialport.Settings{Path: s.Scanner.Port, Baud: s.Scanner.Baud}),
			Protocol: scanner.Protocol(s.Scanner.Mode),
			OnCode:   func(code string) { post(visit.Scanned{Text: code}) },
		})
		d.start = append(d.start, supervise.New(supervise.Config{Open: codes.Open, ProbeEvery: 10 * time.Second, OnHealth: d.health(visit.Scanner)}).Run)
	}
	if s.Printer.Port == "" {
		d.missing(visit.Printer)
		d.printer = noPrinter{}
	} else {
		p, err := newPrinter(s, log, d.health(visit.Printer))
		if err != nil {
			return nil, err
		}
		d.printer = p
		d.start = append(d.start, p.Run)
	}
	d.newTagReader(s.NFC)
	open := speaker.Card
	if s.Sound.Output == "none" {
		open = speaker.NoSound
		d.missing(visit.Speaker) // so that the screen offers nothing to hear
	}
	d.voice = speaker.New(speaker.Options{
		Open: open, Volume: float64(s.Sound.Volume) / 100, Spell: voice.Spell, Clips: openClips(clips, log), OnHealth: d.health(visit.Speaker),
	})
	d.start = append(d.start, d.voice.Run)
	d.watchBoard(s)
	d.newMicrophone(s.Microphone)
	d.newCamera(s.Camera)
	if err := d.watchPresence(s.Presence); err != nil {
		return nil, err
	}
	return d, d.newCallButton(s.Button)
}

func (d *devices) run(ctx context.Context, parts *sync.WaitGroup) {
	for _, run := range d.start {
		parts.Go(func() { run(ctx) })
	}
}

// missing reports a device that the file does not name.
func (d *devices) missing(name visit.Device) {
	d.start = append(d.start, func(context.Context) {
		d.book.none(string(name))
		d.post(visit.DeviceChanged{Device: name, Fault: fault.Unplugged})
	})
}

// health passes a device's health on to the visit and the log. Before its first
// answer a device is neither well nor faulty.
func (d *devices) health(name visit.Device) func(hw.Health) {
	return func(h hw.Health) {
		d.book.note(string(name), h)
		if h.Code == fault.None && !h.State.Usable() {
			return
		}
		d.log.Info("device", "device", string(name), "state", h.State.String(), "fault", string(h.Code), "detail", h.Detail)
		d.post(visit.DeviceChanged{Device: name, Fault: h.Code})
	}
}

// SetMode is terminal.Cards.
func (d *devices) SetMode(m visit.CardMode) {
	if d.cards == nil {
		return
	}
	d.cards.SetMode(map[visit.CardMode]idcard.Mode{
		visit.CardsOff: idcard.Off, visit.CardsNotice: idcard.Notice, visit.CardsRead: idcard.Read,
	}[m])
}

// Say, Chime and Hush are terminal.Voice.
func (d *devices) Say(p visit.Say) {
	d.voice.Say(speaker.Sentence{Key: p.Key, Text: p.Text, Slow: p.Slow, Locale: p.Locale})
}
func (d *devices) Chime() { d.voice.Chime() }
func (d *devices) Hush()  { d.voice.Hush() }

// Play and SetVolume are terminal.Voice.
func (d *devices) Play(n terminal.Note) { d.voice.Play(n.Data) }
func (d *devices) SetVolume(steps int)  { d.voice.SetVolume(steps) }

// noPrinter is the printer of a terminal without one.
type noPrinter struct{}

func (noPrinter) Print(context.Context, slip.Slip) slip.Result {
	return slip.Result{Outcome: slip.NotPrinted, Method: "none", Fault: fault.Unplugged}
}
