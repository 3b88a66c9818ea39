package offline

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// FuzzAuditRows: whatever stands in the rows of the audit log of a file that comes
// from anywhere, it is either found to be changed, or a chain without a break that
// no salvage vouches for. Each line of a seed is a row: number, time, event,
// detail, hash; "=" is the hash that belongs there.
func FuzzAuditRows(f *testing.F) {
	for _, seed := range []string{
		"", "1|5|start||=", "1|5|start||=\n2|6|printed|outcome=printed|=\n3|7|retained|items=3 attachments=1 tickets=2 statuses=0|=",
		"1|5|start||=\n3|7|stop||=", "2|5|start||=", "-1|5|start||=", "1|x|start||=", "1|5|start||00", "1|5|||",
		"1|5|start||=\n4|7|stop||=\n5|7|salvaged|items=1 head=4 log=|=", "9223372036854775807|5|start||=", "1|5|retained|items=-9223372036854775808|=",
		"1|5|start||=\n3|7|stop||=\n4|7|salvaged|$|=", "1|9223372036854775807|start||=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		db, err := sql.Open("sqlite", ":memory:")
		must(t, err)
		defer db.Close()
		db.SetMaxOpenConns(1)
		_, err = db.Exec(`CREATE TABLE audit (sequence INTEGER PRIMARY KEY, at, event, detail, hash)`) // a damaged file need not be strict
		must(t, err)
		var last AuditEntry
		all := newAuditSum()
		for _, row := range strings.Split(text, "\n") {
			fields := strings.SplitN(row, "|", 5)
			if len(fields) < 5 {
				continue
			}
			e := AuditEntry{Event: fields[2], Detail: fields[3]}
			if e.Sequence, err = strconv.ParseInt(fields[0], 10, 64); err != nil {
				continue
			}
			at, wrong := strconv.ParseInt(fields[1], 10, 64)
			e.At = fromMilli(at)
			if strings.HasSuffix(e.Detail, "$") { // what a salvage would say of the rows before
				e.Detail = strings.TrimSuffix(e.Detail, "$") + all.detail(last)
			}
			if e.Hash = e.Chain(last.Hash); fields[4] != "=" {
				e.Hash, _ = hex.DecodeString(fields[4])
			}
			var time any = at
			if wrong != nil {
				time = fields[1]
			}
			if _, err := db.Exec(`INSERT INTO audit VALUES (?, ?, ?, ?, ?)`, e.Sequence, time, e.Event, e.Detail, e.Hash); err != nil {
				continue // that number twice
			}
			all.add(e)
			last = e
		}
		head, gaps, err := readAudit(context.Background(), db)
		if err != nil {
			if !errors.Is(err, ErrAudit) && !strings.HasPrefix(err.Error(), "offline: audit log: ") {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		var rows, newest int64
		must(t, db.QueryRow(`SELECT count(*), coalesce(max(sequence), 0) FROM audit`).Scan(&rows, &newest))
		for _, g := range gaps {
			rows += g.Last - g.First + 1
			if g.Salvaged <= g.Last || g.First > g.Last {
				t.Errorf("gap %+v", g)
			}
		}
		if head.Sequence != newest || rows != newest {
			t.Errorf("the head is %d of %d, with %d rows and gaps", head.Sequence, newest, rows)
		}
		must(t, auditLog(context.Background(), db, func(e AuditEntry) error {
			retained(e.Detail)
			return nil
		}))
	})
}
