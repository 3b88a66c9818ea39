package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"lintai/hw"
	"lintai/hw/appliance"
	"lintai/hw/printer"
	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/ui"
)

// trial is what the program knows of the trial that its version may be on. Nobody is
// served before it is over, and until then the queue is not touched: a version that
// does not pass leaves everything as the old one knows it.
type trial struct {
	over   bool
	passed string // the image that passed in this life, for the audit log
	// failed is what came of the last self-test, and until when it is not tried again.
	failed error
	again  time.Time
	// unknown is when the service was first asked in vain.
	unknown time.Time
}

const (
	// trialAgain is the rest between two self-tests: what is lacking may come, such as
	// a printer that is switched on.
	trialAgain = 30 * time.Second
	// silentLimit is how long a service that does not answer keeps residents waiting,
	// where this version leaves the queue as it is.
	silentLimit = time.Minute
	// centralLimit is how long central may take to answer after a start, paintedLimit
	// the home screen.
	centralLimit = 45 * time.Second
	paintedLimit = 30 * time.Second
)

// deviceLimit is how long the printer may take to answer after a start.
var deviceLimit = 30 * time.Second

// trialFolder of the data folder holds the copy on which the self-test works.
const trialFolder = "trial"

// beforeSuffix names the copy of the queue from before a newer version first opened it.
const beforeSuffix = ".before"

