package main

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/sync/wire"
)

// The proof itself, short: each attack once.
func TestAttack(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), options{rounds: 1, hold: 120, seed: 3, folder: t.TempDir()}, &out)
	t.Log(out.String())
	if err != nil {
		t.Error(err)
	}
}

// What the proof must find: each is an attack that succeeds, in one way.
func TestTheProofFindsAnAttackThatSucceeds(t *testing.T) {
	refused := func(ctx context.Context, s *stage, _ *try) error {
		return s.want(ctx, clientWith(stranger(), nil), http.StatusUnauthorized, wire.ErrorUnauthorised, http.MethodGet, wire.PathPull+"?cursor=0", nil)
	}
	var left []net.Conn
	for _, test := range []struct {
		attack attack
		found  string
	}{
		{attack{name: "refused", run: refused, log: []string{wire.ErrorUnauthorised}}, ""},
		{attack{name: "taken", run: func(ctx context.Context, s *stage, _ *try) error {
			return s.want(ctx, clientWith(stranger(), nil), http.StatusOK, "", http.MethodGet, wire.PathPull+"?cursor=0", nil)
		}}, "answered 401 unauthorised, not 200"},
		{attack{name: "unnamed", run: refused, log: []string{"nobody writes this"}}, "no line of central's log names it"},
		{attack{name: "filed", heard: true, run: func(ctx context.Context, s *stage, _ *try) error {
			item, err := s.item(s.rogue, 7)
			if err == nil {
				_, err = s.push(ctx, s.rogue, item)
			}
			return err
		}}, "case_events 1, cases 1, items 1"},
		{attack{name: "heard", run: func(ctx context.Context, s *stage, _ *try) error { return s.desk.Revoke(ctx, victim) }}, "gone or changed [certificates 1"},
		{attack{name: "a good terminal's row", run: func(ctx context.Context, s *stage, _ *try) error {
			// Central writes too, and one of both has to wait.
			db, err := sql.Open("sqlite", filepath.Join(s.centralFolder(), "central.db")+"?_pragma=busy_timeout(20000)")
			if err != nil {
				return err
			}
			defer db.Close()
			_, err = db.ExecContext(ctx, `UPDATE cases SET service = 'other' WHERE kiosk = 1`)
			return err
		}}, "gone or changed [cases"},
		{attack{name: "personal", run: func(ctx context.Context, s *stage, _ *try) error {
			s.book.logger().Info("terminal refused", "name", "测试甲")
			return nil
		}}, "something personal"},
		{attack{name: "not served", run: func(ctx context.Context, s *stage, _ *try) error {
			return s.house.StopCentral()
		}}, "the good terminal was not served"},
		{attack{name: "never comes to rest", run: func(ctx context.Context, s *stage, _ *try) error {
			for range 500 {
				a, b := net.Pipe()
				left = append(left, a)
				go b.Read(make([]byte, 1))
			}
			return nil
		}}, "does not come back to rest"},
	} {
		t.Run(test.attack.name, func(t *testing.T) {
			s, err := newStage(t.Context(), options{seed: 3, folder: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			s.patience = 3 * time.Second
			r := s.try(t.Context(), test.attack)
			if err := s.close(); err != nil {
				t.Error(err)
			}
			for _, c := range left {
				c.Close()
			}
			said := fmt.Sprint(r.wrong)
			if test.found == "" && len(r.wrong) > 0 || !strings.Contains(said, test.found) {
				t.Errorf("found %s, want %q", said, test.found)
			}
		})
	}
}
