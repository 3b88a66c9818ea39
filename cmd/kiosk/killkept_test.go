package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// published are the documents that changed while terminals died.
type published struct {
	office *office
	turn   sync.Mutex // one after the other

	mu     sync.Mutex
	bodies map[wire.DocumentKind]map[[sha256.Size]byte]int // to the version in the document, which grows
	newest map[wire.DocumentKind]int64                     // as central counts them
}

func newPublished(o *office) *published {
	return &published{office: o, bodies: map[wire.DocumentKind]map[[sha256.Size]byte]int{}, newest: map[wire.DocumentKind]int64{}}
}

// firstVersion is above those of the documents inside the programs.
const firstVersion = 100

// publish has central sign another catalogue, or another page of the community.
func (d *published) publish(kind wire.DocumentKind) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	body := any(community.Default())
	if kind == wire.DocumentCatalog {
		body = catalog.Default()
	}
	d.mu.Lock()
	version := firstVersion + int(d.newest[kind])
	d.mu.Unlock()
	text, err := numbered(body, version)
	if err != nil {
		return err
	}
	d.mu.Lock()
	if d.bodies[kind] == nil {
		d.bodies[kind] = map[[sha256.Size]byte]int{}
	}
	d.bodies[kind][sha256.Sum256(text)] = version // before a terminal can have it
	d.mu.Unlock()
	file := filepath.Join(filepath.Dir(d.office.data), "document.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	out, err := exec.Command(d.office.program, "document", "publish", "--data", d.office.data, "--kind", string(kind), file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("publish: %w: %s", err, out)
	}
	var number int64
	if _, err := fmt.Sscanf(string(out), "published "+string(kind)+" %d", &number); err != nil {
		return fmt.Errorf("publish: %w: %s", err, out)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.newest[kind] = number
	return nil
}

// numbered is a document under another version of its own.
func numbered(document any, version int) ([]byte, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	fields["version"] = json.RawMessage(fmt.Sprint(version))
	return json.Marshal(fields)
}

// taken tells whether a terminal has the newest of each kind.
func (d *published) taken(ctx context.Context, queue string) (bool, error) {
	d.mu.Lock()
	newest := maps.Clone(d.newest)
	d.mu.Unlock()
	for kind, want := range newest {
		var known int64
		if err := ask(ctx, queue, `SELECT coalesce(max(version), 0) FROM documents WHERE kind = ?`, &known, kind); err != nil || known != want {
			return false, err
		}
	}
	return true, nil
}

// body tells what was published with these bytes.
func (d *published) body(kind wire.DocumentKind, text []byte) (version int, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	version, known = d.bodies[kind][sha256.Sum256(text)]
	return version, known
}

// remains are what the death of a terminal left in its queue, as its next life will
// find it.
type remains struct {
	documents []keptDocument
	noted     map[wire.DocumentKind]int64 // by the audit log: the newest that was kept
	aside     []string                    // items that failed once, and may be overtaken
}

type keptDocument struct {
	kind       wire.DocumentKind
	version    int64
	head, body []byte
}

// look reads the queue of a terminal that is dead.
func (h *hall) look(ctx context.Context) (r remains, err error) {
	db, err := sql.Open("sqlite", "file:"+h.queue()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return r, err
	}
	defer db.Close()
	err = each(ctx, db, `SELECT kind, version, head, body FROM documents`, func(scan func(...any) error) error {
		var d keptDocument
		err := scan(&d.kind, &d.version, &d.head, &d.body)
		r.documents = append(r.documents, d)
		return err
	})
	if err != nil {
		return r, err
	}
	r.noted = map[wire.DocumentKind]int64{}
	err = each(ctx, db, `SELECT detail FROM audit WHERE event = 'document' AND detail LIKE 'kept %' ORDER BY sequence DESC LIMIT 20`, func(scan func(...any) error) error {
		var detail, kind string
		var version int64
		if err := scan(&detail); err != nil {
			return err
		}
		if _, err := fmt.Sscanf(detail, "kept %s %d", &kind, &version); err != nil {
			return fmt.Errorf("%w: %q", err, detail)
		}
		r.noted[wire.DocumentKind(kind)] = max(r.noted[wire.DocumentKind(kind)], version)
		return nil
	})
	if err != nil {
		return r, err
	}
	return r, each(ctx, db, `SELECT id FROM outbox WHERE attempts > 0`, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		r.aside = append(r.aside, id)
		return err
	})
}

