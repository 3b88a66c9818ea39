package offline

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

// rawFiles is every byte on disk around the queue: database, log, shared
// memory, lock.
func rawFiles(t *testing.T, b *bench) []byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(b.path), "*"))
	must(t, err)
	var all []byte
	for _, name := range names {
		content, err := os.ReadFile(name)
		must(t, err)
		all = append(all, content...)
	}
	return all
}

func TestNothingPersonalIsReadableOnDisk(t *testing.T) {
	logSize = realLog
	defer func() { logSize = smallLog }()
	b := setup(t)
	r := b.request(t)
	r.Address = "幸福里小区3号楼502室 身份证110101195001011234"
	note := b.attach(&r, "describe", "audio/wav", bytes.Repeat([]byte("我是欧阳秀英，我家漏水"), 2000))
	spoken := base64.StdEncoding.EncodeToString(note.Data)
	secrets := map[string]string{
		"voice note": "我家漏水", "voice note as JSON has it": spoken[3000:3060], "step of the voice note": "describe",
		"name": r.Person.Name, "address": "幸福里小区", "number of the ID card": "110101195001011234",
		"ticket": string(r.Ticket), "ticket as printed": r.Ticket.String(), "answer": "水", "screen of a call": "confirm",
	}
	look := func(moment string) []byte {
		t.Helper()
		raw := rawFiles(t, b)
		if !bytes.Contains(raw, []byte(r.ID)) {
			t.Fatalf("%s: not even the id is found, so this test looks in the wrong place", moment)
		}
		for what, secret := range secrets {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s: the %s is readable on disk", moment, what)
			}
		}
		return raw
	}
	must(t, b.SaveRequest(t.Context(), r, note))
	c := b.saveCall(t)
	look("after the save")
	var sealed [][]byte
	for _, i := range b.next(t) {
		sealed = append(sealed, bytes.Clone(i.Sealed))
	}
	if len(sealed) != 3 {
		t.Fatalf("%d items, not request, call and attachment", len(sealed))
	}
	for _, s := range sealed {
		if !bytes.Contains(rawFiles(t, b), s[41:80]) { // well inside the ciphertext
			t.Fatal("the sealed body is not found before it is wiped")
		}
	}
	b.settle(t, c.ID, Delivered)
	b.settle(t, r.ID, Delivered)
	b.settle(t, note.ID, Delivered)
	raw := look("after delivery")
	for _, s := range sealed {
		if bytes.Contains(raw, s[41:80]) {
			t.Error("the sealed body is still on disk after delivery")
		}
	}
	_, err := b.Retain(t.Context(), Rules{Now: noon.Add(1000 * day)})
	must(t, err)
	newest := b.saveCall(t) // the newest item stays
	b.settle(t, newest.ID, Delivered)
	_, err = b.Retain(t.Context(), Rules{Now: noon.Add(1000 * day)})
	must(t, err)
	raw = rawFiles(t, b)
	if !bytes.Contains(raw, b.digest(r.Ticket)) {
		t.Error("after retention: the digest of the ticket is gone, and its code may be issued again")
	}
	for _, id := range []string{r.ID, note.ID, c.ID} {
		// In the table of items, its index and that of tickets an id begins right
		// behind another column; in the audit log a blank stands before it.
		if n, logged := bytes.Count(raw, []byte(id)), bytes.Count(raw, []byte(" "+id)); n != logged {
			t.Errorf("after retention: an id is on disk %d times, in the audit log %d times", n, logged)
		}
	}
	must(t, b.Close())
	look("after the close")
	report, err := Salvage(t.Context(), b.path, b.path, b.now)
	must(t, err)
	if !report.Complete() {
		t.Errorf("%+v", report)
	}
	raw = look("after a salvage")
	for _, s := range sealed {
		if bytes.Contains(raw, s[41:80]) {
			t.Error("a sealed body is on disk again after the salvage")
		}
	}
}
