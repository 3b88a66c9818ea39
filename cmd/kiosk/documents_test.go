package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/pack"
	"lintai/kiosk/readiness"
	"lintai/kiosk/seal"
	"lintai/offline"
	"lintai/sync/wire"
)

// cupboard is a terminal's documents on a real queue.
type cupboard struct {
	*documents
	t     *testing.T
	queue *offline.Queue
	key   ed25519.PrivateKey
	log   *bytes.Buffer
	seals []string // the keys that were taken up
}

func newCupboard(t *testing.T) *cupboard {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	queue, err := offline.Open(path, key.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queue.Close() })
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &cupboard{t: t, queue: queue, key: private, log: &bytes.Buffer{}}
	c.documents = newDocuments(queue, public, folder, func(k seal.PublicKey) error {
		c.seals = append(c.seals, k.String())
		return queue.SealTo(k)
	}, slog.New(slog.NewTextHandler(c.log, nil)))
	return c
}

// keep keeps a body as the agent does.
func (c *cupboard) keep(kind wire.DocumentKind, version int64, body []byte) wire.Document {
	c.t.Helper()
	sum := sha256.Sum256(body)
	d := wire.Document{Kind: kind, Version: version, IssuedAt: time.Unix(version, 0), Size: int64(len(body)), SHA256: sum[:]}
	d.Signature = ed25519.Sign(c.key, d.Signed())
	head, err := json.Marshal(d)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.queue.KeepDocument(c.t.Context(), string(kind), version, head, body); err != nil {
		c.t.Fatal(err)
	}
	c.kept(c.t.Context(), d)
	return d
}

func (c *cupboard) row() readiness.Row {
	c.t.Helper()
	rows := c.book.snapshot().Devices
	i := slices.IndexFunc(rows, func(r readiness.Row) bool { return r.Name == readiness.Documents })
	if i < 0 {
		c.t.Fatal("no word on the documents")
	}
	return rows[i]
}

func notices(version int) []byte { return fmt.Appendf(nil, `{"version": %d}`, version) }

// The files of the folder go before central's documents, and these before the
// built-in ones, each for itself.
func TestPrecedenceOfContent(t *testing.T) {
	c := newCupboard(t)
	own := ownFolder(t)
	own.central = c.documents
	before := own.today()
	if got, ok := own.read(t.Context()); !ok || got != content.Default() {
		t.Error("nothing of its own, and not what is built in")
	}
	c.keep(wire.DocumentCommunity, 1, notices(41))
	if own.today() == before {
		t.Error("a document that was kept is no change")
	}
	if got, ok := own.read(t.Context()); !ok || got.Community.Version != 41 || got.Catalog != content.Default().Catalog {
		t.Errorf("central's: %d", got.Community.Version)
	}
	own.write(t, ownNotices, 1)
	if got, ok := own.read(t.Context()); !ok || got.Community.Version != 3 {
		t.Errorf("the folder's: %d", got.Community.Version)
	}
	own.write(t, "{", 2)
	if got, ok := own.read(t.Context()); ok || got.Community.Version != 41 {
		t.Errorf("central's behind a file with a mistake: %d", got.Community.Version)
	}
	own.folder = ""
	if got, ok := own.read(t.Context()); !ok || got.Community.Version != 41 {
		t.Errorf("without a folder: %d", got.Community.Version)
	}
}

// A document that comes while somebody is there is used when nobody is.
func TestKeptDocumentWaitsUntilNobodyIsThere(t *testing.T) {
	c := newCupboard(t)
	own := &ownContent{central: c.documents, book: newHealthBook(nil), log: c.documents.log}
	own.read(t.Context())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	w := &watched{own, make(chan time.Time), make(chan bool), make(chan bool, 1)}
	go func() { w.ended <- own.watch(ctx, w.ticks, func() bool { return <-w.asked }) }()
	w.ticks <- time.Time{}
	c.keep(wire.DocumentCommunity, 1, notices(41))
	w.answer(t, false)
	w.answer(t, true)
	if !<-w.ended {
		t.Error("the new document is not used")
	}
}

// What this program cannot read, or what became damaged on the disk, is put aside
// for the one before it, and that is told.
func TestUnusableDocumentGivesWayToTheOneBefore(t *testing.T) {
	for name, spoil := range map[string]func(c *cupboard){
		"of a newer program": func(c *cupboard) { c.keep(wire.DocumentCommunity, 2, []byte(`{"version": 2, "of_tomorrow": 1}`)) },
		"signed by another": func(c *cupboard) {
			mine := c.key
			_, c.key, _ = ed25519.GenerateKey(nil)
			c.keep(wire.DocumentCommunity, 2, notices(42))
			c.key = mine
		},
		"another body": func(c *cupboard) {
			d := c.keep(wire.DocumentCatalog, 1, notices(42)) // only for its head
			d.Kind, d.Version = wire.DocumentCommunity, 2
			d.Signature = ed25519.Sign(c.key, d.Signed())
			head, _ := json.Marshal(d)
			if err := c.queue.KeepDocument(c.t.Context(), string(wire.DocumentCommunity), 2, head, notices(43)); err != nil {
				c.t.Fatal(err)
			}
		},
		"the head of another": func(c *cupboard) {
			head, _ := json.Marshal(c.keep(wire.DocumentCommunity, 2, notices(42)))
			if err := c.queue.KeepDocument(c.t.Context(), string(wire.DocumentCommunity), 3, head, notices(42)); err != nil {
				c.t.Fatal(err)
			}
			if err := c.queue.RejectDocument(c.t.Context(), string(wire.DocumentCommunity), 2); err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCupboard(t)
			c.keep(wire.DocumentCommunity, 1, notices(41))
			spoil(c)
			if got := c.content(t.Context()); got.Community.Version != 41 && name != "the head of another" || got.Community.Version == 42 {
				t.Errorf("version %d", got.Community.Version)
			}
			if r := c.row(); r.Fault != fault.DocumentRefused || !strings.Contains(r.Detail, "community: version ") {
				t.Errorf("%+v", r)
			}
			if c.content(t.Context()); strings.Count(c.log.String(), "kind=community") != 1 {
				t.Errorf("logged: %s", c.log)
			}
			c.keep(wire.DocumentCommunity, 5, notices(45))
			if got := c.content(t.Context()); got.Community.Version != 45 {
				t.Errorf("the next one: %d", got.Community.Version)
			}
		})
	}
}

