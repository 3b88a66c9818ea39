package camera

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// device behaves as the kernel's documentation says a V4L2 capture device does
// (Documentation/userspace-api/media/v4l: open, querycap, reqbufs, mmap, qbuf,
// streamon): it holds its user to the order of calls.
type device struct {
	t       *testing.T
	card    string
	caps    uint32
	formats []uint32
	// frame gives the content of the nth frame and its flags.
	frame func(n int) (content []byte, flags uint32)
	// refuse makes an ioctl fail.
	refuse map[uintptr]error
	// onWait, if set, decides the nth wait.
	onWait func(n int) (bool, error)

	buffers   [][]byte
	maps      int
	queue     []uint32
	streaming bool
	frames    int
	waits     int
	closed    bool
}

func (d *device) ioctl(request uintptr, argument unsafe.Pointer) error {
	if d.closed {
		return unix.EBADF
	}
	if err := d.refuse[request]; err != nil {
		return err
	}
	switch request {
	case queryCapability:
		c := (*capability)(argument)
		copy(c.card[:], d.card)
		c.capabilities, c.deviceCaps = capCapture|capStreaming|capDeviceCaps|0x00800000, d.caps
	case setFormat:
		f := (*format)(argument)
		if d.buffers != nil {
			return unix.EBUSY
		}
		if f.kind != captureKind {
			return unix.EINVAL
		}
		if !slices.Contains(d.formats, f.pix.pixelFormat) {
			f.pix.pixelFormat = d.formats[0]
		}
		f.pix.width, f.pix.height, f.pix.bytesPerLine, f.pix.sizeImage = 64, 32, 128, 64*32*2
	case askBuffers:
		r := (*requestBuffers)(argument)
		if r.count == 0 {
			if d.maps > 0 || d.streaming {
				return unix.EBUSY
			}
			d.buffers = nil
			return nil
		}
		r.count = min(r.count, 3)
		for range r.count {
			d.buffers = append(d.buffers, make([]byte, 1<<16))
		}
	case queryBuffer:
		b := (*buffer)(argument)
		if int(b.index) >= len(d.buffers) {
			return unix.EINVAL
		}
		b.length, b.offset = 1<<16, uintptr(b.index)<<16
	case queueBuffer:
		b := (*buffer)(argument)
		if int(b.index) >= len(d.buffers) || slices.Contains(d.queue, b.index) || b.memory != mapped || b.kind != captureKind {
			return unix.EINVAL
		}
		d.queue = append(d.queue, b.index)
	case dequeueBuffer:
		b := (*buffer)(argument)
		if !d.streaming || b.memory != mapped || b.kind != captureKind {
			return unix.EINVAL
		}
		if len(d.queue) == 0 {
			return unix.EAGAIN
		}
		content, flags := d.frame(d.frames)
		d.frames++
		b.index, d.queue = d.queue[0], d.queue[1:]
		b.bytesUsed, b.flags = uint32(copy(d.buffers[b.index], content)), flags
	case streamOn:
		if d.buffers == nil {
			return unix.EINVAL
		}
		d.streaming = true
	case streamOff:
		d.streaming, d.queue = false, nil
	default:
		return unix.ENOTTY
	}
	return nil
}

func (d *device) mmap(offset int64, length int) ([]byte, error) {
	i := int(offset >> 16)
	if i >= len(d.buffers) || length != 1<<16 {
		return nil, unix.EINVAL
	}
	d.maps++
	return d.buffers[i], nil
}
func (d *device) munmap([]byte) error { d.maps--; return nil }
func (d *device) close() error        { d.closed = true; return nil }
func (d *device) wait(time.Duration) (bool, error) {
	d.waits++
	if d.onWait != nil {
		return d.onWait(d.waits)
	}
	return true, nil
}

func newDevice(t *testing.T) *device {
	whole := mjpeg(t, 64, 32, false)
	return &device{t: t, card: "HD Webcam: HD Webcam", caps: capCapture | capStreaming, formats: []uint32{formatMJPEG, formatYUYV},
		frame: func(int) ([]byte, uint32) { return whole, 0 }}
}

func (d *device) camera() *Camera {
	return New(Config{Path: "/dev/video0", open: func(string) (node, error) { d.closed = false; return d, nil }})
}

// left checks that nothing was left behind.
func (d *device) left() {
	d.t.Helper()
	if d.streaming || d.maps != 0 || !d.closed || d.buffers != nil && d.refuse[askBuffers] == nil {
		d.t.Errorf("left streaming %v, %d maps, closed %v, %d buffers", d.streaming, d.maps, d.closed, len(d.buffers))
	}
}

