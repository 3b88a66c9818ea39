package dispatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, phrase.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

var (
	monday  = local("2026-11-23 10:00")
	evening = local("2026-11-23 20:00")
)

// community is one of three grids: wang and li work in 1, zhao stands in for them, chen
// works in 2, and sun in 3, for matters of health.
func community() (*grid.Book, map[string]Person) {
	named := func(names ...string) (all []grid.Building) {
		for _, n := range names {
			all = append(all, grid.Building{Name: n})
		}
		return all
	}
	book := &grid.Book{Grids: []grid.Grid{
		{ID: "1", Name: "1号网格", Buildings: named("1号楼", "2号楼"), Posts: []grid.Post{{Account: "wang"}, {Account: "li"}, {Account: "zhao", Deputy: true}},
			Neighbours: []string{"2"}, Terminals: []int{12}},
		{ID: "2", Name: "2号网格", Buildings: named("3号楼", "4号楼"), Posts: []grid.Post{{Account: "chen"}}, Neighbours: []string{"1", "3"}},
		{ID: "3", Name: "3号网格", Buildings: named("5号楼"), Posts: []grid.Post{{Account: "sun", Categories: []docket.Category{docket.HealthNeed}}}},
	}}
	people := map[string]Person{"wang": {"王芳", true}, "li": {"李强", true}, "zhao": {"赵敏", true}, "chen": {"陈静", true}, "sun": {"孙丽", true}}
	return book, people
}

func absent(b *grid.Book, accounts ...string) {
	for _, a := range accounts {
		r := b.Roster(a)
		r.Absences = append(r.Absences, grid.Absence{From: monday.Add(-time.Hour), Until: monday.Add(time.Hour)})
		b.PutRoster(r)
	}
}

func filed(t testing.TB, c docket.Case, r request.Request) docket.Case {
	t.Helper()
	r.Service = c.Service
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	c.Body = body
	return c
}

