package printer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

const (
	// aheadBytes is the most that is sent and not yet on the line. A printer that
	// says XOFF has room for little more than this.
	aheadBytes = 128
	// chunkBytes is sent at once. Two chunks are ahead, so that the line does not
	// fall silent while this program is woken for the next.
	chunkBytes = aheadBytes / 2
	// freeChunkBytes is sent at once where the kernel holds the writer back.
	freeChunkBytes = 512
)

// errSilent: a question to the printer was not answered.
var errSilent error = &hw.Error{Code: fault.NoAnswer, Text: "printer: no answer"}

// ability is whether a printer can do something; unknown until it was tried.
type ability int

const (
	unknown ability = iota
	able
	unable
)

// session is the printer from the opening of its line to its loss.
type session struct {
	printer *Printer
	port    port
	kind    kind
	tell    func(hw.Report)
	limits  Limits

	answers chan Answer

	mu     sync.Mutex
	paused bool          // the printer said XOFF
	resume chan struct{} // closed at XON
	err    error

	done chan struct{}
	once sync.Once
	read chan struct{} // closed when the reader has ended

	// The holder of the turn owns what follows.
	answered [5]ability // DLE EOT 1 to 4
	process  ability    // GS ( H
	queued   ability    // GS r 1
	tries    int        // times these two were tried in vain
	status   Status
	late     int    // DLE EOT questions that may still be answered
	silences int    // DLE EOT questions in a row that were not
	deafness int    // whole rounds of DLE EOT without any answer
	watching *fence // out while the status is asked for
}

func newSession(p *Printer, port port, k kind, tell func(hw.Report)) *session {
	s := &session{
		printer: p, port: port, kind: k, tell: tell, limits: p.options.Limits,
		answers: make(chan Answer, 256),
		done:    make(chan struct{}),
		read:    make(chan struct{}),
	}
	go s.listen()
	return s
}

// listen turns what arrives into answers until the line is closed or lost.
func (s *session) listen() {
	defer close(s.read)
	var parser Parser
	buf := make([]byte, 256)
	for {
		n, err := s.port.Read(buf, time.Second)
		if errors.Is(err, serialport.ErrTimeout) {
			continue
		}
		if err != nil {
			s.end(err)
			return
		}
		for _, b := range buf[:n] {
			a, ok := parser.Push(b)
			if !ok {
				continue
			}
			if f, ok := a.(Flow); ok {
				s.flow(f.On)
				continue
			}
			s.keep(a)
		}
	}
}

// keep holds an answer for whoever asked; when nobody does, old ones make room.
func (s *session) keep(a Answer) {
	for {
		select {
		case s.answers <- a:
			return
		default:
		}
		select {
		case <-s.answers:
		default:
		}
	}
}

func (s *session) flow(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case on && s.paused:
		s.paused = false
		close(s.resume)
	case !on && !s.paused:
		s.paused = true
		s.resume = make(chan struct{})
	}
}

// flowing returns nil when bytes may be sent, or a channel that closes then.
func (s *session) flowing() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		return s.resume
	}
	return nil
}

// end closes the session for the reason err; nil when this side wanted it.
func (s *session) end(err error) {
	s.once.Do(func() {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
		s.printer.forget(s)
		s.port.Close()
		close(s.done)
	})
}

// Done, Err and Close are described at hw.Device.
func (s *session) Done() <-chan struct{} { return s.done }

func (s *session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *session) Close() error {
	s.end(nil)
	<-s.read
	return nil
}

// lostError is why nothing more can be said to the printer.
func (s *session) lostError() error {
	if err := s.Err(); err != nil {
		return err
	}
	return serialport.ErrClosed
}

// take waits for the turn to talk to the printer.
func (s *session) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.printer.turn:
		return nil
	case <-s.done:
		return s.lostError()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) give() { s.printer.turn <- struct{}{} }

// send writes a short question.
func (s *session) send(b []byte) error {
	_, err := s.port.Write(b, s.limits.Stall)
	if err != nil && !errors.Is(err, serialport.ErrTimeout) {
		s.end(err)
	}
	return err
}

