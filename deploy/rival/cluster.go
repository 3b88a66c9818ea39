package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// cluster is Debian's PostgreSQL, with a folder of its own and as it is shipped: every commit
// waits for the disk. It listens on a unix socket and nowhere else.
type cluster struct {
	sockets string // a short path: that of a socket has a hundred bytes at most
	server  *process
}

// unprivileged is whom the server runs as when we are root, which it refuses to be.
const unprivileged = "postgres"

func startCluster(ctx context.Context, folder string) (c *cluster, err error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("no PostgreSQL on this machine: deploy/setup installs it")
	}
	program := all[len(all)-1]
	c = &cluster{}
	if c.sockets, err = os.MkdirTemp("", "lintai-pg-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(c.sockets)
		}
	}()
	as, err := unprivilegedUser(folder, c.sockets)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	prepare, err := startAs(as, nil, folder, filepath.Join(filepath.Dir(program), "initdb"), "-D", data, "-U", unprivileged, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
	if err != nil {
		return nil, err
	}
	if <-prepare.exited; prepare.err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", prepare.err, prepare.tail())
	}
	c.server, err = startAs(as, nil, folder, program, "-D", data, "-c", "listen_addresses=", "-c", "unix_socket_directories="+c.sockets, "-c", "max_connections=200")
	if err != nil {
		return nil, err
	}
	if err := c.server.ready(ctx, func() error { return c.run(ctx, "SELECT 1") }); err != nil {
		c.server.stop()
		return nil, err
	}
	return c, nil
}

// unprivilegedUser gives the folders to whom the server runs as; nil when that is who we are.
func unprivilegedUser(folders ...string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup(unprivileged)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if err := os.Chown(folder, int(uid), int(gid)); err != nil {
			return nil, err
		}
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (c *cluster) stop() {
	c.server.end(syscall.SIGINT) // without waiting for those who are connected
	os.RemoveAll(c.sockets)
}

func (c *cluster) address(name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(unprivileged), Path: "/" + name, RawQuery: url.Values{"host": {c.sockets}}.Encode()}
	return u.String()
}

func (c *cluster) run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.address("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// filed counts the cases in a database.
func (c *cluster) filed(ctx context.Context, name string) (n int, err error) {
	conn, err := pgx.Connect(ctx, c.address(name))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	return n, conn.QueryRow(ctx, "SELECT count(*) FROM cases").Scan(&n)
}