func TestStill(t *testing.T) {
	var yuyv []byte
	for range 32 {
		yuyv = append(append(yuyv, bytes.Repeat([]byte{81, 90, 81, 240}, 16)...), bytes.Repeat([]byte{41, 240, 41, 110}, 16)...)
	}
	whole := mjpeg(t, 64, 32, false)
	for name, change := range map[string]func(*device){
		"MJPEG": func(*device) {},
		"YUYV only": func(d *device) {
			d.formats, d.frame = []uint32{formatYUYV}, func(int) ([]byte, uint32) { return yuyv, 0 }
		},
		"a driver that refuses formats": func(d *device) { d.formats = []uint32{formatJPEG, formatYUYV} },
		"dark and damaged frames at first": func(d *device) {
			d.frame = func(n int) ([]byte, uint32) {
				switch {
				case n < settle:
					return []byte{0xff, 0xd8}, 0
				case n < settle+3:
					return whole[:len(whole)/2], flagError
				case n < settle+5:
					return whole[:40], 0
				}
				return whole, 0
			}
		},
		"a slow camera": func(d *device) { d.onWait = func(n int) (bool, error) { return n%3 == 0, nil } },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			change(d)
			c := d.camera()
			for range 2 {
				p, err := c.Shoot(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				isScene(t, p, 64, 32)
				kept := p.JPEG[:cap(p.JPEG)]
				p.Erase()
				p.Erase()
				if len(bytes.Trim(kept, "\x00")) != 0 || p.JPEG != nil {
					t.Error("the picture was not erased")
				}
				d.left()
			}
			if d.frames <= settle {
				t.Errorf("taken from frame %d", d.frames)
			}
		})
	}
}

func TestWhatFailsIsToldAndLeavesNothingBehind(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*device)
		want   fault.Code
	}{
		"pulled out while waiting":  {func(d *device) { d.onWait = func(int) (bool, error) { return false, unix.ENODEV } }, fault.Unplugged},
		"pulled out with a frame":   {func(d *device) { d.refuse = map[uintptr]error{dequeueBuffer: unix.ENODEV} }, fault.Unplugged},
		"used by another program":   {func(d *device) { d.refuse = map[uintptr]error{askBuffers: unix.EBUSY} }, fault.PortBusy},
		"too little USB for it":     {func(d *device) { d.refuse = map[uintptr]error{streamOn: unix.ENOSPC} }, fault.DeviceFailed},
		"buffers that are not kept": {func(d *device) { d.refuse = map[uintptr]error{queueBuffer: unix.EIO} }, fault.DeviceFailed},
		"no buffers to be found":    {func(d *device) { d.refuse = map[uintptr]error{queryBuffer: unix.EINVAL} }, fault.DeviceFailed},
		"metadata only":             {func(d *device) { d.caps = 0x00800000 }, fault.DeviceFailed},
		"raw data only":             {func(d *device) { d.formats = []uint32{0x30314742} }, fault.DeviceFailed},
		"cannot be stopped":         {func(d *device) { d.refuse = map[uintptr]error{streamOff: unix.ENODEV} }, fault.Unplugged},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice(t)
			tt.change(d)
			if p, err := d.camera().Shoot(t.Context()); hw.FaultOf(err) != tt.want || p != nil {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if d.refuse[streamOff] != nil {
				d.streaming, d.buffers = false, nil // gone with the device
			}
			d.left()
		})
	}
}

func TestNoFrameIsNoHang(t *testing.T) {
	for name, onWait := range map[string]func(int) (bool, error){
		"nothing":       func(int) (bool, error) { return false, nil },
		"a false alarm": func(int) (bool, error) { return true, nil },
	} {
		d := newDevice(t)
		d.onWait = onWait
		d.refuse = map[uintptr]error{dequeueBuffer: unix.EAGAIN}
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		if _, err := d.camera().Shoot(ctx); hw.FaultOf(err) != fault.NoAnswer {
			t.Errorf("%s: %v", name, err)
		}
		d.left()
		cancel()
	}
	d := newDevice(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.onWait = func(int) (bool, error) { cancel(); return false, nil }
	if _, err := d.camera().Shoot(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a visit that ended: %v", err)
	}
	d.left()
}

func TestProbe(t *testing.T) {
	d := newDevice(t)
	c := d.camera()
	o, err := c.Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := o.Probe(t.Context()); err != nil || r.Code != fault.None || r.Detail != "HD Webcam: HD Webcam" || d.waits != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	// While a picture is taken, nobody else opens the camera.
	<-c.free
	d.refuse = map[uintptr]error{queryCapability: unix.EIO}
	if r, err := o.Probe(t.Context()); err != nil || r != (hw.Report{}) {
		t.Errorf("%+v, %v", r, err)
	}
	<-c.idle
	if _, err := c.Shoot(t.Context()); !errors.Is(err, ErrBusy) || hw.FaultOf(err) != fault.PortBusy {
		t.Error(err)
	}
	c.idle <- struct{}{}
	// A resident who has left does not wait for a probe either.
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.Shoot(gone); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	c.free <- struct{}{}
	if _, err := o.Probe(t.Context()); hw.FaultOf(err) != fault.DeviceFailed {
		t.Error(err)
	}
	d.left()
	// The kernel itself has no such file, and a file that is no camera.
	if _, err := New(Config{Path: filepath.Join(t.TempDir(), "video0")}).Open(t.Context(), nil); hw.FaultOf(err) != fault.Unplugged {
		t.Error(err)
	}
	if _, err := New(Config{Path: "/dev/null"}).Open(t.Context(), nil); hw.FaultOf(err) != fault.DeviceFailed {
		t.Error(err)
	}
}

func TestListLeavesOutWhatIsNoCamera(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"sys/class/video4linux/video0", "sys/class/video4linux/v4l-subdev0", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/null", filepath.Join(root, "dev/video0")); err != nil {
		t.Fatal(err)
	}
	if found := List(root); len(found) != 0 {
		t.Errorf("%v", found)
	}
}
