package complaint

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lintai/deploy/prove/house"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// screen is what residents see, and everything that a terminal has beside its queue
// and its line.
type screen struct {
	book[visit.View]
	slips book[slip.Slip]
}

const forgotten visit.Screen = "forgotten"

func (s *screen) Show(v visit.View)        { s.add(v) }
func (s *screen) Forget()                  { s.add(visit.View{Screen: forgotten}) }
func (s *screen) Say(visit.Say)            {}
func (s *screen) Chime()                   {}
func (s *screen) Hush()                    {}
func (s *screen) Play(terminal.Note)       {}
func (s *screen) SetVolume(int)            {}
func (s *screen) SetMode(m visit.CardMode) {}
func (s *screen) light(visit.LightPattern) {}
func (s *screen) Print(_ context.Context, p slip.Slip) slip.Result {
	s.slips.add(p)
	return slip.Result{Outcome: slip.Printed}
}

type light func(visit.LightPattern)

func (f light) Show(p visit.LightPattern) { f(p) }

// window is the terminal before which residents stand: over the lobby's queue and
// line.
func (l *lobby) window(queue terminal.Queue) (*terminal.Terminal, *screen) {
	l.t.Helper()
	s := &screen{}
	rules := visit.DefaultRules()
	rules.DeliverWait = 0
	term := terminal.New(terminal.Config{
		Number: 7, Rules: rules, Queue: queue, Central: l.terminal.Agent, Printer: s, Voice: s, Light: light(s.light), Cards: s, Display: s,
		Now: time.Now, NewID: func() (string, error) { return newID(), nil }, Random: rand.Reader,
		FaultOf: func(err error) fault.Code { return offline.FaultOf(err) }, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(l.ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); term.Run(ctx, nil) }()
	l.t.Cleanup(func() { cancel(); <-ended })
	return term, s
}

// shows waits for the n-th view of a screen, from the first view on.
func (s *screen) shows(t *testing.T, ctx context.Context, what visit.Screen, n int) visit.View {
	t.Helper()
	s.until(t, ctx, string(what), n, func(v visit.View) bool { return v.Screen == what })
	for _, v := range slices.Backward(s.list()) {
		if v.Screen == what {
			return v
		}
	}
	panic("not there")
}

var (
	formerName, formerAddress = "欧阳测试", "虚构市样板路九号"
	former                    = []visit.Event{visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "water"}, visit.Pick{Option: "home"}, visit.Pick{Option: "urgent"},
		visit.CardRead{Person: request.Person{Name: formerName, Address: formerAddress}}, visit.Turn{By: 1}, visit.Confirm{}}
)

// own is what the next one does: to the page that shows everything, and then she
// walks away too.
var own = []visit.Event{visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "water"}, visit.Pick{Option: "home"}, visit.Pick{Option: "urgent"}, visit.SkipCard{},
	visit.Digit{Digit: '3'}, visit.Next{}, visit.Digit{Digit: '5'}, visit.Next{}, visit.Turn{By: 1}}

// visitors are residents before one terminal, one after the other.
type visitors struct {
	*lobby
	*screen
	term  *terminal.Terminal
	now   time.Time
	wipes int
}

// leaves lets somebody walk away, and waits for the wipe.
func (v *visitors) leaves() {
	v.t.Helper()
	for range 40 { // longer than the terminal waits
		v.now = v.now.Add(10 * time.Second)
		v.term.Post(visit.Tick{Now: v.now})
	}
	v.wipes++
	v.shows(v.t, v.ctx, forgotten, v.wipes)
}

// next is what the next one sees, screen by screen, but for the strip and the
// greeting, which go with the time.
func (v *visitors) next() (seen []string) {
	v.t.Helper()
	from := len(v.list())
	for _, e := range own {
		v.term.Post(e)
	}
	v.leaves()
	for _, view := range v.list()[from:] {
		if view.Screen == visit.ScreenStart {
			continue
		}
		view.Strip = visit.Strip{}
		text, err := json.Marshal(view)
		v.must(err)
		if len(seen) == 0 || seen[len(seen)-1] != string(text) {
			seen = append(seen, string(text))
		}
	}
	return seen
}

