package sdcard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Machine is the computer that cards are written at, as its kernel describes it.
type Machine struct {
	Root string // "/", or a tree in a test
	// Number is the "major:minor" of a block device's file; nil asks the file system.
	Number func(path string) (string, error)
}

// Disk is a whole disk: not a partition.
type Disk struct {
	Name      string // "sdb"
	Path      string // "/dev/sdb"
	Size      int64
	Model     string
	Removable bool
	readOnly  bool
	numbers   []string // of itself and its partitions
	names     []string
	holders   []string // what is made of it: "dm-0", "md0"
}

func (m Machine) root(path string) string { return filepath.Join(m.Root, path) }

func (m Machine) word(path string) string {
	b, err := os.ReadFile(m.root(path))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Find finds the disk behind a path: /dev/sdb, or a link to it. fs.ErrNotExist when
// there is nothing; a *Problem when it is a partition, or no disk.
func (m Machine) Find(path string) (Disk, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Disk{}, err
	}
	if err != nil {
		return Disk{}, problem("sdcard.not_opened", err, "disk", path)
	}
	number := m.Number
	if number == nil {
		number = deviceNumber
	}
	id, err := number(real)
	if err != nil {
		return Disk{}, problem("sdcard.no_disk", err, "disk", path)
	}
	name := filepath.Base(real)
	if m.word("sys/class/block/"+name+"/dev") != id {
		return Disk{}, problem("sdcard.no_disk", nil, "disk", path)
	}
	if m.word("sys/class/block/"+name+"/partition") != "" {
		return Disk{}, problem("sdcard.partition", nil, "disk", path, "whole", "/dev/"+m.parent(name))
	}
	return m.disk(name), nil
}

func deviceNumber(path string) (string, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return "", err
	}
	if s.Mode&unix.S_IFMT != unix.S_IFBLK {
		return "", errors.New("not a block device")
	}
	return fmt.Sprintf("%d:%d", unix.Major(s.Rdev), unix.Minor(s.Rdev)), nil
}

// parent is the disk that a partition is on: in the kernel's tree the folder around it.
func (m Machine) parent(partition string) string {
	entries, _ := os.ReadDir(m.root("sys/class/block"))
	for _, e := range entries {
		if _, err := os.Stat(m.root("sys/class/block/" + e.Name() + "/" + partition + "/partition")); err == nil {
			return e.Name()
		}
	}
	return partition
}

func (m Machine) disk(name string) Disk {
	at := "sys/class/block/" + name
	sectors, _ := strconv.ParseInt(m.word(at+"/size"), 10, 64)
	d := Disk{Name: name, Path: "/dev/" + name, Size: sectors * sector, readOnly: m.word(at+"/ro") == "1"}
	// A built-in reader's card says that it cannot be taken out; that it is a card and
	// not soldered on (MMC) it says too.
	d.Removable = m.word(at+"/removable") == "1" || m.word(at+"/device/type") == "SD"
	d.Model = strings.Join(strings.Fields(m.word(at+"/device/vendor")+" "+m.word(at+"/device/model")+" "+m.word(at+"/device/name")), " ")
	d.add(m, at, name)
	entries, _ := os.ReadDir(m.root(at))
	for _, e := range entries {
		if m.word(at+"/"+e.Name()+"/partition") != "" {
			d.add(m, at+"/"+e.Name(), e.Name())
		}
	}
	return d
}

func (d *Disk) add(m Machine, at, name string) {
	d.names = append(d.names, name)
	d.numbers = append(d.numbers, m.word(at+"/dev"))
	holders, _ := os.ReadDir(m.root(at + "/holders"))
	for _, h := range holders {
		d.holders = append(d.holders, h.Name())
	}
}

// Check says why a disk is not to be overwritten; nil when it may be. typed is the name
// of a disk that the technician means although it cannot be taken out.
func (m Machine) Check(d Disk, typed string) error {
	mounts, err := m.mounts(d)
	if err != nil {
		return err
	}
	for _, where := range mounts {
		if where == "/" || where == "/usr" || strings.HasPrefix(where+"/", "/boot/") {
			return problem("sdcard.system", nil, "disk", d.Path, "where", where)
		}
	}
	swaps, err := m.swaps(d)
	switch {
	case err != nil:
		return err
	case len(swaps) > 0:
		return problem("sdcard.swap", nil, "disk", d.Path, "where", strings.Join(swaps, "、"))
	case len(mounts) > 0:
		return problem("sdcard.mounted", nil, "disk", d.Path, "where", strings.Join(mounts, "、"))
	case len(d.holders) > 0:
		return problem("sdcard.holders", nil, "disk", d.Path, "where", strings.Join(d.holders, "、"))
	case d.Size == 0:
		return problem("sdcard.no_medium", nil, "disk", d.Path)
	case d.readOnly:
		return problem("sdcard.read_only", nil, "disk", d.Path)
	case !d.Removable && typed != d.Name:
		return problem("sdcard.fixed", nil, "disk", d.Path, "model", d.Model, "size", Gigabytes(d.Size), "name", d.Name)
	}
	return nil
}

// mounts is where something of a disk is mounted, in any order of the kernel's.
func (m Machine) mounts(d Disk) ([]string, error) {
	b, err := os.ReadFile(m.root("proc/self/mountinfo"))
	if err != nil {
		return nil, problem("sdcard.unknown_use", err, "disk", d.Path)
	}
	var where []string
	for _, line := range strings.Split(string(b), "\n") {
		fields := strings.Fields(line)
		dash := slices.Index(fields, "-")
		if dash < 6 || len(fields) < dash+3 {
			continue
		}
		// A file system over several disks (btrfs) has a number of its own, but names one.
		if slices.Contains(d.numbers, fields[2]) || d.is(m, unescape(fields[dash+2])) {
			where = append(where, unescape(fields[4]))
		}
	}
	slices.Sort(where)
	return slices.Compact(where), nil
}

func (m Machine) swaps(d Disk) ([]string, error) {
	b, err := os.ReadFile(m.root("proc/swaps"))
	if errors.Is(err, fs.ErrNotExist) { // a kernel without swap
		return nil, nil
	}
	if err != nil {
		return nil, problem("sdcard.unknown_use", err, "disk", d.Path)
	}
	var all []string
	for _, line := range strings.Split(string(b), "\n") {
		if fields := strings.Fields(line); len(fields) > 0 && d.is(m, unescape(fields[0])) {
			all = append(all, unescape(fields[0]))
		}
	}
	return all, nil
}

// is tells whether a path is this disk or a partition of it.
func (d Disk) is(m Machine, path string) bool {
	rest, ok := strings.CutPrefix(path, "/dev/")
	if !ok {
		return false
	}
	if slices.Contains(d.names, rest) {
		return true
	}
	real, err := filepath.EvalSymlinks(m.root(path))
	return err == nil && slices.Contains(d.names, filepath.Base(real))
}

// unescape undoes the kernel's \040 for a blank.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Disks are the disks that a card may be written to without typing their name.
func (m Machine) Disks() []Disk {
	entries, _ := os.ReadDir(m.root("sys/class/block"))
	var all []Disk
	for _, e := range entries {
		if m.word("sys/class/block/"+e.Name()+"/partition") != "" {
			continue
		}
		if d := m.disk(e.Name()); d.Removable && m.Check(d, "") == nil {
			all = append(all, d)
		}
	}
	return all
}
