package offline

import (
	"bytes"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// filled is a queue with something in every table and state, large enough for
// trees with inner pages.
func filled(t *testing.T, b *bench, n int) (waiting map[string][]byte, codes map[string]ticket.Code) {
	t.Helper()
	codes = map[string]ticket.Code{}
	for i := range n {
		r := b.request(t)
		var notes []request.Attachment
		if i%10 == 0 {
			notes = append(notes, b.attach(&r, "describe", "audio/wav", bytes.Repeat([]byte{byte(i)}, 20_000)))
		}
		must(t, b.SaveRequest(t.Context(), r, notes...))
		codes[r.ID] = r.Ticket
		switch i % 7 {
		case 3:
			b.settle(t, r.ID, Delivered)
			must(t, b.ApplyStatuses(t.Context(), int64(i), []Status{{r.ID, 1, visit.StatusAccepted, noon, "好"}}))
		case 5:
			b.settle(t, r.ID, Conflict)
		}
	}
	waiting = map[string][]byte{}
	for _, w := range b.next(t) {
		waiting[w.ID] = w.Sealed
	}
	return waiting, codes
}

func TestSalvageOfASoundQueueLosesNothing(t *testing.T) {
	for _, crashed := range []bool{false, true} { // with all in the log, and with all in the file
		b := setup(t)
		waiting, codes := filled(t, b, 40)
		before, err := b.AuditHead(t.Context())
		must(t, err)
		damaged, to := b.path, filepath.Join(t.TempDir(), FileName)
		if crashed {
			damaged = copyQueue(t, b.path)
		} else {
			must(t, b.Close())
		}
		report, err := Salvage(t.Context(), damaged, to, b.now)
		must(t, err)
		if !report.Complete() || report.Items != 40 || report.Attachments != 4 || report.Tickets != 40 || int64(report.Audit) != before.Sequence {
			t.Errorf("crashed %v: %+v", crashed, report)
		}
		b.Close()
		b.path = to
		b.open(t)
		check(t, b, waiting, nil)
		for id, code := range codes {
			if _, ok, err := b.Progress(t.Context(), code); !ok || err != nil {
				t.Errorf("the slip of %s finds nothing (%v)", id, err)
			}
		}
		head, err := b.VerifyAudit(t.Context())
		if err != nil || head.Event != EventSalvaged || head.Sequence != before.Sequence+1 {
			t.Errorf("the audit log ends with %+v, %v", head, err)
		}
		r := b.saveRequest(t)
		items := b.next(t)
		if i := slices.IndexFunc(items, func(w Waiting) bool { return w.ID == r.ID }); items[i].Sequence != 45 {
			t.Errorf("the next number is %d", items[i].Sequence)
		}
	}
}

// copyQueue copies the files as a power cut would leave them.
func copyQueue(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), FileName)
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		must(t, err)
		must(t, os.WriteFile(to+suffix, content, 0o600))
	}
	return to
}

// check finds every waiting body as it was, but those that are lost.
func check(t *testing.T, b *bench, waiting map[string][]byte, lost map[string]bool) {
	t.Helper()
	there := map[string]bool{}
	for _, w := range b.next(t) {
		if !bytes.Equal(w.Sealed, waiting[w.ID]) {
			t.Errorf("the body of %s is another one", w.ID)
		}
		there[w.ID] = true
	}
	for id := range waiting {
		if !there[id] && !lost[id] {
			t.Errorf("%s is gone without a word", id)
		}
	}
}

