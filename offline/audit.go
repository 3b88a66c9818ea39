package offline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"
)

// Events that the queue itself writes into the audit log. Others are named by
// whoever writes them, in the same form.
const (
	EventSaved    = "saved"    // a request or call: its id
	EventSettled  = "settled"  // central's word: outcome and id
	EventDocument = "document" // kept or rejected: kind and version
	EventRetained = "retained" // what the retention job deleted: counts
	EventSalvaged = "salvaged" // this queue was read out of a damaged one: counts
)

// ErrAudit is returned when the audit log was changed, cut inside or reordered.
var ErrAudit = errors.New("the audit log does not hold together")

// maxDetail is the longest detail of an entry in bytes.
const maxDetail = 200

// AuditEntry is one line of the audit log: what happened and when, by the
// terminal's clock. Nothing in it is personal.
type AuditEntry struct {
	Sequence int64     `json:"sequence"` // counts up by one, from 1
	At       time.Time `json:"at"`
	Event    string    `json:"event"`  // one lower-case word
	Detail   string    `json:"detail"` // ids, codes, counts, versions
	Hash     []byte    `json:"hash"`   // see Chain
}

// Chain is the hash that belongs to an entry after one with the hash before, nil
// for the first: SHA-256 over
//
//	hash before (32 bytes, zeros for none) | sequence (8) | at, ms since 1970 (8) |
//	length of event (4) | event | length of detail (4) | detail
//
// with all numbers big-endian.
func (e AuditEntry) Chain(before []byte) []byte {
	b := make([]byte, sha256.Size, 256)
	copy(b, before)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Sequence))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Event)))
	b = append(b, e.Event...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Detail)))
	b = append(b, e.Detail...)
	sum := sha256.Sum256(b)
	return sum[:]
}

// Audit writes an entry: event is one lower-case word, detail at most 200
// characters of ASCII. What a resident is called or said does not fit in there,
// and does not belong there.
func (q *Queue) Audit(ctx context.Context, event, detail string) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error { return q.note(ctx, tx, event, detail) })
	if err != nil {
		return fmt.Errorf("offline: audit: %w", err)
	}
	return nil
}

// note writes an entry within a transaction.
func (q *Queue) note(ctx context.Context, tx *sql.Conn, event, detail string) error {
	if err := auditable(event, detail); err != nil {
		return err
	}
	e := AuditEntry{Sequence: q.audited.Sequence + 1, At: fromMilli(q.now().UnixMilli()), Event: event, Detail: detail}
	e.Hash = e.Chain(q.audited.Hash)
	_, err := q.prepared.insertAudit.exec(ctx, tx, e.Sequence, e.At.UnixMilli(), e.Event, e.Detail, e.Hash)
	if err == nil {
		q.audited = e // write puts the old one back when the transaction fails
	}
	return err
}

func auditable(event, detail string) error {
	for _, r := range event {
		if (r < 'a' || r > 'z') && r != '_' {
			return errors.New("an audit event is one lower-case word")
		}
	}
	if event == "" || len(event) > 32 || len(detail) > maxDetail {
		return errors.New("an audit entry without an event, or too long")
	}
	for _, r := range detail {
		if r < ' ' || r > '~' {
			return errors.New("an audit detail is plain ASCII")
		}
	}
	return nil
}

// querier is a queue's connection or an inspection's.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// AuditHead returns the newest entry; one with the sequence 0 when there is none.
func (q *Queue) AuditHead(ctx context.Context) (AuditEntry, error) { return auditHead(ctx, q.db) }

// AuditAt returns an entry by its number; ok is false when there is none.
func (q *Queue) AuditAt(ctx context.Context, sequence int64) (e AuditEntry, ok bool, err error) {
	return auditAt(ctx, q.db, sequence)
}

// VerifyAudit reads the whole log and returns its head. ErrAudit says where it
// does not hold together; what a salvage lost of it is no error, see AuditGaps. A tail that was cut off does not show here: it shows
// against a head that central was told of.
func (q *Queue) VerifyAudit(ctx context.Context) (AuditEntry, error) { return verifyAudit(ctx, q.db) }

// AuditHead is Queue.AuditHead.
func (i *Inspection) AuditHead(ctx context.Context) (AuditEntry, error) { return auditHead(ctx, i.db) }

// AuditAt is Queue.AuditAt.
func (i *Inspection) AuditAt(ctx context.Context, sequence int64) (AuditEntry, bool, error) {
	return auditAt(ctx, i.db, sequence)
}

