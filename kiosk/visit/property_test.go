package visit

import (
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// world answers a terminal's effects at random times, with failures, and keeps
// what must hold.
type world struct {
	t         *testing.T
	random    *rand.Rand
	s         State
	now       time.Time
	owed      []Event // answers to effects, not yet given
	saves     int     // Save effects without an answer
	confirmed int
	settled   int  // Saved or SaveFailed shown
	slipOwed  bool // saved, and its slip not asked for yet
	serial    int
	persons   []string // of all visitors so far
	greeted   time.Time
	greetings int
	note      int64
	papers    map[string]bool // given by central; true once it was told what came of it
	whole     string          // name on the paper of who showed her card
	printed   int             // papers
	visited   map[Screen]bool
	sealed    map[string]bool // services of confirmed requests
	log       []string
}

func (w *world) step() {
	e := w.pick()
	before := w.s
	w.log = append(w.log, fmt.Sprintf("%s: %T%v", before.visit.screen, e, e))
	if len(w.log) > 30 {
		w.log = w.log[1:]
	}
	var effects []Effect
	w.s, effects = Update(w.s, e)
	w.check(before, e, effects)
	for _, x := range effects {
		w.answer(x)
	}
}

// pick chooses the next event: mostly what a View offers, sometimes anything.
func (w *world) pick() Event {
	if len(w.owed) > 0 && w.random.Intn(3) == 0 {
		i := w.random.Intn(len(w.owed))
		e := w.owed[i]
		w.owed = slices.Delete(w.owed, i, i+1)
		return e
	}
	if w.s.Idle() && w.random.Intn(4) == 0 {
		return Presence{true}
	}
	if w.s.canPrint() && w.random.Intn(2) == 0 {
		return PrintPaper{}
	}
	if w.s.visit.screen == ScreenHome && w.random.Intn(20) == 0 { // with a slip in her hand
		return Scanned{string(testTicket)}
	}
	switch n := w.random.Intn(20); {
	case n < 11:
		v := Look(w.s)
		if w.random.Intn(2) == 0 {
			v.Bar = nil // somebody who wants to get on
			if len(v.Actions) > 0 && !v.Actions[0].Disabled && w.random.Intn(3) > 0 {
				return v.Actions[0].Event
			}
		}
		if controls := offered(v); len(controls) > 0 {
			return controls[w.random.Intn(len(controls))].Event
		}
	case n < 13:
		w.now = w.now.Add(time.Duration(w.random.Intn(40)) * time.Second)
		if w.random.Intn(200) == 0 {
			w.now = time.Unix(int64(w.random.Intn(2e9)), 0) // a clock that travels
		}
		return Tick{w.now}
	case n < 16:
		w.serial++
		name := fmt.Sprintf("测试%d姓", w.serial)
		address := fmt.Sprintf("虚构路%d弄", w.serial)
		number, token := fmt.Sprintf("1101011949%08d", w.serial), fmt.Sprintf("token%d.", w.serial)
		w.persons = append(w.persons, name, address, number, token)
		return CardRead{Person: request.Person{Name: name, Address: address, IDNumber: number, Token: token}, Expired: w.random.Intn(2) == 0}
	}
	if w.random.Intn(8) == 0 { // somewhere in the middle of a service, at once
		if code := w.rules().Services[w.random.Intn(len(w.rules().Services))].Code; w.s.visit.screen == ScreenHome {
			return Start{code}
		}
	}
	codes := []fault.Code{fault.None, fault.Unplugged, fault.PaperOut, fault.PaperNearEnd}
	devices := []Device{CardReader, Printer, Scanner, Button, Speaker, Microphone, Camera}
	any := []Event{
		Wake{}, Start{"repair"}, Start{"nothing"}, Speak{phrase.English}, Speak{"xx"}, Turn{1}, Turn{-1}, Turn{7}, Open{"nothing"}, Skip{},
		Letter{'a'}, Letter{0}, Choose{0}, Choose{-1}, Choose{99}, Switch{InputHand}, Switch{InputPinyin}, Switch{"nothing"}, Stroke{}, Stroke{[]Point{{1, 2}, {30, 400}}}, Clear{},
		Record{}, Stop{}, Listen{}, Shoot{}, Redo{}, Rate{3}, Rate{9}, Adjust{Louder}, Adjust{"nothing"},
		Recorded{Take: 1}, Taken{Take: 2}, TakeFailed{Take: 3}, Recognised{Take: 4}, Searched{Query: "x"}, FoundByCard{Token: "other"},
		Pick{"water"}, Pick{"nothing"}, Digit{'7'}, Digit{'x'}, Erase{}, Next{}, SkipCard{},
		Edit{"what"}, Edit{"building"}, Edit{"nothing"}, Confirm{}, Retry{}, Finish{}, Back{}, Replay{}, Ease{}, Help{}, Dismiss{}, Stay{},
		CardPresent{}, CardFailed{}, CardLifted{}, ButtonPressed{}, Scanned{"rubbish"}, Scanned{string(testTicket)},
		DeviceChanged{devices[w.random.Intn(len(devices))], codes[w.random.Intn(len(codes))]},
		LinkChanged{w.random.Intn(2) == 0, w.random.Intn(3)}, Delivered{"elsewhere"}, Held{"elsewhere"}, Sending{[]string{"elsewhere", w.s.visit.id}}, Sending{}, Saved{ID: "never asked", Ticket: testTicket},
		Presence{true}, Presence{false}, SaveFailed{}, Printed{Job: -int64(w.random.Intn(5))}, PrintPaper{}, PaperRefused{Job: 1}, LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Service: "nothing"}}, CallAnswered{ID: "other"},
	}
	if w.saves > 0 {
		// The runtime answers a Save itself; nobody else can.
		any = slices.DeleteFunc(any, func(e Event) bool {
			switch e.(type) {
			case Saved, SaveFailed:
				return true
			}
			return false
		})
	}
	return any[w.random.Intn(len(any))]
}

