package speaker

import (
	"context"

	"lintai/hw"
	"lintai/hw/speaker/sound"
	"lintai/kiosk/fault"
)

// making is an utterance whose sound is made beside Run: a policy that is read aloud
// takes espeak-ng a second or two on a small machine, and the call button must be
// heard at once.
type making struct {
	cancel context.CancelFunc
	done   chan made
}

// made is what came of it.
type made struct {
	what  utterance
	sound sound.Sound
	err   error
}

// result is nil, and so never ready, when nothing is being made.
func (m *making) result() <-chan made {
	if m == nil {
		return nil
	}
	return m.done
}

// end stops the making and waits for its end, which a killed program reaches at once.
func (m *making) end() {
	if m != nil {
		m.cancel()
		<-m.done
	}
}

// speak ends what sounds, and has the next sound made, or takes the one that is kept.
func (s *Speaker) speak(ctx context.Context, out *output, what utterance) {
	out.making.end()
	out.making = nil
	out.sink.Stop()
	if sentence, ok := what.(Sentence); ok {
		if kept, ok := s.kept.get(sentence); ok {
			s.playLevelled(out, kept)
			return
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	m := &making{cancel: cancel, done: make(chan made, 1)}
	out.making = m
	go func() {
		defer cancel()
		made := made{what: what}
		made.sound, made.err = s.sound(ctx, what)
		m.done <- made
	}()
}

// made plays what was made.
func (s *Speaker) made(ctx context.Context, out *output, r made) {
	if r.err != nil {
		if ctx.Err() == nil {
			s.tell(hw.Fault, fault.SoundMissing, r.err.Error())
		}
		return
	}
	if sentence, ok := r.what.(Sentence); ok {
		s.kept.put(sentence, r.sound)
	}
	s.playLevelled(out, r.sound)
}

func (s *Speaker) playLevelled(out *output, what sound.Sound) {
	_, boost := s.volume()
	s.play(out, sound.Render(what, SampleRate, boost))
}