// VerifyAudit is Queue.VerifyAudit.
func (i *Inspection) VerifyAudit(ctx context.Context) (AuditEntry, error) {
	return verifyAudit(ctx, i.db)
}

// AuditLog calls each with every entry in order, until it returns an error.
func (i *Inspection) AuditLog(ctx context.Context, each func(AuditEntry) error) error {
	return auditLog(ctx, i.db, each)
}

// AuditGap is a range of entries that were lost with a damaged file, and that the
// salvage which lost them vouches for.
type AuditGap struct {
	First    int64 `json:"first"`
	Last     int64 `json:"last"`
	Salvaged int64 `json:"salvaged"` // the number of the salvage's entry
}

// AuditGaps reads the whole log as VerifyAudit does and returns what salvages lost
// of it.
func (i *Inspection) AuditGaps(ctx context.Context) ([]AuditGap, error) {
	_, gaps, err := readAudit(ctx, i.db)
	return gaps, err
}

const auditColumns = `sequence, at, event, detail, hash FROM audit`

func auditHead(ctx context.Context, db querier) (AuditEntry, error) {
	e, _, err := scanAudit(db.QueryRowContext(ctx, `SELECT `+auditColumns+` ORDER BY sequence DESC LIMIT 1`))
	return e, err
}

func auditAt(ctx context.Context, db querier, sequence int64) (AuditEntry, bool, error) {
	return scanAudit(db.QueryRowContext(ctx, `SELECT `+auditColumns+` WHERE sequence = ?`, sequence))
}

func scanAudit(row interface{ Scan(...any) error }) (AuditEntry, bool, error) {
	var e AuditEntry
	var at int64
	err := row.Scan(&e.Sequence, &at, &e.Event, &e.Detail, &e.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return AuditEntry{}, false, nil
	}
	if err != nil {
		return AuditEntry{}, false, fmt.Errorf("offline: audit log: %w", classify(err))
	}
	e.At = fromMilli(at)
	return e, true, nil
}

func auditLog(ctx context.Context, db querier, each func(AuditEntry) error) error {
	rows, err := db.QueryContext(ctx, `SELECT `+auditColumns+` ORDER BY sequence`)
	if err != nil {
		return fmt.Errorf("offline: audit log: %w", classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		e, _, err := scanAudit(rows)
		if err != nil {
			return err
		}
		if err := each(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("offline: audit log: %w", classify(err))
	}
	return nil
}

func verifyAudit(ctx context.Context, db querier) (AuditEntry, error) {
	head, _, err := readAudit(ctx, db)
	return head, err
}

// readAudit verifies the log. A gap in its numbers is an error unless a salvage
// further on tells of exactly the entries that are there.
func readAudit(ctx context.Context, db querier) (head AuditEntry, gaps []AuditGap, err error) {
	var last, sound AuditEntry // sound is the last before a gap that nobody vouches for yet
	var open []AuditGap
	all := newAuditSum()
	err = auditLog(ctx, db, func(e AuditEntry) error {
		switch {
		case e.Sequence <= last.Sequence: // only the first can be: they count from 1
			return fmt.Errorf("offline: %w: there is an entry %d", ErrAudit, e.Sequence)
		case e.Sequence > last.Sequence+1:
			if len(open) == 0 {
				sound = last
			}
			open = append(open, AuditGap{First: last.Sequence + 1, Last: e.Sequence - 1})
		case string(e.Hash) != string(e.Chain(last.Hash)):
			return fmt.Errorf("offline: %w: entry %d was changed, or one before it", ErrAudit, e.Sequence)
		case e.Event == EventSalvaged && strings.HasSuffix(e.Detail, all.detail(last)):
			for _, g := range open {
				g.Salvaged = e.Sequence
				gaps = append(gaps, g)
			}
			open = nil
		}
		all.add(e)
		last = e
		return nil
	})
	if len(open) > 0 {
		last = sound
		if err == nil {
			err = fmt.Errorf("offline: %w: entry %d follows %d", ErrAudit, open[0].Last+1, sound.Sequence)
		}
	}
	return last, gaps, err
}

// auditSum is over all entries that a salvage found, so that its own entry tells
// which they were.
type auditSum struct{ hash.Hash }

func newAuditSum() auditSum { return auditSum{sha256.New()} }

func (s auditSum) add(e AuditEntry) {
	s.Write(e.Chain(nil))
	s.Write(e.Hash)
}

// detail is how the detail of a salvage's entry ends: the old head, and the sum of
// all entries up to it.
func (s auditSum) detail(head AuditEntry) string {
	return fmt.Sprintf(" head=%d log=%x", head.Sequence, s.Sum(nil))
}
