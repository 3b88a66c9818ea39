package offline

import (
	"context"
	"database/sql"
	"fmt"
)

// applicationID stands in the file's header ("LTQ1"), so that no other
// program's database is taken for a queue.
const applicationID = 0x4C545131

// ticketKeySize is the length of the random key under which ticket codes are
// kept, in bytes.
const ticketKeySize = 32

// migrations are the steps from an empty file to the present schema. PRAGMA
// user_version counts how many have run. A published step is never changed.
//
// Times are milliseconds since 1970 by the terminal's clock, which may be wrong.
var migrations = []string{
	`
	-- ticket_key, pull_cursor, created_at, opened_at
	CREATE TABLE meta (
		key   TEXT PRIMARY KEY,
		value ANY NOT NULL
	) STRICT, WITHOUT ROWID;

	-- AUTOINCREMENT: a sequence number is never reused, also not after a row is gone.
	CREATE TABLE outbox (
		sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
		id           TEXT NOT NULL UNIQUE,
		kind         TEXT NOT NULL CHECK (kind IN ('request', 'call')),
		kiosk        INTEGER NOT NULL,
		priority     INTEGER NOT NULL,            -- 0 goes first: calls
		made_at      INTEGER NOT NULL,
		saved_at     INTEGER NOT NULL,
		sealed       BLOB,                        -- wiped when delivered
		hash         BLOB NOT NULL,               -- SHA-256 of sealed
		state        TEXT NOT NULL DEFAULT 'saved'
		             CHECK (state IN ('saved', 'delivered', 'conflict', 'rejected')),
		reason       TEXT NOT NULL DEFAULT '',    -- central's, for staff
		attempts     INTEGER NOT NULL DEFAULT 0,  -- how often central could not settle it while it settled others
		delivered_at INTEGER,                     -- when central settled it
		CHECK ((sealed IS NULL) = (state = 'delivered'))
	) STRICT;
	CREATE INDEX outbox_waiting ON outbox (attempts, priority, sequence) WHERE state = 'saved';

	CREATE TABLE tickets (
		digest  BLOB PRIMARY KEY,                 -- HMAC-SHA256 of the code under ticket_key
		request TEXT NOT NULL REFERENCES outbox (id),
		service TEXT NOT NULL
	) STRICT, WITHOUT ROWID;

	-- What central said last about each request.
	CREATE TABLE statuses (
		request TEXT PRIMARY KEY,
		event   INTEGER NOT NULL,                 -- counts up per case
		status  TEXT NOT NULL,
		at      INTEGER NOT NULL,
		note    TEXT NOT NULL
	) STRICT, WITHOUT ROWID;
	`,
	// Attachments. SQLite changes the check of a column only by another table.
	`
	CREATE TABLE outbox_2 (
		sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
		id           TEXT NOT NULL UNIQUE,
		kind         TEXT NOT NULL CHECK (kind IN ('request', 'call', 'attachment')),
		kiosk        INTEGER NOT NULL,
		priority     INTEGER NOT NULL,            -- 0 goes first: calls, requests, attachments
		made_at      INTEGER NOT NULL,
		saved_at     INTEGER NOT NULL,
		sealed       BLOB,
		hash         BLOB NOT NULL,
		state        TEXT NOT NULL DEFAULT 'saved'
		             CHECK (state IN ('saved', 'delivered', 'conflict', 'rejected')),
		reason       TEXT NOT NULL DEFAULT '',
		attempts     INTEGER NOT NULL DEFAULT 0,
		delivered_at INTEGER,
		CHECK ((sealed IS NULL) = (state = 'delivered'))
	) STRICT;
	INSERT INTO outbox_2 (sequence, id, kind, kiosk, priority, made_at, saved_at, sealed, hash, state, reason, attempts, delivered_at)
		SELECT sequence, id, kind, kiosk, priority, made_at, saved_at, sealed, hash, state, reason, attempts, delivered_at FROM outbox;
	DELETE FROM sqlite_sequence WHERE name = 'outbox_2';
	INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox_2', seq FROM sqlite_sequence WHERE name = 'outbox';
	DROP TABLE outbox;
	ALTER TABLE outbox_2 RENAME TO outbox;
	CREATE INDEX outbox_waiting ON outbox (attempts, priority, sequence) WHERE state = 'saved';
	`,
	// Priorities by urgency, ages without a calendar, documents, the audit log.
	`
	ALTER TABLE outbox ADD COLUMN boot BLOB;       -- which start of the machine it was saved in
	ALTER TABLE outbox ADD COLUMN boot_at INTEGER; -- ms since then
	UPDATE outbox SET priority = CASE kind WHEN 'call' THEN 0 WHEN 'request' THEN 3 ELSE 9 END;

	CREATE TABLE documents (
		kind    TEXT NOT NULL,
		version INTEGER NOT NULL,
		kept_at INTEGER NOT NULL,
		head    BLOB NOT NULL,    -- what central signed
		body    BLOB,             -- NULL: it cannot be used
		PRIMARY KEY (kind, version)
	) STRICT;

	CREATE TABLE audit (
		sequence INTEGER PRIMARY KEY,
		at       INTEGER NOT NULL,
		event    TEXT NOT NULL,
		detail   TEXT NOT NULL,
		hash     BLOB NOT NULL    -- over the hash before and this entry
	) STRICT;
	`,
	// Which numbers the retention job took, so that a salvage knows what is missing.
	`
	CREATE TABLE retained (
		first INTEGER PRIMARY KEY,
		last  INTEGER NOT NULL
	) STRICT;
	`,
	// The digests of codes outlive their requests, so that no code is issued twice.
	`
	CREATE TABLE tickets_2 (
		digest  BLOB PRIMARY KEY, -- HMAC-SHA256 of the code under ticket_key
		request TEXT,             -- NULL: deleted, or lost
		service TEXT
	) STRICT, WITHOUT ROWID;
	INSERT INTO tickets_2 SELECT digest, request, service FROM tickets;
	DROP TABLE tickets;
	ALTER TABLE tickets_2 RENAME TO tickets;
	`,
	// SQLite makes a table in memory for a list of more than two in a check, and fills
	// it, at every row that is written: a tenth of a save. The same checks without a
	// list. A check is in no row, so its text is changed and the rows stay where they
	// are (sqlite.org/lang_altertable.html): what waits may fill the partition.
	`
	PRAGMA writable_schema = ON;
	UPDATE sqlite_schema SET sql = replace(replace(sql,
		'kind IN (''request'', ''call'', ''attachment'')',
		'kind = ''request'' OR kind = ''call'' OR kind = ''attachment'''),
		'state IN (''saved'', ''delivered'', ''conflict'', ''rejected'')',
		'state = ''saved'' OR state = ''delivered'' OR state = ''conflict'' OR state = ''rejected''')
		WHERE type = 'table' AND name = 'outbox';
	PRAGMA writable_schema = RESET;
	`,
}

// migrate brings the schema up to the present version, each step in one
// transaction with its version number. Earlier schemas had references between
// tables; they are not watched, because a table that is replaced is gone for a
// moment.
func migrate(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, `PRAGMA foreign_keys = 0`); err != nil {
		return classify(err)
	}
	var version int
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return classify(err)
	}
	for ; version < len(migrations); version++ {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return classify(err)
		}
		_, err = tx.ExecContext(ctx, migrations[version]+fmt.Sprintf("PRAGMA user_version = %d;", version+1))
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			tx.Rollback()
			return fmt.Errorf("migration %d: %w", version+1, classify(err))
		}
	}
	return nil
}
