package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// devbench asks the bench of emulated devices to do something.
func (h *house) devbench(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return ask(ctx, []string{"LINTAI_BENCH=" + h.benchDir()}, h.program("devbench"), args...)
}

// resident is a synthetic person whose card is used: the town does not exist and
// no region has a number that begins with 93; the check digits are right.
type resident struct {
	name, number, address, phone string
}

// Who comes: she whose tap leaks; an old man who has much to do and hears badly;
// somebody who reads English.
var (
	demoResident = resident{
		name: "欧阳小静", number: "932682198501010017", address: "虚构市样板区幸福里小区3号楼2单元501室", phone: "01055500501",
	}
	oldResident = resident{
		name: "司马长庚", number: "932682194708220056", address: "虚构市样板区幸福里小区5号楼1单元102室", phone: "01055500102",
	}
	newResident = resident{
		name: "诸葛明珠", number: "932682199006170077", address: "虚构市样板区幸福里小区6号楼3单元604室", phone: "01055500604",
	}
)

func (r resident) secrets() []secret {
	return []secret{
		{"name", r.name}, {"ID number", r.number}, {"address", r.address}, {"phone number", r.phone},
		{"middle of the ID number", r.number[3:14]}, // its head and tail may be seen
	}
}

// everybody is what must never be readable of those who come to the terminal.
func everybody() []secret {
	all := []secret{{"building", "12号楼"}, {"room", "301室"}}
	for _, r := range []resident{demoResident, oldResident, newResident} {
		all = append(all, r.secrets()...)
	}
	return append(all, secret{"complaint", complaint}, secret{"complaint as typed", complaintSpelling})
}

// tapCard lays the resident's card on the reader.
func (h *house) tapCard(ctx context.Context, r resident) error {
	_, err := h.devbench(ctx, "card", "tap", "--name", r.name, "--id", r.number, "--address", r.address)
	return err
}

func (h *house) liftCard(ctx context.Context) error {
	_, err := h.devbench(ctx, "card", "lift")
	return err
}

func (h *house) scan(ctx context.Context, text string) error {
	_, err := h.devbench(ctx, "scan", text)
	return err
}

func (h *house) pressButton(ctx context.Context) error {
	_, err := h.devbench(ctx, "button", "press")
	return err
}

// speak says so many seconds of syllables into the microphone and returns when the
// last is said.
func (h *house) speak(ctx context.Context) error {
	_, err := h.devbench(ctx, "speak")
	return err
}

// light asks how the ring around the button shines: "off", "on" or "blinking".
func (h *house) light(ctx context.Context) (string, error) {
	out, err := h.devbench(ctx, "light")
	return strings.TrimSpace(out), err
}

// slips returns how many slips the printer has put out.
func (h *house) slips(ctx context.Context) (int, error) {
	out, err := h.devbench(ctx, "printer", "count")
	if err != nil {
		return 0, err
	}
	var n int
	if _, err := fmt.Sscan(out, &n); err != nil {
		return 0, fmt.Errorf("devbench printer count: %q: %w", out, err)
	}
	return n, nil
}

// takeSlip waits for the printer's nth slip and lays it down as DIR/slip-n.png,
// .txt and .bin: what came out of the printer, as picture, text and bytes.
func (h *house) takeSlip(ctx context.Context, n int, dir string) error {
	prefix := filepath.Join(dir, fmt.Sprintf("slip-%d", n))
	err := eventually(ctx, 30*time.Second, func() error {
		have, err := h.slips(ctx)
		if err == nil && have < n {
			err = fmt.Errorf("the printer has put out %d slips, want %d", have, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := h.devbench(ctx, "printer", "slip", fmt.Sprint(n), "--out", prefix); err != nil {
		return err
	}
	for _, ext := range []string{".png", ".txt", ".bin"} {
		if info, err := os.Stat(prefix + ext); err != nil {
			return err
		} else if info.Size() == 0 {
			return fmt.Errorf("%s is empty", info.Name())
		}
	}
	return nil
}
