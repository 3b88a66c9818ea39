package speaker

import (
	"context"
	"time"

	"lintai/hw/speaker/sound"
)

// sound makes what is to be heard, outside of Run's goroutine. A note that cannot be read is no fault of the
// device, and gives silence.
func (s *Speaker) sound(ctx context.Context, what utterance) (sound.Sound, error) {
	switch what := what.(type) {
	case Sentence:
		return s.sentence(ctx, what)
	case note:
		made, err := sound.Decode(ctx, what)
		if err != nil {
			return sound.Sound{}, nil
		}
		return made, nil
	}
	return sound.Sound{}, nil
}

// sentence is the recording of a sentence, or its synthesis.
func (s *Speaker) sentence(ctx context.Context, what Sentence) (sound.Sound, error) {
	if made, ok := s.recording(ctx, what); ok {
		return made, nil
	}
	voice, spelling := s.options.Spell(what.Locale, what.Text)
	return s.options.synthesise(ctx, voice, spelling, what.Slow)
}

// recording is the first clip of a sentence that can be played.
func (s *Speaker) recording(ctx context.Context, what Sentence) (sound.Sound, bool) {
	if s.options.Clips == nil {
		return sound.Sound{}, false
	}
	for file := range s.options.Clips(what) {
		if made, err := sound.Decode(ctx, file); err == nil && len(made.Samples) > 0 {
			return made, true
		}
	}
	return sound.Sound{}, false
}

const (
	// cacheSize bounds the sentences kept: a visit has some ten different ones.
	cacheSize = 24
	// longestKept is the longest that is kept. Prompts last up to 15 s, 700 KB;
	// policies that are read aloud last minutes.
	longestKept = 20 * time.Second
)

// cache keeps the sound of the sentences used last. Only Run touches it.
type cache struct {
	order []Sentence // the oldest first
	sound map[Sentence]sound.Sound
}

func (c *cache) get(what Sentence) (sound.Sound, bool) {
	s, ok := c.sound[what]
	return s, ok
}

func (c *cache) put(what Sentence, s sound.Sound) {
	if s.Length() > longestKept {
		return
	}
	if c.sound == nil {
		c.sound = map[Sentence]sound.Sound{}
	}
	if len(c.order) == cacheSize {
		delete(c.sound, c.order[0])
		c.order = c.order[1:]
	}
	c.order = append(c.order, what)
	c.sound[what] = s
}
