package main

import (
	"context"
	"errors"
	"time"

	"lintai/hw"
	"lintai/hw/camera"
	"lintai/hw/microphone"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// optionalEvery is how often devices that a terminal can do without are asked:
// microphone and camera are opened for a moment each time.
const optionalEvery = time.Minute

// newMicrophone starts the microphone. Visits are told how it is, so that a voice
// note is not offered where none can be made.
func (d *devices) newMicrophone(s settings.Microphone) {
	if s.Device == "" {
		d.missing(visit.Microphone)
		return
	}
	m := microphone.New(microphone.Config{Device: s.Device})
	d.microphone = notes{m}
	d.start = append(d.start, supervise.New(supervise.Config{Open: m.Open, ProbeEvery: optionalEvery, OnHealth: d.health(visit.Microphone)}).Run)
}

// newCamera starts the camera, or the one of an emulated bench.
func (d *devices) newCamera(s settings.Camera) {
	if s.Device == "" && s.Bench == "" {
		d.missing(visit.Camera)
		return
	}
	c := camera.New(camera.Config{Path: s.Device, Socket: s.Bench})
	d.camera = pictures{c}
	d.start = append(d.start, supervise.New(supervise.Config{Open: c.Open, ProbeEvery: optionalEvery, OnHealth: d.health(visit.Camera)}).Run)
}

// notes is terminal.Microphone.
type notes struct{ microphone *microphone.Microphone }

func (n notes) Record(ctx context.Context, stop <-chan struct{}, longest time.Duration) (terminal.Note, error) {
	note, err := n.microphone.Record(ctx, stop, longest)
	return terminal.Note(note), err
}

// pictures is terminal.Camera.
type pictures struct{ camera *camera.Camera }

func (p pictures) Shoot(ctx context.Context) ([]byte, error) {
	picture, err := p.camera.Shoot(ctx)
	if err != nil {
		return nil, err
	}
	return picture.JPEG, nil
}

// faultOf names the fault behind an error of a device or of the queue.
func faultOf(err error) fault.Code {
	var device *hw.Error
	if errors.As(err, &device) {
		return device.Code
	}
	return offline.FaultOf(err)
}
