package insight

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Habit is how much one resident used and took part, and all that is known of her here:
// counts of a year, with nothing that says whose they are.
type Habit struct {
	Requests   int // what she asked for
	Urgent     int // of that
	Elsewhere  int // of that, by telephone or on the web, not at a terminal
	Ratings    int // how often she said how it was
	Activities int // in which she had a place
	Minutes    int // of voluntary service
	Points     int // that she was given
}

// Feature is a side of a habit. What people read is in the section feature of the phrases.
type Feature string

const (
	Requests   Feature = "requests"
	Urgent     Feature = "urgent"
	Elsewhere  Feature = "elsewhere"
	Ratings    Feature = "ratings"
	Activities Feature = "activities"
	Hours      Feature = "hours"
	Points     Feature = "points"
)

// Features lists every feature, in the order of a habit's.
var Features = []Feature{Requests, Urgent, Elsewhere, Ratings, Activities, Hours, Points}

func (h Habit) values() []float64 {
	return []float64{float64(h.Requests), float64(h.Urgent), float64(h.Elsewhere), float64(h.Ratings),
		float64(h.Activities), float64(h.Minutes) / 60, float64(h.Points)}
}

// Cluster is a group of residents with like habits.
type Cluster struct {
	Size int       `json:"size"`
	Mean []float64 `json:"mean"` // by Features
	// Marks are what it has most more of than others, as multiples of the standard deviation,
	// the most first; empty when it has less of everything.
	Marks []Feature `json:"marks,omitempty"`
}

// Clusters are the groups of all residents who did anything in a year.
type Clusters struct {
	Residents int       `json:"residents"`
	Groups    []Cluster `json:"groups,omitempty"` // the largest first; none of too few residents
	// Silhouette is how well the groups are apart: 1 is wholly, 0 not at all.
	Silhouette float64 `json:"silhouette"`
	// Tried has it of each number of groups from two on.
	Tried []float64 `json:"tried,omitempty"`
}

const (
	// FewestResidents is how many there must be for groups.
	FewestResidents = 30
	mostGroups      = 6
	// mostClustered bounds what the groups are found from, mostCompared what silhouettes are:
	// the pairs of so many are compared.
	mostClustered, mostCompared = 5_000, 400
	restarts, mostRounds        = 5, 60
)

// Apart is the silhouette from which on groups are more than a way to speak.
const Apart = 0.25

// Group finds groups by k-means, with the number of groups whose silhouette is greatest. The
// same habits give the same groups, in whatever order they come. A group of fewer
// than Smallest residents goes to the nearest.
func Group(habits []Habit) Clusters {
	result := Clusters{Residents: len(habits)}
	if len(habits) < FewestResidents {
		return result
	}
	points, raw := standardised(sample(habits))
	var labels []int
	for k := 2; k <= mostGroups; k++ {
		centres, of := kmeans(points, k)
		of = mergeSmall(points, centres, of)
		s := silhouette(points, of)
		result.Tried = append(result.Tried, s)
		if labels == nil || s > result.Silhouette+1e-9 {
			labels, result.Silhouette = of, s
		}
	}
	result.Groups = describe(points, raw, labels, len(habits))
	return result
}

// sample puts habits into an order of their own, and takes evenly from too many.
func sample(habits []Habit) []Habit {
	all := slices.Clone(habits)
	slices.SortFunc(all, func(a, b Habit) int { return slices.Compare(a.values(), b.values()) })
	if len(all) <= mostClustered {
		return all
	}
	some := make([]Habit, mostClustered)
	for i := range some {
		some[i] = all[i*len(all)/mostClustered]
	}
	return some
}

// standardised are the logarithms of the values, less their mean and in standard deviations:
// one who asks forty times is not forty times as far away as one who asks once.
func standardised(habits []Habit) (points, raw [][]float64) {
	for _, h := range habits {
		v := h.values()
		p := make([]float64, len(v))
		for i := range v {
			p[i] = math.Log1p(v[i])
		}
		points, raw = append(points, p), append(raw, v)
	}
	column := make([]float64, len(points))
	for d := range Features {
		for i, p := range points {
			column[i] = p[d]
		}
		mean, deviation := stat.MeanStdDev(column, nil)
		for _, p := range points {
			p[d] -= mean
			if deviation > 1e-9 {
				p[d] /= deviation
			}
		}
	}
	return points, raw
}

func squared(a, b []float64) float64 {
	d := floats.Distance(a, b, 2)
	return d * d
}

func nearest(p []float64, centres [][]float64) (best int, distance float64) {
	distance = math.Inf(1)
	for c, centre := range centres {
		if d := squared(p, centre); d < distance {
			best, distance = c, d
		}
	}
	return best, distance
}

