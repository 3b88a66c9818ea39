package camera

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/kiosk/fault"
)

const (
	// stillLimit bounds the taking of a picture. Some cameras need two seconds
	// for their first frame.
	stillLimit = 6 * time.Second
	// settle is the number of frames that are thrown away: the camera finds its
	// exposure and colours meanwhile.
	settle = 8
	// slice is how long one wait for a frame is; the visit may end between two.
	slice = 100 * time.Millisecond
	// buffersWanted is the usual number; with fewer some cameras lose frames.
	buffersWanted = 4
	// frameMost bounds what a driver may claim a frame needs.
	frameMost = 64 << 20
)

// still streams until there is a good frame.
func still(ctx context.Context, n node, width, height int) (picture *Picture, err error) {
	ctx, cancel := context.WithTimeout(ctx, stillLimit)
	defer cancel()
	pix, err := agree(n, width, height)
	if err != nil {
		return nil, err
	}
	frames, release, err := mapFrames(n)
	defer release()
	if err != nil {
		return nil, err
	}
	kind := int32(captureKind)
	if err := n.ioctl(streamOn, unsafe.Pointer(&kind)); err != nil {
		return nil, failed("start", err)
	}
	defer func() {
		if off := n.ioctl(streamOff, unsafe.Pointer(&kind)); off != nil && err == nil {
			picture.Erase()
			picture, err = nil, failed("stop", off)
		}
	}()
	var last error // why the newest frame was no picture
	for seen := 0; ; {
		b, err := next(ctx, n)
		if errors.Is(err, context.DeadlineExceeded) {
			if last == nil {
				last = errors.New("camera: it delivers nothing")
			}
			return nil, &hw.Error{Code: fault.NoAnswer, Text: last.Error()}
		}
		if err != nil {
			return nil, err
		}
		if int(b.index) >= len(frames) || int(b.bytesUsed) > len(frames[b.index]) {
			return nil, &hw.Error{Code: fault.DeviceFailed, Text: "camera: the driver tells of a frame that is not there"}
		}
		if seen++; seen > settle && b.flags&flagError == 0 {
			if picture, last = develop(pix, frames[b.index][:b.bytesUsed]); last == nil {
				return picture, nil
			}
		}
		if err := n.ioctl(queueBuffer, unsafe.Pointer(&b)); err != nil {
			return nil, failed("hand a buffer back", err)
		}
	}
}

// agree sets the first format that the camera and this package share.
func agree(n node, width, height int) (pixFormat, error) {
	for _, wanted := range []uint32{formatMJPEG, formatYUYV} {
		f := format{kind: captureKind}
		f.pix = pixFormat{width: uint32(width), height: uint32(height), pixelFormat: wanted, field: fieldNone}
		// The kernel answers with what the camera can do, which may be another
		// format; some drivers refuse instead.
		err := n.ioctl(setFormat, unsafe.Pointer(&f))
		if err != nil && !errors.Is(err, unix.EINVAL) {
			return pixFormat{}, failed("set the format", err)
		}
		if err == nil && (f.pix.pixelFormat == wanted || wanted == formatMJPEG && f.pix.pixelFormat == formatJPEG) {
			return f.pix, nil
		}
	}
	return pixFormat{}, &hw.Error{Code: fault.DeviceFailed, Text: "camera: it delivers neither MJPEG nor YUYV"}
}

// mapFrames maps the camera's buffers and hands them to it. The function returned
// is never nil and undoes what was done.
func mapFrames(n node) ([][]byte, func(), error) {
	var frames [][]byte
	release := func() {
		for _, f := range frames {
			_ = n.munmap(f)
		}
		none := requestBuffers{kind: captureKind, memory: mapped}
		_ = n.ioctl(askBuffers, unsafe.Pointer(&none))
	}
	ask := requestBuffers{count: buffersWanted, kind: captureKind, memory: mapped}
	if err := n.ioctl(askBuffers, unsafe.Pointer(&ask)); err != nil {
		return nil, func() {}, failed("ask for buffers", err)
	}
	if ask.count == 0 || ask.count > 32 {
		return nil, release, &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("camera: the driver gives %d buffers", ask.count)}
	}
	for i := range ask.count {
		b := buffer{index: i, kind: captureKind, memory: mapped}
		if err := n.ioctl(queryBuffer, unsafe.Pointer(&b)); err != nil {
			return nil, release, failed("find a buffer", err)
		}
		if b.length == 0 || b.length > frameMost {
			return nil, release, &hw.Error{Code: fault.DeviceFailed, Text: fmt.Sprintf("camera: a buffer of %d bytes", b.length)}
		}
		memory, err := n.mmap(int64(uint32(b.offset)), int(b.length))
		if err != nil {
			return nil, release, failed("map a buffer", err)
		}
		frames = append(frames, memory)
		if err := n.ioctl(queueBuffer, unsafe.Pointer(&b)); err != nil {
			return nil, release, failed("hand a buffer over", err)
		}
	}
	return frames, release, nil
}

// next waits for a frame.
func next(ctx context.Context, n node) (buffer, error) {
	for {
		if err := ctx.Err(); err != nil {
			return buffer{}, err
		}
		ready, err := n.wait(slice)
		if err != nil {
			return buffer{}, failed("wait for a frame", err)
		}
		if !ready {
			continue
		}
		b := buffer{kind: captureKind, memory: mapped}
		err = n.ioctl(dequeueBuffer, unsafe.Pointer(&b))
		if errors.Is(err, unix.EAGAIN) {
			continue
		}
		if err != nil {
			return buffer{}, failed("take a frame", err)
		}
		return b, nil
	}
}
