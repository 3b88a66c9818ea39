package activity

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func seats(all ...any) []Seat { // people and state by turns
	var list []Seat
	for i := 0; i < len(all); i += 2 {
		list = append(list, Seat{Number: int64(i/2 + 1), People: all[i].(int), State: all[i+1].(State)})
	}
	return list
}

func TestMoveUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		places int
		seats  []Seat
		want   []int64
	}{
		{"nobody", 3, nil, nil},
		{"in order", 3, seats(1, Waiting, 2, Waiting, 1, Waiting), []int64{1, 2}},
		{"a smaller party passes one that does not fit", 3, seats(2, Granted, 2, Waiting, 1, Waiting), []int64{3}},
		{"the larger one is first as soon as it fits", 3, seats(2, Withdrawn, 3, Waiting, 1, Waiting), []int64{2}},
		{"who did not come has still taken places", 2, seats(1, Absent, 1, Attended, 1, Waiting), nil},
		{"a smaller activity displaces nobody", 1, seats(2, Granted, 1, Waiting), nil},
	} {
		if got := MoveUp(c.places, c.seats); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Whatever comes and goes: no place is given twice, none stays empty while somebody
// waits who fits, nobody of the same size passes, and what was granted stays.
func TestMoveUpAtRandom(t *testing.T) {
	chance := rand.New(rand.NewPCG(2, uint64(time.Now().UnixNano())))
	for range 200 {
		places := 1 + chance.IntN(12)
		var list []Seat
		for range 60 {
			if chance.IntN(3) > 0 || len(list) == 0 {
				list = append(list, Seat{Number: int64(len(list) + 1), People: 1 + chance.IntN(5), State: Waiting})
			} else {
				list[chance.IntN(len(list))].State = Withdrawn
			}
			for _, number := range MoveUp(places, list) {
				s := &list[number-1]
				for _, before := range list[:number-1] {
					if before.State == Waiting && before.People <= s.People {
						t.Fatalf("party %d of %d passes party %d of %d", number, s.People, before.Number, before.People)
					}
				}
				s.State = Granted
			}
			free := places - Taken(list)
			if free < 0 {
				t.Fatalf("%d places, %d taken", places, places-free)
			}
			for _, s := range list {
				if s.State == Waiting && s.People <= free {
					t.Fatalf("party %d of %d waits beside %d free places", s.Number, s.People, free)
				}
			}
		}
	}
}

func TestPosition(t *testing.T) {
	list := seats(1, Granted, 1, Waiting, 1, Withdrawn, 1, Waiting)
	for number, want := range map[int64]int{1: 0, 2: 1, 3: 0, 4: 2, 9: 0} {
		if got := Position(list, number); got != want {
			t.Errorf("party %d: position %d, want %d", number, got, want)
		}
	}
}

func TestChecks(t *testing.T) {
	start := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	good := Activity{ID: "checkup", Name: "义诊", Place: "活动室", Start: start, End: start.Add(time.Hour), Places: 10}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(*Activity)
		want  error
	}{
		"id":        {func(a *Activity) { a.ID = "../x" }, ErrText},
		"no name":   {func(a *Activity) { a.Name = "" }, ErrText},
		"long name": {func(a *Activity) { a.Name = strings.Repeat("长", longestName+1) }, ErrText},
		"two lines": {func(a *Activity) { a.Detail = "a\nb" }, ErrText},
		"end":       {func(a *Activity) { a.End = a.Start }, ErrTime},
		"places":    {func(a *Activity) { a.Places = 0 }, ErrPlaces},
		"millions":  {func(a *Activity) { a.Places = 1 << 40 }, ErrPlaces},
	} {
		a := good
		c.spoil(&a)
		if err := a.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := (Volunteer{Phone: "call me"}).Check(); !errors.Is(err, ErrText) {
		t.Errorf("telephone: %v", err)
	}
	if err := (Volunteer{Fields: []string{"a b"}}).Check(); !errors.Is(err, ErrText) {
		t.Errorf("field: %v", err)
	}
}

func TestDuties(t *testing.T) {
	allowed := map[Duty][]Duty{"": {Assigned}, Released: {Assigned}, Assigned: {Confirmed, Missed, Released}, Confirmed: {Assigned}, Missed: {Assigned}}
	for _, from := range append([]Duty{""}, Duties...) {
		for _, to := range Duties {
			if got := from.Leads(to); got != slices.Contains(allowed[from], to) {
				t.Errorf("%q to %q: %t", from, to, got)
			}
		}
	}
}
