package callout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// The steps that are promised, for those who are there.
func TestSteps(t *testing.T) {
	for _, test := range []struct {
		name   string
		people People
		want   [][]string // nil is everyone
	}{
		{"two near", People{Near: []string{"a", "b", "c"}, Clerks: []string{"k"}}, [][]string{{"a"}, {"b"}, nil}},
		{"one near", People{Near: []string{"a"}, Clerks: []string{"k"}}, [][]string{{"a"}, nil}},
		{"nobody near", People{Clerks: []string{"l", "k", "k"}}, [][]string{{"k", "l"}, nil}},
		{"nobody at all", People{}, [][]string{nil}},
	} {
		s := State{Call: "c"}
		now := noon
		for i, want := range test.want {
			var fresh []Ring
			if s, fresh = s.Ring(now, test.people); len(fresh) == 0 {
				t.Fatalf("%s: step %d was not made", test.name, i+1)
			}
			if !slices.Equal(s.Rung(), want) || s.Everyone != (want == nil) {
				t.Errorf("%s: step %d rings %q, everyone: %v", test.name, i+1, s.Rung(), s.Everyone)
			}
			if again, fresh := s.Ring(now.Add(Patience-1), test.people); len(fresh) > 0 || again.Step != s.Step {
				t.Errorf("%s: step %d ended too early", test.name, i+1)
			}
			now = now.Add(Patience)
		}
		if _, fresh := s.Ring(now.Add(time.Hour), test.people); len(fresh) > 0 {
			t.Errorf("%s: somebody after everyone", test.name)
		}
	}
}

// Whatever becomes of who is on duty, and whenever it is looked: until the answer
// somebody is rung; never the same person twice in a row while another is there;
// everyone within Alone times Patience; and nobody after the answer.
func TestAnyCourse(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := State{Call: "c"}
		now := noon
		s, _ = s.Ring(now, anybody(r))
		var last []string
		for range 12 {
			if !s.Everyone && len(s.Rung()) == 0 {
				t.Fatalf("seed %d: nobody is rung: %+v", seed, s)
			}
			if s.Step > Alone && !s.Everyone {
				t.Fatalf("seed %d: at step %d not everyone is rung", seed, s.Step)
			}
			last = s.Rung()
			before := s
			now = now.Add(time.Duration(r.IntN(90)) * time.Second)
			people := anybody(r)
			var fresh []Ring
			due := s.Due(now)
			s, fresh = s.Ring(now, people)
			if due != (len(fresh) > 0) || due != (s.Step == before.Step+1) {
				t.Fatalf("seed %d: due %v and %d rung", seed, due, len(fresh))
			}
			if len(last) == 1 && due && slices.Equal(last, s.Rung()) {
				t.Fatalf("seed %d: %s twice", seed, last[0])
			}
			for _, account := range s.Rung() {
				if due && !slices.Contains(people.Near, account) && !slices.Contains(people.Clerks, account) {
					t.Fatalf("seed %d: %s is not on duty", seed, account)
				}
			}
			if due && s.Everyone && before.Step < Alone && slices.ContainsFunc(people.Near, func(a string) bool { return !before.asked(a) }) {
				t.Fatalf("seed %d: everyone, and there was another: %+v", seed, people)
			}
			if before.Next.IsZero() != before.Everyone {
				t.Fatalf("seed %d: what follows step %d?", seed, before.Step)
			}
			if r.IntN(6) == 0 {
				break
			}
		}
		rung := s.Rings
		s = s.Answer(now)
		first := s.Answered
		for range 4 {
			now = now.Add(time.Duration(r.IntN(600)) * time.Second)
			var fresh []Ring
			if s, fresh = s.Ring(now, anybody(r)); len(fresh) > 0 || s.Due(now) || len(s.Rung()) > 0 || s.RingsFor("w1") || s.RingsFor("k1") {
				t.Fatalf("seed %d: rung after the answer", seed)
			}
			s = s.Answer(now)
		}
		if s.Answered != first || len(s.Rings) != len(rung) || !s.Next.IsZero() {
			t.Fatalf("seed %d: the first answer counts: %+v", seed, s)
		}
	}
}

