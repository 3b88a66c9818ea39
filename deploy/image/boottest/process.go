package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"lintai/deploy/image/guest"
)

// process is a program of the host's, with a log of its own.
type process struct {
	name   string
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended; read after exited
}

// errEnded: what does not run any more need not be waited for.
var errEnded = errors.New("ended by itself")

func begin(log, program string, args ...string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{name: filepath.Base(program), cmd: exec.Command(program, args...), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

func (p *process) running() error {
	select {
	case <-p.exited:
		return fmt.Errorf("%s: %w: %v", p.name, errEnded, p.err)
	default:
		return nil
	}
}

func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// ask runs a short command and returns what it printed.
func ask(ctx context.Context, program string, args ...string) (string, error) {
	return askWithin(ctx, 2*time.Minute, program, args...)
}

func askWithin(ctx context.Context, limit time.Duration, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w: %s", filepath.Base(program), strings.Join(args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return string(out), nil
}

// eventually tries until it holds, and returns the last reason why it did not.
func eventually(ctx context.Context, limit time.Duration, try func(context.Context) error) error {
	return every(ctx, 200*time.Millisecond, limit, try)
}

// every is eventually for what takes a processor that the machine needs.
func every(ctx context.Context, pause, limit time.Duration, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(pause)
	defer again.Stop()
	for {
		err := try(ctx)
		if err == nil || errors.Is(err, errEnded) || errors.Is(err, guest.ErrEnded) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", limit, err)
		case <-again.C:
		}
	}
}
