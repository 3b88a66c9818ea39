package offline

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Report is what a salvage could read and what it could not.
type Report struct {
	Items       int    `json:"items"`       // requests and calls, in every state
	Waiting     int    `json:"waiting"`     // of them those that central has not settled
	Attachments int    `json:"attachments"` // voice notes and photos
	Tickets     int    `json:"tickets"`
	Statuses    int    `json:"statuses"`
	Audit       int    `json:"audit"`
	Documents   int    `json:"documents"`    // of central's, to be verified before they are used
	Missing     []Lost `json:"missing"`      // items that were there once
	UnreadPages int    `json:"unread_pages"` // that the disk does not give
	TicketKey   bool   `json:"ticket_key"`   // false: slips are not found here any more, only at central
	Counter     bool   `json:"counter"`      // false: the newest numbers may be missing too, and nobody can tell
	Kept        string `json:"kept"`         // where the damaged file is now
}

// Lost is an item that could not be read. ID and Kind are empty when its row is
// gone, and known when only its sealed body is damaged.
type Lost struct {
	Sequence int64  `json:"sequence"`
	ID       string `json:"id,omitempty"`
	Kind     string `json:"kind,omitempty"`
}

// Complete tells whether nothing is missing.
func (r Report) Complete() bool { return len(r.Missing) == 0 && r.TicketKey && r.Counter }

// skipNumbers is how many numbers are left out when the counter was lost: a number
// is never given out twice.
const skipNumbers = 10_000

// Salvage reads what can be read out of a damaged queue, row by row and past what
// is damaged, and makes a new queue of it at newPath, where nothing may be. What it
// takes over has proved itself: a waiting body by its hash. When newPath is the
// damaged path itself, the damaged file and its log are kept under another name
// (Report.Kept) and the new queue takes their place; else they stay untouched.
// It never ends in an empty queue without a word: what is missing is in the Report,
// and the counts are in the new queue's audit log.
//
// A salvage that was interrupted is begun again, or finished, by the next one.
func Salvage(ctx context.Context, damagedPath, newPath string, now func() time.Time) (Report, error) {
	report, err := salvage(ctx, damagedPath, newPath, now)
	if err != nil {
		return report, fmt.Errorf("offline: salvage: %w", err)
	}
	return report, nil
}

func salvage(ctx context.Context, damaged, to string, now func() time.Time) (report Report, err error) {
	if err := present(damaged); err != nil {
		return report, err
	}
	lock, err := acquire(damaged)
	if err != nil {
		return report, err
	}
	defer lock.Close()
	inPlace := filepath.Clean(damaged) == filepath.Clean(to)
	if _, err := os.Lstat(to); !inPlace && err == nil {
		return report, fmt.Errorf("%w: %s", ErrExists, to)
	}
	got, unread, err := dig(ctx, damaged)
	if err != nil {
		return report, err
	}
	if len(got.items)+len(got.tickets)+len(got.audit)+len(got.meta) == 0 {
		return report, fmt.Errorf("%w: nothing of a queue is found in it", ErrDamaged)
	}
	unfinished := to + ".salvaged"
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(unfinished + suffix); err != nil && !os.IsNotExist(err) {
			return report, classify(err)
		}
	}
	if err := build(unfinished, now); err != nil {
		return report, err
	}
	report.UnreadPages = unread
	if err := got.write(ctx, unfinished, now, &report); err != nil {
		return report, err
	}
	if !inPlace {
		if err := os.Rename(unfinished, to); err != nil {
			return report, classify(err)
		}
		report.Kept = damaged
		return report, syncFolder(filepath.Dir(to))
	}
	report.Kept, err = swap(damaged, unfinished)
	return report, err
}

