package microphone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// recording is a note being spoken.
type recording struct {
	stop  context.CancelFunc // ends the note, keeping it
	ended chan struct{}
	sound sound
	err   error
}

// begin begins a note. It ends by finish, at the limit, when the microphone is
// lost, or when ctx ends; the last erases it.
func (m *Microphone) begin(ctx context.Context, longest time.Duration) (*recording, error) {
	select {
	case <-m.idle:
	default:
		return nil, ErrBusy
	}
	select {
	case <-m.free: // a probe holds it for a moment only
	case <-ctx.Done():
		m.idle <- struct{}{}
		return nil, ctx.Err()
	}
	r, err := m.listen(ctx, longest)
	if err != nil {
		m.release()
		return nil, err
	}
	return r, nil
}

func (m *Microphone) release() {
	m.free <- struct{}{}
	m.idle <- struct{}{}
}

func (m *Microphone) listen(ctx context.Context, longest time.Duration) (*recording, error) {
	kill, killNow := context.WithCancel(context.Background())
	cmd, complaint := m.command(kill)
	// A pipe of our own, because its reading end has deadlines.
	out, in, err := os.Pipe()
	if err != nil {
		killNow()
		return nil, fmt.Errorf("microphone: %w", err)
	}
	cmd.Stdout = in
	err = cmd.Start()
	in.Close()
	if err != nil {
		killNow()
		out.Close()
		return nil, m.failed(err, complaint)
	}
	asked, stop := context.WithCancel(ctx)
	r := &recording{stop: stop, ended: make(chan struct{})}
	limit := headerBytes + int(longest.Milliseconds())*bytesPerSecond/1000
	t := &take{out: out, file: make([]byte, headerBytes, limit), onLevel: m.config.OnLevel}
	go func() {
		defer close(r.ended)
		defer m.release()
		defer stop()
		unhook := context.AfterFunc(asked, func() {
			if ctx.Err() != nil { // nobody wants what it still holds
				killNow()
				_ = out.SetReadDeadline(time.Now())
				return
			}
			// Asked kindly, it still delivers what it holds.
			_ = cmd.Process.Signal(syscall.SIGINT)
			_ = out.SetReadDeadline(time.Now().Add(endLimit))
		})
		err := t.read(asked)
		unhook()
		// Whatever it is doing now, the note is complete.
		killNow()
		out.Close()
		waited := cmd.Wait()
		if errors.Is(err, io.EOF) {
			err = nil
			if asked.Err() == nil {
				err = m.failed(waited, complaint)
			}
		} else if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
			if asked.Err() == nil {
				err = &hw.Error{Code: fault.NoAnswer, Text: "microphone: " + m.config.Device + " delivers nothing"}
			}
		}
		r.sound, r.err = sound{wav: t.file}, err
		writeHeader(r.sound.wav)
		if ctx.Err() != nil {
			r.sound.erase()
			r.err = ctx.Err()
		}
	}()
	return r, nil
}

// finish ends the note and returns it, within about two seconds. With an error,
// it holds what was recorded until then; the caller erases it in any case.
func (r *recording) finish() (*sound, error) {
	r.stop()
	<-r.ended
	return &r.sound, r.err
}

// take collects what arecord delivers.
type take struct {
	out     *os.File
	file    []byte // its capacity is the limit, so that it never moves and leaves a copy
	onLevel func(float64)
	metered int // bytes of file that the meter has shown
}

const meterBytes = bytesPerSecond / 10

// read reads until the limit (nil), the end of arecord (io.EOF) or too long a
// silence (os.ErrDeadlineExceeded).
func (t *take) read(asked context.Context) error {
	t.metered = len(t.file)
	for len(t.file) < cap(t.file) {
		if asked.Err() == nil {
			_ = t.out.SetReadDeadline(time.Now().Add(silence))
			if asked.Err() != nil { // it was shortened meanwhile
				_ = t.out.SetReadDeadline(time.Now().Add(endLimit))
			}
		}
		n, err := t.out.Read(t.file[len(t.file):cap(t.file)])
		t.file = t.file[:len(t.file)+n]
		for ; t.onLevel != nil && len(t.file)-t.metered >= meterBytes; t.metered += meterBytes {
			t.onLevel(level(t.file[t.metered : t.metered+meterBytes]))
		}
		if err != nil {
			t.file = t.file[:len(t.file)-(len(t.file)-headerBytes)%bytesPerSample]
			return err
		}
	}
	return nil
}
