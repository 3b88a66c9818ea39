package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps what transactions say compiled, for the connection that
// writes: SQLite takes several times as long to parse most of it as to run it.
// What is not kept yet runs uncompiled the first time and is compiled after the
// commit, because within a transaction the only connection is taken.
type statements struct {
	db *sql.DB

	mu   sync.Mutex
	kept map[string]*sql.Stmt
}

func (s *statements) get(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[query]
}

// keep compiles statements. One that fails to is left: it will be told by whoever
// runs it.
func (s *statements) keep(ctx context.Context, queries []string) {
	for _, query := range queries {
		if s.get(query) != nil {
			continue
		}
		compiled, err := s.db.PrepareContext(ctx, query)
		if err != nil {
			continue
		}
		s.mu.Lock()
		if s.kept[query] == nil {
			s.kept[query], compiled = compiled, nil
		}
		s.mu.Unlock()
		if compiled != nil {
			compiled.Close() // another was faster
		}
	}
}

// compiled returns the kept form of a statement in this transaction, or nil.
func (t *transaction) compiled(query string) *sql.Stmt {
	if s := t.statements.get(query); s != nil {
		return t.tx.StmtContext(t.ctx, s)
	}
	t.fresh = append(t.fresh, query)
	return nil
}

func (t *transaction) queryRow(query string, args ...any) *sql.Row {
	if s := t.compiled(query); s != nil {
		return s.QueryRowContext(t.ctx, args...)
	}
	return t.tx.QueryRowContext(t.ctx, query, args...)
}

func (t *transaction) query(query string, args ...any) (*sql.Rows, error) {
	if s := t.compiled(query); s != nil {
		return s.QueryContext(t.ctx, args...)
	}
	return t.tx.QueryContext(t.ctx, query, args...)
}
