// Package offline is the terminal's queue: one SQLite file in which every
// confirmed request with its attachments and every call for help waits until
// central has it.
//
// An item is sealed to central's public key before it is written, and written
// in one transaction with synchronous=FULL; only then does the screen say 已保存.
// From that moment the terminal itself cannot read it. Ticket codes stand in the
// file only as HMACs under a random key of the file, so that a resident's slip
// still finds its request here while central is down. The sync agent takes items
// out in order (calls first, attachments last), central's word on each is written
// back, and the sealed body of a delivered item is wiped; its id, sequence number
// and hash stay.
//
// A queue is never made in passing. Create makes a new one, on a technician's
// word; Open refuses when there is none, because an empty new queue over a lost
// one would silently lose what residents were promised.
package offline

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
)

// FileName is the queue's file in a terminal's data folder. SQLite keeps its
// -wal and -shm beside it; the lock file has the same name with ".lock", the reserve
// with ".reserve".
const FileName = "kiosk.db"

// Queue is an open queue. Its methods may be called from any goroutine; they
// share one connection, so that there is one writer and no waiting for locks.
type Queue struct {
	path      string
	db        *sql.DB
	lock      *os.File
	now       func() time.Time
	boot      bootClock
	ticketKey []byte
	prepared  statements
	audited   AuditEntry // the head of the audit log; whoever holds the connection may use it
	reserve   reserve
	ready     chan *seal.Prepared
	taken     chan struct{}
	closing   chan struct{}
	closed    sync.Once
	agreeing  sync.WaitGroup

	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
	sending     map[string]struct{}
	sealTo      seal.PublicKey
}

// Open opens the queue at path, which must be there: it never creates one.
// sealTo is central's public key, now the terminal's clock. The errors are
// ErrMissing, ErrDamaged, ErrNewer, ErrBusy, ErrReadOnly, ErrFull, ErrNoKey and
// ErrStorage, each wrapped with what happened; FaultOf gives the fault code.
func Open(path string, sealTo seal.PublicKey, now func() time.Time) (*Queue, error) {
	if sealTo.IsZero() {
		return nil, fmt.Errorf("offline: open %s: %w", path, ErrNoKey)
	}
	if err := present(path); err != nil {
		return nil, fmt.Errorf("offline: open: %w", err)
	}
	lock, err := acquire(path)
	if err != nil {
		return nil, fmt.Errorf("offline: open: %w", err)
	}
	q := &Queue{path: path, lock: lock, now: now, sealTo: sealTo, boot: thisBoot(), reserve: newReserve(path),
		subscribers: map[chan struct{}]struct{}{}, sending: map[string]struct{}{},
		ready: make(chan *seal.Prepared, readyAgreements), taken: make(chan struct{}, 1), closing: make(chan struct{})}
	if err := q.open(context.Background()); err != nil {
		lock.Close()
		return nil, fmt.Errorf("offline: open %s: %w", path, err)
	}
	q.agreeing.Go(q.agree)
	return q, nil
}

func (q *Queue) open(ctx context.Context) (err error) {
	if q.db, err = connect(q.path, readWrite); err != nil {
		return classify(err)
	}
	defer func() {
		if err != nil {
			q.db.Close()
		}
	}()
	// Nothing is written before the file has proved to be a sound queue.
	if err := verify(ctx, q.db); err != nil {
		return err
	}
	if err := durable(ctx, q.db); err != nil {
		return err
	}
	if err := migrate(ctx, q.db); err != nil {
		return err
	}
	if err := q.db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'ticket_key'`).Scan(&q.ticketKey); err != nil {
		return classify(err)
	}
	if len(q.ticketKey) != ticketKeySize {
		return fmt.Errorf("%w: the ticket key has %d bytes", ErrDamaged, len(q.ticketKey))
	}
	// A write shows now, and not at the first resident, that the partition is
	// read-only or full: SQLite opens a read-only file without a word.
	opened := func() error {
		_, err := q.db.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('opened_at', ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, q.now().UnixMilli())
		return classify(err)
	}
	if err = opened(); q.makeRoom(err) {
		err = opened()
	}
	// A partition without a single byte left is no reason to shut in what waits: each
	// save is refused and says why, and what central takes makes room.
	if err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	if q.audited, err = auditHead(ctx, q.db); err != nil {
		return err
	}
	if q.prepared, err = prepare(ctx, q.db); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, q.prepared.close(ctx, q.db))
		}
	}()
	conn, err := q.db.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	// Both are for speed and for bad days: a partition that is nearly full serves
	// without them.
	if err := classify(q.reserve.fill()); err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	if err := q.layOut(ctx, conn); err != nil && !errors.Is(err, ErrFull) {
		return err
	}
	return nil
}

// SealTo has what is saved from now on sealed to another key of central's. What
// is sealed already stays as it is: central keeps the keys of its ring.
func (q *Queue) SealTo(key seal.PublicKey) error {
	if key.IsZero() {
		return fmt.Errorf("offline: %w", ErrNoKey)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sealTo = key
	return nil
}

// Close closes the queue and lets go of its lock.
func (q *Queue) Close() error {
	q.closed.Do(func() { close(q.closing) })
	q.agreeing.Wait()
	err := q.prepared.close(context.Background(), q.db)
	// The lock goes last, so that no other process sees an unfinished close.
	return errors.Join(err, q.lock.Close())
}

// Subscribe returns a channel that holds a value after each save, and a
// function that ends the subscription. Several saves may share one value.
func (q *Queue) Subscribe() (saved <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	q.mu.Lock()
	q.subscribers[c] = struct{}{}
	q.mu.Unlock()
	return c, func() {
		q.mu.Lock()
		delete(q.subscribers, c)
		q.mu.Unlock()
	}
}

func (q *Queue) notify() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for c := range q.subscribers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// digest is what stands in the file for a ticket code.
func (q *Queue) digest(code ticket.Code) []byte {
	mac := hmac.New(sha256.New, q.ticketKey)
	mac.Write([]byte(code))
	return mac.Sum(nil)
}

// write runs fn in one transaction. Once the transaction has begun it is not
// abandoned: the answer is then always the truth about what is in the file.
func (q *Queue) write(ctx context.Context, fn func(ctx context.Context, tx *sql.Conn) error) error {
	conn, err := q.db.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	ctx = context.WithoutCancel(ctx)
	// Not by BeginTx: that starts a goroutine for each transaction, and compiles
	// its beginning and end each time. A resident waits for both.
	if _, err := q.prepared.begin.exec(ctx, conn); err != nil {
		return classify(err)
	}
	audited, committed := q.audited, false
	defer func() {
		if !committed { // also when fn panics
			q.audited = audited
			q.prepared.rollback.exec(ctx, conn) // SQLite may have done it already
		}
	}()
	if err = fn(ctx, conn); err == nil {
		_, err = q.prepared.commit.exec(ctx, conn)
	}
	committed = err == nil
	return classify(err)
}
