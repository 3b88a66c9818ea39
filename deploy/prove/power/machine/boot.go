package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"time"
)

// boot lets the machine run from its start to the cut, and compares what it says to
// find with what it had promised. It returns how long the log of the disk was when
// the last promise was heard. The last boot is cut as soon as it has told everything.
func (h *host) boot(m *model, random *rand.Rand, last bool) (heard int64, err error) {
	f, err := os.Create(h.log())
	if err != nil {
		return 0, err
	}
	f.Close()
	cmd := exec.Command("qemu-system-x86_64", "-machine", "q35,accel="+h.accelerator, "-cpu", "max", "-m", "256", "-smp", "1", "-nodefaults", "-display", "none",
		"-no-reboot", "-serial", "stdio", "-kernel", h.kernel, "-initrd", h.initramfs,
		"-append", "console=ttyS0 quiet loglevel=1 panic=-1 rdinit=/init",
		"-blockdev", "driver=file,node-name=disk,cache.no-flush=on,filename="+h.disk(),
		"-blockdev", "driver=file,node-name=log,cache.no-flush=on,filename="+h.log(),
		"-blockdev", "driver=blklogwrites,node-name=logged,file=disk,log=log",
		"-device", "virtio-blk-pci,drive=logged")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	limit := time.AfterFunc(5*time.Minute, func() { cmd.Process.Kill() })
	defer limit.Stop()
	lines := bufio.NewReader(out)
	defer func() {
		cmd.Process.Kill() // the cut
		// What it had begun meanwhile may be there. What it promised meanwhile does
		// not count, because the log was not looked at.
		for {
			text, e := lines.ReadString('\n')
			if e != nil {
				break
			}
			if word, _, _ := strings.Cut(text, " "); err == nil && (word == "save" || word == "settle") {
				_, err = m.hear(strings.TrimSpace(text))
			}
		}
		cmd.Wait()
	}()
	// One cut in eight while the queue is made or opened, the others after some promises.
	early, promises := random.IntN(8) == 0 && !last, random.IntN(40)
	m.begin()
	ready := false
	for {
		text, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return heard, fmt.Errorf("the machine ended by itself, having said %q: %s", m.last, complaints.String())
		}
		if err != nil {
			return heard, err
		}
		done, err := m.hear(strings.TrimSpace(text))
		if err != nil {
			return heard, err
		}
		if done {
			info, err := os.Stat(h.log())
			if err != nil {
				return heard, err
			}
			heard = info.Size()
			promises--
		}
		ready = ready || m.ready
		if last && ready || early && (m.last == "create" || m.last == "created") || ready && promises <= 0 {
			if !last {
				time.Sleep(time.Duration(random.IntN(300_000)) * time.Microsecond)
			}
			return heard, nil
		}
	}
}

// model is what the machine has said.
type model struct {
	created bool
	ready   bool // since the last boot
	last    string
	digests map[string]string   // of all that was ever begun
	begun   map[string][]string // requests that were begun, with what belongs to them
	saved   map[string]bool     // requests that were promised
	settled map[string]bool
	settles map[string]bool // begun
	have    map[string]string
}

func newModel() *model {
	return &model{digests: map[string]string{}, begun: map[string][]string{}, saved: map[string]bool{},
		settled: map[string]bool{}, settles: map[string]bool{}}
}

func (m *model) begin() { m.ready, m.have = false, map[string]string{} }

// hear takes a line; done tells that it was a promise.
func (m *model) hear(line string) (done bool, err error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return false, nil
	}
	m.last = line
	switch words[0] {
	case "create":
		if m.created {
			return false, errors.New("the queue is gone")
		}
	case "created":
		m.created = true
		return true, nil
	case "have":
		if len(words) != 5 {
			return false, fmt.Errorf("cannot read %q", line)
		}
		if _, twice := m.have[words[1]]; twice {
			return false, fmt.Errorf("twice: %s", line)
		}
		m.have[words[1]] = words[3] + " " + words[4]
	case "ready":
		m.ready = true
		return false, m.compare()
	case "save":
		request := words[1]
		for i := 1; i+1 < len(words); i += 2 {
			m.digests[words[i]] = words[i+1]
			m.begun[request] = append(m.begun[request], words[i])
		}
	case "saved":
		m.saved[words[1]] = true
		return true, nil
	case "settle":
		m.settles[words[1]] = true
	case "settled":
		m.settled[words[1]] = true
		return true, nil
	case "wrong":
		return false, errors.New(line)
	}
	return false, nil
}

// compare holds what is there against what was said.
func (m *model) compare() error {
	found := 0
	for request, items := range m.begun {
		there := 0
		for _, id := range items {
			state, ok := m.have[id]
			if !ok {
				continue
			}
			there++
			saved, delivered := state == "saved "+m.digests[id], state == "delivered -"
			if m.settled[id] && !delivered || !m.settles[id] && !saved || !saved && !delivered {
				return fmt.Errorf("item %s is %q", id, state)
			}
			if delivered {
				m.settled[id] = true // found once, it stays so
			}
		}
		switch {
		case there != 0 && there != len(items):
			return fmt.Errorf("of request %s %d of %d items are there", request, there, len(items))
		case there == 0 && m.saved[request]:
			return fmt.Errorf("request %s is lost", request)
		case there == 0:
			delete(m.begun, request) // never promised; it must not come back either
		default:
			m.saved[request] = true // found once, it stays
		}
		found += there
	}
	if found != len(m.have) {
		return fmt.Errorf("%d items are there that nobody saved", len(m.have)-found)
	}
	return nil
}
