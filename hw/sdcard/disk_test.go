package sdcard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// computer is a tree as the kernel shows it: its own disk with a system, swap and an
// array, a card in a reader on USB, one in a built-in reader, an empty reader, an
// external disk, and a soldered card.
func computer(t *testing.T) Machine {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{
		"sys/class/block/sda/dev": "8:0", "sys/class/block/sda/size": "1000000000", "sys/class/block/sda/removable": "0", "sys/class/block/sda/ro": "0",
		"sys/class/block/sda/device/vendor": "ATA     ", "sys/class/block/sda/device/model": "Samsung SSD 870 ",
		"sys/class/block/sda/sda1/dev": "8:1", "sys/class/block/sda/sda1/partition": "1", "sys/class/block/sda1/dev": "8:1", "sys/class/block/sda1/partition": "1",
		"sys/class/block/sda/sda2/dev": "8:2", "sys/class/block/sda/sda2/partition": "2",
		"sys/class/block/sdb/dev": "8:16", "sys/class/block/sdb/size": "62333952", "sys/class/block/sdb/removable": "1", "sys/class/block/sdb/ro": "0",
		"sys/class/block/sdb/device/vendor": "Generic-", "sys/class/block/sdb/device/model": "SD/MMC",
		"sys/class/block/sdb/sdb1/dev": "8:17", "sys/class/block/sdb/sdb1/partition": "1", "sys/class/block/sdb1/dev": "8:17", "sys/class/block/sdb1/partition": "1",
		"sys/class/block/sdc/dev": "8:32", "sys/class/block/sdc/size": "0", "sys/class/block/sdc/removable": "1",
		"sys/class/block/sdd/dev": "8:48", "sys/class/block/sdd/size": "2000000000", "sys/class/block/sdd/removable": "0", "sys/class/block/sdd/device/model": "Elements",
		"sys/class/block/mmcblk0/dev": "179:0", "sys/class/block/mmcblk0/size": "31116288", "sys/class/block/mmcblk0/removable": "0", "sys/class/block/mmcblk0/device/type": "SD", "sys/class/block/mmcblk0/device/name": "SC16G",
		"sys/class/block/mmcblk0/mmcblk0p1/dev": "179:1", "sys/class/block/mmcblk0/mmcblk0p1/partition": "1",
		"sys/class/block/mmcblk1/dev": "179:16", "sys/class/block/mmcblk1/size": "31116288", "sys/class/block/mmcblk1/removable": "0", "sys/class/block/mmcblk1/device/type": "MMC",
		"proc/self/mountinfo": "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n25 22 0:5 / /proc rw - proc proc rw\n",
		"proc/swaps":          "Filename\tType\tSize\tUsed\tPriority\n",
	} {
		write(t, root, path, text)
	}
	for _, name := range []string{"sda", "sda1", "sdb", "sdb1", "sdc", "sdd", "mmcblk0", "mmcblk1", "null"} {
		write(t, root, "dev/"+name, "")
	}
	link(t, root, "dev/disk/by-id/usb-Generic", "../../sdb")
	return Machine{Root: root, Number: func(path string) (string, error) {
		b, err := os.ReadFile(filepath.Join(root, "sys/class/block", filepath.Base(path), "dev"))
		if err != nil {
			return "", errors.New("not a block device")
		}
		return strings.TrimSpace(string(b)), nil
	}}
}

