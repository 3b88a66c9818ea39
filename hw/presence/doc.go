// Package presence is the sensor that sees somebody step in front of the terminal: an
// infrared or radar module with one wire, on a GPIO pin.
//
// Such modules say yes and no many times while somebody stands there. Hold decides from
// levels and times alone: somebody is here when the sensor has said yes for a fifth of
// a second, and gone when it has said nothing but no for ten seconds. Who it is nobody
// asks; the only use is a greeting.
//
// hw/supervise opens the sensor like any other device.
package presence