// onTrial returns nil when residents can be served: this version is on no trial, or has
// just passed it.
func (k *kiosk) onTrial(ctx context.Context, s *settings.Settings, identity agent.Identity) error {
	if k.trial.over {
		return nil
	}
	out := func(code fault.Code, detail string, err error) error {
		return outOfService{code: code, err: err, detail: detail, place: s.Terminal.Place, phone: s.Terminal.Phone}
	}
	status, client, err := k.computer.status(ctx)
	switch {
	case errors.Is(err, appliance.ErrNone), err == nil && !status.Trial:
		k.trial.over = true
		return nil
	case err != nil:
		if k.trial.unknown.IsZero() {
			k.trial.unknown = time.Now()
		}
		behind, wrong := offline.Behind(ctx, filepath.Join(s.Terminal.Data, offline.FileName))
		if wrong == nil && !behind && time.Since(k.trial.unknown) >= silentLimit {
			k.log.Error("it is not known whether this version is on trial", "fault", string(fault.ApplianceFailed), "error", err)
			return nil
		}
		return out(fault.ApplianceFailed, phrase.Text("trial.unknown"), err)
	}
	if k.trial.failed != nil && time.Now().Before(k.trial.again) {
		return k.trial.failed
	}
	k.log.Info("on trial", "image", status.Image)
	k.outside(statusTrial)
	code, err := k.selfTest(ctx, s, identity, status)
	if err == nil {
		if err = client.Passed(ctx); err != nil {
			code = fault.ApplianceFailed
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		k.trial.failed = out(code, phrase.Text("trial.failed", "image", status.Image), fmt.Errorf("self-test: %w", err))
		k.trial.again = time.Now().Add(trialAgain)
		return k.trial.failed
	}
	k.log.Info("passed its trial", "image", status.Image)
	k.trial = trial{over: true, passed: status.Image}
	return nil
}

// selfTest tries all that residents need, and names the fault of what does not work.
func (k *kiosk) selfTest(ctx context.Context, s *settings.Settings, identity agent.Identity, status appliance.Status) (fault.Code, error) {
	before := readHandover(s.Terminal.Data)
	var others sync.WaitGroup
	var printing, reaching fault.Code
	var unreached error
	others.Go(func() { printing = k.printerAnswers(ctx, s, before) })
	others.Go(func() { reaching, unreached = centralAnswers(ctx, s.Central.Address, identity, before) })
	code, err := k.queueAndPaint(ctx, s, identity, status)
	others.Wait()
	switch {
	case err != nil:
		return code, err
	case printing != fault.None:
		return printing, fmt.Errorf("the printer does not answer: %s", printing)
	}
	return reaching, unreached
}

// queueAndPaint shows the home screen as residents will see it, once from what is in the
// program and once from what stands in the queue, with a copy of which all is done that
// a visit does.
func (k *kiosk) queueAndPaint(ctx context.Context, s *settings.Settings, identity agent.Identity, status appliance.Status) (fault.Code, error) {
	if !k.paints(ctx, k.homeScreen(s, content.Default(), status)) {
		return fault.NotPainting, errors.New("the home screen was not painted")
	}
	folder := filepath.Join(s.Terminal.Data, trialFolder)
	queue := filepath.Join(s.Terminal.Data, offline.FileName)
	clean := func() error {
		// The copy that an earlier update kept has no more use, and takes its room.
		return errors.Join(os.RemoveAll(folder), removeCopy(queue+beforeSuffix))
	}
	if err := clean(); err != nil {
		return fault.FSReadOnly, err
	}
	defer os.RemoveAll(folder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fault.FSReadOnly, err
	}
	copied := filepath.Join(folder, offline.FileName)
	if err := offline.Copy(queue, copied); err != nil {
		return offline.FaultOf(err), err
	}
	painted := true
	err := offline.Rehearse(ctx, copied, s.Terminal.Number, identity.Seal(), time.Now, func(q *offline.Queue) error {
		book := newHealthBook(nil)
		published := newDocuments(q, identity.DocumentKey, folder, q.SealTo, k.log)
		own := &ownContent{folder: s.Terminal.Content, central: published, book: book, log: k.log}
		documents, _ := own.read(ctx)
		painted = k.paints(ctx, k.homeScreen(s, documents, status))
		return nil
	})
	if err != nil {
		return offline.FaultOf(err), err
	}
	if !painted {
		return fault.NotPainting, errors.New("the home screen was not painted")
	}
	return fault.None, nil
}

// homeScreen is the home screen with a word on what is going on. Whoever touches it
// touches in vain.
func (k *kiosk) homeScreen(s *settings.Settings, documents content.Content, status appliance.Status) visit.View {
	rules := visit.DefaultRules()
	rules.Catalog, rules.Community, rules.Policies = documents.Catalog, documents.Community, documents.Policy
	rules.Place, rules.Phone = s.Terminal.Place, s.Terminal.Phone
	fyne.DoAndWait(func() { rules.Room = ui.Room(k.screen.Panel()) })
	state, _ := visit.Update(visit.New(rules), visit.Tick{Now: time.Now()})
	state, _ = visit.Update(state, visit.Wake{})
	v := visit.Look(state)
	v.Notice, v.NoticeTone = phrase.Text("trial.checking", "image", status.Image), visit.Warning
	return v
}

// paints shows a view and tells whether the window painted it.
func (k *kiosk) paints(ctx context.Context, v visit.View) bool {
	k.screen.Show(v)
	ctx, done := context.WithTimeout(ctx, paintedLimit)
	defer done()
	return k.pulse.beat(ctx)
}

// printerAnswers tells what is wrong with a printer that does not answer. One that is
// not there, and one that did not answer the version of before, keep no version out.
func (k *kiosk) printerAnswers(ctx context.Context, s *settings.Settings, before handover) fault.Code {
	if s.Printer.Port == "" {
		return fault.None
	}
	ctx, done := context.WithTimeout(ctx, deviceLimit)
	defer done()
	var mu sync.Mutex
	last := fault.NoAnswer
	p, err := newPrinter(s, k.log, func(h hw.Health) {
		mu.Lock()
		defer mu.Unlock()
		if h.Code != fault.None {
			last = h.Code
		}
		if h.State.Usable() || spoke(h.Code) {
			last = fault.None
			done()
		}
	})
	if err != nil {
		return fault.ConfigInvalid
	}
	p.Run(ctx)
	mu.Lock()
	defer mu.Unlock()
	if last == fault.Unplugged || last == before.Printer {
		return fault.None
	}
	return last
}

// spoke tells of a fault that a printer itself names.
func spoke(code fault.Code) bool {
	switch code {
	case fault.PaperNearEnd, fault.PaperOut, fault.CoverOpen, fault.Cutter, fault.HeadHot, fault.PrintUnknown, fault.DeviceFailed:
		return true
	}
	return false
}

// centralAnswers asks central until it answers. That it cannot be reached is no fault of
// a version; that it refuses this one is, and so is a stranger in the place of a central
// that answered the version of before.
func centralAnswers(ctx context.Context, address string, identity agent.Identity, before handover) (fault.Code, error) {
	ctx, done := context.WithTimeout(ctx, centralLimit)
	defer done()
	pause := time.NewTicker(retryAfter)
	defer pause.Stop()
	for {
		_, err := agent.Reach(ctx, address, identity)
		code, foreign := agent.FaultOf(err), false
		switch {
		case err == nil, code == fault.Revoked: // no version changes that
			return fault.None, nil
		case code == fault.CentralForeign:
			foreign = before.Online
		case code != fault.NoCentral:
			return code, err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			if foreign {
				return code, err
			}
			return fault.None, nil
		}
	}
}

// openQueue opens the queue. Before a newer version first does, a copy is put beside it,
// which stays until the next update.
func (k *kiosk) openQueue(ctx context.Context, data string, identity agent.Identity) (*offline.Queue, error) {
	path := filepath.Join(data, offline.FileName)
	behind, err := offline.Behind(ctx, path)
	if err != nil && !errors.Is(err, context.Canceled) {
		behind = false // Open says what is wrong
	}
	if behind {
		if err := offline.Copy(path, path+beforeSuffix); err != nil {
			return nil, err
		}
		k.log.Info("the queue is brought to a newer schema, with a copy beside it")
	}
	return offline.Open(path, identity.Seal(), time.Now)
}

func removeCopy(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// handover is how the terminal was when the version before handed an update to the
// computer: a new version is not blamed for what was so.
type handover struct {
	Version string     `json:"version"`
	Printer fault.Code `json:"printer,omitempty"`
	Online  bool       `json:"online"`
}

// handoverFile is in the folder of updates.
const handoverFile = "handover.json"

func handoverPath(data string) string {
	return filepath.Join(data, appliance.UpdateFolder, handoverFile)
}

// readHandover is nothing where nothing was noted.
func readHandover(data string) (h handover) {
	if text, err := os.ReadFile(handoverPath(data)); err == nil {
		_ = json.Unmarshal(text, &h)
	}
	return h
}

// newPrinter makes the printer of a terminal; p.Run looks after it.
func newPrinter(s *settings.Settings, log *slog.Logger, health func(hw.Health)) (*printer.Printer, error) {
	profile, err := printer.ForWidth(s.Printer.WidthMM)
	if err != nil {
		return nil, err
	}
	unfinished := newUnfinishedSlip(s.Terminal.Data, log)
	return printer.New(printer.Options{
		Line:     printer.Line{Address: s.Printer.Port, Baud: s.Printer.Baud},
		Profile:  profile,
		Font:     slipFont("/", logMissingFonts(log)),
		VoidNote: phrase.Text("slip.void"),
		Left:     unfinished.read(),
		OnLeave:  unfinished.write,
	}, health), nil
}