func offered(v View) []Control {
	var all []Control
	add := func(cs ...Control) {
		for _, c := range cs {
			if !c.Disabled {
				all = append(all, c)
			}
		}
	}
	add(v.Tiles...)
	add(v.Items...)
	add(v.Stars...)
	add(v.Actions...)
	if v.Pager != nil {
		add(v.Pager.Earlier, v.Pager.Later)
	}
	if k := v.Keyboard; k != nil {
		add(k.Candidates...)
		add(slices.Concat(k.Rows...)...)
		add(k.Tools...)
		if k.More != nil {
			add(*k.More)
		}
	}
	if v.Pad != nil {
		add(v.Pad.Candidates...)
		add(v.Pad.Tools...)
	}
	add(v.Bar...)
	for _, r := range v.Rows {
		if r.Edit != nil {
			add(*r.Edit)
		}
	}
	if v.Keypad != nil {
		add(v.Keypad.Keys...)
		add(v.Keypad.Erase)
	}
	return all
}

// answer owes the answer to an effect.
func (w *world) answer(x Effect) {
	w.serial++
	id := fmt.Sprint("id", w.serial)
	fails := w.random.Intn(4) == 0
	switch x := x.(type) {
	case Save:
		w.saves++
		if fails {
			w.owed = append(w.owed, SaveFailed{Fault: fault.QueueFull})
			return
		}
		code, err := ticket.New(12, w.random)
		if err != nil {
			w.t.Fatal(err)
		}
		settled := Event(Delivered{ID: id})
		if w.random.Intn(8) == 0 {
			settled = Held{ID: id}
		}
		w.owed = append(w.owed, Saved{ID: id, Ticket: code, At: w.now, Dropped: len(x.Attachments) > 0 && w.random.Intn(4) == 0}, settled)
	case Print:
		results := []slip.Outcome{slip.Printed, slip.NotPrinted, slip.Unknown}
		w.owed = append(w.owed, Printed{Job: x.Job, Result: slip.Result{Outcome: results[w.random.Intn(3)]}})
	case StartNote:
		w.note = x.Take
	case StopNote:
		if w.note == x.Take && !x.Discard {
			w.owed = append(w.owed, w.made(x.Take, fails, false))
		}
	case TakePicture:
		w.owed = append(w.owed, w.made(x.Take, fails, true))
	case Recognise:
		w.owed = append(w.owed, Recognised{x.Take, []string{"水", "木"}[:w.random.Intn(3)]})
	case Search:
		w.owed = append(w.owed, Searched{Query: x.Query, IDs: w.ids(), Failed: fails})
	case FindByCard:
		mine := []Mine{{testTicket, Progress{Service: "repair", Status: StatusDone}}, {"001212345679", Progress{Service: "nothing", Status: "strange"}}}
		w.owed = append(w.owed, FoundByCard{Token: x.Token, Result: LookupResult(w.random.Intn(4)), Mine: mine[:w.random.Intn(3)]})
	case Find:
		w.owed = append(w.owed, LookedUp{Ticket: x.Ticket, Result: LookupResult(w.random.Intn(4)), Progress: w.progress()})
	case GetPaper:
		w.owed = append(w.owed, w.paper(x, fails))
	case RaiseCall:
		if fails {
			w.owed = append(w.owed, CallFailed{})
			return
		}
		w.owed = append(w.owed, CallSaved{id}, CallDelivered{id}, CallAnswered{ID: id, Answer: "coming", Words: phrase.Text("answer.coming")})
	}
}

