package power_test

import (
	"context"
	"sync"

	"modernc.org/sqlite"
)

// opened is the connection to SQLite that was opened last.
var opened struct {
	sync.Mutex
	conn sqlite.ExecQuerierContext
}

// weaken sets PRAGMA synchronous on each connection of this process behind the
// back of the program that opens it: the fault that the proof must find.
func weaken(synchronous string) {
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		opened.Lock()
		defer opened.Unlock()
		opened.conn = conn
		_, err := conn.ExecContext(context.Background(), "PRAGMA synchronous = "+synchronous, nil)
		return err
	})
}

// weakenOpened does it again, for a program that sets it itself after opening.
func weakenOpened(synchronous string) {
	opened.Lock()
	defer opened.Unlock()
	_, err := opened.conn.ExecContext(context.Background(), "PRAGMA synchronous = "+synchronous, nil)
	must(err)
}
