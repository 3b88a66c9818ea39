package publish

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/pack"
	"lintai/kiosk/seal"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// desk is a publisher on a real docket.
type desk struct {
	*Publisher
	t   *testing.T
	key seal.PublicKey
}

func newSealKey(t *testing.T) seal.PublicKey {
	t.Helper()
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}

func setup(t *testing.T) *desk {
	t.Helper()
	store, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, key: newSealKey(t)}
	now := time.Date(2026, 11, 22, 4, 30, 15, 987654321, time.UTC)
	d.Publisher = &Publisher{Store: store, Key: key, SealKey: func() seal.PublicKey { return d.key }, Hub: live.NewHub(),
		Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	return d
}

func (d *desk) publish(kind wire.DocumentKind, kiosk int, body string) docket.Document {
	d.t.Helper()
	signed, err := d.Publish(d.t.Context(), kind, kiosk, []byte(body))
	if err != nil {
		d.t.Fatal(err)
	}
	return signed
}

func (d *desk) withdraw(kind wire.DocumentKind, kiosk int) docket.Document {
	d.t.Helper()
	signed, err := d.Withdraw(d.t.Context(), kind, kiosk)
	if err != nil {
		d.t.Fatal(err)
	}
	return signed
}

// given is what a terminal is given of a kind: its version and body. Every head that
// is given bears central's signature.
func (d *desk) given(kind wire.DocumentKind, kiosk int) (int64, string) {
	d.t.Helper()
	all, err := d.Store.Documents(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, one := range docket.InForce(all, kiosk) {
		if one.Kind != kind {
			continue
		}
		body, err := Body(d.t.Context(), d.Store, one.Document)
		if err != nil {
			d.t.Fatal(err)
		}
		if err := one.Verify(d.Key.Public().(ed25519.PublicKey), body); err != nil {
			d.t.Errorf("%s %d: %v", kind, one.Version, err)
		}
		return one.Version, string(body)
	}
	return 0, ""
}

// expect expects a version whose body holds a text.
func (d *desk) expect(what string, kind wire.DocumentKind, kiosk int, version int64, holds string) {
	d.t.Helper()
	if v, body := d.given(kind, kiosk); v != version || !strings.Contains(body, holds) {
		d.t.Errorf("%s: terminal %d is given version %d %s, want %d with %q", what, kiosk, v, body, version, holds)
	}
}

func (d *desk) terminal(number int) {
	d.t.Helper()
	if err := addTerminal(d.t.Context(), d.Store, number); err != nil {
		d.t.Fatal(err)
	}
}

func community(n int) string { return fmt.Sprintf(`{"version": %d}`, n) }

func TestWhatATerminalWouldRefuseIsNotSigned(t *testing.T) {
	d := setup(t)
	d.terminal(12)
	key := newSealKey(t).String()
	for what, c := range map[string]struct {
		kind  wire.DocumentKind
		kiosk int
		body  string
		want  error
	}{
		"no catalogue":             {wire.DocumentCatalog, 0, `{"version": 1}`, nil},
		"a misspelt key":           {wire.DocumentCommunity, 0, `{"version": 1, "notises": []}`, nil},
		"no pack":                  {wire.DocumentPrompts, 0, `PK`, nil},
		"a folder above":           {wire.DocumentPrompts, 0, archive(t, "../x.ogg"), nil},
		"no policies":              {wire.DocumentPolicy, 0, ``, nil},
		"too large":                {wire.DocumentCommunity, 0, strings.Repeat(" ", 8<<20) + community(1), nil},
		"no such kind":             {"firmware", 0, `{}`, wire.ErrKind},
		"a catalogue of one's own": {wire.DocumentCatalog, 12, `{}`, ErrOwn},
		"no such terminal":         {wire.DocumentConfiguration, 13, `{}`, docket.ErrNotFound},
		"a misspelt telephone":     {wire.DocumentConfiguration, 0, `{"fone": "1"}`, nil},
		"no address":               {wire.DocumentConfiguration, 0, `{"public_address": "c.example"}`, nil},
		"another seal key":         {wire.DocumentConfiguration, 0, `{"seal_key": "` + key + `"}`, ErrSealKey},
	} {
		if _, err := d.Publish(t.Context(), c.kind, c.kiosk, []byte(c.body)); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if n, err := d.Store.CountDocuments(t.Context()); n != 0 || err != nil {
		t.Errorf("%d documents were kept, %v", n, err)
	}
	d.publish(wire.DocumentPrompts, 0, archive(t, "zh-CN/normal/home.prompt.ogg"))
}

func archive(t *testing.T, name string) string {
	t.Helper()
	b, err := pack.Archive(map[string][]byte{name: []byte("OggS")})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestVersionsCountUpAndTakingBackGoesOn(t *testing.T) {
	d := setup(t)
	watcher := d.Hub.Watch(func(w live.Word) bool { return w.Kind == live.Documents })
	for n := range 3 {
		d.publish(wire.DocumentCommunity, 0, community(n+1))
	}
	<-watcher.Signal() // terminals hear of it
	d.expect("third", wire.DocumentCommunity, 12, 3, `"version": 3`)
	d.withdraw(wire.DocumentCommunity, 0)
	d.expect("taken back", wire.DocumentCommunity, 12, 4, `"version": 2`)
	d.withdraw(wire.DocumentCommunity, 0)
	d.expect("taken back once more, and not forth", wire.DocumentCommunity, 12, 5, `"version": 1`)
	if _, err := d.Withdraw(t.Context(), wire.DocumentCommunity, 0); !errors.Is(err, ErrFirst) {
		t.Errorf("before the first: %v", err)
	}
	d.publish(wire.DocumentCommunity, 0, community(9))
	d.withdraw(wire.DocumentCommunity, 0)
	d.expect("what was in force before", wire.DocumentCommunity, 12, 7, `"version": 1`)
	if _, err := d.Withdraw(t.Context(), wire.DocumentPolicy, 0); !errors.Is(err, docket.ErrNotFound) {
		t.Errorf("never published: %v", err)
	}
}

func TestOneTerminalsConfiguration(t *testing.T) {
	d := setup(t)
	d.terminal(12)
	d.terminal(13)
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "common 1"}`)
	d.publish(wire.DocumentConfiguration, 12, `{"phone": "own 1"}`)
	d.publish(wire.DocumentConfiguration, 12, `{"phone": "own 2"}`)
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "common 2"}`)
	d.expect("keeps its own", wire.DocumentConfiguration, 12, 3, "own 2")
	d.expect("the others", wire.DocumentConfiguration, 13, 4, "common 2")
	d.withdraw(wire.DocumentConfiguration, 12)
	d.expect("its own of before", wire.DocumentConfiguration, 12, 5, "own 1")
	d.withdraw(wire.DocumentConfiguration, 12)
	d.expect("follows again, under a version that it will take", wire.DocumentConfiguration, 12, 7, "common 2")
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "common 3"}`)
	d.expect("and goes on following", wire.DocumentConfiguration, 12, 8, "common 3")
	if _, err := d.Withdraw(t.Context(), wire.DocumentConfiguration, 12); !errors.Is(err, docket.ErrNotFound) {
		t.Errorf("it has none of its own: %v", err)
	}
}

// A terminal whose own configuration ends follows also where there never was a
// common one.
func TestOneTerminalsConfigurationWithoutACommonOne(t *testing.T) {
	d := setup(t)
	d.terminal(12)
	d.publish(wire.DocumentConfiguration, 12, `{"phone": "own"}`)
	d.withdraw(wire.DocumentConfiguration, 12)
	if v, body := d.given(wire.DocumentConfiguration, 12); v != 3 || strings.Contains(body, "own") {
		t.Errorf("version %d %s", v, body)
	}
}

// No way of publishing leads terminals back to an old seal key.
func TestEveryConfigurationHoldsTheNewestSealKey(t *testing.T) {
	d := setup(t)
	d.terminal(12)
	first := d.key.String()
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "1"}`)
	d.publish(wire.DocumentConfiguration, 12, `{"phone": "12"}`)
	d.expect("put in by central", wire.DocumentConfiguration, 13, 1, first)
	d.key = newSealKey(t)
	signed, err := d.Reconfigure(t.Context())
	if err != nil || len(signed) != 2 {
		t.Errorf("%d signed, %v", len(signed), err)
	}
	for _, kiosk := range []int{12, 13} {
		_, body := d.given(wire.DocumentConfiguration, kiosk)
		c, err := wire.ParseConfiguration([]byte(body))
		if err != nil || c.SealKey != d.key.String() || c.Phone != map[int]string{12: "12", 13: "1"}[kiosk] {
			t.Errorf("terminal %d: %s, %v", kiosk, body, err)
		}
	}
	if again, err := d.Reconfigure(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("nothing to do, and %d signed, %v", len(again), err)
	}
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "2"}`)
	d.withdraw(wire.DocumentConfiguration, 0)
	if _, body := d.given(wire.DocumentConfiguration, 13); !strings.Contains(body, d.key.String()) {
		t.Errorf("taken back with the old key: %s", body)
	}
}

// A central that was put back from a backup goes on above what terminals have.
func TestVersionsGoOnAboveWhatTerminalsHave(t *testing.T) {
	d := setup(t)
	d.publish(wire.DocumentCommunity, 0, community(1))
	if err := d.Store.ToldVersion(t.Context(), wire.DocumentCommunity, 41, 12); err != nil {
		t.Fatal(err)
	}
	d.publish(wire.DocumentCommunity, 0, community(2))
	d.expect("above", wire.DocumentCommunity, 12, 42, `"version": 2`)
	d.publish(wire.DocumentConfiguration, 0, `{}`)
	d.expect("another kind", wire.DocumentConfiguration, 12, 1, "")
}

func TestTwoWhoPublishAtOnceGetTwoVersions(t *testing.T) {
	d := setup(t)
	const each, people = 10, 4
	var all sync.WaitGroup
	for range people {
		all.Go(func() {
			for n := range each {
				if _, err := d.Publish(t.Context(), wire.DocumentCommunity, 0, []byte(community(n+1))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if v, _ := d.given(wire.DocumentCommunity, 0); v != each*people {
		t.Errorf("version %d", v)
	}
}

// Only so many bodies are kept, and never one that is in force.
func TestOldBodiesGo(t *testing.T) {
	d := setup(t)
	d.publish(wire.DocumentConfiguration, 0, `{"phone": "77"}`)
	for n := range keptBodies + 3 {
		d.publish(wire.DocumentCommunity, 0, community(n+1))
	}
	all, err := d.Store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, one := range all {
		if _, err := Body(t.Context(), d.Store, one.Document); errors.Is(err, docket.ErrNotFound) {
			gone++
		} else if err != nil {
			t.Error(err)
		}
	}
	if gone != 3 {
		t.Errorf("%d bodies are gone", gone)
	}
	d.expect("of another kind", wire.DocumentConfiguration, 0, 1, "77")
	for range keptBodies - 1 {
		d.withdraw(wire.DocumentCommunity, 0)
	}
}

func TestReaderReadsFromAnywhere(t *testing.T) {
	d := setup(t)
	body := bytes.Repeat([]byte(" "), 700_000)
	body = append(body, community(1)...)
	for i := range 700_000 {
		if i%3 == 0 {
			body[i] = '\n'
		}
	}
	one := d.publish(wire.DocumentCommunity, 0, string(body))
	r := NewReader(t.Context(), d.Store, one.Document)
	if whole, err := io.ReadAll(r); err != nil || !bytes.Equal(whole, body) {
		t.Errorf("%d bytes, %v", len(whole), err)
	}
	for _, at := range []int64{0, 1, 262_143, 262_144, 500_000, int64(len(body)) - 1, int64(len(body)), int64(len(body)) + 5} {
		if got, err := r.Seek(at, io.SeekStart); err != nil || got != at {
			t.Fatal(got, err)
		}
		rest, err := io.ReadAll(r)
		if want := body[min(at, int64(len(body))):]; err != nil || !bytes.Equal(rest, want) {
			t.Errorf("from %d: %d bytes, want %d, %v", at, len(rest), len(want), err)
		}
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("before the beginning")
	}
}

func addTerminal(ctx context.Context, store docket.Store, number int) error {
	return store.AddTerminal(ctx, docket.Terminal{Number: number, Name: "大厅"}, docket.Code{ID: fmt.Sprint("code ", number), Kiosk: number})
}
