package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is one program of the house. What it writes goes to a log file.
type process struct {
	name    string
	cmd     *exec.Cmd
	log     *os.File
	exited  chan struct{} // closed when it has ended
	err     error         // how it ended; read after exited
	started time.Time
}

// begin starts a program in a process group of its own, so that it ends with
// all that it started. A later run of the same name appends to its log.
func begin(logs, name string, env []string, program string, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(logs, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	return launch(name, cmd, log)
}

func launch(name string, cmd *exec.Cmd, log *os.File) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := &process{name: name, cmd: cmd, log: log, exited: make(chan struct{}), started: time.Now()}
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = cmd.Wait()
		log.Close()
		close(p.exited)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.exited:
		// Its number may belong to somebody else by now.
	default:
		_ = syscall.Kill(-p.pid(), s)
	}
}

// kill ends it as a power cut would.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// stop asks it to end, and insists after a while. It returns whether asking
// was enough.
func (p *process) stop() bool {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		return true
	case <-time.After(10 * time.Second):
		p.kill()
		return false
	}
}

// running returns an error with the end of the log when it has ended.
func (p *process) running() error {
	select {
	case <-p.exited:
		return fmt.Errorf("%s ended by itself (%v):\n%s", p.name, p.err, p.lastLines(12))
	default:
		return nil
	}
}

func (p *process) lastLines(n int) string {
	f, err := os.Open(p.log.Name())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		lines = append(lines, s.Text())
		if len(lines) > n {
			lines = lines[1:]
		}
	}
	return strings.Join(lines, "\n")
}

// ask runs a short command and returns what it printed.
func ask(ctx context.Context, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), env...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return string(out), nil
}

// eventually tries until it holds or the time is over, and then returns the
// last reason why it did not. It is for things outside of this process that
// send no signal, such as a file of another program.
func eventually(ctx context.Context, limit time.Duration, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", limit, err)
		case <-again.C:
		}
	}
}
