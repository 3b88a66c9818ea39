package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// updates are the systems that the part update goes through.
type updates struct {
	systems *systems
	runs    system // the one that the terminal runs, or is to fall back to
	made    map[string]system
}

// The updates, in the order in which they are tried.
var allUpdates = []string{"strange", "damaged", "good", "carried", "mute", "closed", "cuts", "moments"}

// longUpdate is how long a bundle may be under way and installed: an emulated machine
// took six minutes. That no resident was there for ten is in it.
const longUpdate = 25 * time.Minute

// What the appliance service and the kiosk say in the journal, which QEMU's variant of
// the image has on the serial line. A line comes in pieces: what is read of it is read
// when something stands behind it.
var (
	saysRefused   = regexp.MustCompile(`update refused" fault=(\S+) version=(\S+)\s`)
	saysInstalled = regexp.MustCompile(`an update is installed, and tried at the next start" version=(\S+)\s`)
	saysAnew      = regexp.MustCompile(`starting anew with the update" version=(\S+)\s`)
	saysBoot      = regexp.MustCompile(`appliance: boot" reason=(\w+) slot=([AB]) version=(\S+)\s`)
	saysPassed    = regexp.MustCompile(`this version passed" version=(\S+)\s`)
	saysTooLate   = regexp.MustCompile(`the new version has not passed in time" version=(\S+)\s`)
	saysUndone    = regexp.MustCompile(`the new version did not pass and the old one is back" version=(\S+)\s`)
	saysServing   = regexp.MustCompile(`msg=serving terminal=`)
	saysSelfTest  = regexp.MustCompile(`self-test: [^\r\n]*[\r\n]`)
)

// prepareUpdates makes the systems before the machine needs the processors.
func (l *lobby) prepareUpdates(ctx context.Context) error {
	for _, name := range l.choice {
		if !slices.Contains(allUpdates, name) {
			return fmt.Errorf("there is no update %q: %v", name, allUpdates)
		}
	}
	folder := filepath.Join(l.scratch, "systems")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	s, first, err := newSystems(ctx, l.image, folder)
	if err != nil {
		return err
	}
	l.updates = &updates{systems: s, runs: first, made: map[string]system{}}
	// A version must be newer than what runs: they are made in the order of their use.
	for _, name := range allUpdates {
		var made system
		switch {
		case name == "damaged" || !slices.Contains(l.choice, name):
			continue
		case name == "strange":
			made, err = s.strange(ctx)
		case name == "mute":
			made, err = s.make(ctx, name, "", mute)
		case name == "closed":
			made, err = s.make(ctx, name, "", s.closed)
			made.speaks = true
		default:
			made, err = s.make(ctx, name, "", good)
		}
		if err != nil {
			return err
		}
		l.updates.made[name] = made
		l.report.step(fmt.Sprintf("update %q is version %s", name, made.version), "")
	}
	if _, ok := l.updates.whole(); !ok && slices.Contains(l.choice, "damaged") {
		return errors.New("damaged cuts the bundle of another update: choose good, too")
	}
	return s.close()
}

// whole is a bundle that is signed and whole; nothing when none was made.
func (u *updates) whole() (system, bool) {
	for _, name := range []string{"good", "carried", "mute", "closed", "cuts", "moments"} {
		if s, ok := u.made[name]; ok {
			return s, true
		}
	}
	return system{}, false
}

// update goes through all updates that were chosen. What was confirmed before must be at
// central, or in a sound queue, after each.
func (l *lobby) update(ctx context.Context) error {
	if len(l.tickets) == 0 {
		if err := l.visits(ctx); err != nil {
			return err
		}
	}
	if err := l.runs(ctx, l.updates.runs); err != nil {
		return err
	}
	for _, name := range allUpdates {
		if !slices.Contains(l.choice, name) {
			continue
		}
		began := time.Now()
		s := l.updates.made[name]
		do := map[string]func(context.Context, system) error{"strange": l.refuses, "damaged": l.damaged, "good": l.becomes, "carried": l.carried, "mute": l.fallsBack, "closed": l.fallsBack, "cuts": l.cutUpdates, "moments": l.updateMoments}[name]
		if err := do(ctx, s); err != nil {
			return fmt.Errorf("%s (%s): %w", name, s.version, err)
		}
		l.report.measure("update_"+name+"_s", time.Since(began).Seconds())
	}
	return nil
}

// refuses: a bundle that a stranger signed goes as far as to the terminal, since central
// has no keys, and no further.
func (l *lobby) refuses(ctx context.Context, s system) error {
	mark := l.machine.Console.Mark()
	if err := l.rollsOut(ctx, s); err != nil {
		return err
	}
	said, _, err := l.await(ctx, mark, longUpdate, saysRefused)
	if err != nil {
		return err
	}
	if said[1] != "update_refused" || said[2] != s.version {
		return fmt.Errorf("the terminal says %q", said[0])
	}
	l.report.step("the terminal refuses what a stranger signed", "")
	if err := l.told(ctx, fmt.Sprintf("image %s in system %s, update %s failed (update_refused)", l.updates.runs.version, l.slot, s.version)); err != nil {
		return err
	}
	if err := l.over(ctx, s, "running in stage 1"); err != nil { // a second one would stop it
		return err
	}
	return l.isBack(ctx, 0, "after-a-stranger")
}