func write(t *testing.T, root, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, root, path, to string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

func TestDisksThatAreNotOverwritten(t *testing.T) {
	const mounts, swaps = "proc/self/mountinfo", "proc/swaps"
	root := "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
	for name, c := range map[string]struct {
		disk, typed string
		change      func(t *testing.T, root string)
		want        string // part of the refusal; "": it may be overwritten
	}{
		"a card in a reader":          {"sdb", "", nil, ""},
		"by another name":             {"disk/by-id/usb-Generic", "", nil, ""},
		"a card in a built-in reader": {"mmcblk0", "", nil, ""},
		"the system's disk":           {"sda", "sda", nil, "是这台电脑的系统盘（/）"},
		"its partition":               {"sda1", "", nil, "是一个分区：请写整张卡 /dev/sda"},
		"a card's partition":          {"sdb1", "", nil, "请写整张卡 /dev/sdb"},
		"no disk":                     {"null", "", nil, "不是磁盘"},
		"an empty reader":             {"sdc", "", nil, "里没有卡"},
		"an external disk":            {"sdd", "", nil, "（Elements，1024.0 GB）不是可以拔出的卡，可能是这台电脑的硬盘。确实要写它，请加上 --yes-this-disk sdd"},
		"another name typed":          {"sdd", "sda", nil, "不是可以拔出的卡"},
		"a name typed with its path":  {"sdd", "/dev/sdd", nil, "不是可以拔出的卡"},
		"its name typed":              {"sdd", "sdd", nil, ""},
		"a soldered card":             {"mmcblk1", "", nil, "不是可以拔出的卡"},
		"the lock of a card": {"sdb", "sdb", func(t *testing.T, root string) {
			write(t, root, "sys/class/block/sdb/ro", "1")
		}, "写保护开关"},
		"the desktop opened it": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, mounts, root+`40 22 8:17 / /media/li/LINTAI\040BOOT rw - vfat /dev/sdb1 rw`)
		}, "正在使用，打开在 /media/li/LINTAI BOOT："},
		"the whole disk mounted": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, mounts, root+"40 22 8:16 / /mnt rw - ext4 /dev/sdb rw")
		}, "打开在 /mnt"},
		"btrfs has a number of its own": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, mounts, root+"40 22 0:44 /@ /mnt rw - btrfs /dev/sdb1 rw")
		}, "打开在 /mnt"},
		"mounted by another name": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, mounts, root+"40 22 0:44 / /mnt rw - btrfs /dev/disk/by-id/usb-Generic rw")
		}, "打开在 /mnt"},
		"the kernel's files": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, mounts, root+"40 22 8:17 / /boot/efi rw - vfat /dev/sdb1 rw")
		}, "系统盘（/boot/efi）"},
		"swap": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, swaps, "Filename Type Size Used Priority\n/dev/sdb1 partition 1 0 -2")
		}, "交换分区（/dev/sdb1）"},
		"an array": {"sdd", "sdd", func(t *testing.T, at string) {
			write(t, at, "sys/class/block/sdd/holders/md0/dev", "9:0")
		}, "（md0）"},
		"a logical volume on a partition": {"sdb", "sdb", func(t *testing.T, at string) {
			write(t, at, "sys/class/block/sdb/sdb1/holders/dm-0/dev", "254:0")
		}, "（dm-0）"},
		"mounts cannot be read": {"sdb", "sdb", func(t *testing.T, at string) {
			if err := os.Remove(filepath.Join(at, mounts)); err != nil {
				t.Fatal(err)
			}
		}, "看不出"},
		"a kernel without swap": {"sdb", "", func(t *testing.T, at string) {
			if err := os.Remove(filepath.Join(at, swaps)); err != nil {
				t.Fatal(err)
			}
		}, ""},
		"another's mount": {"sdb", "", func(t *testing.T, at string) {
			write(t, at, mounts, root+"40 22 8:49 / /mnt rw - ext4 /dev/sdd1 rw\nnonsense\n1 2 8:17")
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := computer(t)
			if c.change != nil {
				c.change(t, m.Root)
			}
			d, err := m.Find(filepath.Join(m.Root, "dev", c.disk))
			if err == nil {
				err = m.Check(d, c.typed)
			}
			var p *Problem
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (!errors.As(err, &p) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want …%s…", err, c.want)
			}
		})
	}
	m := computer(t)
	if _, err := m.Find(filepath.Join(m.Root, "dev/sdz")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestDisksThatAreOffered(t *testing.T) {
	m := computer(t)
	var names []string
	for _, d := range m.Disks() {
		names = append(names, d.Name)
	}
	if want := []string{"mmcblk0", "sdb"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

// This machine's own system must be refused by its own kernel's word, whatever is typed.
func TestThisMachinesDisksAreSafe(t *testing.T) {
	m := Machine{Root: "/"}
	for _, d := range m.Disks() {
		mounts, err := m.mounts(d)
		if err != nil || len(mounts) > 0 {
			t.Errorf("%s is offered, and mounted at %v (%v)", d.Path, mounts, err)
		}
	}
}
