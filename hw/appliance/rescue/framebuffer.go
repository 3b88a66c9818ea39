// Package rescue draws the screen that stands there when the terminal's program does
// not: what is wrong in words, what to do, which terminal it is, and a QR code with the
// same for support. It draws straight into the kernel's framebuffer, because whatever
// else could draw may be what is broken.
//
// Only shades of grey are used: they are the same in whatever order a framebuffer keeps
// its colours.
package rescue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Framebuffer is where a picture goes.
type Framebuffer struct {
	Device string // its file
	Width  int    // dots
	Height int
	Bits   int // of a dot: 16, 24 or 32
	Stride int // bytes of a row
}

// The largest side of a panel, in dots.
const maxSide = 16384

// Find reads the kernel's description of the first framebuffer, below a root.
func Find(root string) (Framebuffer, error) {
	const folder = "/sys/class/graphics/fb0/"
	word := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, folder, name))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	f := Framebuffer{Device: filepath.Join(root, "/dev/fb0")}
	w, h, _ := strings.Cut(word("virtual_size"), ",")
	var err [4]error
	f.Width, err[0] = strconv.Atoi(w)
	f.Height, err[1] = strconv.Atoi(h)
	f.Bits, err[2] = strconv.Atoi(word("bits_per_pixel"))
	f.Stride, err[3] = strconv.Atoi(word("stride"))
	if e := errors.Join(err[:]...); e != nil {
		return f, fmt.Errorf("rescue: no framebuffer: %w", e)
	}
	// The virtual size may hold two pages; the mode is what is seen.
	if w, h, ok := mode(word("modes")); ok && w <= f.Width && h <= f.Height {
		f.Width, f.Height = w, h
	}
	switch {
	case f.Width < 1 || f.Height < 1 || f.Width > maxSide || f.Height > maxSide:
		return f, fmt.Errorf("rescue: a framebuffer of %d×%d", f.Width, f.Height)
	case f.Bits != 16 && f.Bits != 24 && f.Bits != 32:
		return f, fmt.Errorf("rescue: a framebuffer of %d bits a dot", f.Bits)
	case f.Stride < f.Width*f.Bits/8 || f.Stride > 8*maxSide:
		return f, fmt.Errorf("rescue: a framebuffer of %d bytes a row", f.Stride)
	}
	return f, nil
}

// mode reads a line such as "U:1080x1920p-0".
func mode(text string) (w, h int, ok bool) {
	_, size, found := strings.Cut(text, ":")
	size, _, _ = strings.Cut(size, "p")
	size, _, _ = strings.Cut(size, "i")
	a, b, cut := strings.Cut(size, "x")
	w, e1 := strconv.Atoi(a)
	h, e2 := strconv.Atoi(b)
	return w, h, found && cut && e1 == nil && e2 == nil && w > 0 && h > 0
}

// Show writes a picture, which has the panel's size as people look at it, turned
// clockwise by so many degrees (0, 90, 180, 270) onto the glass. It may be there in spite of
// an error: that of setting the panel's mode.
func (f Framebuffer) Show(picture *image.Gray, degrees int) error {
	file, err := os.OpenFile(f.Device, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	unlit := light(file) // a panel that takes no mode may be lit all the same
	// All in one call: of a call that writes just one row, Linux 6.1 takes nothing to be
	// changed, and the panel stays as it was (drm_fb_helper_memory_range_to_clip).
	bytes := f.Bits / 8
	all := make([]byte, (f.Height-1)*f.Stride+f.Width*bytes)
	if _, err := file.ReadAt(all, 0); err != nil { // what lies between two rows stays as it is
		clear(all)
	}
	b := picture.Bounds()
	for y := range f.Height {
		row := all[y*f.Stride:]
		for x := range f.Width {
			px, py := x, y
			switch degrees {
			case 90:
				px, py = y, f.Width-1-x
			case 180:
				px, py = f.Width-1-x, f.Height-1-y
			case 270:
				px, py = f.Height-1-y, x
			}
			grey := byte(0)
			if px < b.Dx() && py < b.Dy() {
				grey = picture.Pix[py*picture.Stride+px]
			}
			dot := row[x*bytes : (x+1)*bytes]
			if bytes == 2 {
				v := uint16(grey>>3)<<11 | uint16(grey>>2)<<5 | uint16(grey>>3)
				dot[0], dot[1] = byte(v), byte(v>>8)
				continue
			}
			dot[0], dot[1], dot[2] = grey, grey, grey
			if bytes == 4 {
				dot[3] = 0xff
			}
		}
	}
	_, err = file.WriteAt(all, 0)
	return errors.Join(unlit, err)
}

// The kernel's framebuffer calls (linux/fb.h): the mode is asked for and set again as it is.
const (
	getScreen = 0x4600 // FBIOGET_VSCREENINFO
	putScreen = 0x4601 // FBIOPUT_VSCREENINFO
	// struct fb_var_screeninfo, and in it the word that says when it counts.
	screenSize = 160
	activateAt = 84
	// FB_ACTIVATE_FORCE and FB_ACTIVATE_KD_TEXT: also when nothing changed, and whoever has
	// the panel.
	forced = 128 | 512
)

// light has the kernel set the panel's mode. A quiet start sets none before the first
// text on a console, and what is written to the framebuffer until then is seen nowhere.
func light(file *os.File) error {
	var screen [screenSize]byte
	call := func(number uintptr) error {
		_, _, wrong := unix.Syscall(unix.SYS_IOCTL, file.Fd(), number, uintptr(unsafe.Pointer(&screen[0])))
		if wrong == 0 {
			return nil
		}
		return fmt.Errorf("rescue: setting the panel's mode: %w", wrong)
	}
	if err := call(getScreen); err != nil {
		if errors.Is(err, unix.ENOTTY) {
			return nil // no panel, but a file, or one whose driver has no modes
		}
		return err
	}
	binary.NativeEndian.PutUint32(screen[activateAt:], forced)
	return call(putScreen)
}

// Seen is the size of the panel as people look at it.
func (f Framebuffer) Seen(degrees int) image.Point {
	if degrees == 90 || degrees == 270 {
		return image.Pt(f.Height, f.Width)
	}
	return image.Pt(f.Width, f.Height)
}