func (w *world) rules() *catalog.Catalog { return w.s.rules.Catalog }

func (w *world) ids() []string {
	var all []string
	for _, a := range w.s.rules.Policies.Articles[:w.random.Intn(4)] {
		all = append(all, a.ID)
	}
	return append(all, "nothing")
}

// made is a voice note or picture of somebody.
func (w *world) made(take int64, fails, picture bool) Event {
	if fails {
		return TakeFailed{Take: take, Fault: []fault.Code{fault.Unplugged, fault.QueueFull}[w.random.Intn(2)]}
	}
	voice := fmt.Sprintf("声音%d。", w.serial)
	w.persons = append(w.persons, voice)
	a := request.NewAttachment(fmt.Sprint("note", w.serial), "audio/ogg", []byte(voice), 3)
	if picture {
		return Taken{take, a}
	}
	return Recorded{take, a}
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf(format+"\nlast events:\n%s", append(args, strings.Join(w.log, "\n"))...)
}

func (w *world) check(before State, e Event, effects []Effect) {
	w.t.Helper()
	// A confirmed request is saved, or its failure is on the screen.
	if before.Screen() == ScreenConfirm && before.allSeen() && e == (Confirm{}) {
		w.confirmed++
		if _, n := find[Save](effects); n != 1 {
			w.fail("confirm caused %d saves", n)
		}
	}
	switch e.(type) {
	case Saved, SaveFailed:
		if before.visit.screen == ScreenSaving {
			w.saves--
			w.settled++
			w.slipOwed = w.s.visit.screen == ScreenSaved && before.visit.draft.Rating == nil
			if after := w.s.visit.screen; after != ScreenSaved && after != ScreenUnsaved {
				w.fail("a settled save shows %s", after)
			}
		}
	}
	if before.visit.screen == ScreenSaving && w.s.visit.screen != ScreenSaving && w.saves > 0 {
		w.fail("left %s before the save was answered", ScreenSaving)
	}
	// Each saved request gets one slip, also when its resident does not wait.
	if _, paper := e.(PaperGiven); paper {
		w.checkPaper(e.(PaperGiven), effects)
	} else if _, n := find[Print](effects); n > 0 {
		if !w.slipOwed || n > 1 {
			w.fail("%d slips for nothing", n)
		}
		w.slipOwed = false
	}
	if _, wiped := find[Wipe](effects); wiped > 0 && w.slipOwed {
		w.fail("wiped before the slip was asked for")
	}
	// After the wipe nothing is left, in the state or in what it shows.
	if _, wiped := find[Wipe](effects); wiped > 0 {
		if left := w.s.personal(); len(left) > 0 || w.s.visit.screen != ScreenStart {
			w.fail("after the wipe: %q on %s", left, w.s.visit.screen)
		}
	}
	if w.s.visit.screen == ScreenStart {
		shown := fmt.Sprintf("%+v", Look(w.s))
		for _, p := range w.persons {
			if strings.Contains(shown, p) {
				w.fail("the start screen shows %q", p)
			}
		}
		w.persons = w.persons[:0]
	}
	for _, x := range effects {
		switch x := x.(type) {
		case TellPaper:
			if told, given := w.papers[x.ID]; told || !given {
				w.fail("told of the paper %q, which was given %v and told of %v", x.ID, given, told)
			}
			w.papers[x.ID] = true
		case Say:
			w.checkScript(x)
			for _, p := range w.persons {
				if strings.Contains(x.Text, p) {
					w.fail("spoke %q", x.Text)
				}
			}
		case Print:
			for _, p := range w.persons {
				if strings.Contains(slipText(x.Slip), p) {
					w.fail("printed %q", p)
				}
			}
			if _, paper := e.(PaperGiven); paper {
				break
			}
			if delivered := w.s.visit.reach != notReached; delivered == strings.Contains(slipText(x.Slip), phrase.In(before.visit.manner.Locale, "status.saved")) {
				w.fail("delivered is %v, the slip:\n%s", delivered, slipText(x.Slip))
			}
		}
	}
	if _, stepped := e.(Presence); stepped {
		w.checkPresence(before, effects)
	}
	if w.visited == nil {
		w.visited, w.sealed = map[Screen]bool{}, map[string]bool{}
	}
	w.visited[w.s.Screen()] = true
	if save, n := find[Save](effects); n > 0 {
		w.sealed[save.Draft.Service] = true
		w.checkDraft(save)
	}
	w.checkView(Look(w.s))
}