// kmeans is Lloyd's, begun as k-means++ has it, the best of a few.
func kmeans(points [][]float64, k int) (centres [][]float64, of []int) {
	least := math.Inf(1)
	for try := range restarts {
		draw := rand.New(rand.NewPCG(uint64(k), uint64(try)))
		found := scatter(points, k, draw)
		labels := make([]int, len(points))
		cost := 0.0
		for range mostRounds {
			moved := false
			cost = 0
			for i, p := range points {
				c, d := nearest(p, found)
				cost += d
				moved = moved || labels[i] != c
				labels[i] = c
			}
			if found = means(points, labels, found); !moved {
				break
			}
		}
		if cost < least {
			least, centres, of = cost, found, labels
		}
	}
	return centres, of
}

// scatter draws centres, each the likelier the farther it is from those before.
func scatter(points [][]float64, k int, draw *rand.Rand) [][]float64 {
	centres := [][]float64{slices.Clone(points[draw.IntN(len(points))])}
	far := make([]float64, len(points))
	for len(centres) < k {
		for i, p := range points {
			_, far[i] = nearest(p, centres)
		}
		at, left := 0, draw.Float64()*floats.Sum(far)
		for at < len(far)-1 && left >= far[at] {
			left -= far[at]
			at++
		}
		centres = append(centres, slices.Clone(points[at]))
	}
	return centres
}

// means are the middles of the groups; an empty one stays where it was.
func means(points [][]float64, of []int, before [][]float64) [][]float64 {
	sums := make([][]float64, len(before))
	counts := make([]float64, len(before))
	for i := range sums {
		sums[i] = make([]float64, len(before[i]))
	}
	for i, p := range points {
		floats.Add(sums[of[i]], p)
		counts[of[i]]++
	}
	for c := range sums {
		if counts[c] == 0 {
			copy(sums[c], before[c])
			continue
		}
		floats.Scale(1/counts[c], sums[c])
	}
	return sums
}

// mergeSmall gives groups of too few to the nearest one, the smallest first.
func mergeSmall(points, centres [][]float64, of []int) []int {
	of = slices.Clone(of)
	for {
		counts := make([]int, len(centres))
		for _, c := range of {
			counts[c]++
		}
		small := -1
		for c, n := range counts {
			if n > 0 && n < Smallest && (small < 0 || n < counts[small]) {
				small = c
			}
		}
		if small < 0 {
			return of
		}
		to, least := small, math.Inf(1)
		for c, n := range counts {
			if d := squared(centres[c], centres[small]); c != small && n > 0 && d < least {
				to, least = c, d
			}
		}
		if to == small {
			return of // the only one
		}
		for i := range of {
			if of[i] == small {
				of[i] = to
			}
		}
	}
}

// silhouette is the mean over residents of how much nearer their own group is than the
// next; of some, evenly, where there are many. One group alone has none.
func silhouette(points [][]float64, of []int) float64 {
	step := max(1, len(points)/mostCompared)
	var some [][]float64
	var labels []int
	for i := 0; i < len(points); i += step {
		some, labels = append(some, points[i]), append(labels, of[i])
	}
	groups := slices.Max(labels) + 1
	sum := 0.0
	for i, p := range some {
		distance, count := make([]float64, groups), make([]float64, groups)
		for j, q := range some {
			if i != j {
				distance[labels[j]] += floats.Distance(p, q, 2)
				count[labels[j]]++
			}
		}
		own := labels[i]
		if count[own] == 0 {
			continue
		}
		in, out := distance[own]/count[own], math.Inf(1)
		for c := range groups {
			if c != own && count[c] > 0 {
				out = min(out, distance[c]/count[c])
			}
		}
		if high := max(in, out); !math.IsInf(out, 1) && high > 0 {
			sum += (out - in) / high
		}
	}
	return sum / float64(len(some))
}

// marked is from how many standard deviations on a group is known by a feature.
const marked = 0.5

// describe says what each group is like; sizes are those of all residents.
func describe(points, raw [][]float64, of []int, residents int) []Cluster {
	groups := slices.Max(of) + 1
	var all []Cluster
	for c := range groups {
		g := Cluster{Mean: make([]float64, len(Features))}
		centre := make([]float64, len(Features))
		for i := range points {
			if of[i] == c {
				g.Size++
				floats.Add(g.Mean, raw[i])
				floats.Add(centre, points[i])
			}
		}
		if g.Size == 0 {
			continue
		}
		floats.Scale(1/float64(g.Size), g.Mean)
		floats.Scale(1/float64(g.Size), centre)
		order := make([]int, len(Features))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(centre[b], centre[a]) })
		for _, d := range order[:2] {
			if centre[d] >= marked {
				g.Marks = append(g.Marks, Features[d])
			}
		}
		g.Size = g.Size * residents / len(points)
		all = append(all, g)
	}
	slices.SortStableFunc(all, func(a, b Cluster) int { return b.Size - a.Size })
	return all
}
