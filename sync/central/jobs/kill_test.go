package jobs_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lintai/sync/central/jobs"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

// childAddress names the database of a process that TestProcessesShareJobs starts, and
// childStuck makes it stop in the middle of its twentieth job.
const (
	childAddress = "LINTAI_JOBS_TEST"
	childStuck   = "LINTAI_JOBS_TEST_STUCK"
	stuckAt      = 20
	manyJobs     = 400
)

type count struct {
	N int `json:"n"`
}

func (count) Kind() string { return "count" }

// quickly takes up what was abandoned soon.
var quickly = jobs.Options{Longest: 5 * time.Second, Abandoned: 6 * time.Second, AtOnce: 4}

// child works until it is killed or its input ends. It writes "stuck" where it stops.
func child(address string) {
	ctx, stop := context.WithCancel(context.Background())
	db, err := store.OpenPostgres(ctx, address)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	begun := make(chan struct{}, manyJobs)
	h := jobs.NewHandlers()
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[count]) error {
		tx, err := db.Database().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, "INSERT INTO effects (n, process) VALUES ($1, $2)", j.Args.N, os.Getpid()); err != nil {
			return err
		}
		if os.Getenv(childStuck) != "" {
			if begun <- struct{}{}; len(begun) == stuckAt {
				fmt.Println("stuck")
				select {}
			}
		}
		if err := j.Finish(ctx, tx); err != nil {
			return err
		}
		return tx.Commit()
	})
	q, err := jobs.Open(ctx, db, h, quickly)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		bufio.NewReader(os.Stdin).ReadByte()
		stop()
	}()
	fmt.Println("ready")
	if err := q.Run(ctx); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

type process struct {
	*exec.Cmd
	lines chan string
}

func start(t *testing.T, address string, more ...string) process {
	t.Helper()
	p := process{exec.Command(os.Args[0]), make(chan string, 64)}
	p.Env = append(append(os.Environ(), childAddress+"="+address), more...)
	p.Stderr = os.Stderr
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- strings.TrimSpace(s.Text())
		}
		close(p.lines)
	}()
	t.Cleanup(func() {
		in.Close()
		p.Process.Kill()
		p.Wait()
	})
	return p
}

// Two processes share four hundred jobs. One is killed with kill -9 while it is in the
// middle of some; the other takes those up, and each job has had its effect once.
func TestProcessesShareJobs(t *testing.T) {
	t.Parallel()
	address := postgrestest.Database(t)
	db, err := store.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Database().ExecContext(t.Context(), "CREATE TABLE effects (n BIGINT NOT NULL, process BIGINT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	h := jobs.NewHandlers()
	jobs.Handle(h, func(context.Context, jobs.Job[count]) error { return nil })
	q, err := jobs.Open(t.Context(), db, h, quickly) // it only adds
	if err != nil {
		t.Fatal(err)
	}
	stuck, other := start(t, address, childStuck+"=yes"), start(t, address)
	for _, p := range []process{stuck, other} {
		if line := receive(t, p.lines); line != "ready" {
			t.Fatal(line)
		}
	}
	var all []jobs.Args
	for n := range manyJobs {
		all = append(all, count{n})
	}
	if err := within(t, db, func(tx *sql.Tx) error { return q.Add(t.Context(), tx, time.Time{}, all...) }); err != nil {
		t.Fatal(err)
	}
	if line := receive(t, stuck.lines); line != "stuck" {
		t.Fatal(line)
	}
	if err := stuck.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); ; <-tick.C {
		var open int
		if err := db.Database().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE state <> 'completed'").Scan(&open); err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			break
		}
		if time.Since(begun) > 2*patience {
			t.Fatalf("%d jobs are not done", open)
		}
	}
	var effects, distinct, processes, attempts int
	if err := db.Database().QueryRowContext(t.Context(), `SELECT count(*), count(DISTINCT n), count(DISTINCT process),
		(SELECT count(*) FROM river_job WHERE attempt > 1) FROM effects`).Scan(&effects, &distinct, &processes, &attempts); err != nil {
		t.Fatal(err)
	}
	if effects != manyJobs || distinct != manyJobs {
		t.Errorf("%d effects of %d jobs, for %d", effects, distinct, manyJobs)
	}
	if processes != 2 || attempts == 0 {
		t.Errorf("%d processes worked, and %d jobs were taken up again", processes, attempts)
	}
	t.Logf("%d jobs were taken up again", attempts)
}
