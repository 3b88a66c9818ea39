package guest

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A debugger speaks GDB's remote serial protocol (appendix E of GDB's manual): packets of
// text between $ and # with a sum behind them, each answered by + and then by a packet.
// While it is there the machine stands still.
type debugger struct {
	conn net.Conn
	from *bufio.Reader
}

const (
	// counterAt is where the program counter begins among the registers of an arm64
	// processor, of eight bytes each.
	counterAt = 32 * 8
	// branchToItself is the instruction "b .", as it lies in memory.
	branchToItself = "00000014"
	// kernelSpace is where addresses of the guest's kernel begin.
	kernelSpace = 0xffff << 48
	// longestPacket bounds what is read.
	longestPacket = 1 << 16
)

// Hang has all processors of the machine do nothing any more, as a computer that hangs:
// the next instruction of the kernel's idle loop becomes a branch to itself. No interrupt
// is taken there. It waits for a moment in which all are idle.
func (m *Machine) Hang(ctx context.Context) error {
	at := m.setup.file("debugger")
	var said string
	if err := m.Monitor.Do(ctx, "human-monitor-command", map[string]string{"command-line": "gdbserver unix:" + at + ",server=on,wait=off"}, &said); err != nil {
		return err
	}
	d := net.Dialer{}
	conn, err := d.DialContext(ctx, "unix", at)
	if err != nil {
		return fmt.Errorf("qemu's debugger at %s: %q: %w", filepath.Base(at), strings.TrimSpace(said), err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := hang(ctx, &debugger{conn, bufio.NewReader(conn)}); err != nil {
		return fmt.Errorf("qemu's debugger: %w", errors.Join(err, context.Cause(ctx)))
	}
	return nil
}

func hang(ctx context.Context, d *debugger) error {
	if _, err := d.ask("?"); err != nil { // it stands still from here on
		return err
	}
	processors, err := d.processors()
	if err != nil {
		return err
	}
	for {
		at, idle, err := d.idle(processors)
		if err != nil {
			return err
		}
		if idle {
			if err := d.well(fmt.Sprintf("M%x,4:%s", at, branchToItself)); err != nil {
				return err
			}
			return d.well("D")
		}
		if err := d.goOn(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// processors are the names of the threads, one for each processor.
func (d *debugger) processors() (all []string, err error) {
	for ask := "qfThreadInfo"; ; ask = "qsThreadInfo" {
		answer, err := d.ask(ask)
		if err != nil {
			return nil, err
		}
		list, more := strings.CutPrefix(answer, "m")
		if !more {
			if answer != "l" || len(all) == 0 {
				return nil, fmt.Errorf("%d processors, and then %.20q", len(all), answer)
			}
			return all, nil
		}
		all = append(all, strings.Split(list, ",")...)
	}
}

// idle tells whether all processors are about to do the same instruction of the kernel,
// and where that is: at no other place than its idle loop do they stay.
func (d *debugger) idle(processors []string) (at uint64, idle bool, err error) {
	for i, p := range processors {
		if err := d.well("Hg" + p); err != nil {
			return 0, false, err
		}
		text, err := d.ask("g")
		if err != nil {
			return 0, false, err
		}
		registers, err := hex.DecodeString(text)
		if err != nil || len(registers) < counterAt+8 {
			return 0, false, fmt.Errorf("registers of %.20q", text)
		}
		counter := binary.LittleEndian.Uint64(registers[counterAt:])
		if counter < kernelSpace || i > 0 && counter != at {
			return 0, false, nil
		}
		at = counter
	}
	return at, true, nil
}

// goOn lets the machine run for a while.
func (d *debugger) goOn(ctx context.Context, while time.Duration) error {
	if err := d.send("c"); err != nil {
		return err
	}
	if err := Pause(ctx, while); err != nil {
		return err
	}
	if _, err := d.conn.Write([]byte{3}); err != nil { // Ctrl-C
		return err
	}
	_, err := d.receive()
	return err
}

// well asks for what is answered by OK.
func (d *debugger) well(question string) error {
	answer, err := d.ask(question)
	if err == nil && answer != "OK" {
		err = fmt.Errorf("%.8q is answered by %.20q", question, answer)
	}
	return err
}

// ask sends a question and gives what is answered. That the machine stopped is told by
// QEMU also when nobody asked.
func (d *debugger) ask(question string) (string, error) {
	err := d.send(question)
	for err == nil {
		var answer string
		if answer, err = d.receive(); err == nil && (question == "?" || !strings.HasPrefix(answer, "T")) {
			return answer, nil
		}
	}
	return "", err
}

func (d *debugger) send(text string) error {
	_, err := fmt.Fprintf(d.conn, "$%s#%02x", text, packetSum(text))
	return err
}

// receive reads the next packet and says that it came.
func (d *debugger) receive() (string, error) {
	for {
		c, err := d.from.ReadByte()
		if err != nil {
			return "", err
		}
		switch c {
		case '+':
			continue
		case '$':
		default:
			return "", fmt.Errorf("no packet begins with %q", c)
		}
		var text []byte
		for len(text) < longestPacket {
			if c, err = d.from.ReadByte(); err != nil {
				return "", err
			}
			if c == '#' {
				return string(text), d.acknowledge(string(text))
			}
			text = append(text, c)
		}
		return "", errors.New("a packet without an end")
	}
}

func (d *debugger) acknowledge(text string) error {
	var sum [2]byte
	if _, err := io.ReadFull(d.from, sum[:]); err != nil {
		return err
	}
	if said, err := strconv.ParseUint(string(sum[:]), 16, 8); err != nil || byte(said) != packetSum(text) {
		return fmt.Errorf("the sum of %.20q is %02x and not %q", text, packetSum(text), sum)
	}
	_, err := d.conn.Write([]byte("+"))
	return err
}

func packetSum(text string) (sum byte) {
	for i := range len(text) {
		sum += text[i]
	}
	return sum
}
