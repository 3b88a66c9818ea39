// Package gallery leads invented residents through real visits and keeps what
// they saw: the screens that the lint measures, that kiosk --screens paints, and
// that eyes can judge. No view is made by hand, so none can show what a visit
// does not.
package gallery

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
	"lintai/ui/pinyin"
)

// Invented people and places: nothing of a real resident.
const (
	Name        = "欧阳样例"
	LongName    = "阿卜杜热西提·阿卜杜拉木䶮㛃𠮷"
	Address     = "虚构市样板区示范路九十九号幸福里社区示例花园三期"
	LongAddress = "虚构省样板自治州示范市榜样区模范街道幸福里社区示例大道九千九百九十九号院内东北角第三排平房后侧第二十八号楼第十六单元三千二百零八室靠楼梯口的那一户住宅"
	Ticket      = "001212345678"

	idNumber = "110000194001011234" // of no region that exists
)

// Shot is a view with the name of the situation it shows.
type Shot struct {
	Name string
	View visit.View
}

// resident is a visit with everything around it answered.
type resident struct {
	state  visit.State
	now    time.Time
	manner Manner
	person request.Person
	found  visit.LookupResult
	status visit.Status // of what is looked up
	query  string       // what was searched for last
	fails  bool         // saving, recording, calling do not work
	paper  bool         // what is looked up is a certificate that can be fetched
	full   bool         // the terminal has no room for notes and pictures
	owed   []visit.Event
	shots  []Shot
	seen   map[string]bool
	err    error
}

// words is the dictionary, which takes a moment to open.
var words = sync.OnceValue(pinyin.New)

// Manner is how the residents are served, on a panel of a room.
type Manner struct {
	visit.Manner
	Room visit.Room // the zero value means visit.LeastRoom
}

// begin is when all of them come.
var begin = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// arrive is a resident before the start screen who will be served in a manner.
func arrive(m Manner) *resident {
	rules := visit.DefaultRules()
	rules.Place, rules.Phone, rules.PublicAddress = "幸福里社区服务站", "010-5550 1234", "https://c.example"
	rules.Composer, rules.Handwriting, rules.CardLookUp = words(), true, true
	rules.Community, rules.Room = neighbourhood(), m.Room
	r := &resident{
		state: visit.New(rules), now: begin, manner: m,
		person: request.Person{Name: Name, Address: Address, IDNumber: idNumber, Token: "token"}, status: visit.StatusWorking, seen: map[string]bool{},
	}
	r.feed(visit.Tick{Now: r.now}, visit.LinkChanged{Online: true})
	return r
}

// enter wakes the terminal in the resident's language and manner.
func (r *resident) enter() *resident {
	if r.manner.Locale != "" && r.manner.Locale != phrase.Chinese {
		r.feed(visit.Speak{Locale: r.manner.Locale})
	} else {
		r.feed(visit.Wake{})
	}
	r.feed(visit.Ease{})
	for range int(r.manner.Size) {
		r.feed(visit.Adjust{What: visit.Larger})
	}
	if r.manner.Contrast {
		r.feed(visit.Adjust{What: visit.Contrast})
	}
	return r.feed(visit.Ease{})
}

// feed lets something happen, and what is owed for it. What devices and central
// owe comes with answer.
func (r *resident) feed(events ...visit.Event) *resident {
	for _, e := range events {
		var effects []visit.Effect
		r.state, effects = visit.Update(r.state, e)
		for _, effect := range effects {
			if reply := r.reply(effect); reply != nil {
				r.owed = append(r.owed, reply)
			}
		}
	}
	return r
}

// answer brings all that is owed.
func (r *resident) answer() *resident {
	owed := r.owed
	r.owed = nil
	return r.feed(owed...)
}

func (r *resident) reply(effect visit.Effect) visit.Event {
	switch e := effect.(type) {
	case visit.Save:
		if r.fails {
			return visit.SaveFailed{Fault: fault.QueueFull, ID: "a", Ticket: Ticket}
		}
		return visit.Saved{ID: "a", Ticket: Ticket, At: r.now, Dropped: r.full}
	case visit.Print:
		if r.fails {
			return visit.Printed{Job: e.Job, Result: slip.Result{Outcome: slip.NotPrinted, Fault: fault.PaperOut}}
		}
		return visit.Printed{Job: e.Job, Result: slip.Result{Outcome: slip.Printed}}
	case visit.GetPaper:
		return visit.PaperGiven{Job: e.Job, ID: "p", Paper: visit.Paper{Kind: "居住证明", Verification: "7K2QX-9M4TA", Made: r.now}}
	case visit.Find:
		if r.paper {
			return visit.LookedUp{Ticket: e.Ticket, Result: visit.Found, Progress: visit.Progress{Service: "certificate", Status: r.status, At: r.now, Paper: true}}
		}
		return visit.LookedUp{Ticket: e.Ticket, Result: r.found, Progress: visit.Progress{
			ID: "a", Service: "repair", Status: r.status, At: r.now, Note: notes[r.status]}}
	case visit.FindByCard:
		return visit.FoundByCard{Token: e.Token, Mine: []visit.Mine{
			{Ticket: Ticket, Progress: visit.Progress{Service: "repair", Status: visit.StatusWorking, At: r.now}},
			{Ticket: "001212345686", Progress: visit.Progress{Service: "appeal", Status: visit.StatusDone, At: r.now.AddDate(0, 0, -9)}}}}
	case visit.StopNote:
		if e.Discard {
			return nil
		}
		if r.fails {
			return visit.TakeFailed{Take: e.Take, Fault: fault.NoAnswer}
		}
		return visit.Recorded{Take: e.Take, Note: request.NewAttachment("n", "audio/wav", []byte("RIFF"), 12)}
	case visit.TakePicture:
		if r.full {
			return visit.TakeFailed{Take: e.Take, Fault: fault.QueueFull}
		}
		if r.fails {
			return visit.TakeFailed{Take: e.Take, Fault: fault.NoAnswer}
		}
		return visit.Taken{Take: e.Take, Picture: request.NewAttachment("p", "image/jpeg", photo(), 0)}
	case visit.Recognise:
		return visit.Recognised{Take: e.Take, Characters: []string{"木", "本", "术", "未", "米"}}
	case visit.Search:
		r.query = e.Query
		var ids []string
		for _, a := range visit.DefaultRules().Policies.Articles {
			ids = append(ids, a.ID)
		}
		return visit.Searched{Query: e.Query, IDs: ids[:min(len(ids), 7)]}
	case visit.RaiseCall:
		if r.fails {
			return visit.CallFailed{}
		}
		return visit.CallSaved{ID: "c"}
	}
	return nil
}

