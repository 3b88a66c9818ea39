package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

var tampering = []attack{
	{
		name: "bytes of a batch are changed on the wire", heard: true, log: []string{`"kiosk":3`, "changed on the way"},
		run: func(ctx context.Context, s *stage, t *try) error {
			var items []wire.Item
			for n := range 40 {
				item, err := s.item(s.victim, int64(10+n))
				if err != nil {
					return err
				}
				items = append(items, item)
			}
			sent := 0
			c, err := s.client(s.victim, func(ctx context.Context, network, address string) (net.Conn, error) {
				var d net.Dialer
				conn, err := d.DialContext(ctx, network, address)
				return hook{conn, func(p []byte) []byte {
					// Handshake and head go through; of the body one bit changes.
					if sent += len(p); sent > 16<<10 {
						p = slices.Clone(p)
						p[len(p)-1] ^= 1
					}
					return p
				}}, err
			})
			if err != nil {
				return err
			}
			return s.want(ctx, c, 0, "", http.MethodPost, wire.PathPush, reader(encodePush(victim, items...)))
		},
	},
	{
		name: "a rogue terminal alters items", heard: true, log: []string{`"kiosk":2`, "quarantine", "bad_hash 1", "not_opening 5"},
		may: []string{"items", "quarantine"}, check: nothingFiledFor(rogue, 1),
		run: func(ctx context.Context, s *stage, t *try) error {
			var items []wire.Item
			alter := func(how func(*wire.Item)) error {
				item, err := s.item(s.rogue, int64(len(items)+2))
				how(&item)
				items = append(items, item)
				return err
			}
			again := func(i *wire.Item) {
				h := request.Item{Sealed: i.Sealed}.Hash()
				i.Hash = hex.EncodeToString(h[:])
			}
			deep := append(append([]byte(`{"id":"`+secret+`","answers":`), bytes.Repeat([]byte("["), 500_000)...), '}')
			err := errors.Join(
				alter(func(i *wire.Item) { i.Sealed[len(i.Sealed)/2] ^= 1 }),                                 // the hash is the old one
				alter(func(i *wire.Item) { i.Sealed[len(i.Sealed)-1] ^= 1; again(i) }),                       // of the body
				alter(func(i *wire.Item) { i.Sealed[12] ^= 1; again(i) }),                                    // of the encapsulated key
				alter(func(i *wire.Item) { i.ID = uuid.Must(uuid.NewV7()).String() }),                        // moved to another id
				alter(func(i *wire.Item) { i.Kind = request.KindCall }),                                      // and to another kind
				alter(func(i *wire.Item) { i.Sealed = i.Sealed[:20]; again(i) }),                             // cut
				alter(func(i *wire.Item) { i.ID = secret + "-不是号码" }),                                        // no id
				alter(func(i *wire.Item) { i.Sequence = -1 }),                                                // no place in the order
				alter(func(i *wire.Item) { i.Sealed[1] ^= 1; again(i) }),                                     // another key
				alter(func(i *wire.Item) { *i, _ = s.seal(s.rogue, i.ID, i.Kind, 9, deep) }),                 // deep inside
				alter(func(i *wire.Item) { *i, _ = s.seal(s.rogue, i.ID, i.Kind, 9, nil) }),                  // nothing inside
				alter(func(i *wire.Item) { other := s.rogue; other.Kiosk = good; *i, _ = s.item(other, 9) }), // made for another terminal
			)
			if err != nil {
				return err
			}
			answers, err := s.push(ctx, s.rogue, items...)
			return errors.Join(err, outcomes(answers, len(items), wire.Rejected, wire.Conflict))
		},
	},
}

// nothingFiledFor checks that this terminal has no more cases than before, and no
// call or attachment.
func nothingFiledFor(kiosk, cases int) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		for table, most := range map[string]int{"cases": cases, "calls": 0, "attachments": 0, "ratings": 0} {
			n, err := s.count(ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE kiosk = %d`, table, kiosk))
			if err != nil {
				return err
			}
			if n > most {
				return fmt.Errorf("%d rows in %s", n, table)
			}
		}
		return nil
	}
}

func (s *stage) count(ctx context.Context, query string) (n int, err error) {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(s.centralFolder(), "central.db"), RawQuery: "mode=ro&_pragma=busy_timeout(20000)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return n, db.QueryRowContext(ctx, query).Scan(&n)
}
