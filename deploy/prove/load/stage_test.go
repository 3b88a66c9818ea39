package load

import (
	"bufio"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is a central that serves.
type process struct {
	command      *exec.Cmd
	public, door string // host and port
}

func serve(t *testing.T, program, folder, database string) *process {
	t.Helper()
	args := []string{"serve", "--data", folder, "--listen", "127.0.0.1:0", "--kiosk-listen", "127.0.0.1:0"}
	p := &process{command: exec.Command(program, args...)}
	if database != "" {
		p.command.Env = append(p.command.Environ(), "LINTAI_DATABASE="+database)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	lines := bufio.NewScanner(out)
	for p.door == "" && lines.Scan() {
		if _, at, is := strings.Cut(lines.Text(), "listens on http://"); is {
			p.public = at
		}
		if _, at, is := strings.Cut(lines.Text(), "reach it at https://"); is {
			p.door = at
		}
	}
	if p.door == "" {
		t.Fatal("central did not start")
	}
	go io.Copy(io.Discard, out)
	return p
}

func (p *process) end(how syscall.Signal) error {
	if p.command.ProcessState != nil {
		return nil
	}
	p.command.Process.Signal(how)
	return p.command.Wait()
}

// proxy passes connections on to the processes in turn, past those that are dead, as
// deploy/central/nginx.conf does.
type proxy struct {
	listener net.Listener
	to       []string

	mu   sync.Mutex
	next int
}

func newProxy(t *testing.T, to ...string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) pass(c net.Conn) {
	defer c.Close()
	p.mu.Lock()
	p.next++
	first := p.next
	p.mu.Unlock()
	for i := range p.to {
		other, err := net.Dial("tcp", p.to[(first+i)%len(p.to)])
		if err != nil {
			continue
		}
		done := make(chan struct{}, 2)
		for _, pair := range [][2]net.Conn{{c, other}, {other, c}} {
			go func() {
				io.Copy(pair[0], pair[1])
				done <- struct{}{}
			}()
		}
		<-done // either end is gone: so is the line
		other.Close()
		c.Close()
		<-done
		return
	}
}
