package emulate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Microphone is what a microphone hears, as 16-bit mono PCM at MicrophoneRate in a
// named pipe, at the pace of a real one. ALSA's file plugin makes a capture device
// of it:
//
//	pcm.bench_microphone {
//		type file
//		slave.pcm { type null }
//		file /dev/null
//		infile "DIR/microphone"
//		format raw
//	}
//
// It hears a quiet lobby until somebody speaks.
type Microphone struct {
	path string

	mu      sync.Mutex
	pipe    *os.File // nil while unplugged
	speech  []int16  // still to be heard
	changed chan struct{}
	running sync.WaitGroup
}

// MicrophoneRate is what voice notes are recorded at.
const MicrophoneRate = 16000

const (
	// hearAtOnce is how many samples the pipe gets in one piece, an eighth of a
	// second: as many as arecord reads at once. The file plugin takes a piece that
	// is too short for a whole one, and then a note lasts longer than it took.
	hearAtOnce = MicrophoneRate / 8
	// hearEvery is how often it is looked whether a piece is due.
	hearEvery = 20 * time.Millisecond
	// hearMost is what the pipe holds, a page: one piece, that is heard late.
	// Without a reader, what does not fit is not heard by anybody.
	hearMost = 4096
	// lobby is the amplitude of a quiet one, 66 dB below the loudest.
	lobby = 16
)

// NewMicrophone makes a microphone with its pipe at path.
func NewMicrophone(path string) (*Microphone, error) {
	m := &Microphone{path: path, changed: make(chan struct{})}
	return m, m.Plug()
}

// Plug connects the microphone's cable.
func (m *Microphone) Plug() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pipe != nil {
		return nil
	}
	if err := os.Remove(m.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("emulate: microphone: %w", err)
	}
	if err := syscall.Mkfifo(m.path, 0o600); err != nil {
		return fmt.Errorf("emulate: microphone: %w", err)
	}
	// For reading too, so that neither end waits for the other to open it.
	pipe, err := os.OpenFile(m.path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("emulate: microphone: %w", err)
	}
	raw, err := pipe.SyscallConn()
	if err == nil {
		var refused error
		err = raw.Control(func(fd uintptr) { _, refused = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, hearMost) })
		err = errors.Join(err, refused)
	}
	if err != nil {
		pipe.Close()
		return fmt.Errorf("emulate: microphone: %w", err)
	}
	m.pipe = pipe
	m.running.Go(func() { m.hear(pipe) })
	return nil
}

// Unplug pulls the cable, also in the middle of a note.
func (m *Microphone) Unplug() error {
	m.mu.Lock()
	pipe := m.pipe
	m.pipe, m.speech = nil, nil
	m.news()
	m.mu.Unlock()
	if pipe == nil {
		return nil
	}
	err := errors.Join(os.Remove(m.path), pipe.Close())
	m.running.Wait()
	return err
}

// Plugged tells whether the cable is connected.
func (m *Microphone) Plugged() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pipe != nil
}

// Close unplugs the microphone for good.
func (m *Microphone) Close() error { return m.Unplug() }

// hear writes what is heard until the pipe is closed.
func (m *Microphone) hear(pipe *os.File) {
	ticker := time.NewTicker(hearEvery)
	defer ticker.Stop()
	began, heard := time.Now(), 0
	seed := uint32(1)
	for now := range ticker.C {
		due := int(now.Sub(began) * MicrophoneRate / time.Second)
		if due-heard < hearAtOnce {
			continue
		}
		var b []byte
		m.mu.Lock()
		for end := heard + hearAtOnce; heard < end; heard++ {
			seed = seed*1664525 + 1013904223 // any noise will do
			v := int16(seed>>16%(2*lobby)) - lobby
			if len(m.speech) > 0 {
				v, m.speech = m.speech[0], m.speech[1:]
				if len(m.speech) == 0 {
					m.news()
				}
			}
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
		m.mu.Unlock()
		// Only whole samples: a pipe that takes less than a page takes nothing.
		_ = pipe.SetWriteDeadline(time.Now().Add(hearEvery / 2))
		if _, err := pipe.Write(b); errors.Is(err, fs.ErrClosed) {
			return
		}
	}
}

// news wakes everybody who waits; the lock is held.
func (m *Microphone) news() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Speak says samples into the microphone and returns when the last is said.
func (m *Microphone) Speak(ctx context.Context, samples []int16) error {
	m.mu.Lock()
	if m.pipe == nil {
		m.mu.Unlock()
		return errors.New("emulate: the microphone is unplugged")
	}
	m.speech = append(m.speech, samples...)
	for len(m.speech) > 0 {
		changed := m.changed
		m.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		m.mu.Lock()
	}
	m.mu.Unlock()
	return nil
}

// Syllables is what somebody says who has nothing to say: a voice of so many
// seconds, four syllables in each.
func Syllables(seconds float64) []int16 {
	samples := make([]int16, int(seconds*MicrophoneRate))
	for i := range samples {
		t := float64(i) / MicrophoneRate
		envelope := math.Sin(math.Pi * math.Mod(4*t, 1))
		voice := 0.0
		for harmonic := 1.0; harmonic <= 12; harmonic++ {
			voice += math.Sin(2*math.Pi*180*harmonic*t) / harmonic
		}
		samples[i] = int16(6000 * envelope * voice)
	}
	return samples
}

// ErrNoSpeech: a file is no sound that can be spoken.
var ErrNoSpeech = errors.New("emulate: want a WAV file of 16-bit PCM")

// Speech reads the samples of a WAV file of 16-bit PCM, brought to MicrophoneRate
// and one channel.
func Speech(wav []byte) ([]int16, error) {
	if len(wav) < 12 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return nil, ErrNoSpeech
	}
	var channels, rate int
	for rest := wav[12:]; len(rest) >= 8; {
		name, length := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		// A program that wrote it to a pipe did not know the length.
		body := rest[:min(length, len(rest))]
		switch {
		case name == "fmt " && len(body) >= 16:
			channels, rate = int(binary.LittleEndian.Uint16(body[2:])), int(binary.LittleEndian.Uint32(body[4:]))
			if binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 || channels < 1 || channels > 8 || rate < 4000 || rate > 192000 {
				return nil, ErrNoSpeech
			}
		case name == "data" && rate > 0:
			frames := len(body) / (2 * channels)
			samples := make([]int16, 0, frames*MicrophoneRate/rate+1)
			for i := 0; i*rate/MicrophoneRate < frames; i++ {
				at := i * rate / MicrophoneRate * 2 * channels
				samples = append(samples, int16(binary.LittleEndian.Uint16(body[at:])))
			}
			return samples, nil
		}
		rest = rest[min(length+length%2, len(rest)):]
	}
	return nil, ErrNoSpeech
}
