package speaker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/ebitengine/oto/v3"
)

// readyWithin bounds the wait for the sound system: a sound server that hangs
// must not keep the voice's goroutine for ever.
const readyWithin = 5 * time.Second

// otoContext holds the one context that a process may have. A card that is
// lost cannot be opened again in this process; health says so.
var otoContext = sync.OnceValues(func() (*oto.Context, error) {
	c, ready, err := oto.NewContext(&oto.NewContextOptions{
		SampleRate: SampleRate, ChannelCount: 2, Format: oto.FormatFloat32LE, BufferSize: 100 * time.Millisecond,
	})
	if err != nil {
		return nil, fmt.Errorf("speaker: open sound card: %w", err)
	}
	select {
	case <-ready:
	case <-time.After(readyWithin):
		return nil, errors.New("speaker: the sound system does not answer")
	}
	// Without a card oto still hands out a context, whose players say that they
	// play for ever; only Err tells.
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("speaker: open sound card: %w", err)
	}
	return c, nil
})

// Card opens the sound card: ALSA's default device.
func Card() (Sink, error) {
	c, err := otoContext()
	if err != nil {
		return nil, err
	}
	return &card{context: c}, nil
}

type card struct {
	context *oto.Context
	player  *oto.Player
}

func (c *card) Play(samples []float32, volume float64) error {
	c.Stop()
	if err := c.context.Err(); err != nil {
		return fmt.Errorf("speaker: sound card lost: %w", err)
	}
	c.player = c.context.NewPlayer(&frames{samples: samples})
	c.player.SetVolume(volume)
	c.player.Play()
	return nil
}

func (c *card) Stop() {
	if c.player != nil {
		c.player.Pause()
		c.player = nil
	}
}

// frames turns mono samples into the bytes of stereo frames while they are read,
// so that a sentence is held in memory once.
type frames struct{ samples []float32 }

const frameBytes = 8 // two float32

func (f *frames) Read(p []byte) (int, error) {
	if len(f.samples) == 0 {
		return 0, io.EOF
	}
	n := min(len(p)/frameBytes, len(f.samples))
	for i, s := range f.samples[:n] {
		bits := math.Float32bits(s)
		binary.LittleEndian.PutUint32(p[i*frameBytes:], bits)
		binary.LittleEndian.PutUint32(p[i*frameBytes+4:], bits)
	}
	f.samples = f.samples[n:]
	return n * frameBytes, nil
}