// notes are what staff wrote.
var notes = map[visit.Status]string{visit.StatusWorking: "师傅明天上午九点到，请家里留人。"}

// photo is a picture of a wall with a damp stain.
var photo = sync.OnceValue(func() []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	for i := range 640 * 480 {
		x, y := i%640, i/640
		wall := color.NRGBA{210, 205, 190, 255}
		if d := (x-300)*(x-300) + (y-200)*(y-200)*2; d < 30000 {
			wall = color.NRGBA{150, 135, 105, 255}
		}
		picture.SetNRGBA(x, y, wall)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		panic("gallery: " + err.Error()) // a picture of our own cannot fail to encode
	}
	return b.Bytes()
})

func (r *resident) look() visit.View { return visit.Look(r.state) }

// keep takes a shot, once under each name.
func (r *resident) keep(name string) *resident {
	if r.seen[name] {
		return r
	}
	r.seen[name] = true
	v := r.look()
	v.Manner.Size, v.Manner.Contrast = r.manner.Size, r.manner.Contrast // also before the first touch
	r.shots = append(r.shots, Shot{name, v})
	return r
}

// keepPages takes a shot of each page from the one that is shown.
func (r *resident) keepPages(name string) *resident {
	r.keep(name)
	for page := 2; ; page++ {
		v := r.look()
		if v.Pager == nil || v.Pager.Later.Disabled {
			return r
		}
		r.feed(v.Pager.Later.Event).keep(fmt.Sprintf("%s-%d", name, page))
	}
}

// join adds what another resident saw.
func (r *resident) join(other *resident) *resident {
	r.shots = append(r.shots, other.shots...)
	if r.err == nil {
		r.err = other.err
	}
	return r
}

// wait lets seconds pass.
func (r *resident) wait(d time.Duration) *resident {
	for end := r.now.Add(d); r.now.Before(end); {
		r.now = r.now.Add(time.Second)
		r.feed(visit.Tick{Now: r.now})
	}
	return r
}

// touch presses the controls with these ids, one after the other.
func (r *resident) touch(ids ...string) *resident {
	for _, id := range ids {
		v := r.look()
		for range mostSteps { // only what was seen can be confirmed
			if id != "confirm" || len(v.Actions) == 0 || v.Actions[0].ID != "more" {
				break
			}
			r.feed(v.Actions[0].Event)
			v = r.look()
		}
		all := slices.Concat(v.Tiles, v.Items, v.Stars, v.Actions, v.Bar)
		if v.Pager != nil {
			all = append(all, v.Pager.Earlier, v.Pager.Later)
		}
		if v.Keyboard != nil {
			all = slices.Concat(all, v.Keyboard.Candidates, slices.Concat(v.Keyboard.Rows...), v.Keyboard.Tools)
		}
		if v.Pad != nil {
			all = slices.Concat(all, v.Pad.Candidates, v.Pad.Tools)
			if v.Pad.More != nil {
				all = append(all, *v.Pad.More)
			}
		}
		i := slices.IndexFunc(all, func(c visit.Control) bool { return c.ID == id && !c.Disabled })
		if i < 0 {
			r.fail("no control %s on screen %s, step %s", id, v.Screen, v.Step)
			return r
		}
		r.feed(all[i].Event)
	}
	return r
}

func (r *resident) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("gallery: "+format, args...)
	}
}

// begin opens a service, wherever its tile stands. Only what is finished can be
// rated.
func (r *resident) begin(service string) *resident {
	if service == "rating" {
		r.status = visit.StatusDone
	}
	return r.feed(visit.Start{Service: service})
}

func (r *resident) digits(d string) *resident {
	for i := range len(d) {
		r.feed(visit.Digit{Digit: d[i]})
	}
	return r
}

func (r *resident) letters(text string) *resident {
	for _, c := range text {
		r.feed(visit.Letter{Rune: c})
	}
	return r
}