// dig reads all there is: first the file with its log on top, then the file alone,
// where the log is what is damaged.
func dig(ctx context.Context, path string) (*found, int, error) {
	got, unread := newFound(), 0
	logs := []string{path + "-wal"}
	// A salvage that was interrupted may have kept the log already.
	earlier, err := filepath.Glob(path + ".damaged-*-wal")
	if err != nil {
		return nil, 0, err
	}
	for _, log := range earlier {
		if sameFile(path, strings.TrimSuffix(log, "-wal")) {
			logs = append(logs, log)
		}
	}
	for n, log := range append(logs, "") {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		p, err := openPages(path, log)
		if err != nil {
			return nil, 0, err
		}
		if pass := p.records(got.take); n == 0 {
			unread = pass
		}
		p.close()
	}
	return got, unread, nil
}

// write puts what was found into a new queue.
func (f *found) write(ctx context.Context, path string, now func() time.Time, report *Report) (err error) {
	db, err := connect(path, readWrite)
	if err != nil {
		return classify(err)
	}
	defer func() { err = errors.Join(err, classify(db.Close())) }()
	if err := durable(ctx, db); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer tx.Rollback()
	if err := f.writeRows(ctx, tx, report); err != nil {
		return classify(err)
	}
	f.count(report)
	if err := f.writeCounter(ctx, tx); err != nil {
		return classify(err)
	}
	if err := f.writeAudit(ctx, tx, now, report); err != nil {
		return classify(err)
	}
	if err := tx.Commit(); err != nil {
		return classify(err)
	}
	var busy, logged, moved int
	return classify(db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved))
}

func (f *found) writeRows(ctx context.Context, tx *sql.Tx, report *Report) error {
	known := map[string]bool{}
	for _, sequence := range sorted(f.items) {
		item := f.items[sequence]
		id := item.columns[columnID].(string)
		if !item.whole || known[id] {
			continue
		}
		known[id] = true
		_, err := tx.ExecContext(ctx, `INSERT INTO outbox (sequence, id, kind, kiosk, priority, made_at, saved_at, sealed, hash, state, reason,
			attempts, delivered_at, boot, boot_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append([]any{sequence}, item.columns...)...)
		if err != nil {
			return err
		}
		switch {
		case item.columns[columnKind] == "attachment":
			report.Attachments++
			continue
		case item.columns[columnState] == "saved":
			report.Waiting++
		}
		report.Items++
	}
	for _, digest := range sorted(f.tickets) {
		c := f.tickets[digest]
		if id, ok := c[1].(string); !ok || !known[id] {
			c = []any{c[0], nil, nil} // its code is not issued again all the same
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO tickets (digest, request, service) VALUES (?, ?, ?)`, c...); err != nil {
			return err
		}
		report.Tickets++
	}
	for _, id := range sorted(f.statuses) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO statuses (request, event, status, at, note) VALUES (?, ?, ?, ?, ?)`, f.statuses[id]...); err != nil {
			return err
		}
		report.Statuses++
	}
	if err := f.writeDocuments(ctx, tx, report); err != nil {
		return err
	}
	for _, first := range sorted(f.retained) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO retained (first, last) VALUES (?, ?)`, first, f.retained[first]); err != nil {
			return err
		}
	}
	if key, ok := f.meta["ticket_key"].([]byte); ok && len(key) == ticketKeySize {
		report.TicketKey = true
		if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'ticket_key'`, key); err != nil {
			return err
		}
	}
	// Without a cursor central tells everything again, which changes nothing.
	if cursor, ok := f.meta["pull_cursor"].(int64); ok {
		if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'pull_cursor'`, cursor); err != nil {
			return err
		}
	}
	return nil
}