func each(ctx context.Context, db *sql.DB, query string, row func(scan func(...any) error) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// examine looks at what a death left: a document is there whole, or not at all, and
// one that was there once is there, or a newer one.
func (p *proof) examine(h *hall) {
	r, err := h.look(p.t.Context())
	if err != nil {
		p.t.Errorf("terminal %d: what it left cannot be read: %v", h.number, err)
		return
	}
	p.memory.examine(h.number, r, p.documents)
}

func (m *memory) examine(kiosk int, r remains, all *published) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := map[wire.DocumentKind]int64{}
	for _, d := range r.documents {
		now[d.kind] = max(now[d.kind], d.version)
		var head wire.Document
		err := json.Unmarshal(d.head, &head)
		sum := sha256.Sum256(d.body)
		switch _, known := all.body(d.kind, d.body); {
		case d.body == nil:
			m.breaks("HALF: terminal %d could not use %s %d and put it aside", kiosk, d.kind, d.version)
		case err != nil || head.Kind != d.kind || head.Version != d.version || head.Size != int64(len(d.body)) || !bytes.Equal(head.SHA256, sum[:]) || !known:
			m.breaks("HALF: terminal %d kept %d bytes as %s %d, which central did not publish", kiosk, len(d.body), d.kind, d.version)
		}
	}
	if m.kept[kiosk] == nil {
		m.kept[kiosk] = map[wire.DocumentKind]int64{}
	}
	for _, kind := range wire.DocumentKinds {
		before := max(m.kept[kiosk][kind], r.noted[kind])
		if now[kind] < before {
			m.breaks("BACK: terminal %d had %s %d, and has %d", kiosk, kind, before, now[kind])
		}
		m.kept[kiosk][kind] = max(before, now[kind])
	}
	for _, id := range r.aside {
		m.aside[id] = true
	}
}

// breaks notes what cannot be true whatever comes, each once; mu is held.
func (m *memory) breaks(format string, values ...any) {
	m.broken = another(m.broken, fmt.Sprintf(format, values...))
}

// span is a range of sequence numbers that the retention job took.
type span struct{ first, last int64 }

func readRetained(ctx context.Context, queue string) (all []span, err error) {
	db, err := sql.Open("sqlite", "file:"+queue+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	err = each(ctx, db, `SELECT first, last FROM retained ORDER BY first`, func(scan func(...any) error) error {
		var s span
		err := scan(&s.first, &s.last)
		all = append(all, s)
		return err
	})
	return all, err
}

// retention: each number that was ever given is in the queue, or was deleted after
// central had it; and nothing that was deleted is still there.
func (j *judgement) retention() {
	central := map[int]map[int64]item{}
	for _, i := range j.e.items {
		if central[i.kiosk] == nil {
			central[i.kiosk] = map[int64]item{}
		}
		central[i.kiosk][i.sequence] = i
	}
	for kiosk, entries := range j.e.queues {
		there := map[int64]bool{}
		var last int64
		for _, q := range entries {
			there[q.Sequence] = true
			last = max(last, q.Sequence)
		}
		for _, s := range j.e.retained[kiosk] {
			for n := s.first; n <= s.last; n++ {
				if i, filed := central[kiosk][n]; !filed || i.outcome != "created" {
					j.say("RETAINED: terminal %d deleted number %d, which central has not taken", kiosk, n)
				}
				if there[n] {
					j.say("RETAINED: terminal %d says that it deleted number %d, which is there", kiosk, n)
				}
			}
		}
		for n := int64(1); n <= last; n++ {
			if !there[n] && !j.e.wasRetained(kiosk, n) {
				j.say("GONE: terminal %d has not got number %d, which nothing deleted", kiosk, n)
			}
		}
		if len(j.e.retained[kiosk]) > 0 && !j.m.retains[kiosk] {
			j.say("RETAINED: terminal %d deleted %v, and nothing is old there", kiosk, j.e.retained[kiosk])
		}
	}
}

func (e *ends) wasRetained(kiosk int, number int64) bool {
	return slices.ContainsFunc(e.retained[kiosk], func(s span) bool { return s.first <= number && number <= s.last })
}

// retainedItems is how many numbers were deleted.
func (e *ends) retainedItems() (n int) {
	for _, all := range e.retained {
		for _, s := range all {
			n += int(s.last - s.first + 1)
		}
	}
	return n
}

// catalogues: of one terminal, each request was asked by the catalogue of the one
// before, or by a newer one.
func (j *judgement) catalogues() {
	cases := slices.Clone(j.e.cases)
	slices.SortFunc(cases, func(a, b docket.Case) int { return int(j.e.items[a.ID].sequence - j.e.items[b.ID].sequence) })
	last := map[int]int{}
	for _, c := range cases {
		if strings.HasSuffix(c.ID, "-") { // planted beside another
			continue
		}
		if c.CatalogVersion < last[c.Kiosk] {
			j.say("BACK: terminal %d asked by catalogue %d, after %d", c.Kiosk, c.CatalogVersion, last[c.Kiosk])
		}
		last[c.Kiosk] = max(last[c.Kiosk], c.CatalogVersion)
	}
}
