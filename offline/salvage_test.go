package offline

import (
	"bytes"
	"encoding/binary"
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

// What a salvage lost of the log is told once, and is no fault for ever; what
// somebody takes away is one, before a salvage and after it.
func TestAuditAfterASalvageThatLostSome(t *testing.T) {
	b := setup(t)
	for n := range 300 {
		must(t, b.Audit(t.Context(), "fault_raised", fmt.Sprint("printer ", n)))
	}
	told, err := b.AuditHead(t.Context())
	must(t, err)
	var gone int64
	must(t, b.db.QueryRow(`SELECT pageno FROM dbstat WHERE name = 'audit' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3`).Scan(&gone))
	must(t, b.Close())
	overwrite(t, b.path, (gone-1)*pageSize, bytes.Repeat([]byte{0xa5}, pageSize))
	report, err := Salvage(t.Context(), b.path, b.path, b.now)
	must(t, err)
	if report.Audit < 200 || report.Audit > 299 {
		t.Fatalf("%+v", report)
	}
	b.open(t)
	must(t, b.Audit(t.Context(), "start", ""))
	look := func() ([]AuditGap, error) {
		i, err := Inspect(t.Context(), b.path)
		must(t, err)
		defer i.Close()
		return i.AuditGaps(t.Context())
	}
	gaps, err := look()
	must(t, err)
	if len(gaps) != 1 || gaps[0].Last-gaps[0].First+1 != 300-int64(report.Audit) || gaps[0].Salvaged != told.Sequence+1 {
		t.Errorf("gaps %+v, %d entries read", gaps, report.Audit)
	}
	if at, ok, err := b.AuditAt(t.Context(), told.Sequence); err != nil || !ok || !bytes.Equal(at.Hash, told.Hash) {
		t.Errorf("the head that central was told of is another one (%v, %v)", ok, err)
	}
	must(t, b.Close())
	again, err := Salvage(t.Context(), b.path, b.path, b.now) // which loses nothing more
	must(t, err)
	b.open(t)
	if gaps, err := look(); err != nil || len(gaps) != 1 || again.Audit != report.Audit+2 {
		t.Errorf("after another salvage: gaps %+v, %v", gaps, err)
	}
	for name, tamper := range map[string]string{
		"taken away beside the gap": fmt.Sprintf(`DELETE FROM audit WHERE sequence = %d`, gaps[0].First-1),
		"changed before it":         `UPDATE audit SET detail = 'none' WHERE sequence = 2`,
		"taken away since":          fmt.Sprintf(`DELETE FROM audit WHERE sequence = %d`, told.Sequence+2),
		"the salvage taken away":    `DELETE FROM audit WHERE event = 'salvaged'`,
	} {
		b.exec(t, `CREATE TABLE whole AS SELECT * FROM audit`, tamper)
		if _, err := b.VerifyAudit(t.Context()); !errors.Is(err, ErrAudit) {
			t.Errorf("%s: %v", name, err)
		}
		b.exec(t, `DELETE FROM audit`, `INSERT INTO audit SELECT * FROM whole`, `DROP TABLE whole`)
	}
	if _, err := b.VerifyAudit(t.Context()); err != nil {
		t.Errorf("as it was: %v", err)
	}
}

func TestSalvageKeepsDocumentsAndHowNewTheyAre(t *testing.T) {
	b := setup(t)
	body := bytes.Repeat([]byte("body "), 3000)
	for _, d := range []struct {
		kind    string
		version int64
	}{{"catalog", 3}, {"catalog", 5}, {"policy", 7}, {"policy", 8}} {
		must(t, b.KeepDocument(t.Context(), d.kind, d.version, []byte("head"), fmt.Appendf(nil, "%s%d", body, d.version)))
	}
	must(t, b.RejectDocument(t.Context(), "policy", 8))
	must(t, b.Close())
	// The chain of pages with the body of catalog 5 is cut before its last.
	file, err := os.ReadFile(b.path)
	must(t, err)
	last := binary.BigEndian.AppendUint32(nil, uint32(bytes.Index(file, []byte("body 5"))/pageSize+1))
	for at := 0; at < len(file); at += pageSize {
		if bytes.Equal(file[at:at+4], last) {
			overwrite(t, b.path, int64(at), make([]byte, 4))
		}
	}
	report, err := Salvage(t.Context(), b.path, b.path, b.now)
	must(t, err)
	b.open(t)
	version, head, got, err := b.Document(t.Context(), "policy")
	if err != nil || version != 7 || string(head) != "head" || string(got) != string(body)+"7" {
		t.Errorf("policy %d, %d bytes, %v", version, len(got), err)
	}
	if known, err := b.DocumentKnown(t.Context(), "policy"); err != nil || known != 8 {
		t.Errorf("policy known up to %d, %v", known, err)
	}
	if version, _, _, err := b.Document(t.Context(), "catalog"); err != nil || version != 3 || report.Documents != 2 {
		t.Errorf("catalog %d, %v; %+v", version, err, report)
	}
	for _, version := range []int64{2, 4} {
		if err := b.KeepDocument(t.Context(), "catalog", version, nil, nil); !errors.Is(err, ErrOlder) {
			t.Errorf("catalog %d: %v", version, err)
		}
	}
	must(t, b.KeepDocument(t.Context(), "catalog", 5, nil, nil)) // fetched again
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