// At every step somebody walks away, and answers to what she asked come after
// that. The next one goes through the same form, and sees exactly what the very first
// visitor of a terminal sees.
//
// Fails when the wipe leaves anything in the state of the visit, when it does not
// come, or when a late answer brings something back.
func TestTheNextUserSeesThePreviousUsersForm(t *testing.T) {
	l := ready(t)
	v := &visitors{lobby: l, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	v.term, v.screen = l.window(l.terminal.Queue)
	v.term.Post(visit.Tick{Now: v.now})
	fresh := v.next()
	if len(fresh) < len(own) || !strings.Contains(strings.Join(fresh, ""), `"Screen":"confirm"`) {
		t.Fatalf("the first visitor did not get to the confirm page: %d screens", len(fresh))
	}
	typing := append(slices.Clone(own), visit.Back{}, visit.Digit{Digit: '9'})
	lookup := []visit.Event{visit.Wake{}, visit.Start{Service: "lookup"}, visit.Digit{Digit: '1'}, visit.Digit{Digit: '2'}}
	secrets := []string{formerName, formerAddress}
	for _, whole := range [][]visit.Event{former, typing, lookup} {
		for steps := 1; steps <= len(whole); steps++ {
			for _, e := range whole[:steps] {
				v.term.Post(e)
			}
			if whole[steps-1] == (visit.Confirm{}) {
				code := v.shows(t, l.ctx, visit.ScreenSaved, 1).Code
				v.until(t, l.ctx, "her slip is out", 1, func(view visit.View) bool { return view.Screen == visit.ScreenSaved && view.NoticeTone == visit.Good })
				secrets = append(secrets, code, strings.ReplaceAll(code, " ", ""))
			}
			v.leaves()
			for _, late := range []visit.Event{
				visit.CardRead{Person: request.Person{Name: formerName, Address: formerAddress}},
				visit.Saved{ID: newID(), Ticket: newTicket(t), At: v.now},
				visit.LookedUp{Ticket: newTicket(t), Progress: visit.Progress{Status: visit.StatusAccepted, Note: formerAddress}},
				visit.FoundByCard{Mine: []visit.Mine{{Ticket: newTicket(t), Progress: visit.Progress{Note: formerName}}}},
				visit.Taken{Picture: request.NewAttachment(newID(), "image/jpeg", []byte(formerName), 0)},
			} {
				v.term.Post(late)
			}
			seen := v.next()
			for _, text := range seen {
				for _, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("after %d steps the next one sees %q", steps, secret)
					}
				}
			}
			if !slices.Equal(seen, fresh) {
				t.Errorf("after %v the next one sees other screens than the first one did", whole[:steps])
			}
		}
	}
	if n := v.count(func(view visit.View) bool {
		text, _ := json.Marshal(view)
		return strings.Contains(string(text), formerName)
	}); n == 0 {
		t.Error("no screen ever showed her name: nothing was tried")
	}
}

// lateError is a disk that reports an error after it wrote: what a timeout is for
// somebody who saves.
type lateError struct {
	*offline.Queue
	left atomic.Int32
}

func (q *lateError) SaveRequest(ctx context.Context, r request.Request, attachments ...request.Attachment) error {
	err := q.Queue.SaveRequest(ctx, r, attachments...)
	if err == nil && q.left.Add(-1) >= 0 {
		return errors.New("the disk did not answer in time")
	}
	return err
}

// She is told that it could not be saved although it was, and presses again.
//
// Fails when a retry is another request.
func TestDoubleSubmitByPressingAgain(t *testing.T) {
	l := ready(t)
	queue := &lateError{Queue: l.terminal.Queue}
	queue.left.Store(1)
	term, s := l.window(queue)
	for _, e := range former {
		term.Post(e)
	}
	s.shows(t, l.ctx, visit.ScreenUnsaved, 1)
	term.Post(visit.Retry{})
	code := s.shows(t, l.ctx, visit.ScreenSaved, 1).Code
	l.must(l.Drain(l.ctx))
	book, err := house.ReadBook(l.ctx, l.Folder())
	l.must(err)
	if page := signIn(t, l.Central()).page("/console/cases/1"); book.Cases != 1 || !strings.Contains(page, code) {
		t.Errorf("%d cases, or staff do not see the code %s", book.Cases, code)
	}
	if n := len(l.entries()); n != 1 {
		t.Errorf("%d requests are in the queue", n)
	}
}
