package main

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/printer"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/slip"
)

// mistakeSlip prints what is wrong in the technician's file, once for each version of
// it: she takes the slip to a computer. The file's printer is tried if that much of the
// file is sound, else whatever answers like a printer at the usual ports.
type mistakeSlip struct {
	tried [sha256.Size]byte
	stop  context.CancelFunc
	under sync.WaitGroup
	log   *slog.Logger
}

// mistakeLimit bounds the search for a printer.
const mistakeLimit = 90 * time.Second

// print prints beside everything else.
func (m *mistakeSlip) print(ctx context.Context, text []byte, problems settings.Problems, file string) {
	if hash := sha256.Sum256(text); hash == m.tried {
		return
	} else {
		m.end()
		m.tried = hash
	}
	ctx, m.stop = context.WithTimeout(ctx, mistakeLimit)
	document := problems.Slip(filepath.Base(file))
	places := mistakePrinters(text)
	m.under.Go(func() {
		for _, p := range places {
			result := printOn(ctx, p, document)
			m.log.Info("mistakes of the file on paper", "port", p.Port, "outcome", result.Outcome.String(), "fault", string(result.Fault))
			if result.Outcome != slip.NotPrinted || ctx.Err() != nil {
				return // unknown is not printed again
			}
		}
	})
}

// end waits until the printer is free.
func (m *mistakeSlip) end() {
	if m.stop != nil {
		m.stop()
	}
	m.under.Wait()
	m.stop = nil
}

// mended forgets what was printed: the same mistake made again is told again.
func (m *mistakeSlip) mended() {
	m.end()
	m.tried = [sha256.Size]byte{}
}

// mistakePrinters are the printers to try for a file: its own, or those at the usual
// ports that the file does not name for something else.
func mistakePrinters(text []byte) []settings.Printer {
	own, named := settings.PrinterOf(text)
	if named {
		return []settings.Printer{own}
	}
	taken := map[string]bool{}
	for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune("\"' =\n\r\t", r) }) {
		if strings.HasPrefix(word, "/dev/") {
			taken[deviceBehind(word)] = true
		}
	}
	var all []settings.Printer
	for _, pattern := range usualPrinters {
		ports, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		slices.Sort(ports)
		for _, port := range ports {
			if at := deviceBehind(port); !taken[at] {
				taken[at] = true
				p := own
				p.Port = port
				all = append(all, p)
			}
		}
	}
	return all
}

// usualPrinters are where printers are found: those of the kernel first, then serial
// lines that call themselves one. Other serial lines may be anything.
var usualPrinters = []string{"/dev/usb/lp*", "/dev/lp[0-9]", "/dev/serial/by-id/*[Pp]rinter*", "/dev/serial/by-id/*POS*"}

// deviceBehind is the device that a link leads to.
func deviceBehind(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		return to
	}
	return path
}

// printOn opens a printer for one document.
func printOn(ctx context.Context, s settings.Printer, document slip.Slip) slip.Result {
	profile, err := printer.ForWidth(s.WidthMM)
	if err != nil {
		return slip.Result{Outcome: slip.NotPrinted, Method: "none", Fault: fault.ConfigInvalid}
	}
	told := make(chan struct{}, 1)
	p := printer.New(printer.Options{
		Line: printer.Line{Address: s.Port, Baud: s.Baud}, Profile: profile, Font: slipFont("/", func([]string) {}), VoidNote: phrase.Text("slip.void"),
	}, func(h hw.Health) {
		if h.State.Usable() || h.Code != fault.None {
			select {
			case told <- struct{}{}:
			default:
			}
		}
	})
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx) })
	defer func() { stop(); running.Wait() }()
	select {
	case <-told:
	case <-time.After(printerOpens):
	case <-ctx.Done():
	}
	return p.Print(ctx, document)
}

// printerOpens is how long a printer is waited for that was just opened.
const printerOpens = 15 * time.Second

// readFile reads the technician's file; on an appliance what its first start asks for
// may be missing. The error is an outOfService.
func (k *kiosk) readFile(ctx context.Context) (*settings.Settings, error) {
	text, err := os.ReadFile(k.config)
	if err != nil {
		return nil, outOfService{code: fault.ConfigInvalid, err: err, detail: k.config}
	}
	parse := settings.Parse
	if k.onAppliance() {
		parse = settings.Begin
	}
	s, err := parse(text)
	if err != nil {
		k.mistakes.log = k.log
		if problems, ok := err.(settings.Problems); ok {
			k.mistakes.print(ctx, text, problems, k.config)
		}
		// The problems name line, key and what is allowed; never a value.
		return nil, outOfService{code: fault.ConfigInvalid, err: err, detail: err.Error()}
	}
	k.mistakes.mended()
	return s, nil
}
