package power_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// facts are what a queue or a docket holds, in words that can be compared.
type facts map[string]string

// differ says where facts are not as they should be, one fact.
func (want facts) differ(have facts) string {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if h, ok := have[key]; !ok {
			return fmt.Sprintf("%s is gone, should be %q", key, want[key])
		} else if h != want[key] {
			return fmt.Sprintf("%s is %q, should be %q", key, h, want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[key]; !ok {
			return fmt.Sprintf("%s is there: %q", key, have[key])
		}
	}
	return ""
}

// explain finds which of the things that were under way at a cut are done, so that
// what is there is what should be: each of them wholly or not at all. The error
// says what is missing otherwise.
func explain(have facts, h history, want func([]act) facts) error {
	var open []int
	for i, a := range h.acts {
		if a.underway {
			open = append(open, i)
		}
	}
	var problem string
	for some := range 1 << len(open) {
		var done []act
		for i, a := range h.acts {
			if bit := slices.Index(open, i); bit < 0 || some&(1<<bit) != 0 {
				done = append(done, a)
			}
		}
		p := want(done).differ(have)
		if p == "" {
			return nil
		}
		if some == 0 {
			problem = p
		}
	}
	return errors.New(problem)
}

// queueFacts is what a queue holds after what was done.
func queueFacts(done []act) facts {
	f := facts{"cursor": "0"}
	kept := map[string][]act{}
	items := map[string]item{}
	settled := map[string]offline.State{}
	tickets := map[string]string{}
	retained := map[string]bool{}
	for _, a := range done {
		switch a.Do {
		case "retain":
			for _, i := range a.Items {
				retained[i.ID] = true
			}
		case "save", "call":
			for _, i := range a.Items {
				items[i.ID] = i
			}
			if a.Ticket != "" {
				tickets[a.Items[0].ID] = string(a.Ticket)
			}
		case "settle":
			for _, answer := range a.Answers {
				settled[answer.ID] = answer.State
			}
		case "status":
			f["cursor"] = fmt.Sprint(a.Cursor)
			for _, s := range a.Statuses {
				f["note of "+s.Request] = s.Note
			}
		case "keep":
			kept[a.Kind] = append(kept[a.Kind], a)
		case "reject":
			kept[a.Kind] = slices.DeleteFunc(kept[a.Kind], func(k act) bool { return k.Version == a.Version })
			f["known "+a.Kind] = fmt.Sprint(a.Version)
		case "audit":
			f["audit "+a.Hash] = "1"
		}
		if a.Do == "keep" {
			f["known "+a.Kind] = fmt.Sprint(a.Version)
		}
	}
	for id, i := range items {
		state, ok := settled[id]
		switch {
		case !ok:
			f["item "+id] = fmt.Sprintf("%s saved %s", i.Kind, i.Hash)
		case state == offline.Delivered:
			f["item "+id] = fmt.Sprintf("%s delivered", i.Kind)
		default:
			f["item "+id] = fmt.Sprintf("%s %s %s", i.Kind, state, i.Hash)
		}
		if code, ok := tickets[id]; ok {
			f["ticket "+code] = "there"
		}
	}
	for id := range settled {
		if _, ok := items[id]; !ok {
			f["item "+id] = "settled without being saved" // only in a combination that cannot be
		}
	}
	for id := range retained { // and with it all that is known of it
		delete(f, "item "+id)
		delete(f, "note of "+id)
		delete(f, "ticket "+tickets[id])
	}
	for kind, all := range kept {
		if len(all) > 0 {
			last := all[len(all)-1]
			f["document "+kind] = fmt.Sprintf("%d %s", last.Version, last.Hash)
		}
	}
	return f
}

// checkQueue opens what a cut left of a terminal's queue and compares it with what
// the terminal had promised. It leaves the queue in use.
func checkQueue(folder string, key seal.PrivateKey, said []string) error {
	ctx := context.Background()
	h, err := readHistory(said)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, offline.FileName)
	q, err := offline.Open(path, key.Public(), time.Now)
	if errors.Is(err, offline.ErrMissing) && !h.promised("create") {
		// None, and none was promised: making it must not be in the way of itself.
		if err := offline.Create(path, time.Now); err != nil {
			return fmt.Errorf("after a cut in Create: %w", err)
		}
		q, err = offline.Open(path, key.Public(), time.Now)
	}
	if err != nil {
		return err
	}
	defer q.Close()
	for _, l := range h.heads {
		e, ok, err := q.AuditAt(ctx, l.Audit)
		if err != nil || !ok || string(e.Hash) != string(l.AuditHash) {
			return fmt.Errorf("the audit log was %d entries long, that one is there: %v, %w", l.Audit, ok, err)
		}
	}
	have, numbers, err := readQueue(ctx, q, path, key, h)
	if err != nil {
		return err
	}
	if err := explain(have, h, queueFacts); err != nil {
		return err
	}
	if err := inOrder(h, numbers); err != nil {
		return err
	}
	if err := goOn(ctx, q, numbers); err != nil {
		return fmt.Errorf("used afterwards: %w", err)
	}
	if err := q.Close(); err != nil {
		return err
	}
	return sound(path)
}

