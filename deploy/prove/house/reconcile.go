package house

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // both ends are read as they lie on the disk
)

// Account is what one end says of one terminal's items. Two ends agree when their
// accounts are equal: Digest is over id and hash of every item, in the order of
// the terminal's sequence.
type Account struct {
	Items  int
	Digest string
}

type ledger struct {
	items int
	sum   hash.Hash
}

func (l *ledger) add(id, hash string) {
	if l.sum == nil {
		l.sum = sha256.New()
	}
	l.items++
	fmt.Fprintf(l.sum, "%s %s\n", id, hash)
}

func (l *ledger) account() Account {
	if l.sum == nil {
		return Account{}
	}
	return Account{Items: l.items, Digest: hex.EncodeToString(l.sum.Sum(nil))}
}

// Filed is one item as central filed it, in the order of filing.
type Filed struct {
	ID, Kind, Hash string
	Kiosk          int
	Sequence       int64
}

// Book is what central's database holds.
type Book struct {
	Filed    []Filed
	Accounts map[int]Account // of what was filed, by terminal
	// Bodies are SHA-256 over the opened request or the attachment's bytes, by id.
	Bodies map[string]string
	// Quarantined counts what was kept instead of filed.
	Quarantined int
	// Cases, Calls and Attachments count rows, whatever the items say.
	Cases, Calls, Attachments int
}

// ReadBook reads central's database as it lies on the disk, also while it serves.
func ReadBook(ctx context.Context, folder string) (*Book, error) {
	db, err := open(filepath.Join(folder, "central.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	b := &Book{Accounts: map[int]Account{}, Bodies: map[string]string{}}
	err = each(ctx, db, `SELECT id, kind, lower(hex(hash)), kiosk, sequence FROM items WHERE outcome = 'created' ORDER BY rowid`, func(r *sql.Rows) error {
		var f Filed
		if err := r.Scan(&f.ID, &f.Kind, &f.Hash, &f.Kiosk, &f.Sequence); err != nil {
			return err
		}
		b.Filed = append(b.Filed, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	books := map[int]*ledger{}
	err = each(ctx, db, `SELECT id, lower(hex(hash)), kiosk FROM items WHERE outcome = 'created' ORDER BY kiosk, sequence, id`, func(r *sql.Rows) error {
		var id, hash string
		var kiosk int
		if err := r.Scan(&id, &hash, &kiosk); err != nil {
			return err
		}
		if books[kiosk] == nil {
			books[kiosk] = &ledger{}
		}
		books[kiosk].add(id, hash)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for kiosk, l := range books {
		b.Accounts[kiosk] = l.account()
	}
	for _, from := range []string{`SELECT id, body FROM cases`, `SELECT id, data FROM attachments`} {
		err = each(ctx, db, from, func(r *sql.Rows) error {
			var id string
			var body sql.RawBytes
			if err := r.Scan(&id, &body); err != nil {
				return err
			}
			sum := sha256.Sum256(body)
			b.Bodies[id] = hex.EncodeToString(sum[:])
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for query, into := range map[string]*int{
		`SELECT count(*) FROM quarantine`: &b.Quarantined, `SELECT count(*) FROM cases`: &b.Cases,
		`SELECT count(*) FROM calls`: &b.Calls, `SELECT count(*) FROM attachments`: &b.Attachments,
	} {
		if err := db.QueryRowContext(ctx, query).Scan(into); err != nil {
			return nil, fmt.Errorf("house: %w", err)
		}
	}
	return b, nil
}

// ReadQueue reads what a terminal's queue says was delivered, and how many items
// are not.
func ReadQueue(ctx context.Context, path string) (delivered Account, other int, err error) {
	db, err := open(path)
	if err != nil {
		return Account{}, 0, err
	}
	defer db.Close()
	var l ledger
	err = each(ctx, db, `SELECT id, lower(hex(hash)), state FROM outbox ORDER BY sequence, id`, func(r *sql.Rows) error {
		var id, hash, state string
		if err := r.Scan(&id, &hash, &state); err != nil {
			return err
		}
		if state == "delivered" {
			l.add(id, hash)
		} else {
			other++
		}
		return nil
	})
	return l.account(), other, err
}

func open(path string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=ro&_pragma=busy_timeout(20000)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func each(ctx context.Context, db *sql.DB, query string, f func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("house: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return fmt.Errorf("house: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("house: %w", err)
	}
	return nil
}
