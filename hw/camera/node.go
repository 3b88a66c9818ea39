package camera

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// node is an open device file of the kernel.
type node interface {
	ioctl(request uintptr, argument unsafe.Pointer) error
	mmap(offset int64, length int) ([]byte, error)
	munmap(memory []byte) error
	// wait waits for a frame, and tells whether there is one.
	wait(most time.Duration) (bool, error)
	close() error
}

// file is the kernel's own node.
type file int

func openFile(path string) (node, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return file(fd), nil
}

func (f file) ioctl(request uintptr, argument unsafe.Pointer) error {
	for {
		_, _, number := unix.Syscall(unix.SYS_IOCTL, uintptr(f), request, uintptr(argument))
		if number == unix.EINTR {
			continue
		}
		if number != 0 {
			return number
		}
		return nil
	}
}

func (f file) mmap(offset int64, length int) ([]byte, error) {
	return unix.Mmap(int(f), offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func (f file) munmap(memory []byte) error { return unix.Munmap(memory) }

func (f file) wait(most time.Duration) (bool, error) {
	fds := []unix.PollFd{{Fd: int32(f), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(most.Milliseconds()))
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, err
}

func (f file) close() error { return unix.Close(int(f)) }

// Found is one camera of the machine.
type Found struct {
	Path string `json:"path"` // "/dev/video0"
	Name string `json:"name"` // as the camera calls itself
}

// List finds the cameras of the machine whose files are below root, "/". A camera
// has further device files that deliver no pictures; they are left out.
func List(root string) []Found {
	nodes, _ := filepath.Glob(filepath.Join(root, "sys/class/video4linux/video*"))
	var found []Found
	for _, n := range nodes {
		path := filepath.Join("/dev", filepath.Base(n))
		f, err := openFile(filepath.Join(root, path))
		if err != nil {
			continue
		}
		if name, err := identify(f); err == nil {
			found = append(found, Found{Path: path, Name: name})
		}
		f.close()
	}
	return found
}

// identify asks a device for its name; one that takes no pictures is an error.
func identify(n node) (string, error) {
	var c capability
	if err := n.ioctl(queryCapability, unsafe.Pointer(&c)); err != nil {
		return "", failed("ask who it is", err)
	}
	// Since Linux 3.4 the second field tells of this file, the first of the whole
	// camera.
	able := c.capabilities
	if able&capDeviceCaps != 0 {
		able = c.deviceCaps
	}
	if able&capCapture == 0 || able&capStreaming == 0 {
		return "", &hw.Error{Code: fault.DeviceFailed, Text: "camera: this device file takes no pictures; the camera may have another one"}
	}
	name, _, _ := bytes.Cut(c.card[:], []byte{0})
	return string(bytes.ToValidUTF8(name, nil)), nil
}

// failed finds the published fault of an error of the kernel.
func failed(doing string, err error) error {
	code := fault.DeviceFailed
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		code = fault.Unplugged
	case errors.Is(err, unix.EBUSY):
		code = fault.PortBusy
	}
	return &hw.Error{Code: code, Text: fmt.Sprintf("camera: %s: %v", doing, err)}
}
