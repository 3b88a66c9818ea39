package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"lintai/sync/central/docket"
)

// table makes a table for a test and says what is in it.
func table(t *testing.T, s *Store, definition string) {
	t.Helper()
	if _, err := s.execute(t.Context(), "CREATE TABLE "+definition); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, s *Store, query string) (n int) {
	t.Helper()
	if err := s.queryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Fifty who spend from one purse that has enough for twenty: each looks before it
// spends, and no lock is asked for.
func TestWhatWasReadStillHoldsAtTheEnd(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s := make(t)
		table(t, s, "entries (amount INTEGER NOT NULL)")
		if _, err := s.execute(t.Context(), "INSERT INTO entries VALUES (?)", 20); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("not enough")
		var spent, tries atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				err := s.write(t.Context(), func(tx *Tx) error {
					tries.Add(1)
					var have int
					if err := tx.queryRow("SELECT sum(amount) FROM entries").Scan(&have); err != nil {
						return err
					}
					if have == 0 {
						return refused
					}
					_, err := tx.exec("spend", "INSERT INTO entries VALUES (?)", -1)
					return err
				})
				switch {
				case err == nil:
					spent.Add(1)
				case !errors.Is(err, refused):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if left := number(t, s, "SELECT sum(amount) FROM entries"); left != 0 || spent.Load() != 20 {
			t.Errorf("%d spent, %d left", spent.Load(), left)
		}
		t.Logf("%d tries", tries.Load())
	})
}

// Two transactions that take two rows in opposite order.
func TestDeadlockIsTriedAgain(t *testing.T) {
	s := createPostgres(t)
	table(t, s, "pair (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)")
	if _, err := s.execute(t.Context(), "INSERT INTO pair VALUES (1, 0), (2, 0)"); err != nil {
		t.Fatal(err)
	}
	var both, all sync.WaitGroup
	both.Add(2)
	for _, order := range [][]int{{1, 2}, {2, 1}} {
		all.Go(func() {
			first := sync.OnceFunc(func() { both.Done(); both.Wait() })
			if err := s.Write(t.Context(), func(tx docket.Tx) error {
				for _, id := range order {
					if _, err := tx.(*Tx).exec("count", "UPDATE pair SET n = n + 1 WHERE id = ?", id); err != nil {
						return err
					}
					first() // each has its first row before any asks for its second
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := number(t, s, "SELECT sum(n) FROM pair"); n != 4 {
		t.Errorf("counted %d", n)
	}
}

// A transaction that is disturbed for ever ends with the last disturbance.
func TestTriesAreBounded(t *testing.T) {
	s := createPostgres(t)
	for state, want := range map[string]int{"40001": mostTries, "40P01": mostTries, "23505": 3, "22012": 1} {
		tries := 0
		err := s.write(t.Context(), func(tx *Tx) error {
			tries++
			_, err := tx.exec("fail", fmt.Sprintf("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '%s'; END $$", state))
			return err
		})
		if err == nil || tries != want {
			t.Errorf("%s: %d tries, want %d; %v", state, tries, want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := s.write(ctx, func(tx *Tx) error {
		if tries++; tries == 3 {
			cancel()
		}
		_, err := tx.exec("fail", "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")
		return err
	})
	if err == nil || tries != 3 {
		t.Errorf("%d tries after the one who waited went; %v", tries, err)
	}
}

// The same push, by two processes at once: one files it, and the other finds what was
// answered.
func TestOnePushAtTwoProcessesIsFiledOnce(t *testing.T) {
	address := pattern.Database(t)
	var stores [2]*Store
	for i := range stores {
		var err error
		if stores[i], err = OpenPostgres(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		defer stores[i].Close()
	}
	var outcomes [2]string
	var both, all sync.WaitGroup
	both.Add(2)
	for i, s := range stores {
		all.Go(func() {
			looked := sync.OnceFunc(func() { both.Done(); both.Wait() })
			err := s.Write(t.Context(), func(tx docket.Tx) error {
				before, err := tx.Answered(1, []string{"a"})
				if err != nil {
					return err
				}
				looked() // neither sees what the other will file
				if len(before) > 0 {
					outcomes[i] = "duplicate"
					return nil
				}
				outcomes[i] = "created"
				filed, err := tx.FileCases(docket.Case{ID: "a", Kiosk: 1, Ticket: "1", Service: "repair", Body: []byte("{}")})
				if err != nil {
					return err
				}
				if filed[0].Err != nil {
					outcomes[i] = filed[0].Err.Error()
				}
				return tx.Record(docket.Item{Kiosk: 1, ID: "a", Outcome: "created"})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if outcomes != [2]string{"created", "duplicate"} && outcomes != [2]string{"duplicate", "created"} {
		t.Errorf("%q", outcomes)
	}
}

// A ticket of a case and the same one of a rating, at once: unique keys of two tables
// would let both through.
func TestOneTicketAtTwoProcessesIsTakenOnce(t *testing.T) {
	s := createPostgres(t)
	var results [2]error
	var both, all sync.WaitGroup
	both.Add(2)
	for i := range results {
		all.Go(func() {
			looked := sync.OnceFunc(func() { both.Done(); both.Wait() })
			err := s.Write(t.Context(), func(tx docket.Tx) error {
				if _, err := tx.Answered(1, []string{"a", "b"}); err != nil {
					return err
				}
				looked()
				if i == 0 {
					filed, err := tx.FileCases(docket.Case{ID: "a", Kiosk: 1, Ticket: "1", Service: "repair", Body: []byte("{}")})
					if err == nil {
						results[i] = filed[0].Err
					}
					return err
				}
				_, err := tx.FileRating(docket.Rating{ID: "b", Kiosk: 1, Ticket: "1", Rated: "2", Stars: 5, Body: []byte("{}")})
				results[i] = err
				if errors.Is(err, docket.ErrTicketTaken) {
					return nil
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("%v", results)
	}
}
