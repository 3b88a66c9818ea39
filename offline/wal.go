package offline

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The write-ahead log is kept at one size and written over from its beginning: a
// file that grows costs the file system's own journal at every sync, which doubles
// the time a resident waits. A log of 1000 frames (SQLite checkpoints then) with a
// photo on top fits.
// Most tests have a smaller one.
var logSize int64 = 6 << 20

const wipeStep = 64 << 10

// layOut gives the log its size in real blocks. The log must be empty: SQLite
// then takes zeros for no log at all.
func (q *Queue) layOut(ctx context.Context, conn *sql.Conn) error {
	if done, err := checkpoint(ctx, conn, "TRUNCATE"); err != nil || !done {
		return err
	}
	return q.wipeLog(0, logSize)
}

// checkpoint moves what the log holds into the file. It waits for nobody: done is
// false when a reader beside us (kioskctl) is in the way.
func checkpoint(ctx context.Context, conn *sql.Conn, mode string) (done bool, err error) {
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`); err != nil {
		return false, classify(err)
	}
	var busy, logged, moved int
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(`+mode+`)`).Scan(&busy, &logged, &moved)
	if _, again := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyMilliseconds)); err == nil {
		err = again
	}
	return busy == 0 && logged == moved, classify(err)
}

// tidy wipes what the log still holds of bodies that are gone: SQLite overwrites
// freed bytes in the file, but the log keeps its frames until they are written
// over. It is called when nothing hurries; when it cannot do it now, it is done
// the next time.
func (q *Queue) tidy(ctx context.Context) error {
	conn, err := q.db.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	if info, err := os.Stat(q.path + "-wal"); err != nil || info.Size() > 2*logSize { // too large, and nothing hurries
		return q.layOut(ctx, conn)
	}
	if done, err := checkpoint(ctx, conn, "RESTART"); err != nil || !done {
		return err
	}
	// All is in the file now and the next write begins the log anew. What lies
	// behind its frames belongs to nobody.
	_, err = conn.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('tidied_at', ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, q.now().UnixMilli())
	if err != nil {
		return classify(err)
	}
	var busy, logged, moved, page int64
	if err := conn.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&page); err != nil {
		return classify(err)
	}
	if err := conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &logged, &moved); err != nil {
		return classify(err)
	}
	const header, frameHeader = 32, 24
	return q.wipeLog(header+logged*(frameHeader+page), 0)
}

// wipeLog writes zeros over the log from an offset to its end, or to size if that
// is further. Only what is not zero already is written: cards of a terminal wear.
func (q *Queue) wipeLog(from, size int64) error {
	f, err := os.OpenFile(q.path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return classify(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return classify(err)
	}
	there := info.Size()
	zeros, found := make([]byte, wipeStep), make([]byte, wipeStep)
	for at := from; at < max(there, size); {
		n := min(wipeStep-at%wipeStep, max(there, size)-at)
		if at < there {
			n = min(n, there-at)
			if _, err := f.ReadAt(found[:n], at); err != nil {
				return classify(err)
			}
		}
		if at >= there || !bytes.Equal(found[:n], zeros[:n]) {
			if _, err := f.WriteAt(zeros[:n], at); err != nil {
				return classify(err)
			}
		}
		at += n
	}
	return classify(unix.Fdatasync(int(f.Fd())))
}
