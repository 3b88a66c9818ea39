package guest

import (
	"context"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Cable is where a serial device hangs: at a pseudo-terminal, for example of devbench's,
// and at which speed. QEMU does not pass on the speed that the guest sets, and a device
// hears only its own.
type Cable struct {
	Path string
	Baud int // 9600 or 115200
}

// cable joins a serial device of QEMU with a pseudo-terminal at whose other end an
// emulated device hangs. QEMU stops the whole machine while a write to a serial device
// waits, so what the guest sends is taken at once and waits here instead.
type cable struct {
	guest net.Conn
	to    Cable
	ctx   context.Context
	stop  context.CancelFunc
	done  sync.WaitGroup

	mutex sync.Mutex
	tty   *os.File
}

func join(guest net.Conn, to Cable) *cable {
	c := &cable{guest: guest, to: to}
	c.ctx, c.stop = context.WithCancel(context.Background())
	waiting := make(chan []byte, 1<<16)
	c.done.Add(3)
	go func() {
		defer c.done.Done()
		defer close(waiting)
		for {
			piece := make([]byte, 512)
			n, err := guest.Read(piece)
			if err != nil {
				return
			}
			select {
			case waiting <- piece[:n]:
			case <-c.ctx.Done():
				return
			}
		}
	}()
	go func() {
		defer c.done.Done()
		for piece := range waiting {
			if tty := c.open(); tty != nil {
				_, _ = tty.Write(piece) // a device that is not there hears nothing
			}
		}
	}()
	go func() {
		defer c.done.Done()
		piece := make([]byte, 512)
		for {
			tty := c.open()
			if tty == nil {
				return
			}
			n, err := tty.Read(piece)
			if n > 0 {
				if _, err := guest.Write(piece[:n]); err != nil {
					return
				}
			}
			if err != nil {
				c.lost(tty)
			}
		}
	}()
	return c
}

// open opens the terminal raw, again and again until it is there; nil when the cable is
// closed.
func (c *cable) open() *os.File {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for c.ctx.Err() == nil {
		c.mutex.Lock()
		if c.tty == nil {
			if f, err := os.OpenFile(c.to.Path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0); err == nil {
				raw(f, c.to.Baud)
				c.tty = f
			}
		}
		tty := c.tty
		c.mutex.Unlock()
		if tty != nil {
			return tty
		}
		select {
		case <-again.C:
		case <-c.ctx.Done():
		}
	}
	return nil
}

func (c *cable) lost(tty *os.File) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.tty == tty {
		tty.Close()
		c.tty = nil
	}
}

func (c *cable) close() {
	c.stop()
	c.guest.Close()
	c.mutex.Lock()
	if c.tty != nil {
		c.tty.Close()
	}
	c.mutex.Unlock()
	c.done.Wait()
}

// raw has a terminal pass on each byte as it is, at a speed.
func raw(f *os.File, baud int) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) {
		t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if err != nil {
			return
		}
		speed := uint32(unix.B115200)
		if baud == 9600 {
			speed = unix.B9600
		}
		t.Ispeed, t.Ospeed = speed, speed
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB|unix.CBAUD) | speed | unix.CS8 | unix.CREAD | unix.CLOCAL
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		_ = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
}