// writeDocuments takes central's documents over: whoever uses one verifies its
// signature. Of one that was lost the version stays known, so that nobody brings an
// older one; it may be fetched again itself, unless it was rejected.
func (f *found) writeDocuments(ctx context.Context, tx *sql.Tx, report *Report) error {
	insert := func(kind string, version, keptAt, head, body any) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO documents (kind, version, kept_at, head, body) VALUES (?, ?, ?, ?, ?)`, kind, version, keptAt, head, body)
		return err
	}
	for _, kind := range sorted(f.documents) {
		versions := f.documents[kind]
		for _, version := range sorted(versions) {
			c := versions[version]
			if c == nil {
				if version == 1 || versions[version-1] != nil {
					continue
				}
				if err := insert(kind, version-1, int64(0), []byte{}, nil); err != nil {
					return err
				}
				continue
			}
			if err := insert(kind, version, c[2], c[3], c[4]); err != nil {
				return err
			}
			if c[4] != nil {
				report.Documents++
			}
		}
	}
	return nil
}

// count finds the numbers that were given out and are not there.
func (f *found) count(report *Report) {
	report.Counter = f.counted
	gone := map[int64]bool{}
	for first, last := range f.retained {
		for n := first; n <= min(last, f.highest); n++ {
			gone[n] = true
		}
	}
	for n := int64(1); n <= f.highest; n++ {
		item, ok := f.items[n]
		switch {
		case ok && item.whole, gone[n]:
		case ok:
			report.Missing = append(report.Missing, Lost{n, item.columns[columnID].(string), item.columns[columnKind].(string)})
		default:
			report.Missing = append(report.Missing, Lost{Sequence: n})
		}
	}
}

// writeCounter has the numbers go on behind all that were ever given out.
func (f *found) writeCounter(ctx context.Context, tx *sql.Tx) error {
	next := f.highest
	if !f.counted {
		next += skipNumbers
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sqlite_sequence WHERE name = 'outbox'`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)`, next)
	return err
}

// writeAudit takes the audit log over, but for entries that are damaged: what
// follows on the one before it proves itself by its hash. The salvage is its newest
// entry. It carries the old head and tells which entries there were, so that the
// gaps it leaves are told from those that somebody makes.
func (f *found) writeAudit(ctx context.Context, tx *sql.Tx, now func() time.Time, report *Report) error {
	var last AuditEntry
	all := newAuditSum()
	insert := func(e AuditEntry) error {
		last = e
		all.add(e)
		_, err := tx.ExecContext(ctx, `INSERT INTO audit (sequence, at, event, detail, hash) VALUES (?, ?, ?, ?, ?)`,
			e.Sequence, e.At.UnixMilli(), e.Event, e.Detail, e.Hash)
		return err
	}
	for _, sequence := range sorted(f.audit) {
		c := f.audit[sequence]
		e := AuditEntry{sequence, fromMilli(c[0].(int64)), c[1].(string), c[2].(string), c[3].([]byte)}
		if sequence < 1 || sequence == last.Sequence+1 && !bytes.Equal(e.Hash, e.Chain(last.Hash)) {
			continue
		}
		if err := insert(e); err != nil {
			return err
		}
		report.Audit++
	}
	e := AuditEntry{Sequence: last.Sequence + 1, At: fromMilli(now().UnixMilli()), Event: EventSalvaged,
		Detail: fmt.Sprintf("items=%d waiting=%d attachments=%d missing=%d", report.Items, report.Waiting, report.Attachments, len(report.Missing)) + all.detail(last)}
	e.Hash = e.Chain(last.Hash)
	return insert(e)
}

// swap keeps the damaged file and its log under another name and puts the new one
// in its place. Each step may be the last before a power cut: until the new file
// stands in its place the damaged one does, under both names.
func swap(damaged, salvaged string) (kept string, err error) {
	for n := 1; ; n++ {
		kept = fmt.Sprintf("%s.damaged-%d", damaged, n)
		if err := os.Link(damaged, kept); err == nil {
			break
		} else if !os.IsExist(err) {
			return "", classify(err)
		}
	}
	if err := copyFile(damaged+"-wal", kept+"-wal"); err != nil && !os.IsNotExist(err) {
		return kept, classify(err)
	}
	dir := filepath.Dir(damaged)
	if err := syncFolder(dir); err != nil {
		return kept, err
	}
	// Nothing may take the old log for the new file's, so it is emptied first. Should
	// the power fail between the two, the next salvage finds the copy.
	if err := os.Truncate(damaged+"-wal", 0); err != nil && !os.IsNotExist(err) {
		return kept, classify(err)
	}
	if err := os.Rename(salvaged, damaged); err != nil {
		return kept, classify(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(damaged + suffix); err != nil && !os.IsNotExist(err) {
			return kept, classify(err)
		}
	}
	return kept, syncFolder(dir)
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
