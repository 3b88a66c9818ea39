// Package hw is what a terminal is made of besides its screen: the devices that
// residents touch and the wires behind them.
//
// Every device has a package of its own, in two halves. A codec turns bytes into
// meaning and back; it is pure, so that it can be tested from tables and fuzzed.
// A driver owns the device's port, asks and listens, and tells what happened as
// events. Below the drivers, hw/serialport is the one way to a serial line, safe
// against cables that are pulled in the middle of a frame. Above them,
// hw/supervise opens each device, probes it while it is idle, and opens it again
// under its stable path when it was lost, so that no driver has to know how
// devices come and go.
//
// What the rest of the terminal learns about a device is its Health: a state, a
// fault code out of the published list, and since when. The services on the
// screen follow from that; a device that is missing is said to be missing.
//
// hw/emulate holds devices made of software that speak the real bytes over
// pseudo-terminals: the test bench of every driver and the hands of cmd/devbench.
//
// hw may import kiosk/fault and kiosk/slip and nothing else of the kiosk: it
// knows nothing of visits, and cmd/kiosk translates between the two. Only
// hw/handwriting, which is no device but reads what was drawn on the screen, takes
// the strokes as a visit has them.
package hw
