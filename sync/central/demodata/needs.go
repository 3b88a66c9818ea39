package demodata

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/request"
)

// services are what is asked for, with how often.
var services = []struct {
	code  string
	often float64
}{{"repair", 0.46}, {"appeal", 0.26}, {"home_service", 0.13}, {"certificate", 0.08}, {"mediation", 0.07}}

// hot are what breaks again and again, in one house of each grid.
var hot = []struct{ what, place string }{{"lift", "stairs"}, {"light", "stairs"}, {"lock", "gate"}, {"lift", "stairs"}}

// said is what residents write, by what they choose it is.
var said = []struct {
	kind, place, words string
	months             string // in which it is said; "" in all
}{
	{"urgent", "gate", "大门口积水很深，老人出不去", "678"},
	{"urgent", "house", "楼道里有人给电瓶车充电冒烟", ""},
	{"urgent", "house", "%d号楼的燃气好像有味道", ""},
	{"urgent", "house", "家里暖气不热，孩子感冒了", "12bc"},
	{"urgent", "yard", "井盖松了，晚上很危险", ""},
	{"hard", "house", "老伴卧床，我一个人照顾不过来", ""},
	{"hard", "house", "医药费太高，不知道怎么报销", ""},
	{"hard", "house", "失业几个月了，想找工作", ""},
	{"hard", "house", "残疾补贴不会办，跑了两次", ""},
	{"hard", "house", "孩子放学没人接，没地方去", "2345689abc"},
	{"hard", "house", "独居，下不了楼，买菜不便", ""},
	{"worry", "house", "楼上装修太吵，天天睡不着", ""},
	{"worry", "yard", "外面的车乱停，消防通道总是堵着", ""},
	{"worry", "house", "%d号楼门口垃圾桶总是满的，有臭味", "56789"},
	{"worry", "house", "楼道里堆放杂物，反映过好多次", ""},
	{"worry", "yard", "遛狗不牵绳，老人害怕", ""},
	{"worry", "house", "物业费收了，楼道灯坏了没人管", ""},
	{"worry", "house", "下水道反复堵，冒污水", "678"},
	{"worry", "house", "一个人住，没人说话，晚上失眠", ""},
	{"hope", "house", "希望%d号楼加装电梯", ""},
	{"hope", "garden", "盼着中心花园多装几把椅子", ""},
	{"hope", "garden", "想要一个儿童滑梯", "3456789"},
	{"hope", "hall", "希望活动室晚上开放，可以练合唱", ""},
	{"hope", "hall", "能不能多办教老人用手机的培训", ""},
	{"idea", "yard", "建议多设一些充电桩，电动车就不上楼了", ""},
	{"idea", "gate", "建议门口装减速带", ""},
	{"idea", "garden", "建议组织志愿者认养花坛", "345"},
}

// places are where appeals are about.
var places = map[string]string{"house": "本楼", "gate": "小区大门", "yard": "小区道路", "garden": "中心花园", "hall": "活动室"}

// quarrels are said to the mediator.
var quarrels = map[string]string{"noise": "楼上小孩晚上跑跳", "water": "楼上漏水，说了不修", "parking": "邻居占了我的车位",
	"family": "老人赡养的事谈不拢", "money": "借出去的钱要不回来", "other": ""}

// found are words with a rating, for the stars.
var found = [][]string{1: {"来了没修好，又坏了", "等了很久没人来", "打电话没人接"}, 2: {"修了两天又漏", "态度不好", "说好上午，下午才来"},
	3: {"还可以，就是慢", "凑合"}, 4: {"不错，下次快一点更好", "挺好"}, 5: {"很满意，谢谢", "师傅很耐心", "来得快，修得好", "谢谢小网格员"}}

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

