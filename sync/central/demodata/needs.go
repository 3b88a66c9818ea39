package demodata

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// services are what is asked for, with how often.
var services = []struct {
	code  string
	often float64
}{{"repair", 0.46}, {"appeal", 0.26}, {"home_service", 0.13}, {"certificate", 0.08}, {"mediation", 0.07}}

// hot are what breaks again and again, in one house of each grid.
var hot = []struct{ what, place string }{{"lift", "stairs"}, {"light", "stairs"}, {"lock", "gate"}, {"lift", "stairs"}}

// draw draws one by how often each is.
func (y *year) draw(random *rand.Rand) string {
	r := random.Float64()
	for _, s := range services {
		if r -= s.often; r < 0 {
			return s.code
		}
	}
	return services[0].code
}

// matter is what a request is about, which decides what is noted when it is done.
type matter struct {
	broken *breakage // of a repair; nil of what nobody ever told of
	need   *need     // of an appeal or a quarrel
	detail string    // of a service at home: what was chosen last
	place  string
	who    resident
	// wording is which of those of the fault or the need was told; -1: none.
	wording int
}

// done is what is noted of what was told: where there are as many records as wordings,
// each belongs to one, else all fit.
func (m *matter) done(told, all []string, random *rand.Rand) string {
	if m.wording >= 0 && len(told) == len(all) {
		return all[m.wording]
	}
	return one(random, all)
}

// byChannel is how many of some services come by the hotline or the mini-program.
var byChannel = map[string]float64{"repair": 0.45, "appeal": 0.15}

// asked is a request for a service, as a terminal or a channel makes it.
func (y *year) asked(code string, at time.Time, random *rand.Rand) (request.Request, *matter) {
	service, _ := y.house.Catalog.Service(code)
	who := one(random, y.residents)
	r := request.Request{ID: identity(at, random), Service: code, CatalogVersion: y.house.Catalog.Version, MadeAt: at.UTC()}
	if random.Float64() < byChannel[code] {
		r.Channel = &request.Channel{Name: y.channels[random.IntN(len(y.channels))].Name}
	} else {
		r.Kiosk = one(random, y.terminals)
	}
	r.Ticket, r.RatingCode = y.ticket(r.Kiosk, random), fmt.Sprintf("%04d", random.IntN(10000))
	m := &matter{wording: -1}
	exactly := func(step, option string) {
		st, _ := service.Step(step)
		for _, o := range st.Options {
			if o.ID == option {
				r.Answers = append(r.Answers, request.Answer{Step: step, Option: o.ID, Text: o.Name})
				if o.Urgency != "" {
					r.Urgency = o.Urgency
				}
			}
		}
	}
	choose := func(step string) string {
		st, _ := service.Step(step)
		o := one(random, st.Options)
		exactly(step, o.ID)
		return o.ID
	}
	write := func(step, text string) {
		if text != "" {
			r.Answers = append(r.Answers, request.Answer{Step: step, Text: text})
		}
	}
	home := func() {
		if r.Channel == nil {
			write("building", strconv.Itoa(who.building)+"号楼")
			write("room", strconv.Itoa(who.room)+"室")
		}
	}
	tell := func(told []string) string {
		return y.fresh(func() string {
			m.wording = random.IntN(len(told))
			return speaker{random: random, at: at, building: who.building, room: who.room}.speak(told[m.wording])
		})
	}
	switch code {
	case "repair":
		what, place := broken(at, random), ""
		if random.Float64() < 0.06 {
			i := random.IntN(y.grids)
			h := hot[i%len(hot)]
			who.building = 1 + i*y.buildings/y.grids
			what, place = h.what, h.place
		} else {
			place = where(what, random)
		}
		m.place, m.broken = place, breakageOf(what, place, at, random)
		exactly("what", what)
		exactly("place", place)
		urgent := 0.08
		if m.broken != nil && m.broken.grave {
			urgent = 0.7
		}
		exactly("urgency", pick(random, "urgent", urgent, "soon", urgent+(1-urgent)*0.4, "normal", 1))
		home()
		if r.Channel != nil && m.broken != nil {
			r.Channel.Description = tell(m.broken.told)
		}
	case "appeal":
		m.need = needIn(at, random)
		m.place = m.need.place
		exactly("kind", m.need.kind)
		r.Answers = append(r.Answers, y.called(m.place, who.building))
		write("words", tell(m.need.told))
		if m.need.kind == "hard" || m.need.kind == "worry" {
			exactly("urgency", pick(random, "urgent", 0.1, "soon", 0.4, "normal", 1))
		}
		if m.need.kind != "idea" {
			home()
		}
	case "home_service":
		detail := map[string]string{"clean": "housework", "fix": "thing", "shopping": "goods", "meal": "diet", "escort": "company", "clinic": "check"}
		which := choose("which")
		m.detail = which
		choose(detail[which])
		when := "time"
		if which == "meal" {
			when = "mealtime"
		}
		slot(&r, service, when, at, random)
		home()
		y.reach(&r, who, random)
	case "certificate":
		m.detail = choose("which")
		home()
		slot(&r, service, "pickup", at, random)
		y.reach(&r, who, random)
	case "mediation":
		n := quarrels[choose("kind")]
		m.need = &n
		if random.Float64() < 0.8 {
			write("words", tell(n.told))
		}
		y.reach(&r, who, random)
	}
	y.name(&r, who, service)
	m.who = who
	return r, m
}

