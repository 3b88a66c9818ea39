// Command machine cuts the power of a virtual machine that saves requests on an
// ext4 disk, again and again: the guest's kernel, file system and block driver are
// real, and so is what they have not written yet. It needs QEMU, a kernel of Debian
// (linux-image-cloud-amd64) and mkfs.ext4, and says which of them is not there.
//
// The virtual disk has a cache that forgets: QEMU logs every write and flush
// (blklogwrites), and after the cut the disk is made anew from what had been flushed
// and a random part, torn at sectors, of what had not. The next boot opens the
// queue that is found there and says what is in it; every request that the guest
// had said to be saved must be there with all its attachments, and nothing half.
//
//	machine [-cuts 20] [-root DIR] [-unflushed]
//
// -root names a folder into which the Debian package of the kernel was unpacked.
// -unflushed makes the disk swallow flushes, a fault that must be found.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"lintai/kiosk/seal"
)

func main() {
	cuts := flag.Int("cuts", 20, "how often the power is cut")
	root := flag.String("root", "/", "where the kernel's package is unpacked")
	unflushed := flag.Bool("unflushed", false, "the disk swallows flushes: must be found")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "for the moments and what is kept of unflushed writes")
	flag.Parse()
	if err := run(*cuts, *root, *unflushed, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "machine:", err)
		os.Exit(1)
	}
}

func run(cuts int, root string, unflushed bool, seed uint64) error {
	work, err := os.MkdirTemp("", "machine")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	m, err := prepare(work, root)
	if err != nil {
		return err
	}
	fmt.Printf("kernel %s, %s, seed %d\n", filepath.Base(m.kernel), m.accelerator, seed)
	random := rand.New(rand.NewPCG(seed, 1))
	expect := newModel()
	var dropped, writes int
	began := time.Now()
	for cut := 0; ; cut++ {
		last := cut == cuts
		if err := copySparse(m.disk(), m.disk()+".before"); err != nil {
			return err
		}
		boot, err := m.boot(expect, random, last)
		if err != nil {
			return fmt.Errorf("boot %d, after %d cuts: %w", cut+1, cut, err)
		}
		if last {
			break
		}
		kept, lost, err := m.forget(boot, random, unflushed)
		if err != nil {
			return err
		}
		dropped, writes = dropped+lost, writes+kept+lost
	}
	fmt.Printf("qemu: %d cuts, %d requests promised, %d settled, %d of %d writes lost, 0 promises broken, %d s\n",
		cuts, len(expect.saved), len(expect.settled), dropped, writes, int(time.Since(began).Seconds()))
	return nil
}

// host is what a virtual machine is made of.
type host struct {
	work, kernel, initramfs, accelerator string
}

func (h *host) disk() string { return filepath.Join(h.work, "disk") }
func (h *host) log() string  { return filepath.Join(h.work, "log") }

func prepare(work, root string) (*host, error) {
	for _, program := range []string{"qemu-system-x86_64", "mkfs.ext4", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is not there (apt-get install qemu-system-x86 e2fsprogs): %w", program, err)
		}
	}
	kernels, err := filepath.Glob(filepath.Join(root, "boot/vmlinuz-*-cloud-amd64"))
	if err != nil {
		return nil, err
	}
	if len(kernels) == 0 {
		return nil, fmt.Errorf("no kernel in %s (apt-get install linux-image-cloud-amd64, or unpack that package and name the folder with -root)", filepath.Join(root, "boot"))
	}
	h := &host{work: work, kernel: kernels[len(kernels)-1], initramfs: filepath.Join(work, "initramfs"), accelerator: "kvm"}
	if err := virtualizes(h.kernel); err != nil {
		fmt.Fprintln(os.Stderr, "machine: without KVM, which is slower and proves the same:", err)
		h.accelerator = "tcg"
	}
	guest := filepath.Join(work, "guest")
	build := exec.Command("go", "build", "-o", guest, "lintai/deploy/prove/power/guest")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the guest: %w: %s", err, out)
	}
	key, err := seal.Generate()
	if err != nil {
		return nil, err
	}
	raw, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	version := filepath.Base(h.kernel)[len("vmlinuz-"):]
	if err := writeInitramfs(h.initramfs, guest, raw, filepath.Join(root, "lib/modules", version), "virtio_pci", "virtio_blk"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(h.disk(), nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(h.disk(), 256<<20); err != nil {
		return nil, err
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", h.disk()).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mkfs.ext4: %w: %s", err, out)
	}
	return h, nil
}

// virtualizes tells why a kernel cannot be started with KVM. That /dev/kvm is there
// is not enough: inside another virtual machine the guest may stand still.
func virtualizes(kernel string) error {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	// Without a disk and an init the kernel panics, and with that the machine ends.
	out, err := exec.CommandContext(ctx, "qemu-system-x86_64", "-machine", "q35,accel=kvm", "-cpu", "max", "-m", "256", "-nodefaults",
		"-display", "none", "-no-reboot", "-serial", "stdio", "-kernel", kernel, "-append", "console=ttyS0 panic=-1").CombinedOutput()
	if !bytes.Contains(out, []byte("Kernel panic")) {
		return fmt.Errorf("the kernel does not start: %w: %.200s", err, out)
	}
	return nil
}
