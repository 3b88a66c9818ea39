package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps what transactions say compiled, for the connection that
// writes: SQLite takes several times as long to parse most of it as to run it. (For
// PostgreSQL the driver keeps them, for each connection.)
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
