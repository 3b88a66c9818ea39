package insight

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// residents are three kinds of people: who only asks, who takes part, who helps.
func residents(seed uint64, asks, joins, helps int) []Habit {
	draw := rand.New(rand.NewPCG(seed, 2))
	var all []Habit
	for range asks {
		all = append(all, Habit{Requests: 1 + draw.IntN(3), Urgent: draw.IntN(2)})
	}
	for range joins {
		all = append(all, Habit{Requests: draw.IntN(2), Activities: 8 + draw.IntN(5), Ratings: 1, Points: 5 * draw.IntN(2)})
	}
	for range helps {
		all = append(all, Habit{Requests: draw.IntN(2), Activities: 1, Minutes: 1200 + draw.IntN(600), Points: 100 + draw.IntN(80)})
	}
	return all
}

func TestPlantedGroupsAreFound(t *testing.T) {
	habits := residents(1, 120, 60, 40)
	c := Group(habits)
	if len(c.Groups) < 3 || c.Silhouette < 0.5 || c.Residents != 220 {
		t.Fatalf("%+v", c)
	}
	sum := 0
	for _, g := range c.Groups {
		sum += g.Size
	}
	if sum != 220 {
		t.Errorf("%d of 220 are in a group", sum)
	}
	found := map[Feature]bool{}
	for _, g := range c.Groups {
		if len(g.Marks) > 0 {
			found[g.Marks[0]] = true
		}
	}
	if !found[Activities] && !found[Ratings] || !found[Hours] && !found[Points] {
		t.Errorf("the groups are known by %v", found)
	}
	// The same in whatever order they come.
	mixed := slices.Clone(habits)
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	if other := Group(mixed); !reflect.DeepEqual(c, other) {
		t.Errorf("%+v\n%+v", c, other)
	}
}

// No group of too few is ever told, however far off they are.
func TestSmallGroupsAreMerged(t *testing.T) {
	for strangers := 1; strangers < 2*Smallest; strangers++ {
		habits := residents(2, 60, 30, 0)
		for range strangers {
			habits = append(habits, Habit{Requests: 900, Urgent: 900, Elsewhere: 900, Minutes: 90000, Points: 5000})
		}
		for _, g := range Group(habits).Groups {
			if g.Size < Smallest {
				t.Errorf("%d strangers: a group of %d", strangers, g.Size)
			}
		}
	}
	if c := Group(residents(1, FewestResidents-1, 0, 0)); c.Groups != nil {
		t.Errorf("%+v", c)
	}
	if c := Group(make([]Habit, 50)); len(c.Groups) != 1 || c.Groups[0].Size != 50 { // all alike
		t.Errorf("%+v", c)
	}
}
