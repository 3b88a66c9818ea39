package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/hw"
)

// What a terminal hands to its sound card: 32-bit floats, stereo, 48 kHz.
const (
	soundRate     = 48000
	soundChannels = 2
	frameIn       = 4 * soundChannels
	bytesASecond  = soundRate * frameIn
	// paceChunk is a tenth of a second.
	paceChunk = bytesASecond / 10
)

// Pace stands in for a sound card behind ALSA's file plugin: it takes sound from in
// no faster than a card would and keeps it in a file, as 16-bit WAV when the name
// ends so, else as it came. It ends with in or with ctx. The file is complete after
// every tenth of a second, whatever ends the program.
//
// Without it the terminal would play as fast as the disk writes: ALSA's null device
// has no clock.
func Pace(ctx context.Context, in io.Reader, name string, clock hw.Clock) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("paced: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	write := func(b []byte) error { _, err := file.Write(b); return err }
	if strings.EqualFold(filepath.Ext(name), ".wav") {
		w := wavFile{file: file}
		if err := w.begin(); err != nil {
			return fmt.Errorf("paced: %w", err)
		}
		write = w.write
	}
	chunks := make(chan []byte)
	failed := make(chan error, 1)
	go func() {
		// Left behind when ctx ends while a Read waits; the program ends then.
		for {
			b := make([]byte, paceChunk)
			n, err := io.ReadFull(in, b)
			if n > 0 {
				select {
				case chunks <- b[:n/frameIn*frameIn]:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	due := clock.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return nil
			}
			return fmt.Errorf("paced: %w", err)
		case b := <-chunks:
			if err := write(b); err != nil {
				return fmt.Errorf("paced: %w", err)
			}
			// A card that was not fed for a while does not catch up.
			if now := clock.Now(); due.Before(now) {
				due = now
			}
			due = due.Add(time.Duration(len(b)) * time.Second / bytesASecond)
			select {
			case <-clock.After(due.Sub(clock.Now())):
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// wavFile is a WAV file that is complete after each write.
type wavFile struct {
	file *os.File
	data uint32
}

func (w *wavFile) begin() error {
	_, err := w.file.Write(wavHeader(0))
	return err
}

// write appends frames of floats and puts the new length into the header.
func (w *wavFile) write(frames []byte) error {
	pcm := make([]byte, 0, len(frames)/2)
	for ; len(frames) >= 4; frames = frames[4:] {
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(frames)))
		if v != v {
			v = 0
		}
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(math.Round(max(-1, min(1, v))*32767))))
	}
	if _, err := w.file.Write(pcm); err != nil {
		return err
	}
	w.data += uint32(len(pcm))
	_, err := w.file.WriteAt(wavHeader(w.data), 0)
	return err
}

// wavHeader begins a file of 16-bit stereo PCM at 48 kHz.
func wavHeader(data uint32) []byte {
	const frame = 2 * soundChannels
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+data)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, soundChannels)
	b = binary.LittleEndian.AppendUint32(b, soundRate)
	b = binary.LittleEndian.AppendUint32(b, soundRate*frame)
	b = binary.LittleEndian.AppendUint16(b, frame)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, data)
}
