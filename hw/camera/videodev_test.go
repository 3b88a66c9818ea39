package camera

import (
	"math/bits"
	"testing"
	"unsafe"
)

// The numbers that a C compiler for 64-bit Linux finds in linux/videodev2.h (kernel
// 6.12). On 32 bits the kernel has others, and this test does not hold them.
func TestStructuresAreTheKernels(t *testing.T) {
	if bits.UintSize != 64 {
		t.Fatal("the table is for 64 bits only: add a column")
	}
	var (
		c capability
		f format
		p pixFormat
		b buffer
	)
	for name, row := range map[string][2]uintptr{
		"VIDIOC_QUERYCAP":              {queryCapability, 0x80685600},
		"VIDIOC_S_FMT":                 {setFormat, 0xc0d05605},
		"VIDIOC_REQBUFS":               {askBuffers, 0xc0145608},
		"VIDIOC_QUERYBUF":              {queryBuffer, 0xc0585609},
		"VIDIOC_QBUF":                  {queueBuffer, 0xc058560f},
		"VIDIOC_DQBUF":                 {dequeueBuffer, 0xc0585611},
		"VIDIOC_STREAMON":              {streamOn, 0x40045612},
		"VIDIOC_STREAMOFF":             {streamOff, 0x40045613},
		"sizeof v4l2_capability":       {unsafe.Sizeof(c), 0x68},
		"v4l2_capability.card":         {unsafe.Offsetof(c.card), 16},
		"v4l2_capability.capabilities": {unsafe.Offsetof(c.capabilities), 0x54},
		"v4l2_capability.device_caps":  {unsafe.Offsetof(c.deviceCaps), 0x58},
		"sizeof v4l2_format":           {unsafe.Sizeof(f), 0xd0},
		"v4l2_format.fmt":              {unsafe.Offsetof(f.pix), 8},
		"sizeof v4l2_pix_format":       {unsafe.Sizeof(p), 0x30},
		"v4l2_pix_format.pixelformat":  {unsafe.Offsetof(p.pixelFormat), 8},
		"v4l2_pix_format.field":        {unsafe.Offsetof(p.field), 0xc},
		"v4l2_pix_format.bytesperline": {unsafe.Offsetof(p.bytesPerLine), 0x10},
		"v4l2_pix_format.sizeimage":    {unsafe.Offsetof(p.sizeImage), 0x14},
		"sizeof v4l2_requestbuffers":   {unsafe.Sizeof(requestBuffers{}), 0x14},
		"sizeof v4l2_buffer":           {unsafe.Sizeof(b), 0x58},
		"v4l2_buffer.bytesused":        {unsafe.Offsetof(b.bytesUsed), 8},
		"v4l2_buffer.flags":            {unsafe.Offsetof(b.flags), 0xc},
		"v4l2_buffer.timestamp":        {unsafe.Offsetof(b.timestamp), 0x18},
		"v4l2_buffer.sequence":         {unsafe.Offsetof(b.sequence), 0x38},
		"v4l2_buffer.memory":           {unsafe.Offsetof(b.memory), 0x3c},
		"v4l2_buffer.m":                {unsafe.Offsetof(b.offset), 0x40},
		"v4l2_buffer.length":           {unsafe.Offsetof(b.length), 0x48},
		"V4L2_PIX_FMT_MJPEG":           {uintptr(formatMJPEG), 0x47504a4d},
		"V4L2_PIX_FMT_JPEG":            {uintptr(formatJPEG), 0x4745504a},
		"V4L2_PIX_FMT_YUYV":            {uintptr(formatYUYV), 0x56595559},
	} {
		if row[0] != row[1] {
			t.Errorf("%s is %#x, the header says %#x", name, row[0], row[1])
		}
	}
}