// readQueue reads everything that a queue holds, and opens every sealed body as
// central would. It returns the items' sequence numbers beside the facts.
func readQueue(ctx context.Context, q *offline.Queue, path string, key seal.PrivateKey, h history) (facts, map[string]int64, error) {
	f, numbers := facts{}, map[string]int64{}
	if _, err := q.VerifyAudit(ctx); err != nil {
		return nil, nil, err
	}
	cursor, err := q.Cursor(ctx)
	if err != nil {
		return nil, nil, err
	}
	f["cursor"] = fmt.Sprint(cursor)
	look, err := offline.Inspect(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	defer look.Close()
	if h.promised("retain") {
		c, err := look.Check(ctx)
		if err != nil || len(c.Problems) > 0 {
			return nil, nil, fmt.Errorf("the queue does not add up: %+v, %w", c.Problems, err)
		}
	}
	err = look.Entries(ctx, func(e offline.Entry) error {
		text := fmt.Sprintf("%s %s", e.Kind, e.State)
		if e.State == offline.Accepted {
			text = fmt.Sprintf("%s %s", e.Kind, offline.Delivered)
		}
		body, err := q.ReadSealed(ctx, e.ID, 0, 1<<30)
		switch {
		case err == nil:
			plain, err := unseal(key, seal.Envelope{ID: e.ID, Kind: e.Kind, Kiosk: kioskNumber}, body)
			if err != nil {
				return fmt.Errorf("item %s: %w", e.ID, err)
			}
			text += " " + digest(plain)
		case !errors.Is(err, offline.ErrWiped):
			return err
		}
		f["item "+e.ID] = text
		numbers[e.ID] = e.Sequence
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = look.AuditLog(ctx, func(e offline.AuditEntry) error {
		if e.Event == "fault" {
			f["audit "+e.Detail] = "1"
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range []string{"notice", "catalogue"} {
		version, _, body, err := q.Document(ctx, kind)
		if err == nil {
			f["document "+kind] = fmt.Sprintf("%d %s", version, digest(body))
		} else if !errors.Is(err, offline.ErrNoDocument) {
			return nil, nil, err
		}
		if version, err = q.DocumentKnown(ctx, kind); err != nil {
			return nil, nil, err
		} else if version > 0 {
			f["known "+kind] = fmt.Sprint(version)
		}
	}
	for _, a := range h.acts {
		if a.Ticket == "" {
			continue
		}
		p, ok, err := q.Progress(ctx, a.Ticket)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		f["ticket "+string(a.Ticket)] = "there"
		if p.Status == visit.StatusAccepted {
			f["note of "+a.Items[0].ID] = p.Note
		}
	}
	return f, numbers, nil
}

// unsealed are opened bodies, kept because the same ones are on thousands of disks.
var unsealed sync.Map // from [32]byte to []byte

func unseal(key seal.PrivateKey, e seal.Envelope, sealed []byte) ([]byte, error) {
	whole := sha256.Sum256(fmt.Appendf(nil, "%v %x %s", e, key.Public(), sealed))
	if plain, ok := unsealed.Load(whole); ok {
		return plain.([]byte), nil
	}
	plain, err := seal.Ring{key}.Open(e, sealed)
	if err == nil {
		unsealed.Store(whole, plain)
	}
	return plain, err
}

// inOrder makes sure that what was saved first has the lower number.
func inOrder(h history, numbers map[string]int64) error {
	before := map[string]int64{} // by kind: those of one kind are saved one after the other
	for _, a := range h.acts {
		if len(a.Items) == 0 || a.underway {
			continue
		}
		n, there := numbers[a.Items[0].ID]
		if a.Do == "retain" || !there { // explained: it was deleted as old
			continue
		}
		if n <= before[a.Do] {
			return fmt.Errorf("item %s has the number %d, the one before it %d", a.Items[0].ID, n, before[a.Do])
		}
		before[a.Do] = n
	}
	return nil
}

// goOn uses a queue after the cut: what is saved now gets a number of its own.
func goOn(ctx context.Context, q *offline.Queue, numbers map[string]int64) error {
	var last int64
	for _, n := range numbers {
		last = max(last, n)
	}
	c := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Screen: "start", MadeAt: time.Now()}
	if err := q.SaveCall(ctx, c); err != nil {
		return err
	}
	waiting, err := q.Next(ctx, 1<<20, 1<<30)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(waiting, func(w offline.Waiting) bool { return w.ID == c.ID })
	if i < 0 || waiting[i].Sequence <= last {
		return fmt.Errorf("a call saved now stands at place %d of %d, after number %d", i, len(waiting), last)
	}
	if _, ok, err := q.Progress(ctx, ticket.Code("001200000000")); ok || err != nil {
		return fmt.Errorf("a ticket that was never issued is known: %v, %w", ok, err)
	}
	return nil
}

// sound asks SQLite to look at every page and every reference.
func sound(path string) error {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, check := range []string{"PRAGMA integrity_check", "SELECT 'reference from '||\"table\" FROM pragma_foreign_key_check"} {
		rows, err := db.Query(check)
		if err != nil {
			return err
		}
		var wrong []string
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			if s != "ok" {
				wrong = append(wrong, s)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%s: %s", check, strings.Join(wrong, "; "))
		}
	}
	return nil
}