// damaged makes a bundle that lost its end at random bytes, and has central's command
// refuse it each time, so that no terminal is offered it. A stick brings it past
// central: so rauc, of the version that is in the image and with its roots of trust,
// judges it as well.
func (l *lobby) damaged(ctx context.Context, _ system) error {
	whole, _ := l.updates.whole()
	if err := l.updates.systems.judge(ctx, whole.bundle); err != nil {
		return fmt.Errorf("the whole bundle is refused; was the image built with other keys? %w", err)
	}
	cut := filepath.Join(l.scratch, "cut.raucb")
	defer os.Remove(cut)
	if _, err := ask(ctx, "cp", whole.bundle, cut); err != nil {
		return err
	}
	info, err := os.Stat(cut)
	if err != nil {
		return err
	}
	for _, at := range cutAt(rand.New(rand.NewPCG(l.seed, 3)), info.Size(), l.count.bundleCuts) {
		if err := os.Truncate(cut, at); err != nil {
			return err
		}
		if err := l.updates.systems.judge(ctx, cut); err == nil {
			return fmt.Errorf("rauc takes a bundle that was cut at byte %d of %d", at, info.Size())
		}
		if _, err := l.operator(ctx, "update", "add", cut); err == nil || !strings.Contains(err.Error(), saysNoBundle) {
			return fmt.Errorf("central and a bundle cut at byte %d of %d: %w", at, info.Size(), errors.Join(errTaken, err))
		}
	}
	l.report.step(fmt.Sprintf("a bundle cut at %d bytes is refused by rauc and by central each time", l.count.bundleCuts), "")
	return nil
}

