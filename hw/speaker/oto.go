package speaker

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ebitengine/oto/v3"
)

// readyWithin bounds the wait for the sound system: a sound server that hangs
// must not keep the voice's goroutine for ever.
const readyWithin = 3 * time.Second

// otoContext holds the one context that a process may have.
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
	return c, nil
})

// otoGivenUp is set once the context was found to be dead or stuck: there will be
// no other.
var otoGivenUp atomic.Bool

// otoCard is the sound card behind the one context, as long as it is alive.
func otoCard() (*card, error) {
	if otoGivenUp.Load() {
		return nil, errors.New("speaker: sound card lost")
	}
	c, err := otoContext()
	if err != nil {
		otoGivenUp.Store(true)
		return nil, err
	}
	// Without a card oto still hands out a context, whose players say that they
	// play for ever; only Err tells.
	if err := c.Err(); err != nil {
		otoGivenUp.Store(true)
		return nil, fmt.Errorf("speaker: open sound card: %w", err)
	}
	return &card{context: c}, nil
}

type card struct {
	context *oto.Context
	player  *oto.Player
	resting bool
}

func (c *card) Play(samples []float32, volume float64) error {
	c.Stop()
	if err := c.alive(); err != nil {
		return err
	}
	if c.resting {
		if err := c.bounded(c.context.Resume); err != nil {
			return err
		}
		c.resting = false
	}
	c.player = c.context.NewPlayer(newFrames(samples, 1))
	c.player.SetVolume(volume)
	c.player.Play()
	return nil
}

func (c *card) SetVolume(volume float64) {
	if c.player != nil {
		c.player.SetVolume(volume)
	}
}

func (c *card) Stop() {
	if c.player != nil {
		c.player.Pause()
		c.player = nil
	}
}

// Rest is called a while after the end of a sound, so that the card has played
// what it buffered.
func (c *card) Rest() (bool, error) {
	if err := c.alive(); err != nil {
		return false, err
	}
	if c.player != nil && c.player.IsPlaying() {
		return false, nil
	}
	c.Stop()
	if !c.resting {
		if err := c.bounded(c.context.Suspend); err != nil {
			return false, err
		}
		c.resting = true
	}
	return true, nil
}

// GiveUp lets nobody use the context any more.
func (c *card) GiveUp() { otoGivenUp.Store(true) }

func (c *card) alive() error {
	if err := c.context.Err(); err != nil {
		return fmt.Errorf("speaker: sound card lost: %w", err)
	}
	return nil
}

// bounded calls Suspend or Resume. Both wait for the write that is under way, which
// a card that hangs never finishes.
func (c *card) bounded(call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("speaker: sound card lost: %w", err)
		}
		return nil
	case <-time.After(readyWithin):
		return errors.New("speaker: the sound card does not take sound")
	}
}
