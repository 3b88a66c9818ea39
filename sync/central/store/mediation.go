package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/mediation"
)

// Matters of mediators: package mediation.

// WriteMediation runs f in one transaction.
func (s *Store) WriteMediation(ctx context.Context, f func(mediation.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(mediationTx{t}) })
}

// mediationTx is a transaction on matters. Its *Tx is what jobs are added in.
type mediationTx struct{ *Tx }

// noMediation makes of a row that is not there what the domain calls it.
func noMediation(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return mediation.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// oneMediation makes of a write that found no row what the domain calls it.
func oneMediation(n int64, err error) error {
	if err == nil && n == 0 {
		return mediation.ErrNotFound
	}
	return err
}

const mediationColumns = "m.case_number, m.kind, m.mediator, m.opened_at, m.outcome, m.ended_at"

func scanMediation(r row) (mediation.Matter, error) {
	var m mediation.Matter
	var opened, ended int64
	err := r.Scan(&m.Case, &m.Kind, &m.Mediator, &opened, &m.Outcome, &ended)
	m.OpenedAt, m.EndedAt = moment(opened), moment(ended)
	return m, err
}

const mediationByCase = "SELECT " + mediationColumns + " FROM mediation_matters m WHERE m.case_number = ?"

// Mediation finds the matter of a case.
func (s *Store) Mediation(ctx context.Context, number int64) (mediation.Matter, error) {
	m, err := scanMediation(s.queryRow(ctx, mediationByCase, number))
	return m, noMediation("matter", err)
}

// Matter needs no lock: its case is locked.
func (t mediationTx) Matter(number int64) (mediation.Matter, error) {
	m, err := scanMediation(t.queryRow(mediationByCase, number))
	return m, noMediation("matter", err)
}

// Mediations lists cases with their matters.
func (s *Store) Mediations(ctx context.Context, q mediation.Query) (all []mediation.Row, err error) {
	if q.Before <= 0 {
		q.Before = 1<<63 - 1
	}
	from := "mediation_matters m WHERE m.outcome = '' AND m.case_number < ? ORDER BY m.case_number DESC LIMIT ?"
	switch q.List {
	case mediation.Past:
		from = "mediation_matters m WHERE m.outcome <> '' AND m.case_number < ? ORDER BY m.case_number DESC LIMIT ?"
	case mediation.Waiting:
		err = s.read(ctx, func(t *Tx) error {
			rows, err := t.query("SELECT "+caseColumns+` FROM cases WHERE service = 'mediation' AND number < ? AND status IN ('delivered', 'accepted', 'dispatched', 'working')
				AND NOT EXISTS (SELECT 1 FROM mediation_matters m WHERE m.case_number = cases.number) ORDER BY number DESC LIMIT ?`, q.Before, q.Limit)
			cases, err := collect(rows, err, scanCase)
			all = nil
			for _, c := range cases {
				all = append(all, mediation.Row{Case: c})
			}
			return err
		})
		return all, err
	}
	err = s.read(ctx, func(t *Tx) error {
		all = nil
		rows, err := t.query("SELECT "+mediationColumns+" FROM "+from, q.Before, q.Limit)
		matters, err := collect(rows, err, scanMediation)
		if err != nil {
			return err
		}
		for _, m := range matters {
			c, err := scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE number = ?", m.Case))
			if err != nil {
				return fmt.Errorf("store: case of a matter: %w", err)
			}
			all = append(all, mediation.Row{Case: c, Matter: m})
		}
		return nil
	})
	return all, err
}

func (t mediationTx) AddMatter(m mediation.Matter) error {
	n, err := t.exec("add matter", "INSERT INTO mediation_matters (case_number, kind, mediator, opened_at, outcome, ended_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		m.Case, m.Kind, m.Mediator, micros(m.OpenedAt), string(m.Outcome), micros(m.EndedAt))
	if err == nil && n == 0 {
		err = mediation.ErrExists
	}
	return err
}

func (t mediationTx) PutMatter(m mediation.Matter) error {
	return oneMediation(t.exec("put matter", "UPDATE mediation_matters SET mediator = ?, outcome = ?, ended_at = ? WHERE case_number = ?", m.Mediator, string(m.Outcome), micros(m.EndedAt), m.Case))
}

func mediationParties(a asker, number int64) ([]mediation.Party, error) {
	rows, err := a.rows("SELECT number, case_number, side, name, phone, address FROM mediation_parties WHERE case_number = ? ORDER BY number", number)
	return collect(rows, err, func(r row) (p mediation.Party, err error) {
		return p, r.Scan(&p.Number, &p.Case, &p.Side, &p.Name, &p.Phone, &p.Address)
	})
}

// Parties lists who is in a matter.
func (s *Store) Parties(ctx context.Context, number int64) ([]mediation.Party, error) {
	return mediationParties(outside{s, ctx}, number)
}

func (t mediationTx) Parties(number int64) ([]mediation.Party, error) {
	return mediationParties(t, number)
}

func (t mediationTx) AddParty(p mediation.Party) error {
	_, err := t.insert("add party", "INSERT INTO mediation_parties (case_number, side, name, phone, address) VALUES (?, ?, ?, ?, ?)", p.Case, string(p.Side), p.Name, p.Phone, p.Address)
	return err
}

func (t mediationTx) DropParty(number, party int64) error {
	return oneMediation(t.exec("drop party", "DELETE FROM mediation_parties WHERE number = ? AND case_number = ?", party, number))
}

const sessionOfMatter = "number, case_number, at, place, state, present, minutes, by, written_at"

func scanMediationSession(r row) (mediation.Session, error) {
	var one mediation.Session
	var at, written int64
	err := r.Scan(&one.Number, &one.Case, &at, &one.Place, &one.State, &one.Present, &one.Minutes, &one.By, &written)
	one.At, one.WrittenAt = moment(at), moment(written)
	return one, err
}

// Sessions lists the appointments of a matter.
func (s *Store) Sessions(ctx context.Context, number int64) ([]mediation.Session, error) {
	rows, err := s.query(ctx, "SELECT "+sessionOfMatter+" FROM mediation_sessions WHERE case_number = ? ORDER BY at, number", number)
	return collect(rows, err, scanMediationSession)
}

func (t mediationTx) Session(number int64) (mediation.Session, error) {
	one, err := scanMediationSession(t.queryRow("SELECT "+sessionOfMatter+" FROM mediation_sessions WHERE number = ?", number))
	return one, noMediation("session", err)
}

func (t mediationTx) CountSessions(number int64) (n int, err error) {
	err = t.queryRow("SELECT COUNT(*) FROM mediation_sessions WHERE case_number = ?", number).Scan(&n)
	return n, noMediation("sessions", err)
}

func (t mediationTx) AddSession(s mediation.Session) error {
	_, err := t.insert("add session", "INSERT INTO mediation_sessions (case_number, at, place, state, present, minutes, by, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		s.Case, micros(s.At), s.Place, string(s.State), s.Present, s.Minutes, s.By, micros(s.WrittenAt))
	return err
}

func (t mediationTx) PutSession(s mediation.Session) error {
	return oneMediation(t.exec("put session", "UPDATE mediation_sessions SET state = ?, present = ?, minutes = ?, by = ?, written_at = ? WHERE number = ?",
		string(s.State), s.Present, s.Minutes, s.By, micros(s.WrittenAt), s.Number))
}

// Endings lists the outcomes of a matter.
func (s *Store) Endings(ctx context.Context, number int64) ([]mediation.Ending, error) {
	rows, err := s.query(ctx, "SELECT number, case_number, outcome, words, at, by FROM mediation_endings WHERE case_number = ? ORDER BY number", number)
	return collect(rows, err, func(r row) (mediation.Ending, error) {
		var e mediation.Ending
		var at int64
		err := r.Scan(&e.Number, &e.Case, &e.Outcome, &e.Text, &at, &e.By)
		e.At = moment(at)
		return e, err
	})
}

func (t mediationTx) AddEnding(e mediation.Ending) error {
	_, err := t.insert("add ending", "INSERT INTO mediation_endings (case_number, outcome, words, at, by) VALUES (?, ?, ?, ?, ?)", e.Case, string(e.Outcome), e.Text, micros(e.At), e.By)
	return err
}

const mediationPromiseColumns = "p.number, p.case_number, p.words, p.due_at, p.keeping, p.settled_at, p.settled_by, p.told, p.seen"

func scanMediationPromise(r row) (mediation.Promise, error) {
	var p mediation.Promise
	var due, settled int64
	err := r.Scan(&p.Number, &p.Case, &p.Text, &due, &p.Keeping, &settled, &p.SettledBy, &p.Told, &p.Seen)
	p.Due, p.SettledAt = moment(due), moment(settled)
	return p, err
}

// Promises lists those of a matter.
func (s *Store) Promises(ctx context.Context, number int64) ([]mediation.Promise, error) {
	rows, err := s.query(ctx, "SELECT "+mediationPromiseColumns+" FROM mediation_promises p WHERE p.case_number = ? ORDER BY p.due_at, p.number", number)
	return collect(rows, err, scanMediationPromise)
}

// ToldPromises lists what a mediator was told and has not seen.
func (s *Store) ToldPromises(ctx context.Context, mediator string, limit int) ([]mediation.Promise, error) {
	rows, err := s.query(ctx, "SELECT "+mediationPromiseColumns+` FROM mediation_promises p JOIN mediation_matters m ON m.case_number = p.case_number
		WHERE p.keeping = 'open' AND p.told > p.seen AND m.mediator = ? ORDER BY p.due_at, p.number LIMIT ?`, mediator, limit)
	return collect(rows, err, scanMediationPromise)
}

// NextPromises lists those that are open.
func (s *Store) NextPromises(ctx context.Context, limit int) ([]mediation.Promise, error) {
	rows, err := s.query(ctx, "SELECT "+mediationPromiseColumns+" FROM mediation_promises p WHERE p.keeping = 'open' ORDER BY p.due_at, p.number LIMIT ?", limit)
	return collect(rows, err, scanMediationPromise)
}

func (t mediationTx) Promise(number int64) (mediation.Promise, error) {
	p, err := scanMediationPromise(t.queryRow("SELECT "+mediationPromiseColumns+" FROM mediation_promises p WHERE p.number = ?"+t.store.dialect.lock, number))
	return p, noMediation("promise", err)
}

func (t mediationTx) AddPromise(p mediation.Promise) (int64, error) {
	return t.insert("add promise", "INSERT INTO mediation_promises (case_number, words, due_at, keeping) VALUES (?, ?, ?, ?)", p.Case, p.Text, micros(p.Due), string(p.Keeping))
}

func (t mediationTx) PutPromise(p mediation.Promise) error {
	return oneMediation(t.exec("put promise", "UPDATE mediation_promises SET keeping = ?, settled_at = ?, settled_by = ?, told = ?, seen = ? WHERE number = ?",
		string(p.Keeping), micros(p.SettledAt), p.SettledBy, int(p.Told), int(p.Seen), p.Number))
}

func (t mediationTx) VoidPromises(number int64) error {
	_, err := t.exec("void promises", "UPDATE mediation_promises SET keeping = 'void' WHERE case_number = ? AND keeping = 'open'", number)
	return err
}

// MediationFigures sum up what ended in a span of time.
func (s *Store) MediationFigures(ctx context.Context, from, until time.Time) (f mediation.Figures, err error) {
	err = s.read(ctx, func(t *Tx) error {
		f = mediation.Figures{}
		if err := t.queryRow("SELECT COUNT(*) FROM mediation_matters WHERE outcome = ''").Scan(&f.Running); err != nil {
			return noMediation("figures", err)
		}
		rows, err := t.query(`SELECT kind, outcome, COUNT(*), CAST(SUM(ended_at - opened_at) AS BIGINT) FROM mediation_matters
			WHERE ended_at >= ? AND ended_at < ? AND ended_at > 0 GROUP BY kind, outcome ORDER BY kind, outcome`, micros(from), micros(until))
		if f.Ended, err = collect(rows, err, func(r row) (mediation.Count, error) {
			var c mediation.Count
			var taken int64
			err := r.Scan(&c.Kind, &c.Outcome, &c.Matters, &taken)
			c.Taken = time.Duration(taken) * time.Microsecond
			return c, err
		}); err != nil {
			return err
		}
		err = t.queryRow(`SELECT COUNT(CASE WHEN keeping = 'kept' THEN 1 END), COUNT(CASE WHEN keeping = 'broken' THEN 1 END) FROM mediation_promises
			WHERE settled_at >= ? AND settled_at < ? AND settled_at > 0`, micros(from), micros(until)).Scan(&f.Kept, &f.Broken)
		return noMediation("figures", err)
	})
	return f, err
}
