// Package camera takes a still picture: a resident shows what is broken.
//
// It speaks V4L2 to the kernel directly, by ioctl and memory map, because all it
// needs of it are nine calls. Cameras on USB (UVC) deliver MJPEG or YUYV; the
// picture is made into a plain JPEG without any of the camera's own notes. The
// camera on a Raspberry Pi's ribbon cable delivers raw sensor data that only
// libcamera understands, and is not for this package.
//
// A picture is made no larger than staff need to see it, and fits an attachment.
//
// Between pictures the camera is asked who it is and never made to stream, so its
// lamp is dark unless a picture is taken. Every wait is bounded; pictures exist in
// memory only, can be erased, and nothing of them is ever logged.
//
// A bench has no device of the kernel to offer, but a socket that delivers the same
// MJPEG frames; from there on its pictures go the same way.
//
// The numbers are those of linux/videodev2.h. No camera was at hand when this was
// written and the build machine's kernel has no virtual one: what the tests hold is
// the layout of the kernel's structures, the conversions, and the order of calls
// against a device written in the test after the kernel's documentation.
package camera
