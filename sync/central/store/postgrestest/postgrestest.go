// Package postgrestest gives tests a real PostgreSQL: Debian's server, as a cluster
// of its own in a temporary folder, on a unix socket and nowhere else. It does not wait
// for the disk: that is no promise of ours, and a server that is killed loses nothing by
// it, only a machine would. A test binary starts one when the first test asks for it and gives
// each test a database of its own.
//
// A cluster ends with its test binary: Main stops it when the tests are over, and when
// they die before that (a panic, a time limit, kill -9), a shell that waits at the end of a
// pipe from the test binary sees the pipe close, stops the server and removes the
// folder.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// The server does not run as root; Debian's package brings this user.
const unprivileged = "postgres"

// settle bounds the start and the stop of a cluster, on a machine that is busy.
const settle = 2 * time.Minute

var (
	start  = sync.OnceValues(newCluster)
	asked  atomic.Bool
	number atomic.Int64
)

// Main runs the tests and then stops the cluster, if one was started:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
func Main(m *testing.M) int {
	defer stop() // also when m.Run panics
	return m.Run()
}

func stop() {
	if !asked.Load() {
		return
	}
	if c, err := start(); err == nil {
		c.stop()
	}
}

// Database makes an empty database and returns its address. It is dropped when the
// test is over, whoever is still connected to it.
func Database(t testing.TB) string {
	t.Helper()
	return database(t, "template0")
}

func database(t testing.TB, template string) string {
	t.Helper()
	c := running(t)
	name := fmt.Sprintf("test_%d", number.Add(1))
	c.run(t, "CREATE DATABASE "+name+" TEMPLATE "+template+" ENCODING 'UTF8'")
	t.Cleanup(func() { c.run(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return c.address(name)
}

func running(t testing.TB) *cluster {
	t.Helper()
	asked.Store(true)
	c, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Pattern is a database that is filled once and then copied for each test, which is
// much less work than to fill each anew. Fill is given its address and leaves nobody
// connected.
type Pattern struct {
	Fill func(address string) error

	once sync.Once
	name string
	err  error
}

// Database is like the function, but the database is filled.
func (p *Pattern) Database(t testing.TB) string {
	t.Helper()
	c := running(t)
	p.once.Do(func() {
		p.name = fmt.Sprintf("pattern_%d", number.Add(1))
		c.run(t, "CREATE DATABASE "+p.name+" TEMPLATE template0 ENCODING 'UTF8'")
		p.err = p.Fill(c.address(p.name))
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
	return database(t, p.name)
}

// Disconnect ends the connections of a database, as a server does that is started
// anew.
func Disconnect(t testing.TB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	running(t).run(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+strings.TrimPrefix(u.Path, "/")+"'")
}

type cluster struct {
	folder   string // data and sockets
	programs string
	as       *syscall.SysProcAttr
	alive    io.WriteCloser // whose end tells the shell that the tests are over
	shell    *exec.Cmd
}

// watch runs the server and waits for the end of its standard input. The signal is
// for a fast shutdown, which ends connections.
const watch = `
"$1/postgres" -D "$2/data" </dev/null >"$2/log" 2>&1 &
server=$!
read end
kill -INT $server
wait $server
rm -rf "$2"
`

func newCluster() (*cluster, error) {
	c := &cluster{}
	var err error
	if c.programs, err = programs(); err != nil {
		return nil, err
	}
	// Not t.TempDir, and short: the path of a socket has a hundred bytes at most.
	if c.folder, err = os.MkdirTemp(place(), "lintai-pg-"); err != nil {
		return nil, fmt.Errorf("postgrestest: %w", err)
	}
	if err = c.begin(); err != nil {
		log, _ := os.ReadFile(filepath.Join(c.folder, "log"))
		c.stop()
		return nil, fmt.Errorf("postgrestest: %w: %s", err, log)
	}
	return c, nil
}

// roomy is what all databases of a test binary take at one time, with room to spare.
const roomy = 1 << 30

// place is where clusters lie: in memory where there is room. Each database is a
// thousand files, and a disk's file system takes its time with so many that come and go.
func place() string {
	var s unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &s); err == nil && s.Bavail*uint64(s.Bsize) >= roomy && unix.Access("/dev/shm", unix.W_OK) == nil {
		return "/dev/shm"
	}
	return "/tmp"
}

// programs finds the newest server: Debian keeps it out of the way of PATH.
func programs() (string, error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", fmt.Errorf("postgrestest: %w", err)
	}
	if len(all) == 0 {
		return "", errors.New("postgrestest: no PostgreSQL on this machine: deploy/setup installs it")
	}
	return filepath.Dir(all[len(all)-1]), nil
}

func (c *cluster) begin() error {
	// A group of its own: a Ctrl-C at the tests is for the tests, and the shell sees
	// them end.
	c.as = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		u, err := user.Lookup(unprivileged)
		if err != nil {
			return err
		}
		uid, wrong := strconv.Atoi(u.Uid)
		gid, wrong2 := strconv.Atoi(u.Gid)
		if err := errors.Join(wrong, wrong2, os.Chown(c.folder, uid, gid)); err != nil {
			return err
		}
		c.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	// The locale is not the tester's, so that a test sorts alike everywhere.
	if err := c.program(filepath.Join(c.programs, "initdb"), "-D", filepath.Join(c.folder, "data"),
		"-U", unprivileged, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		return err
	}
	settings := fmt.Sprintf("listen_addresses = ''\nunix_socket_directories = '%s'\nmax_connections = 200\nfsync = off\nfull_page_writes = off\n", c.folder)
	f, err := os.OpenFile(filepath.Join(c.folder, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(settings)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	c.shell = exec.Command("/bin/sh", "-c", watch, "sh", c.programs, c.folder)
	c.shell.SysProcAttr, c.shell.Dir, c.shell.Env = c.as, "/", []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	c.shell.Stderr = os.Stderr // it says nothing there, but holds it open as long as it lives
	if c.alive, err = c.shell.StdinPipe(); err != nil {
		return err
	}
	if err := c.shell.Start(); err != nil {
		return err
	}
	return c.await()
}

func (c *cluster) program(name string, args ...string) error {
	p := exec.Command(name, args...)
	p.SysProcAttr, p.Dir, p.Env = c.as, "/", []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	if out, err := p.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, out)
	}
	return nil
}

// await waits until the server takes connections.
func (c *cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), settle)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.address("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (c *cluster) address(name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(unprivileged), Path: "/" + name, RawQuery: url.Values{"host": {c.folder}}.Encode()}
	return u.String()
}

func (c *cluster) run(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), settle)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.address("postgres"))
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("postgrestest: %s: %v", statement, err)
	}
}

// stop lets the shell see the end, and waits for it.
func (c *cluster) stop() {
	if c.alive == nil {
		os.RemoveAll(c.folder)
		return
	}
	c.alive.Close()
	if c.shell.Process != nil {
		c.shell.Wait()
	}
}
