package visit

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
)

// progress is what a look-up finds: sometimes a paper.
func (w *world) progress() Progress {
	if w.random.Intn(2) == 0 {
		if w.serial%2 == 0 {
			return Progress{Service: "certificate", Status: StatusDone, AtDesk: true}
		}
		return Progress{Service: "repair", Status: StatusWorking}
	}
	return Progress{Service: "certificate", Status: StatusDone, Paper: true, Papers: w.random.Intn(3)}
}

// paper is what central gives for a question, or why it does not.
func (w *world) paper(asked GetPaper, fails bool) Event {
	if fails {
		return PaperRefused{asked.Job, PaperTrouble(1 + w.random.Intn(3))}
	}
	if w.papers == nil {
		w.papers = map[string]bool{}
	}
	id := fmt.Sprint("paper", w.serial)
	w.papers[id] = false
	p := testPaper()
	w.whole = ""
	if asked.Token != "" {
		w.whole = "全名" + id
		p.Holder, p.Home = w.whole, w.whole+"的家"
	}
	return PaperGiven{asked.Job, id, p}
}

// checkPaper: what central gave is printed once, or central is told that it was not.
func (w *world) checkPaper(given PaperGiven, effects []Effect) {
	w.t.Helper()
	print, prints := find[Print](effects)
	told, tells := find[TellPaper](effects)
	switch {
	case prints+tells != 1:
		w.fail("a paper caused %d prints and %d words to central", prints, tells)
	case tells == 1 && (told.ID != given.ID || told.Outcome != slip.NotPrinted):
		w.fail("a paper that was not printed: %+v", told)
	case prints == 1:
		w.printed++
		if text := slipText(print.Slip); !strings.Contains(text, given.Paper.Verification) || !strings.Contains(text, given.Paper.Holder) || !strings.Contains(text, given.Paper.Home) {
			w.fail("the paper:\n%s", text)
		}
	}
}

// everyPaperIsToldOf lets all answers come: central then knows of each paper that it
// gave what became of it.
func (w *world) everyPaperIsToldOf() {
	w.t.Helper()
	for len(w.owed) > 0 {
		e := w.owed[0]
		w.owed = w.owed[1:]
		before := w.s
		var effects []Effect
		w.s, effects = Update(w.s, e)
		w.check(before, e, effects)
		for _, x := range effects {
			w.answer(x)
		}
	}
	for id, told := range w.papers {
		if !told {
			w.fail("central never heard of %s", id)
		}
	}
	if w.printed == 0 {
		w.fail("no paper was printed: the test does not get there")
	}
}

func testPaper() Paper {
	return Paper{
		Kind: "居住证明", Number: 127, Holder: "测**", Made: begin, Verification: "7K2QX-9M4TA",
		Approvals: []Approval{{"物业", begin.AddDate(0, 0, -3)}, {"居委会", begin.AddDate(0, 0, -1)}, {"街道", begin}},
	}
}

// lookUp finds a paper by the slip.
func (r *replay) lookUp(papers int) *replay {
	r.t.Helper()
	return r.feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found,
		Progress: Progress{Service: "certificate", Status: StatusDone, At: begin, Paper: true, Papers: papers}}).on(ScreenProgress)
}

func control(v View, id string) (Control, bool) {
	i := slices.IndexFunc(v.Actions, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return Control{}, false
	}
	return v.Actions[i], true
}

