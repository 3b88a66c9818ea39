package board

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Board says where to look.
type Board struct {
	// Root is "/", or the folder of a test's tree.
	Root string
	// Data is the data folder as the terminal names it, below Root; empty leaves
	// the storage out.
	Data string
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	// Synchronised tells whether a time server keeps the clock; the kernel is
	// asked when it is nil and Root is "/".
	Synchronised func() (bool, error)
}

// Read looks at the board once, without a data folder.
func Read(root string) (Figures, []Trouble) {
	return Board{Root: root}.Read(context.Background())
}

// Read looks at the board once. It takes some milliseconds, and at most
// vcgencmdLimit.
func (b Board) Read(ctx context.Context) (Figures, []Trouble) {
	f := b.figures(ctx)
	return f, f.troubles(false)
}

func (b Board) figures(ctx context.Context) Figures {
	return Figures{
		Celsius:    b.celsius(),
		Throttled:  b.throttled(ctx),
		LowVoltage: b.lowVoltage(),
		Storage:    b.storage(),
		Clock:      b.clock(),
		Backlights: b.Backlights(),
	}
}

func (b Board) path(parts ...string) string {
	return filepath.Join(append([]string{b.Root}, parts...)...)
}

// line is the trimmed content of a small kernel file.
func (b Board) line(parts ...string) (string, bool) {
	text, err := os.ReadFile(b.path(parts...))
	return strings.TrimSpace(string(text)), err == nil
}

func (b Board) number(parts ...string) *uint64 {
	text, ok := b.line(parts...)
	if !ok {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// celsius reads thousandths of a degree. A sensor that tells less than -40 or
// more than 150 tells nothing.
func (b Board) celsius() *float64 {
	text, ok := b.line("sys/class/thermal/thermal_zone0/temp")
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < -40_000 || n > 150_000 {
		return nil
	}
	c := float64(n) / 1000
	return &c
}

// vcgencmdLimit bounds the firmware's answer, which takes some milliseconds.
const vcgencmdLimit = 2 * time.Second

func (b Board) throttled(ctx context.Context) *Throttled {
	program := b.path("usr/bin/vcgencmd")
	if _, err := os.Stat(program); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, vcgencmdLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "get_throttled")
	cmd.WaitDelay = time.Second
	answer, err := cmd.Output()
	if err != nil {
		return nil
	}
	t, err := ParseThrottled(string(answer))
	if err != nil {
		return nil
	}
	return &t
}

// lowVoltage is the alarm of the hardware monitor named rpi_volt, whose number
// changes from start to start.
func (b Board) lowVoltage() *bool {
	monitors, _ := filepath.Glob(b.path("sys/class/hwmon/hwmon*"))
	for _, m := range monitors {
		name := filepath.Base(m)
		if text, _ := b.line("sys/class/hwmon", name, "name"); text != "rpi_volt" {
			continue
		}
		if n := b.number("sys/class/hwmon", name, "in0_lcrit_alarm"); n != nil {
			low := *n != 0
			return &low
		}
	}
	return nil
}

func (b Board) storage() *Storage {
	if b.Data == "" {
		return nil
	}
	text, ok := b.line("proc/mounts")
	if !ok {
		return nil
	}
	m, ok := holding(parseMounts(text), filepath.Clean(b.Data))
	if !ok {
		return nil
	}
	s := &Storage{Device: m.device, Mount: m.point, FileSystem: m.kind, ReadOnly: m.readOnly}
	var room unix.Statfs_t
	if err := unix.Statfs(b.path(b.Data), &room); err == nil {
		free, total := room.Bavail*uint64(room.Bsize), room.Blocks*uint64(room.Bsize)
		s.FreeBytes, s.TotalBytes = &free, &total
	}
	name := b.blockName(m.device)
	s.Errors = b.number("sys/fs/ext4", name, "errors_count")
	s.WrittenKB = b.number("sys/fs/ext4", name, "lifetime_write_kbytes")
	if disk := partOfDisk.FindStringSubmatch(name); disk != nil {
		if text, ok := b.line("sys/block", disk[1], "device/life_time"); ok {
			s.WornPercent = lifeTime(text)
		}
		if text, ok := b.line("sys/block", disk[1], "device/pre_eol_info"); ok {
			if n, err := strconv.ParseUint(text, 0, 8); err == nil && n >= 1 && n <= 3 {
				stage := int(n)
				s.EndOfLife = &stage
			}
		}
	}
	return s
}

// partOfDisk splits the partition off the name of an SD card or eMMC.
var partOfDisk = regexp.MustCompile(`^(mmcblk[0-9]+)(p[0-9]+)?$`)

// blockName is the name under which the kernel lists a mounted device: behind
// links such as /dev/disk/by-label/data. "/dev/root" is no file at all; with only
// one ext4 file system it is that one.
func (b Board) blockName(device string) string {
	if real, err := filepath.EvalSymlinks(b.path(device)); err == nil {
		return filepath.Base(real)
	}
	if device == "/dev/root" {
		if known, _ := filepath.Glob(b.path("sys/fs/ext4/*/errors_count")); len(known) == 1 {
			return filepath.Base(filepath.Dir(known[0]))
		}
	}
	return filepath.Base(device)
}

// lifeTime reads the eMMC's two estimates, "0x02 0x01" (JEDEC 84-B51, fields
// DEVICE_LIFE_TIME_EST_TYP_A and B): n is up to n × 10 %, 0x0b is beyond the end,
// 0 is undefined. The worse counts.
func lifeTime(text string) *int {
	most := 0
	for _, field := range strings.Fields(text) {
		n, err := strconv.ParseUint(field, 0, 8)
		if err != nil || n > 11 {
			return nil
		}
		most = max(most, int(n))
	}
	if most == 0 {
		return nil
	}
	used := most * 10
	return &used
}

func (b Board) clock() Clock {
	now, kept := time.Now, b.Synchronised
	if b.Now != nil {
		now = b.Now
	}
	if kept == nil && filepath.Clean(b.Root) == "/" {
		kept = synchronised
	}
	c := Clock{Now: now()}
	c.Set = c.Now.UTC().Year() >= firstYear
	if kept != nil {
		if ok, err := kept(); err == nil {
			c.Synchronised = &ok
		}
	}
	return c
}

// synchronised asks the kernel, adjtimex(2): reading needs no privilege.
func synchronised() (bool, error) {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil {
		return false, fmt.Errorf("board: ask the kernel's clock: %w", err)
	}
	return t.Status&unix.STA_UNSYNC == 0, nil
}

func plural(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func percent(n int) string      { return fmt.Sprintf("%d %%", n) }
func megabytes(n uint64) string { return fmt.Sprintf("%d MB", n>>20) }
func degrees(c float64) string  { return fmt.Sprintf("%.0f °C", c) }