// await passes answers to want until it is content, the time is over, or the
// line is lost.
func (s *session) await(ctx context.Context, within time.Duration, want func(Answer) bool) error {
	over := s.printer.options.Clock.After(within)
	for {
		select {
		case a := <-s.answers:
			s.note(a)
			if want(a) {
				return nil
			}
		case <-over:
			return errSilent
		case <-s.done:
			return s.lostError()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// note keeps what an answer tells whoever asked for it.
func (s *session) note(a Answer) {
	switch a := a.(type) {
	case Automatic:
		s.status = a.Status
	case Queued:
		m := &s.printer.memory
		m.owed = max(m.owed-1, 0)
	case Cleared:
		s.printer.memory.owed = 0
	case Processed:
		// However late: a printer that was busy when it was asked for the first
		// time would otherwise be left with a lesser fence, or none, for ever.
		s.process = able
	}
	if s.watching != nil {
		s.watching.see(s, a)
	}
}

// drain forgets answers that came unasked.
func (s *session) drain() {
	for {
		select {
		case a := <-s.answers:
			s.note(a)
			if _, ok := a.(RealTime); ok {
				s.late = max(s.late-1, 0)
			}
		default:
			return
		}
	}
}

// ask puts the DLE EOT questions that this printer answers and updates the
// status. Only when all that it once answered stay unanswered is it silent.
func (s *session) ask(ctx context.Context) error {
	s.drain()
	if s.mute() {
		if _, err := s.askOne(ctx, 1); err != nil {
			s.status = Status{}
			if errors.Is(err, errSilent) {
				err = nil
			}
			return err
		}
		// It speaks after all: it was slow to wake.
		s.deafness, s.tries, s.process, s.queued = 0, 0, unknown, unknown
	}
	if questions := s.known(); questions != nil {
		return s.askAtOnce(ctx, questions)
	}
	fresh := Status{}
	heard := false
	for n := 1; n <= 4; n++ {
		if s.answered[n] == unable {
			continue
		}
		b, err := s.askOne(ctx, n)
		switch {
		case err == nil:
			s.answered[n] = able
			fresh.apply(n, b)
			heard = true
		case !errors.Is(err, errSilent):
			return err
		case s.answered[n] == able:
			// It answers later, or never. What comes late must not be taken for
			// the answer to another question, so no other is put.
			return fmt.Errorf("%w to DLE EOT %d", errSilent, n)
		}
	}
	if !heard {
		s.answered = [5]ability{} // it may have been off: find out again
		s.deafness++
		return fmt.Errorf("%w to DLE EOT", errSilent)
	}
	for n := 1; n <= 4; n++ {
		if s.answered[n] == unknown {
			s.answered[n] = unable
		}
	}
	s.status, s.deafness = fresh, 0
	return nil
}

// known gives the questions that this printer answers when all of that has been
// found out, no answer is owed, and it can be asked all of them at once; else nil.
func (s *session) known() []int {
	if s.late > 0 || s.printer.memory.singly {
		return nil
	}
	var questions []int
	for n := 1; n <= 4; n++ {
		switch s.answered[n] {
		case unknown:
			return nil
		case able:
			questions = append(questions, n)
		}
	}
	return questions
}

// askAtOnce puts questions in one breath: a slip waits for their answers, and one
// by one each costs a way there and back, with USB adapters up to 16 ms. A printer
// that loses some when they come so fast is asked singly from then on.
func (s *session) askAtOnce(ctx context.Context, questions []int) error {
	var request []byte
	for _, n := range questions {
		request = append(request, askStatus(n)...)
	}
	if err := s.send(request); err != nil {
		return err
	}
	fresh, answers := Status{}, 0
	err := s.await(ctx, s.limits.Answer, func(a Answer) bool {
		if rt, ok := a.(RealTime); ok {
			fresh.apply(questions[answers], rt.Byte)
			answers++
		}
		return answers == len(questions)
	})
	if err == nil {
		s.status, s.silences = fresh, 0
		return nil
	}
	s.late += len(questions) - answers
	if !errors.Is(err, errSilent) {
		return err
	}
	s.silences++
	// None at all is a printer that is off, or busy.
	if answers > 0 {
		s.printer.memory.singly = true
		s.late = 0
	}
	return fmt.Errorf("%w to %d of DLE EOT %v", errSilent, len(questions)-answers, questions)
}

// mute tells whether this printer is one that never says anything. usblp has
// those: the cable is known to be in, as the device is gone with it, so they are
// written to blindly and every slip stays Unknown. Silence on other lines is a
// printer that is off.
func (s *session) mute() bool { return s.kind == onUSB && s.deafness >= muteAfter }

// muteAfter is the number of rounds of questions after which a USB printer is
// known to be mute: the first may find it at its self-test.
const muteAfter = 2

// silenceLimit is the number of unanswered questions in a row after which their
// answers are no longer expected: the printer was off.
const silenceLimit = 20

// askOne puts one DLE EOT question. Answers to earlier questions that are still on
// their way come first and are passed over.
func (s *session) askOne(ctx context.Context, n int) (byte, error) {
	if err := s.send(askStatus(n)); err != nil {
		return 0, err
	}
	var got byte
	err := s.await(ctx, s.limits.Answer, func(a Answer) bool {
		rt, ok := a.(RealTime)
		if ok && s.late > 0 {
			s.late--
			return false
		}
		got = rt.Byte
		return ok
	})
	switch {
	case err == nil:
		s.silences = 0
	case errors.Is(err, errSilent) && s.answered[n] == able:
		s.late++
		s.silences++
		if s.silences >= silenceLimit {
			s.late, s.silences = 0, 0
		}
	}
	return got, err
}

// Probe asks the idle printer how it is and puts right what an earlier slip left
// behind.
func (s *session) Probe(ctx context.Context) (hw.Report, error) {
	if err := s.take(ctx); err != nil {
		return hw.Report{}, err
	}
	defer s.give()
	if err := s.ask(ctx); err != nil {
		return hw.Report{}, err
	}
	s.meet(ctx)
	if !s.status.Refuses() {
		if err := s.recover(ctx); err != nil {
			return hw.Report{}, err
		}
		if err := s.findFence(ctx); err != nil {
			return hw.Report{}, err
		}
	}
	return s.report(), nil
}

// report is the status as health.
func (s *session) report() hw.Report {
	r := hw.Report{Code: s.status.Fault()}
	// Offline for no reason given is somebody feeding paper, or a start.
	r.Unusable = s.status.Refuses() && r.Code != fault.None && r.Code != fault.PaperNearEnd
	if r.Code == fault.None && s.process == unable && s.queued == unable {
		r.Code = fault.PrintUnknown
	}
	r.Detail = s.status.String()
	switch {
	case s.process == able:
		r.Detail += "; tells the end of a slip (GS ( H)"
	case s.queued == able:
		r.Detail += "; tells the end of a slip (GS r)"
	case s.mute():
		r.Detail = "never answers: status and end of a slip are not known"
	case s.process == unable:
		r.Detail += "; does not tell the end of a slip"
	}
	return r
}
