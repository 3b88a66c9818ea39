package resource

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"lintai/sync/central/grid"
)

// The score of a match, 0 to 1, is the sum of its parts with these weights. The part of
// the keywords is what the seed of this house says: the keywords that a resource meets,
// by all that the need has. A resource that meets none is no match however near it is.
const (
	WeightKeywords = 0.6
	WeightDistance = 0.2
	WeightFree     = 0.1
	WeightHours    = 0.1
)

// half is the distance in metres at which the part of the distance is a half.
const half = 500

// Need is what a case asks for.
type Need struct {
	Text  string // all its words
	Place grid.Point
	At    time.Time
}

// Match is a resource that may help, with the parts of its score, each 0 to 1.
type Match struct {
	Resource
	Score    float64
	Met      []string // keywords of the need that it meets
	Asked    int      // keywords that the need has
	Keywords float64
	Distance float64
	Metres   int // -1: not known, and then Distance is a half
	Free     float64
	Places   int // that are free
	Hours    float64
	OpenNow  bool
}

// Keywords are the words of all resources that stand in a text, the longer first; one
// that stands in it only as a part of a longer one does not count.
func Keywords(text string, resources []Resource) []string {
	var all []string
	for _, r := range resources {
		for _, w := range r.Keywords {
			if strings.Contains(text, w) && !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var own []string
	for _, w := range all {
		if strings.Contains(text, w) {
			own = append(own, w)
			text = strings.ReplaceAll(text, w, "\n")
		}
	}
	return own
}

// Rank matches a need with resources, the best first; taken is how many places of each
// are taken.
func Rank(n Need, resources []Resource, taken map[string]int) []Match {
	asked := Keywords(n.Text, resources)
	var all []Match
	for _, r := range resources {
		if r.Off {
			continue
		}
		m := Match{Resource: r, Asked: len(asked), Metres: -1, Distance: 0.5, OpenNow: r.Open(n.At), Places: max(0, r.Capacity-taken[r.ID])}
		for _, w := range asked {
			if slices.Contains(r.Keywords, w) {
				m.Met = append(m.Met, w)
			}
		}
		if len(m.Met) == 0 {
			continue
		}
		m.Keywords = float64(len(m.Met)) / float64(len(asked))
		if n.Place.Known() && r.Place.Known() {
			metres := n.Place.Metres(r.Place)
			m.Metres, m.Distance = int(math.Round(metres)), half/(half+metres)
		}
		if m.OpenNow {
			m.Hours = 1
		}
		m.Free = min(1, float64(m.Places)/float64(max(1, r.Capacity)))
		m.Score = WeightKeywords*m.Keywords + WeightDistance*m.Distance + WeightFree*m.Free + WeightHours*m.Hours
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b Match) int {
		// What is full comes last: it can be seen, and not taken.
		return cmp.Or(cmp.Compare(btoi(a.Places == 0), btoi(b.Places == 0)), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