// asked is a request for a service, as a terminal makes it.
func (y *year) asked(code string, at time.Time, random *rand.Rand) request.Request {
	service, _ := y.house.Catalog.Service(code)
	who := y.residents[random.IntN(len(y.residents))]
	terminal := y.terminals[random.IntN(len(y.terminals))]
	r := request.Request{ID: identity(at, random), Kiosk: terminal, Ticket: y.ticket(terminal, random), Service: code,
		CatalogVersion: y.house.Catalog.Version, Person: who.person(service), Address: who.address(),
		RatingCode: fmt.Sprintf("%04d", random.IntN(10000)), MadeAt: at.UTC()}
	choose := func(step string) string {
		st, _ := service.Step(step)
		o := st.Options[random.IntN(len(st.Options))]
		r.Answers = append(r.Answers, request.Answer{Step: step, Option: o.ID, Text: o.Name})
		if o.Urgency != "" {
			r.Urgency = o.Urgency
		}
		return o.ID
	}
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
	write := func(step, text string) {
		if text != "" {
			r.Answers = append(r.Answers, request.Answer{Step: step, Text: text})
		}
	}
	home := func() {
		write("building", strconv.Itoa(who.building)+"号楼")
		write("room", strconv.Itoa(who.room)+"室")
	}
	switch code {
	case "repair":
		if random.Float64() < 0.06 {
			i := random.IntN(y.grids)
			h := hot[i%len(hot)]
			who.building = 1 + i*y.buildings/y.grids
			r.Address, r.Person = who.address(), who.person(service)
			exactly("what", h.what)
			exactly("place", h.place)
		} else {
			what := broken(at, random)
			exactly("what", what)
			exactly("place", where(what, random))
		}
		exactly("urgency", pick(random, "urgent", 0.15, "soon", 0.45, "normal", 1))
		home()
	case "appeal":
		s := said[random.IntN(len(said))]
		for !saidIn(s.months, at) {
			s = said[random.IntN(len(said))]
		}
		words := strings.ReplaceAll(s.words, "%d", strconv.Itoa(who.building))
		exactly("kind", s.kind)
		place, called := s.place, places[s.place]
		if place == "yard" { // each grid has its own
			g := 1 + (who.building-1)*y.grids/y.buildings
			place, called = fmt.Sprint(place, g), strconv.Itoa(g)+"号网格"+called
		}
		r.Answers = append(r.Answers, request.Answer{Step: "place", Option: place, Text: called})
		write("words", words)
		if s.kind == "hard" || s.kind == "worry" {
			exactly("urgency", pick(random, "urgent", 0.1, "soon", 0.4, "normal", 1))
		}
		if s.kind != "idea" {
			home()
		}
	case "home_service":
		detail := map[string]string{"clean": "housework", "fix": "thing", "shopping": "goods", "meal": "diet", "escort": "company", "clinic": "check"}
		choose(detail[choose("which")])
		home()
		y.reach(&r, who, random)
	case "certificate":
		choose("which")
		home()
		y.reach(&r, who, random)
	case "mediation":
		kind := choose("kind")
		write("words", quarrels[kind])
		r.Address = ""
		y.reach(&r, who, random)
	}
	return r
}

// reach leaves a telephone number.
func (y *year) reach(r *request.Request, who resident, random *rand.Rand) {
	if random.Float64() < 0.3 {
		return
	}
	if r.Person == nil {
		r.Person = &request.Person{}
	}
	r.Person.Phone = who.phone
}

// broken is what breaks in a season.
func broken(at time.Time, random *rand.Rand) string {
	switch at.Month() {
	case time.June, time.July, time.August:
		return pick(random, "water", 0.36, "power", 0.62, "lift", 0.74, "light", 0.84, "lock", 0.92, "other", 1)
	case time.December, time.January, time.February:
		return pick(random, "water", 0.34, "power", 0.48, "lift", 0.58, "light", 0.76, "lock", 0.86, "other", 1)
	}
	return pick(random, "water", 0.28, "power", 0.44, "lift", 0.58, "light", 0.76, "lock", 0.90, "other", 1)
}

func where(what string, random *rand.Rand) string {
	switch what {
	case "lift":
		return "stairs"
	case "lock":
		return pick(random, "gate", 0.6, "home", 1)
	case "light":
		return pick(random, "stairs", 0.6, "yard", 0.9, "home", 1)
	}
	return pick(random, "home", 0.8, "stairs", 0.9, "yard", 1)
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
