package camera

import (
	"context"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Config says which camera.
type Config struct {
	// Path is its device file, such as "/dev/video0" or a link below
	// /dev/v4l/by-id.
	Path string
	// Socket is that of a camera outside the kernel, as a bench has one; Path is
	// not looked at then.
	Socket string
	// Width and Height are what is asked for, 1280×720 when 0; the camera gives
	// what it has.
	Width, Height int

	// open replaces the kernel in tests.
	open func(path string) (node, error)
}

// ErrBusy is what Shoot returns while another picture is taken.
var ErrBusy error = &hw.Error{Code: fault.PortBusy, Text: "camera: a picture is being taken"}

// Camera is the camera, whether it is there or not.
type Camera struct {
	config Config
	// idle holds a token while no picture is taken.
	idle chan struct{}
	// free holds a token while nobody uses the camera.
	free chan struct{}
}

// New makes a camera.
func New(c Config) *Camera {
	if c.Width <= 0 || c.Height <= 0 {
		c.Width, c.Height = 1280, 720
	}
	if c.open == nil {
		c.open = openFile
	}
	camera := &Camera{config: c, idle: make(chan struct{}, 1), free: make(chan struct{}, 1)}
	camera.idle <- struct{}{}
	camera.free <- struct{}{}
	return camera
}

// Open is the hw.Opener for hw/supervise. The device file is held open only while
// it is asked or a picture is taken, so that a camera that comes back gets its old
// name.
func (c *Camera) Open(ctx context.Context, _ func(hw.Report)) (hw.Device, error) {
	o := &opening{camera: c, done: make(chan struct{})}
	if _, err := o.Probe(ctx); err != nil {
		return nil, err
	}
	return o, nil
}

type opening struct {
	camera *Camera
	done   chan struct{} // never closed: the next probe tells
}

// Probe asks the camera who it is. While a picture is taken that is not needed.
func (o *opening) Probe(ctx context.Context) (hw.Report, error) {
	c := o.camera
	select {
	case <-c.free:
	default:
		return hw.Report{}, nil
	}
	defer func() { c.free <- struct{}{} }()
	if c.config.Socket != "" {
		name, err := askSocket(ctx, c.config.Socket)
		return hw.Report{Detail: name}, err
	}
	n, err := c.config.open(c.config.Path)
	if err != nil {
		return hw.Report{}, failed("open "+c.config.Path, err)
	}
	defer n.close()
	name, err := identify(n)
	return hw.Report{Detail: name}, err
}

func (o *opening) Done() <-chan struct{} { return o.done }
func (o *opening) Err() error            { return nil }
func (o *opening) Close() error          { return nil }

// Picture is a still.
type Picture struct {
	JPEG          []byte
	Width, Height int
}

// Erase overwrites the picture. It may be called twice.
func (p *Picture) Erase() {
	clear(p.JPEG[:cap(p.JPEG)])
	p.JPEG = nil
}

// Shoot takes a picture within stillLimit, or tells why not: a JPEG of at most
// request.MaxAttachment bytes, without any notes of the camera's.
func (c *Camera) Shoot(ctx context.Context) (*Picture, error) {
	select {
	case <-c.idle:
	default:
		return nil, ErrBusy
	}
	defer func() { c.idle <- struct{}{} }()
	select {
	case <-c.free: // a probe holds it for a moment only
	default:
		select {
		case <-c.free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { c.free <- struct{}{} }()
	if c.config.Socket != "" {
		return shootSocket(ctx, c.config.Socket)
	}
	n, err := c.config.open(c.config.Path)
	if err != nil {
		return nil, failed("open "+c.config.Path, err)
	}
	defer n.close()
	if _, err := identify(n); err != nil {
		return nil, err
	}
	return still(ctx, n, c.config.Width, c.config.Height)
}