func anybody(r *rand.Rand) People {
	var p People
	for _, i := range r.Perm(4)[:r.IntN(5)] {
		p.Near = append(p.Near, fmt.Sprint("w", i))
	}
	for i := range r.IntN(3) {
		p.Clerks = append(p.Clerks, fmt.Sprint("k", i))
	}
	return p
}

func TestFigures(t *testing.T) {
	answered := func(after time.Duration, step int, recorded bool) Times {
		return Times{Raised: noon, Received: noon, Answered: noon.Add(after), Step: step, Recorded: recorded}
	}
	f := Count([]Times{answered(10*time.Second, 1, true), answered(30*time.Second, 1, true), answered(100*time.Second, 2, false),
		{Raised: noon, Received: noon.Add(5 * time.Minute)}, {Raised: noon, Received: noon}})
	if f.Calls != 5 || f.Unanswered != 2 || f.Unrecorded != 1 || f.Late != 1 || !slices.Equal(f.Steps, []int{2, 1}) ||
		f.Median != 30*time.Second || f.Tenth != 100*time.Second {
		t.Errorf("%+v", f)
	}
	if f := Count(nil); f.Median != 0 || f.Calls != 0 {
		t.Errorf("%+v", f)
	}
}

func TestRecordIsTidied(t *testing.T) {
	r := Record{About: " 扶老人上楼\r\n已送到\x00 \xff"}
	if err := r.tidy(); err != nil || r.About != "扶老人上楼\n已送到" {
		t.Errorf("%q %v", r.About, err)
	}
	for _, about := range []string{"", " \n", string(make([]rune, MaxAbout+1)), fmt.Sprintf("%0201d", 1)} {
		if r := (Record{About: about}); r.tidy() == nil {
			t.Errorf("%q is a record", about)
		}
	}
}

// The grid's own workers before their deputies, those before the next grid's; nobody who
// is off duty, and nobody where the terminal stands in no grid.
func TestNearest(t *testing.T) {
	post := func(account string, deputy bool) grid.Post { return grid.Post{Account: account, Deputy: deputy} }
	b := &grid.Book{}
	b.Put(grid.Grid{ID: "1", Name: "一号网格", Buildings: []grid.Building{{Name: "1号楼"}},
		Posts: []grid.Post{post("deputy", true), post("own", false), post("away", false)}, Neighbours: []string{"3"}})
	b.Put(grid.Grid{ID: "2", Name: "二号网格", Posts: []grid.Post{post("far", false)}})
	b.Put(grid.Grid{ID: "3", Name: "三号网格", Posts: []grid.Post{post("next", false), post("own", true), post("off", false)}, Terminals: []int{30}})
	for _, account := range []string{"own", "deputy", "away", "next", "far", "off"} {
		r := grid.Roster{Account: account}
		for day := range 7 {
			if account != "off" {
				r.Weekly = append(r.Weekly, grid.Shift{Weekday: time.Weekday(day), Span: grid.Span{From: 0, Until: 24 * 60}})
			}
		}
		if account == "away" {
			r.Absences = []grid.Absence{{From: noon.Add(-time.Hour), Until: noon.Add(time.Hour)}}
		}
		b.PutRoster(r)
	}
	for _, test := range []struct {
		kiosk      int
		name, says string
		at         time.Time
		want       []string
	}{
		{7, "1号楼大厅", "", noon, []string{"own", "deputy", "next", "far"}},
		{7, "1号楼大厅", "", noon.Add(time.Hour), []string{"own", "away", "deputy", "next", "far"}},
		{30, "社区中心", "一号网格", noon, []string{"next", "own", "deputy", "far"}},
		{7, "社区中心", "", noon, nil},
		{7, "社区中心", "一号网格", noon, []string{"own", "deputy", "next", "far"}},
		{7, "社区中心", "五号网格", noon, nil},
	} {
		if got := Nearest(b, docket.Terminal{Number: test.kiosk, Name: test.name, Grid: test.says}, test.at); !slices.Equal(got, test.want) {
			t.Errorf("terminal %d at %q: %q, want %q", test.kiosk, test.name, got, test.want)
		}
	}
}
