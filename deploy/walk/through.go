package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the terminal's database, for the copy of it
)

// through walks through the whole house and leaves everything in out.
func through(ctx context.Context, h *house, out string) error {
	w := &walker{house: h, report: newReport(os.Stdout), out: out}
	err := w.whole(ctx)
	finished := err == nil
	if writeErr := w.report.write(out, finished); writeErr != nil {
		err = errors.Join(err, writeErr)
	}
	if err != nil {
		return err
	}
	fmt.Printf("\nall %d steps were true; look at what they left in %s\n", len(w.report.Steps), relative(out))
	for _, name := range slices.Sorted(maps.Keys(w.report.Measures)) {
		fmt.Printf("  %-20s %8.2f  %s\n", name, w.report.Measures[name], w.report.Notes[name])
	}
	return nil
}

func (w *walker) whole(ctx context.Context) (err error) {
	h := w.house
	// The trace goes through a pipe of its own: every line arrives as it is
	// written. It is open for writing here too, so that it does not end when the
	// terminal does.
	pipe := filepath.Join(h.state, "trace")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	lines, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer lines.Close()
	kept, err := os.Create(filepath.Join(h.logs, "trace.jsonl"))
	if err != nil {
		return err
	}
	defer kept.Close()
	w.trace = follow(lines, kept)

	server, display, err := startDisplay(h.logs)
	if err != nil {
		return err
	}
	defer server.stop()
	if w.screen, err = openScreen(display); err != nil {
		return err
	}
	defer w.screen.close()
	defer h.stop()
	defer func() {
		if w.staff != nil {
			w.staff.close()
		}
	}()

	for _, part := range [][]step{
		w.start(display, pipe), w.firstVisit(), w.rating(), w.secondVisit(), w.appealSpoken(), w.delivery(), w.appealArrived(),
		w.certificate(), w.certified(), w.homeService(), w.activity(), w.appealTyped(), w.policy(), w.information(), w.volunteerAndMediation(),
		w.behalf(), w.byCard(), w.english(), w.theCall(), w.leavings(),
	} {
		if err := w.walk(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) start(display, pipe string) []step {
	h := w.house
	return []step{
		{"a bench of devices and central are up", "", all(h.startBench, h.startCentral)},
		{"the terminal is registered and configured", "", func(ctx context.Context) error {
			return h.configure(ctx, lobby)
		}},
		{"the terminal starts", "start", func(ctx context.Context) error {
			config, capture, err := h.soundConfig()
			if err != nil {
				return err
			}
			w.capture = capture
			return w.firstFrame(ctx, []string{"DISPLAY=" + display, "ALSA_CONFIG_PATH=" + config}, pipe)
		}},
		{"its start screen is kept, to compare", "", func(ctx context.Context) (err error) {
			w.clean, err = w.screen.settled(ctx)
			return err
		}},
		{"staff sign in", "", func(ctx context.Context) (err error) {
			if w.staff, err = openBrowser(ctx, h.state, h.logs); err != nil {
				return err
			}
			address, err := h.staffAddress(ctx)
			if err != nil {
				return err
			}
			if err := w.staff.signIn(address, "a password for the walk"); err != nil {
				return err
			}
			return w.staffPicture("signed-in")
		}},
	}
}

// firstFrame starts the terminal and waits until its start screen can be
// touched and has been painted.
func (w *walker) firstFrame(ctx context.Context, env []string, pipe string) error {
	h := w.house
	mark := w.trace.mark()
	if err := h.startKiosk(env, "--trace", pipe); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	go func() { // a terminal that ends at once need not be waited for
		select {
		case <-h.kiosk.exited:
			cancel()
		case <-ctx.Done():
		}
	}()
	first, err := w.on(ctx, mark, "start")
	if err != nil {
		return errors.Join(err, h.kiosk.running())
	}
	if _, ok := first.target("wake"); !ok {
		return errors.New("the start screen has nothing to touch")
	}
	if err := eventually(ctx, limit, func() error {
		picture, err := w.screen.capture()
		if err == nil && blank(picture) {
			err = errors.New("nothing is painted")
		}
		return err
	}); err != nil {
		return err
	}
	w.report.measure("first_frame_s", time.Since(h.kiosk.started).Seconds(),
		"seconds from the start of the terminal's program to the first painted frame that can be touched (software OpenGL)")
	return nil
}

// leavings: what the visits leave behind is taken and looked at.
func (w *walker) leavings() []step {
	h := w.house
	return []step{
		{"the terminal's memory is measured", "", func(context.Context) error {
			kb, err := proportionalSet(h.kiosk.pid())
			w.report.measure("kiosk_pss_mib", float64(kb)/1024, "MiB of memory (PSS) of the terminal's process after the visits")
			return err
		}},
		{"central's public list holds both requests", "", func(ctx context.Context) error {
			list, err := get(ctx, h.address()+"/open311/v2/requests.json")
			if err != nil {
				return err
			}
			for _, p := range []paper{w.first, w.second} {
				if n := strings.Count(list, string(p.code)); n == 0 {
					return fmt.Errorf("central.json does not hold %s", p.code)
				}
			}
			for _, s := range everybody() {
				if strings.Contains(list, s.text) {
					return fmt.Errorf("central.json tells everybody the %s", s.what)
				}
			}
			return w.save("central.json", list)
		}},
		{"the voice was heard", "", func(context.Context) error {
			samples, err := readCapture(w.capture, 0)
			if err != nil {
				return err
			}
			if err := writeWAV(filepath.Join(w.out, "voice.wav"), samples); err != nil {
				return err
			}
			spoken := heard(samples)
			w.report.measure("voice_s", spoken.Seconds(), "seconds of sound in voice.wav")
			if spoken < 10*time.Second {
				return fmt.Errorf("only %s of sound in all the visits", spoken)
			}
			return nil
		}},
		{"the terminal ends when it is asked to", "", func(context.Context) error {
			if !h.kiosk.stop() {
				return errors.New("it had to be killed")
			}
			if h.kiosk.err != nil {
				return fmt.Errorf("it ended with %w:\n%s", h.kiosk.err, h.kiosk.lastLines(12))
			}
			h.kiosk = nil
			return nil
		}},
		{"its database is whole and tells nobody who was here", "", func(ctx context.Context) error {
			if err := copyDatabase(ctx, h.kioskData(), filepath.Join(w.out, "kiosk.db")); err != nil {
				return err
			}
			found, err := findSecrets(everybody(), h.kioskData(), w.out)
			if err == nil && len(found) == 0 {
				found, err = findSecrets(w.attached, h.kioskData(), w.house.logs)
			}
			if err == nil && len(found) > 0 {
				err = fmt.Errorf("readable at rest: %v", found)
			}
			return err
		}},
	}
}

// proportionalSet is the memory of a process in KiB, what it shares with others
// counted in parts.
func proportionalSet(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(b), "\n") {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "Pss:" {
			return strconv.Atoi(fields[1])
		}
	}
	return 0, fmt.Errorf("no Pss of process %d", pid)
}

// copyDatabase copies the database that a stopped terminal left, its write-ahead
// log folded in, and checks that it is whole and not empty. The file is copied
// byte by byte, free pages included: what was deleted must not be readable either.
func copyDatabase(ctx context.Context, dir, to string) error {
	from := filepath.Join(dir, "kiosk.db")
	if _, err := os.Stat(from); err != nil {
		return err // opening it would make an empty one
	}
	db, err := sql.Open("sqlite", from)
	if err != nil {
		return err
	}
	defer db.Close()
	var whole string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&whole); err != nil {
		return err
	}
	if whole != "ok" {
		return fmt.Errorf("kiosk.db: %s", whole)
	}
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("kiosk.db is still in use")
	}
	if err := db.Close(); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, in)
	if err == nil && n < 4096 {
		err = fmt.Errorf("kiosk.db has %d bytes: nothing was ever kept in it", n)
	}
	return errors.Join(err, out.Close())
}