func TestPlantedCases(t *testing.T) {
	home := request.Answer{Step: "place", Option: "home", Text: "家里"}
	for name, one := range map[string]struct {
		service  string
		request  request.Request
		category docket.Category
		urgent   bool
		at       time.Time
		change   func(b *grid.Book, p map[string]Person, loads map[string]Load)
		events   []docket.Event
		to       docket.Assignee
		auto     bool
		words    string
	}{
		"her own grid":        {request: request.Request{Address: "3号楼502室"}, to: "worker:chen", words: "2号网格·陈静 在班，手上0件"},
		"written in Chinese":  {request: request.Request{Address: "幸福里三号楼五〇二"}, to: "worker:chen"},
		"the first of two":    {request: request.Request{Address: "1号楼"}, to: "worker:wang"},
		"urgent by itself":    {request: request.Request{Address: "1号楼"}, urgent: true, to: "worker:wang", auto: true},
		"the less busy":       {request: request.Request{Address: "1号楼"}, change: load("wang", 0, 0, 2), to: "worker:li"},
		"urgent weighs more":  {request: request.Request{Address: "1号楼"}, change: load("wang", 1, 0, 0, "li", 0, 0, 3), to: "worker:li", words: "手上3件"},
		"one absent":          {request: request.Request{Address: "1号楼"}, change: away("wang"), to: "worker:li"},
		"both absent: deputy": {request: request.Request{Address: "1号楼"}, change: away("wang", "li"), to: "worker:zhao", words: "王芳 请假；李强 请假；代班：1号网格·赵敏 在班"},
		"all absent: next":    {request: request.Request{Address: "1号楼"}, change: away("wang", "li", "zhao"), to: "worker:chen", words: "就近：2号网格·陈静"},
		"nobody: the clerk": {request: request.Request{Address: "1号楼"}, urgent: true, change: away("wang", "li", "zhao", "chen", "sun"),
			to: "", words: "现在没有人在班，由前台定"},
		"after hours": {request: request.Request{Address: "1号楼"}, at: evening, to: "", words: "王芳 不在班"},
		"disabled": {request: request.Request{Address: "3号楼"}, to: "worker:wang", words: "陈静 的账号已停用",
			change: func(_ *grid.Book, p map[string]Person, _ map[string]Load) { p["chen"] = Person{Name: "陈静"} }},
		"too busy: deputy":      {request: request.Request{Address: "1号楼"}, change: load("wang", 4, 0, 0, "li", 4, 0, 0), to: "worker:zhao", words: "王芳 手上已有4件"},
		"all busy: the least":   {request: request.Request{Address: "1号楼"}, change: load("wang", 5, 0, 0, "li", 4, 0, 0, "zhao", 6, 0, 0), to: "worker:li"},
		"busy is not next door": {request: request.Request{Address: "3号楼"}, change: load("chen", 9, 0, 0), to: "worker:chen"},
		"her category":          {request: request.Request{Address: "5号楼"}, category: docket.HealthNeed, to: "worker:sun"},
		"not her category":      {request: request.Request{Address: "5号楼"}, category: docket.LivingNeed, to: "worker:chen"},
		"of the terminal":       {request: request.Request{Kiosk: 12}, to: "worker:wang", words: "按受理终端的位置在1号网格"},
		"of what is said":       {request: request.Request{Kiosk: 12, Answers: []request.Answer{{Step: "words", Text: "4号楼门口有积水"}}}, to: "worker:chen", words: "按描述"},
		"nobody knows where":    {request: request.Request{Address: "某处"}, to: "", words: "看不出在哪个网格"},
		"the lift":              {service: "repair", request: request.Request{Address: "1号楼", Answers: []request.Answer{{Option: "lift", Text: "电梯"}, home}}, to: "department:property", words: "归物业管（电梯）"},
		"the lift, urgent":      {service: "repair", request: request.Request{Address: "1号楼", Answers: []request.Answer{{Option: "lift", Text: "电梯"}}}, urgent: true, to: "department:property", auto: true},
		"a pipe at home":        {service: "repair", request: request.Request{Address: "1号楼", Answers: []request.Answer{{Option: "water", Text: "水"}, home}}, to: "worker:wang"},
		"a fight": {service: "appeal", request: request.Request{Address: "1号楼", Answers: []request.Answer{{Text: "楼下有人打架"}}}, urgent: true,
			to: "department:police", words: "归公安管（打架）"},
		"a stall":    {service: "appeal", request: request.Request{Answers: []request.Answer{{Text: "门口摆摊占道"}}}, to: "department:urban"},
		"cockroach":  {service: "appeal", request: request.Request{Answers: []request.Answer{{Text: "下水道有蟑螂"}}}, to: "department:sanitation"},
		"mediation":  {service: "mediation", request: request.Request{Address: "1号楼"}, to: "", words: "由前台自己办"},
		"given back": {request: request.Request{Address: "3号楼"}, events: []docket.Event{{Action: docket.Dispatch, Detail: docket.Detail{Assignee: "worker:chen"}}, {Action: docket.Return}}, to: "worker:wang", words: "陈静 退回过这件"},
		"given back before it was opened again": {request: request.Request{Address: "3号楼"}, to: "worker:chen",
			events: []docket.Event{{Action: docket.Dispatch, Detail: docket.Detail{Assignee: "worker:chen"}}, {Action: docket.Return}, {Action: docket.Reopen}}},
		"approvals": {service: "certificate", request: request.Request{Address: "1号楼"}, to: "", words: "按审批步骤办"},
		"by a point": {request: request.Request{Channel: &request.Channel{Latitude: new(30.0005), Longitude: new(120.0)}}, to: "worker:chen", words: "按定位",
			change: func(b *grid.Book, _ map[string]Person, _ map[string]Load) {
				b.Grids[0].Place, b.Grids[1].Buildings[0].Place = grid.Point{Latitude: 30.002, Longitude: 120}, grid.Point{Latitude: 30, Longitude: 120}
			}},
	} {
		book, people := community()
		loads := map[string]Load{}
		if one.change != nil {
			one.change(book, people, loads)
		}
		if one.service == "" {
			one.service = "home_service"
		}
		if one.at.IsZero() {
			one.at = monday
		}
		urgency := docket.Normal
		if one.urgent {
			urgency = docket.Urgent
		}
		c := filed(t, docket.Case{Number: 7, Events: 3, Kiosk: one.request.Kiosk, Service: one.service, Category: one.category, Urgency: urgency, Status: docket.Delivered}, one.request)
		rules, err := Parse("")
		if err != nil {
			t.Fatal(err)
		}
		m, err := matter(c, one.events, around{rules: rules, chains: docket.DefaultChains(), book: book, terminals: map[int]docket.Terminal{}})
		if err != nil {
			t.Fatal(err)
		}
		p := Propose(m, rules, book, people, loads, one.at)
		if p.To != one.to || p.Automatic != one.auto {
			t.Errorf("%s: to %q, automatic %v, want %q, %v; because %s", name, p.To, p.Automatic, one.to, one.auto, p.Words())
		}
		if !strings.Contains(p.Words(), one.words) || len(p.Reasons) == 0 {
			t.Errorf("%s: because %s, want %s", name, p.Words(), one.words)
		}
	}
}

func away(accounts ...string) func(*grid.Book, map[string]Person, map[string]Load) {
	return func(b *grid.Book, _ map[string]Person, _ map[string]Load) { absent(b, accounts...) }
}

// load gives accounts so many urgent, soon and normal cases.
func load(args ...any) func(*grid.Book, map[string]Person, map[string]Load) {
	return func(_ *grid.Book, _ map[string]Person, loads map[string]Load) {
		for i := 0; i < len(args); i += 4 {
			loads[args[i].(string)] = Load{args[i+1].(int), args[i+2].(int), args[i+3].(int)}
		}
	}
}