// What is read is right, what is not is named, and the file is never replaced by
// an empty one: with pages damaged anywhere, the first and the roots included.
func TestSalvageOfDamagedPages(t *testing.T) {
	b := setup(t)
	waiting, _ := filled(t, b, 60)
	numbers := map[int64]string{}
	for _, w := range b.next(t) {
		numbers[w.Sequence] = w.ID
	}
	must(t, b.Close())
	whole, err := os.ReadFile(b.path)
	must(t, err)
	recovered, partial := 0, 0
	for seed := range uint64(25) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := mathrand.New(mathrand.NewPCG(seed, 5))
			spoiled := bytes.Clone(whole)
			for range 1 + random.IntN(6) {
				page := random.IntN(len(spoiled) / pageSize)
				if seed < 3 {
					page = int(seed) // the header, and the first roots
				}
				from := page*pageSize + random.IntN(pageSize)*int(min(seed, 1))
				for i := from; i < min(from+1+random.IntN(pageSize), len(spoiled)); i++ {
					spoiled[i] = byte(random.Uint32())
				}
			}
			path := filepath.Join(t.TempDir(), FileName)
			must(t, os.WriteFile(path, spoiled, 0o600))
			report, err := Salvage(t.Context(), path, path, b.now)
			must(t, err)
			kept, err := os.ReadFile(report.Kept)
			must(t, err)
			if !bytes.Equal(kept, spoiled) {
				t.Error("the damaged file was changed")
			}
			lost := map[string]bool{}
			for _, l := range report.Missing {
				lost[numbers[l.Sequence]] = true
			}
			if !report.Counter { // then the newest may be missing without a number
				for n, id := range numbers {
					lost[id] = lost[id] || n > 60
				}
			}
			c := &bench{path: path, clock: noon, private: b.private, random: b.random}
			c.open(t)
			defer c.Close()
			check(t, c, waiting, lost)
			recovered += len(c.next(t))
			if !report.Complete() {
				partial++
			}
			c.saveRequest(t) // it serves again
		})
	}
	if recovered == 0 || partial == 0 {
		t.Errorf("%d recovered in all, %d reports with something missing: the test tries nothing", recovered, partial)
	}
	t.Logf("recovered %d of %d, %d of 25 with something missing", recovered, 25*len(waiting), partial)
}

func TestSalvageRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	now := setup(t).now
	if _, err := Salvage(t.Context(), path, path, now); !errors.Is(err, ErrMissing) {
		t.Errorf("nothing there: %v", err)
	}
	must(t, os.WriteFile(path, bytes.Repeat([]byte("nothing "), 4096), 0o600))
	if _, err := Salvage(t.Context(), path, path, now); !errors.Is(err, ErrDamaged) {
		t.Errorf("nothing of a queue in it: %v", err)
	}
	if content, err := os.ReadFile(path); err != nil || len(content) != 8*4096 {
		t.Errorf("the file was touched (%v)", err)
	}
	b := setup(t)
	if _, err := Salvage(t.Context(), b.path, b.path, now); !errors.Is(err, ErrBusy) {
		t.Errorf("beside a running terminal: %v", err)
	}
	must(t, b.Close())
	if _, err := Salvage(t.Context(), b.path, path, now); !errors.Is(err, ErrExists) {
		t.Errorf("onto another file: %v", err)
	}
}

// Numbers that the retention job took are not missing.
func TestSalvageKnowsWhatRetentionTook(t *testing.T) {
	b := setup(t)
	for range 5 {
		b.settle(t, b.saveRequest(t).ID, Delivered)
	}
	b.saveRequest(t)
	done, err := b.Retain(t.Context(), Rules{Now: noon.Add(100 * day)})
	must(t, err)
	must(t, b.Close())
	report, err := Salvage(t.Context(), b.path, b.path, b.now)
	must(t, err)
	if done.Items != 5 || !report.Complete() || report.Items != 1 {
		t.Errorf("%+v after %+v", report, done)
	}
}

func FuzzPages(f *testing.F) {
	f.Add([]byte{tableLeaf, 0, 0, 0, 1, 0, 12, 0, 0, 12, 0, 0, 3, 1, 2, 9})
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), FileName)
		page := make([]byte, 3*pageSize)
		copy(page[pageSize:], content)
		must(t, os.WriteFile(path, page, 0o600))
		must(t, os.WriteFile(path+"-wal", content, 0o600))
		p, err := openPages(path, path+"-wal")
		must(t, err)
		defer p.close()
		p.records(newFound().take)
	})
}
