package camera

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The structures of linux/videodev2.h. Go lays them out as C does, on 32 and on 64
// bits; videodev_test.go compares them with the header.

type capability struct {
	driver       [16]byte
	card         [32]byte
	busInfo      [32]byte
	version      uint32
	capabilities uint32
	deviceCaps   uint32
	_            [3]uint32
}

type pixFormat struct {
	width, height    uint32
	pixelFormat      uint32
	field            uint32
	bytesPerLine     uint32
	sizeImage        uint32
	colorSpace       uint32
	private          uint32
	flags            uint32
	encoding         uint32
	quantization     uint32
	transferFunction uint32
}

// format holds a union of 200 bytes that is aligned as a pointer is.
type format struct {
	kind uint32
	_    [0]uintptr
	pix  pixFormat
	_    [200 - unsafe.Sizeof(pixFormat{})]byte
}

type requestBuffers struct {
	count        uint32
	kind         uint32
	memory       uint32
	capabilities uint32
	flags        uint32
}

type buffer struct {
	index     uint32
	kind      uint32
	bytesUsed uint32
	flags     uint32
	field     uint32
	timestamp unix.Timeval
	timecode  [16]byte
	sequence  uint32
	memory    uint32
	offset    uintptr // a union with a pointer; for mapped memory its first 32 bits
	length    uint32
	_         uint32
	request   uint32
}

const (
	captureKind   = 1 // V4L2_BUF_TYPE_VIDEO_CAPTURE
	mapped        = 1 // V4L2_MEMORY_MMAP
	fieldNone     = 1 // V4L2_FIELD_NONE
	capCapture    = 0x00000001
	capStreaming  = 0x04000000
	capDeviceCaps = 0x80000000
	flagError     = 0x0040 // V4L2_BUF_FLAG_ERROR
)

// Pixel formats, by their four letters.
const (
	formatMJPEG = uint32('M' | 'J'<<8 | 'P'<<16 | 'G'<<24)
	formatJPEG  = uint32('J' | 'P'<<8 | 'E'<<16 | 'G'<<24)
	formatYUYV  = uint32('Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24)
)

// The directions of asm-generic/ioctl.h, which x86 and ARM use.
const (
	toKernel   = 1
	fromKernel = 2
)

// ioctlNumber makes an ioctl's number: direction, size of the argument, 'V', number.
func ioctlNumber(direction, number, size uintptr) uintptr {
	return direction<<30 | size<<16 | 'V'<<8 | number
}

var (
	queryCapability = ioctlNumber(fromKernel, 0, unsafe.Sizeof(capability{}))
	setFormat       = ioctlNumber(toKernel|fromKernel, 5, unsafe.Sizeof(format{}))
	askBuffers      = ioctlNumber(toKernel|fromKernel, 8, unsafe.Sizeof(requestBuffers{}))
	queryBuffer     = ioctlNumber(toKernel|fromKernel, 9, unsafe.Sizeof(buffer{}))
	queueBuffer     = ioctlNumber(toKernel|fromKernel, 15, unsafe.Sizeof(buffer{}))
	dequeueBuffer   = ioctlNumber(toKernel|fromKernel, 17, unsafe.Sizeof(buffer{}))
	streamOn        = ioctlNumber(toKernel, 18, unsafe.Sizeof(int32(0)))
	streamOff       = ioctlNumber(toKernel, 19, unsafe.Sizeof(int32(0)))
)