func TestWhatCentralOffersInVainIsTold(t *testing.T) {
	c := newCupboard(t)
	c.report(newHealthBook(nil))
	if r := c.row(); r.State != readiness.StateNone {
		t.Errorf("no documents: %+v", r)
	}
	c.refused(map[wire.DocumentKind]error{wire.DocumentCatalog: errors.New("forged")})
	if r := c.row(); r.Fault != fault.DocumentRefused || r.Detail != "catalog: forged" {
		t.Errorf("%+v", r)
	}
	c.keep(wire.DocumentCommunity, 1, notices(1))
	c.refused(map[wire.DocumentKind]error{})
	if r := c.row(); r.Fault != fault.None || r.State != "ready" {
		t.Errorf("%+v", r)
	}
}

// The seal key counts at once; telephone and address come with it.
func TestConfiguration(t *testing.T) {
	c := newCupboard(t)
	if got := c.configuration(t.Context()); got != (wire.Configuration{}) || len(c.seals) != 0 {
		t.Errorf("%+v", got)
	}
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	want := wire.Configuration{SealKey: key.Public().String(), PublicAddress: "https://c.example.cn", Phone: "010-5550"}
	body, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	c.keep(wire.DocumentConfiguration, 1, body)
	if !slices.Equal(c.seals, []string{want.SealKey}) {
		t.Errorf("sealed to %v", c.seals)
	}
	if got := c.configuration(t.Context()); got != want {
		t.Errorf("%+v", got)
	}
}

func TestPromptPackIsUnpackedAndReplaced(t *testing.T) {
	c := newCupboard(t)
	archive := func(words string) []byte {
		var m pack.Manifest
		m.Set(pack.Normal, "home.prompt", pack.NewEntry(words, ""))
		b, err := pack.Archive(map[string][]byte{"zh-CN/manifest.json": m.Encode(), "zh-CN/normal/home.prompt.ogg": []byte("OggS" + words)})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if got := c.clips(t.Context(), []string{"/named"}); !slices.Equal(got, []string{"/named"}) {
		t.Errorf("no pack: %v", got)
	}
	c.keep(wire.DocumentPrompts, 1, archive("您要办什么？"))
	got := c.clips(t.Context(), []string{"/named"})
	if len(got) != 2 || got[0] != "/named" {
		t.Fatalf("%v", got)
	}
	first := got[1]
	if text, err := os.ReadFile(filepath.Join(first, "zh-CN", "normal", "home.prompt.ogg")); err != nil || string(text) != "OggS您要办什么？" {
		t.Errorf("%q, %v", text, err)
	}
	if p, err := pack.Open(os.DirFS(first)); err != nil || len(p.Manifest("zh-CN").Clips) != 1 {
		t.Error(err)
	}
	// One that was cut short by a loss of power has another name and is done again.
	if err := os.Rename(first, first+draftSuffix); err != nil {
		t.Fatal(err)
	}
	if again := c.clips(t.Context(), nil); !slices.Equal(again, []string{first}) {
		t.Errorf("%v", again)
	}
	c.keep(wire.DocumentPrompts, 2, archive("请选择"))
	second := c.clips(t.Context(), nil)
	entries, err := os.ReadDir(filepath.Dir(first))
	if err != nil || len(entries) != 1 || len(second) != 1 || filepath.Base(second[0]) != entries[0].Name() || second[0] == first {
		t.Errorf("%v, %v, %v", second, entries, err)
	}
	c.keep(wire.DocumentPrompts, 3, []byte("no archive"))
	if third := c.clips(t.Context(), nil); !slices.Equal(third, second) {
		t.Errorf("what is no pack: %v", third)
	}
}

// A disk without room costs the recorded voice, and not the document.
func TestPromptPackWithoutRoomIsTriedAgain(t *testing.T) {
	c := newCupboard(t)
	b, err := pack.Archive(map[string][]byte{"zh-CN/normal/home.prompt.ogg": []byte("OggS")})
	if err != nil {
		t.Fatal(err)
	}
	c.keep(wire.DocumentPrompts, 1, b)
	whole := c.folder
	c.folder = filepath.Join(whole, offline.FileName) // a file: no folder can be made in it
	if got := c.clips(t.Context(), nil); len(got) != 0 || c.row().Fault != fault.DocumentRefused {
		t.Errorf("%v, %+v", got, c.row())
	}
	c.folder = whole
	if got := c.clips(t.Context(), nil); len(got) != 1 || c.row().Fault != fault.None {
		t.Errorf("%v, %+v", got, c.row())
	}
}

func TestWithoutAKeyNoDocumentIsTouched(t *testing.T) {
	c := newCupboard(t)
	c.keep(wire.DocumentCommunity, 1, notices(41))
	c.documents.key = nil
	if got := c.content(t.Context()); got != content.Default() {
		t.Error("a document that nobody could verify is used")
	}
	if version, _, _, err := c.queue.Document(t.Context(), string(wire.DocumentCommunity)); version != 1 || err != nil {
		t.Errorf("it was put aside: %v", err)
	}
}