func TestApprovedPaperIsSaidAndPrinted(t *testing.T) {
	r := newReplay(t).lookUp(0)
	v := Look(r.s)
	print, offered := control(v, "paper")
	if v.Headline != "可以领取" || v.Tone != Good || !offered || print.Label != "在这里打印" || !strings.Contains(v.Prompt.Text, "可以领取") {
		t.Fatalf("%+v", v)
	}
	r.feed(print.Event)
	asked, n := find[GetPaper](r.last)
	if n != 1 || asked.Ticket != testTicket || asked.Token != "" {
		t.Fatalf("asked %d times, %+v", n, asked)
	}
	if v = Look(r.s); v.Notice != "正在取证明，请稍等。" {
		t.Errorf("notice %q", v.Notice)
	}
	if _, offered = control(v, "paper"); offered {
		t.Error("it is offered while it is on its way")
	}
	if r.feed(PrintPaper{}); len(r.last) != 0 {
		t.Errorf("a second touch caused %v", r.last)
	}
	r.wait(10 * time.Minute).on(ScreenProgress) // nobody is sent away while the terminal has the move
	r.feed(PaperGiven{asked.Job, "one", testPaper()})
	job, n := find[Print](r.last)
	if n != 1 || job.Job != asked.Job {
		t.Fatalf("%d prints", n)
	}
	r.feed(Printed{Job: job.Job, Result: slip.Result{Outcome: slip.Printed}})
	if told, n := find[TellPaper](r.last); n != 1 || told != (TellPaper{"one", slip.Printed}) {
		t.Errorf("central is told %+v, %d times", told, n)
	}
	v = Look(r.s)
	if v.Actions[0].ID != "finish" {
		t.Errorf("another copy is what is offered first: %+v", v.Actions)
	}
	if print, offered = control(v, "paper"); v.Notice != "证明打好了，请取走。" || v.NoticeTone != Good || !offered || print.Label != "补打一份" {
		t.Errorf("%+v", v)
	}
}

// What the desk alone hands out is said to be ready, and not offered here.
func TestPaperOfTheDeskIsNotOfferedHere(t *testing.T) {
	r := newReplay(t).feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found,
		Progress: Progress{Service: "certificate", Status: StatusDone, At: begin, AtDesk: true}}).on(ScreenProgress)
	v := Look(r.s)
	if _, offered := control(v, "paper"); offered || v.Headline != "可以领取" || v.Hint != "证明办好了，请到社区窗口领取。" ||
		!strings.Contains(v.Prompt.Text, "请到社区窗口领取") {
		t.Errorf("%+v", v)
	}
	if r.feed(PrintPaper{}); len(r.last) != 0 {
		t.Errorf("a touch caused %v", r.last)
	}
}

func TestPrinterThatFailsPrintsNoPaper(t *testing.T) {
	for outcome, want := range map[slip.Outcome]string{
		slip.NotPrinted: "证明没有打出来。请再试一次，或到社区窗口领取。",
		slip.Unknown:    "不能确定证明有没有打出来。请看出纸口；没有的话，请到社区窗口领取。",
	} {
		r := newReplay(t).lookUp(0).feed(PrintPaper{})
		asked, _ := find[GetPaper](r.last)
		r.feed(PaperGiven{asked.Job, "one", testPaper()}, Printed{Job: asked.Job, Result: slip.Result{Outcome: outcome, Fault: fault.PaperOut}})
		if told, n := find[TellPaper](r.last); n != 1 || told.Outcome != outcome {
			t.Errorf("%v: central is told %+v, %d times", outcome, told, n)
		}
		v := Look(r.s)
		print, _ := control(v, "paper")
		again := map[slip.Outcome]string{slip.NotPrinted: "在这里打印", slip.Unknown: "补打一份"}[outcome]
		if v.Notice != want || v.NoticeTone != Warning || print.Label != again {
			t.Errorf("%v: %q, %q", outcome, v.Notice, print.Label)
		}
	}
	r := newReplay(t).feed(DeviceChanged{Printer, fault.PaperOut}).lookUp(0)
	v := Look(r.s)
	if _, offered := control(v, "paper"); offered || v.Headline != "可以领取" || v.Hint != "证明办好了，请到社区窗口领取。这里的打印机暂时不能用。" {
		t.Errorf("without a printer: %+v", v)
	}
	if r.feed(PrintPaper{}); len(r.last) != 0 {
		t.Errorf("without a printer: %v", r.last)
	}
}

func TestPaperThatCentralDoesNotGive(t *testing.T) {
	for trouble, want := range map[PaperTrouble]string{
		PaperUnreached: "现在取不到证明。请过一会儿再试，或到社区窗口领取。",
		PaperNone:      "这份证明现在不能打印，请到社区窗口问一问。",
		PaperEnough:    "这份证明在终端打印的次数已经够多，要再打请到社区窗口。",
	} {
		r := newReplay(t).lookUp(0).feed(PrintPaper{})
		asked, _ := find[GetPaper](r.last)
		if v := Look(r.feed(PaperRefused{asked.Job, trouble}).s); v.Notice != want || v.NoticeTone != Warning {
			t.Errorf("%v: %q", trouble, v.Notice)
		}
	}
}

