package printer

import (
	"context"
	"errors"
)

// fence is a question behind a slip that is answered when all before it is done.
type fence struct {
	// request is nil for a printer that answers no fence.
	request []byte
	method  string
	id      [4]byte // of GS ( H
	reached bool
}

// see looks at an answer that came while the fence is out.
func (f *fence) see(s *session, a Answer) {
	switch a := a.(type) {
	case Processed:
		// Answers may come late or twice: only this slip's id counts.
		f.reached = f.reached || (f.method == methodProcess && f.request != nil && a.ID == f.id)
	case Queued:
		// GS r has no id: all that are owed must have come.
		f.reached = f.reached || (f.method == methodQueued && f.request != nil && s.printer.memory.owed == 0)
	}
}

// newFence makes the best fence that the printer answers.
func (s *session) newFence() *fence {
	switch {
	case s.process == able:
		m := &s.printer.memory
		m.sequence++
		id := processID(m.sequence)
		return &fence{request: askProcessed(id), method: methodProcess, id: id}
	case s.queued == able:
		return &fence{request: askQueued(), method: methodQueued}
	}
	return &fence{method: methodNone}
}

// fenceTries is how often a printer that answered no fence is asked again: the
// first time it may have been at work on something from before.
const fenceTries = 3

// findFence finds out, for each opening of the line and while nothing prints,
// which fences the printer answers.
func (s *session) findFence(ctx context.Context) error {
	if s.process == able || s.queued == able || s.tries == fenceTries {
		return nil
	}
	if s.mute() {
		s.process, s.queued = unable, unable
		return nil
	}
	s.tries++
	s.drain()
	m := &s.printer.memory
	m.sequence++
	id := processID(m.sequence)
	// A printer that does not know GS ( H may take its id for text; ESC @
	// forgets a line that was begun.
	if err := s.send(append(askProcessed(id), 0x1B, 0x40)); err != nil {
		return err
	}
	err := s.await(ctx, s.limits.Fence, func(a Answer) bool {
		p, ok := a.(Processed)
		return ok && p.ID == id
	})
	if err == nil {
		s.process = able
		return nil
	}
	if !errors.Is(err, errSilent) {
		return err
	}
	if err := s.send(askQueued()); err != nil {
		return err
	}
	s.printer.memory.owed++
	err = s.await(ctx, s.limits.Fence, func(a Answer) bool {
		_, ok := a.(Queued)
		return ok && s.printer.memory.owed == 0 || s.process == able
	})
	switch {
	case s.process == able: // it was only late
		return err
	case err == nil:
		s.queued = able
	case errors.Is(err, errSilent):
		s.queued = unable
		s.printer.memory.owed = 0
	default:
		return err
	}
	s.process = unable
	return nil
}

// clear makes the printer forget what it has not printed, if it can.
func (s *session) clear(ctx context.Context) {
	if s.send(clearBuffers()) != nil {
		return
	}
	if s.await(ctx, s.limits.Fence, func(a Answer) bool { _, ok := a.(Cleared); return ok }) == nil {
		s.printer.memory.stale = false
		s.printer.memory.unclosed = 0
	}
}

// meet lets a printer forget what the process before left in it, also while it has
// no paper: with the new roll that would come out.
func (s *session) meet(ctx context.Context) {
	if s.printer.memory.strange && !s.mute() {
		s.clear(ctx)
	}
	s.printer.memory.strange = false
}

// recover ends what an earlier slip left behind: bytes that the printer still
// holds or waits for, and a strip of paper that nobody should take for a slip.
// The printer must be willing to print.
func (s *session) recover(ctx context.Context) error {
	m := &s.printer.memory
	if !m.stale && !m.torn {
		return nil
	}
	if m.stale {
		s.clear(ctx)
	}
	if m.torn || m.stale {
		unclosed := 0
		if m.stale { // not cleared: it may wait for the rest of a picture
			unclosed = m.unclosed
		}
		note := ""
		if m.torn {
			note = s.printer.options.VoidNote
		}
		job := voidJob(unclosed, note, s.printer.options.Profile)
		if _, err := s.sendJob(ctx, job); err != nil {
			return err
		}
	}
	if err := s.catchUp(ctx); err != nil {
		return err
	}
	m.stale, m.torn, m.unclosed = false, false, 0
	s.printer.leave()
	return nil
}

// catchUp lets answers to old GS r fences arrive, so that none of them is taken
// for that of the next slip.
func (s *session) catchUp(ctx context.Context) error {
	for s.printer.memory.owed > 0 {
		err := s.await(ctx, s.limits.Fence, func(a Answer) bool { _, ok := a.(Queued); return ok })
		if errors.Is(err, errSilent) {
			s.printer.memory.owed = 0 // quiet for long enough: they will not come
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