// cutAt draws at how many bytes a file is cut, the longest first, so that one copy can
// be cut shorter and shorter. The first lacks one byte.
func cutAt(random *rand.Rand, size int64, count int) []int64 {
	var all []int64
	for range count {
		all = append(all, random.Int64N(size))
	}
	if count > 0 {
		all[0] = size - 1
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

// becomes: a version that works is fetched, installed, tried after ten minutes in which
// nobody was there, and kept.
func (l *lobby) becomes(ctx context.Context, s system) error {
	mark := l.machine.Console.Mark()
	if err := l.rollsOut(ctx, s); err != nil {
		return err
	}
	mark, err := l.installed(ctx, mark, s)
	if err != nil {
		return err
	}
	if _, mark, err = l.await(ctx, mark, longUpdate, saysAnew); err != nil {
		return err
	}
	l.report.step("nobody was there for ten minutes: it starts anew", "")
	if err := l.passes(ctx, mark, s); err != nil {
		return err
	}
	if err := l.over(ctx, s, "stage"); err != nil {
		return err
	}
	return l.servesOn(ctx)
}

// passes: a machine that starts anew starts the new version, which passes its trial.
func (l *lobby) passes(ctx context.Context, mark int, s system) error {
	mark, err := l.chosen(ctx, mark)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := l.started(ctx, mark, s.version, "update"); err != nil {
		return err
	}
	if _, _, err := l.await(ctx, mark, 2*patience, saysPassed); err != nil {
		return err
	}
	l.report.measure("passed_after_s", time.Since(began).Seconds())
	l.updates.runs = s
	if err := l.isBack(ctx, mark, "after-the-update"); err != nil {
		return err
	}
	return l.runs(ctx, s)
}

// servesOn: a version that passed serves, and starts again when the plug was pulled.
func (l *lobby) servesOn(ctx context.Context) error {
	if err := l.visits(ctx); err != nil {
		return err
	}
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	return l.onAgain(ctx, "after-the-update-again")
}

// fallsBack: a version that does not pass its trial is installed, given its time, and
// left for the old one, which says so.
func (l *lobby) fallsBack(ctx context.Context, s system) error {
	mark := l.machine.Console.Mark()
	if err := l.rollsOut(ctx, s); err != nil {
		return err
	}
	if _, err := l.installed(ctx, mark, s); err != nil {
		return err
	}
	// It need not be waited for that nobody is there: whoever pulls the plug in the
	// evening has the new version in the morning.
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	began := time.Now()
	if err := l.boot(ctx); err != nil {
		return err
	}
	if err := l.started(ctx, 0, s.version, "update"); err != nil {
		return err
	}
	if err := l.waits(ctx, s); err != nil {
		return err
	}
	said, mark, err := l.await(ctx, 0, 3*patience, saysTooLate)
	if err != nil {
		return err
	}
	failed := strings.TrimSpace(saysSelfTest.FindString(l.machine.Console.Since(0)))
	if l.report.step(fmt.Sprintf("the new version said: %q", failed), ""); (failed != "") != s.speaks {
		return errors.New("that is not how it was made to fail")
	}
	l.report.measure("given_up_after_s", time.Since(began).Seconds())
	if said[1] != s.version {
		return fmt.Errorf("given up is %q", said[1])
	}
	if mark, err = l.chosen(ctx, mark); err != nil {
		return err
	}
	if _, _, err := l.await(ctx, mark, 2*patience, saysUndone); err != nil {
		return err
	}
	if err := l.started(ctx, mark, l.updates.runs.version, "fallback"); err != nil {
		return err
	}
	if err := l.isBack(ctx, mark, "old-version-is-back"); err != nil {
		return err
	}
	l.report.measure("back_after_s", time.Since(began).Seconds())
	if err := l.told(ctx, fmt.Sprintf("image %s in system %s, update %s failed (update_undone)", l.updates.runs.version, l.slot, s.version)); err != nil {
		return err
	}
	if err := l.over(ctx, s, "stopped in stage 1"); err != nil {
		return err
	}
	if err := l.visits(ctx); err != nil { // the old version serves, with the queue as it was
		return err
	}
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	return l.onAgain(ctx, "old-version-again")
}

// waits looks at what is to be seen of a version that does not pass: why, or nothing.
func (l *lobby) waits(ctx context.Context, s system) error {
	if !s.speaks {
		return nil
	}
	if _, _, err := l.await(ctx, 0, 2*patience, saysSelfTest); err != nil {
		return err
	}
	return l.keep(ctx, "does-not-pass")
}

// installed waits until a version is in the other system.
func (l *lobby) installed(ctx context.Context, mark int, s system) (int, error) {
	began := time.Now()
	said, mark, err := l.await(ctx, mark, longUpdate, saysInstalled)
	if err != nil {
		return 0, err
	}
	if said[1] != s.version {
		return 0, fmt.Errorf("installed is %q", said[1])
	}
	l.report.measure("installed_after_s", time.Since(began).Seconds())
	return mark, nil
}

// isBack waits, in a machine that was not switched on just now, until the kiosk serves
// residents and the start screen is there. To read a picture takes a processor for
// seconds, which the machine needs to come so far.
func (l *lobby) isBack(ctx context.Context, mark int, name string) error {
	if _, _, err := l.await(ctx, mark, 2*patience, saysServing); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "触摸屏幕开始"); err != nil {
		return err
	}
	return l.keep(ctx, name)
}

// started waits until the appliance service said which version starts, and why.
func (l *lobby) started(ctx context.Context, mark int, version, reason string) error {
	said, _, err := l.await(ctx, mark, patience, saysBoot)
	if err != nil {
		return err
	}
	if said[1] != reason || said[2] != l.slot || said[3] != version {
		return fmt.Errorf("%q, and not %s in %s, because of %s", said[0], version, l.slot, reason)
	}
	l.report.step(fmt.Sprintf("version %s starts in system %s: %s", version, l.slot, reason), "")
	return nil
}

func (l *lobby) await(ctx context.Context, mark int, limit time.Duration, words *regexp.Regexp) ([]string, int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not within %s", limit))
	defer cancel()
	return l.machine.Console.Await(ctx, mark, words)
}

// offAndJudge switches the machine off, by its plug as it has no other switch, and judges
// what is on the card.
func (l *lobby) offAndJudge(ctx context.Context) error {
	l.machine.Cut()
	if _, err := l.machine.Settle(guest.NoLoss, nil); err != nil {
		return err
	}
	_, err := l.queueAfterCut(ctx)
	return err
}

// onAgain starts the version that passed last, and sees that its system is on the card
// to the last byte.
func (l *lobby) onAgain(ctx context.Context, name string) error {
	if err := l.boot(ctx); err != nil {
		return err
	}
	if err := l.isWhole(l.updates.runs); err != nil {
		return err
	}
	if err := l.atStart(ctx, name); err != nil {
		return err
	}
	return l.runs(ctx, l.updates.runs)
}

// isWhole compares the system that starts with what it was made of. The machine may run:
// the card's file is as it was when it was switched on, and a system is never written to
// while it runs.
func (l *lobby) isWhole(s system) error {
	card, err := os.Open(l.card())
	if err != nil {
		return err
	}
	defer card.Close()
	got, err := sumOfSlot(card, l.slot)
	if err == nil && got != s.sum {
		err = fmt.Errorf("system %s on the card is not version %s as it was made", l.slot, s.version)
	}
	if err == nil {
		l.report.step(fmt.Sprintf("system %s is version %s to the last byte", l.slot, s.version), "")
	}
	return err
}