// checkPresence: stepping in front of the terminal changes nothing of what is shown, and
// is answered by the greeting or not at all.
func (w *world) checkPresence(before State, effects []Effect) {
	w.t.Helper()
	if !reflect.DeepEqual(Look(before), Look(w.s)) || !reflect.DeepEqual(before.visit, w.s.visit) {
		w.fail("presence changed the screen")
	}
	say, n := find[Say](effects)
	if len(effects) != n || n > 1 || n == 1 && (!before.Idle() || !strings.HasPrefix(say.Key, "start.greeting")) {
		w.fail("presence at %s caused %v", before.Screen(), effects)
	}
	if n == 1 && !w.greeted.IsZero() && !w.now.Before(w.greeted) && w.now.Sub(w.greeted) < time.Minute {
		w.fail("greeted again after %v", w.now.Sub(w.greeted))
	}
	if n == 1 {
		w.greeted, w.greetings = w.now, w.greetings+1
	}
}

func (w *world) checkView(v View) {
	w.t.Helper()
	if len(v.Tiles) > 6 || v.Title == "" || len(v.Bar) == 0 {
		w.fail("view %+v", v)
	}
	recording := v.Meter != nil && (v.Meter.Running || w.s.visit.taking.ending)
	if v.Screen != ScreenStart && (v.Prompt.Text == "") != recording {
		w.fail("%s has no prompt", v.Screen)
	}
	ids := map[string]bool{}
	for _, c := range offered(v) {
		if ids[c.ID] || c.ID == "" || c.Event == nil || c.Label == "" {
			w.fail("control %+v on %s", c, v.Screen)
		}
		ids[c.ID] = true
	}
	if !ids["bar.help"] {
		w.fail("no call for help on %s", v.Screen)
	}
}

// wayBack proves that the start can be reached from here by touches alone.
func (w *world) wayBack() {
	w.t.Helper()
	s := w.s
	for range 40 {
		if s.Idle() {
			return
		}
		var way Event
		for _, c := range offered(Look(s)) {
			switch c.Event.(type) {
			case Finish, Dismiss:
				way = c.Event
			case Back:
				if way == nil {
					way = c.Event
				}
			}
		}
		if s.visit.screen == ScreenSaving && !s.call.shown && !s.visit.warned {
			return // the terminal has the move
		}
		if way == nil {
			w.fail("no way back from %s", s.Screen())
		}
		s, _ = Update(s, way)
	}
	w.fail("lost on the way back on %s", s.Screen())
}

func TestRandomEvents(t *testing.T) {
	steps := 15_000
	if testing.Short() {
		steps = 5_000
	}
	if text := os.Getenv("LINTAI_STEPS"); text != "" { // of all four together
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		steps = n / 4
	}
	for seed := range int64(4) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			t.Parallel()
			rules := testRules()
			w := &world{t: t, random: rand.New(rand.NewSource(seed)), s: New(rules), now: begin}
			for i := range steps {
				w.step()
				if i%50 == 0 {
					w.wayBack()
				}
			}
			if w.confirmed < steps/1500 || w.settled < w.confirmed/2 {
				t.Errorf("only %d confirmed and %d settled: the test does not get anywhere", w.confirmed, w.settled)
			}
			if w.greetings == 0 {
				t.Error("nobody was greeted: the test does not get there")
			}
			w.everyPaperIsToldOf()
			t.Logf("%d confirmed, %d settled, %d greeted, %d papers, %d of them printed", w.confirmed, w.settled, w.greetings, len(w.papers), w.printed)
		})
	}
}

func TestNobodyThereMeansTheStartScreen(t *testing.T) {
	// From any state, if nothing more is touched, the terminal wipes by itself.
	rules := testRules()
	w := &world{t: t, random: rand.New(rand.NewSource(99)), s: New(rules), now: begin}
	for i := range 10_000 {
		w.step()
		if i%200 != 0 || w.s.busy() {
			continue
		}
		s, now := w.s, w.now
		for range 1200 {
			now = now.Add(time.Second)
			s, _ = Update(s, Tick{now})
		}
		if s.visit.screen != ScreenStart {
			w.fail("still on %s after twenty minutes", s.Screen())
		}
	}
}

func FuzzVisit(f *testing.F) {
	f.Add(int64(1), 100)
	f.Fuzz(func(t *testing.T, seed int64, steps int) {
		rules := testRules()
		w := &world{t: t, random: rand.New(rand.NewSource(seed)), s: New(rules), now: begin}
		for range max(0, min(steps, 2000)) {
			w.step()
		}
		w.wayBack()
	})
}