// Whoever leaves before central answers takes nothing along; whoever leaves while it
// prints has it printed, and central hears of it.
func TestResidentWhoDoesNotWaitForHerPaper(t *testing.T) {
	r := newReplay(t).lookUp(0).feed(PrintPaper{})
	asked, _ := find[GetPaper](r.last)
	r.feed(Finish{}, PaperGiven{asked.Job, "one", testPaper()}).on(ScreenStart)
	if _, n := find[Print](r.last); n != 0 {
		t.Error("it is printed for nobody")
	}
	if told, n := find[TellPaper](r.last); n != 1 || told != (TellPaper{"one", slip.NotPrinted}) {
		t.Errorf("central is told %+v, %d times", told, n)
	}
	r.lookUp(0).feed(PrintPaper{})
	asked, _ = find[GetPaper](r.last)
	r.feed(PaperGiven{asked.Job, "two", testPaper()}, Finish{})
	if left := r.s.personal(); len(left) != 0 {
		t.Errorf("left %q", left)
	}
	r.lookUp(0).feed(Printed{Job: asked.Job, Result: slip.Result{Outcome: slip.Printed}})
	if told, n := find[TellPaper](r.last); n != 1 || told != (TellPaper{"two", slip.Printed}) {
		t.Errorf("central is told %+v, %d times", told, n)
	}
	if v := Look(r.s); v.Notice == "证明打好了，请取走。" {
		t.Error("the next resident is told of it")
	}
}

// Only what central said just now can be printed.
func TestNoPaperIsOfferedOnHearsay(t *testing.T) {
	r := newReplay(t).feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: FoundHere,
		Progress: Progress{Service: "certificate", Status: StatusDone, At: begin, Paper: true}})
	v := Look(r.s)
	if _, offered := control(v, "paper"); offered || v.Headline == "可以领取" {
		t.Errorf("%+v", v)
	}
}

func TestCardNamesTheHolderOfThePaper(t *testing.T) {
	rules := testRules()
	r := &replay{t: t, s: New(rules), now: begin}
	r.feed(Tick{begin}, LinkChanged{Online: true}, Wake{}, Start{"lookup"}, CardRead{Person: request.Person{Name: testName, Token: "hers"}})
	p := Progress{Service: "certificate", Status: StatusDone, At: begin, Paper: true}
	r.feed(FoundByCard{Token: "hers", Mine: []Mine{{testTicket, p}}}).on(ScreenList)
	if items := Look(r.s).Items; len(items) != 1 || !strings.HasPrefix(items[0].Detail, "可以领取") {
		t.Errorf("%+v", items)
	}
	r.feed(Open{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found, Progress: p}, PrintPaper{})
	if asked, _ := find[GetPaper](r.last); asked.Token != "hers" {
		t.Errorf("%+v", asked)
	}
	// A slip that is held up then is not hers by that.
	r.lookUp(0).feed(PrintPaper{})
	if asked, _ := find[GetPaper](r.last); asked.Token != "" {
		t.Errorf("%+v", asked)
	}
	r.feed(Finish{})
	if left := r.s.personal(); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

var update = flag.Bool("update", false, "renew testdata/paper.txt")

// The paper as it is read, at first and as a copy.
func TestPaperLayout(t *testing.T) {
	r := newReplay(t).feed(Speak{phrase.English}) // it is Chinese all the same
	first, again := testPaper(), testPaper()
	again.Earlier, again.Holder, again.Home = 2, testName, "幸福里3号楼502室"
	got := slipText(r.s.paperSlip(first)) + "----\n" + slipText(r.s.paperSlip(again))
	const golden = "testdata/paper.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the paper now reads\n%s\nwas\n%s\nrenew it with -update if that is right", got, want)
	}
	if strings.Contains(got, string(testTicket)) || strings.Contains(got, testTicket.String()) {
		t.Error("the paper bears the ticket code, which opens more than the paper")
	}
}