// name says who it is, as far as the service lets through: a channel has no card.
func (y *year) name(r *request.Request, who resident, service *catalog.Service) {
	if r.Service != "mediation" {
		r.Address = who.address()
	}
	person := who.person(service)
	if person == nil {
		return
	}
	if r.Channel != nil {
		person.Token = ""
	}
	if r.Person != nil {
		person.Phone = r.Person.Phone
	}
	r.Person = person
}

// needIn is one that is told in a month.
func needIn(at time.Time, random *rand.Rand) *need {
	for {
		if n := &needs[random.IntN(len(needs))]; saidIn(n.months, at) {
			return n
		}
	}
}

// called is the answer where it is. What is shared each grid has for itself.
func (y *year) called(place string, building int) request.Answer {
	switch place {
	case "home":
		return request.Answer{Step: "place", Option: place, Text: "自己家里"}
	case "stairs":
		return request.Answer{Step: "place", Option: place, Text: "本楼楼道"}
	}
	g := strconv.Itoa(1 + (building-1)*y.grids/y.buildings)
	return request.Answer{Step: "place", Option: place + g, Text: g + "号网格" + around[place]}
}

// slot chooses a day and a part of it.
func slot(r *request.Request, s *catalog.Service, step string, at time.Time, random *rand.Rand) {
	st, _ := s.Step(step)
	p, day := one(random, st.Periods), one(random, st.DaysFrom(at.In(phrase.Zone)))
	r.Answers = append(r.Answers, request.Answer{Step: step, Option: day.Format(time.DateOnly) + "." + p.ID,
		Text: day.Format("1月2日") + " " + weekdayNames[day.Weekday()] + " " + p.Name})
}

var weekdayNames = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

// reach leaves a telephone number.
func (y *year) reach(r *request.Request, who resident, random *rand.Rand) {
	if random.Float64() < 0.3 {
		return
	}
	r.Person = &request.Person{}
	r.Person.Phone = who.phone
}

// broken is what breaks in a season.
func broken(at time.Time, random *rand.Rand) string {
	switch at.Month() {
	case time.June, time.July, time.August:
		return pick(random, "water", 0.36, "power", 0.62, "lift", 0.72, "light", 0.80, "lock", 0.87, "other", 1)
	case time.December, time.January, time.February:
		return pick(random, "water", 0.30, "power", 0.42, "lift", 0.50, "light", 0.64, "lock", 0.74, "other", 1)
	}
	return pick(random, "water", 0.28, "power", 0.44, "lift", 0.58, "light", 0.74, "lock", 0.86, "other", 1)
}

func where(what string, random *rand.Rand) string {
	switch what {
	case "lift":
		return "stairs"
	case "lock":
		return pick(random, "gate", 0.6, "home", 1)
	case "light":
		return pick(random, "stairs", 0.7, "yard", 0.82, "home", 1)
	}
	return pick(random, "home", 0.80, "stairs", 0.94, "yard", 1)
}

// pick picks a word by a chance that each adds to: "a", 0.3, "b", 1.
func pick(random *rand.Rand, words ...any) string {
	r := random.Float64()
	for i := 0; i+1 < len(words); i += 2 {
		var until float64
		switch v := words[i+1].(type) {
		case float64:
			until = v
		case int:
			until = float64(v)
		}
		if r < until {
			return words[i].(string)
		}
	}
	return words[len(words)-2].(string)
}

// saidIn tells whether something is said in a month; months are hexadecimal digits.
func saidIn(months string, at time.Time) bool {
	if months == "" {
		return true
	}
	digit := strconv.FormatInt(int64(at.Month()), 16)
	for _, m := range months {
		if string(m) == digit {
			return true
		}
	}
	return false
}