// Whatever the community, the hour and the loads: a case is proposed to nobody who is
// absent, off, disabled or had given it back, and to the clerk only when there is nobody.
func TestNeverToSomebodyWhoCannot(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 11))
	outcomes := map[string]int{}
	for range 4000 {
		book := &grid.Book{}
		people, loads := map[string]Person{}, map[string]Load{}
		for g := range 1 + random.IntN(4) {
			one := grid.Grid{ID: fmt.Sprint(g), Name: fmt.Sprint(g), Buildings: []grid.Building{{Name: fmt.Sprint(g+1, "号楼")}}}
			for w := range random.IntN(4) {
				a := fmt.Sprint("w", (g+w*random.IntN(3))%5)
				post := grid.Post{Account: a, Deputy: random.IntN(3) == 0}
				if random.IntN(4) == 0 {
					post.Categories = []docket.Category{docket.Categories[random.IntN(5)]}
				}
				one.Posts = append(one.Posts, post)
			}
			book.Grids = append(book.Grids, one)
		}
		for w := range 5 {
			a := fmt.Sprint("w", w)
			people[a] = Person{Name: a, Fit: random.IntN(4) > 0}
			loads[a] = Load{random.IntN(4), random.IntN(4), random.IntN(9)}
			r := grid.Roster{Account: a}
			for day := time.Sunday; day <= time.Saturday; day++ {
				if random.IntN(2) == 0 {
					r.Weekly = append(r.Weekly, grid.Shift{Weekday: day, Span: grid.Span{From: grid.Minute(random.IntN(1440)), Until: grid.Minute(random.IntN(1440))}})
				}
			}
			book.PutRoster(r)
			if random.IntN(3) == 0 {
				absent(book, a)
			}
		}
		at := monday.Add(time.Duration(random.IntN(7*24*60)) * time.Minute)
		if random.IntN(2) == 0 {
			at = monday
		}
		m := Matter{Case: docket.Case{Service: "home_service", Status: docket.Accepted, Category: append(docket.Categories, "")[random.IntN(6)], Urgency: docket.Urgency(random.IntN(3))}}
		found, ok := book.Find(fmt.Sprint(1+random.IntN(4), "号楼"))
		if ok {
			m.Located = &Located{found, "by_address"}
		}
		if random.IntN(3) == 0 {
			m.Declined = []docket.Assignee{docket.ToWorker(fmt.Sprint("w", random.IntN(5)))}
		}
		rules, _ := Parse("")
		p := Propose(m, rules, book, people, loads, at)
		can := func(post grid.Post) bool {
			r := book.Roster(post.Account)
			_, away := r.Absent(at)
			return people[post.Account].Fit && !away && r.OnDuty(at) && post.Takes(m.Case.Category) &&
				(len(m.Declined) == 0 || m.Declined[0] != docket.ToWorker(post.Account))
		}
		anybody, own := false, false
		for _, g := range book.Grids {
			for _, post := range g.Posts {
				anybody = anybody || can(post)
				own = own || ok && g.ID == found.Grid.ID && can(post)
			}
		}
		account, worker := p.To.Worker()
		switch {
		case len(p.Reasons) == 0:
			t.Fatal("silent")
		case !ok:
			if p.To != "" {
				t.Fatalf("nobody knows where, and it goes to %s", p.To)
			}
			outcomes["nowhere"]++
		case p.To == "" && anybody:
			t.Fatalf("somebody could: %s", p.Words())
		case p.To == "":
			outcomes["clerk"]++
		case !worker:
			t.Fatalf("to %s", p.To)
		default:
			hers, here := false, false
			for _, g := range book.Grids {
				for _, post := range g.Posts {
					if post.Account == account && can(post) {
						hers, here = true, here || g.ID == found.Grid.ID
					}
				}
			}
			if !hers {
				t.Fatalf("to %s, who cannot: %s", account, p.Words())
			}
			if own && !here {
				t.Fatalf("to another grid, and somebody of its own could: %s", p.Words())
			}
			outcomes[fmt.Sprint("own ", here)]++
		}
		if p.Automatic && (p.To == "" || m.Case.Urgency != docket.Urgent) {
			t.Fatalf("by itself: %+v", p)
		}
	}
	for _, o := range []string{"nowhere", "clerk", "own true", "own false"} {
		if outcomes[o] < 20 {
			t.Errorf("%s came about %d times: %v", o, outcomes[o], outcomes)
		}
	}
}

func TestRules(t *testing.T) {
	good := "most = 3\n[weight]\nurgent=3\nsoon=2\nnormal=1\n"
	if r, err := Parse(good); err != nil || len(r.Automatic) != 0 {
		t.Errorf("%v", err)
	}
	for _, text := range []string{"most = 3", good + "x=1", "automatic=[\"often\"]\n" + good, good + "[[department]]\nto=\"mars\"\nwords=[\"x\"]",
		good + "[[department]]\nto=\"police\"", good + "[[department]]\nto=\"police\"\nwords=[\"\"]", good + "[[department]]\nto=\"police\"\ncategories=[\"x\"]",
		"most = 0\n[weight]\nurgent=3\nsoon=2\nnormal=1\n", strings.Repeat("#", MaxDocument+1), "["} {
		if _, err := Parse(text); !errors.Is(err, ErrRules) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func FuzzRules(f *testing.F) {
	f.Add(DefaultDocument)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil && !errors.Is(err, ErrRules) {
			t.Fatal(err)
		}
		if err == nil {
			r.department(Matter{Case: docket.Case{Service: "repair"}, Text: text})
		}
	})
}
