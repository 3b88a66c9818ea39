package insight

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"lintai/sync/central/docket"
)

// Key names a cell.
type Key struct {
	Month    Month
	Grid     string          // "": nobody knows in which
	Category docket.Category // "": not classified
}

// Cell is what the facts of a key come to.
type Cell struct {
	Cases     int            `json:"cases"`
	Completed int            `json:"completed,omitempty"`
	Reopened  int            `json:"reopened,omitempty"`
	Overdue   int            `json:"overdue,omitempty"`
	Stars     [5]int         `json:"stars,omitzero"` // ratings of one star, of two…
	Response  Sketch         `json:"response,omitempty"`
	Fix       Sketch         `json:"fix,omitempty"`
	Days      []int          `json:"days,omitempty"` // cases of the first day, the second…
	Reasons   map[Reason]int `json:"reasons,omitempty"`
}

// Add counts a fact.
func (c *Cell) Add(f Fact) {
	c.Cases++
	if f.Completed {
		c.Completed++
	}
	if f.Reopened {
		c.Reopened++
	}
	if f.Overdue {
		c.Overdue++
	}
	if f.Stars >= 1 && f.Stars <= 5 {
		c.Stars[f.Stars-1]++
	}
	if f.Response >= 0 {
		c.Response.Add(f.Response)
	}
	if f.Fix >= 0 {
		c.Fix.Add(f.Fix)
	}
	c.day(f.Day, 1)
	c.reasons(f.Reasons, 1)
}

func (c *Cell) day(day, n int) {
	for len(c.Days) < day {
		c.Days = append(c.Days, 0)
	}
	if day > 0 {
		c.Days[day-1] += n
	}
}

func (c *Cell) reasons(all []Reason, n int) {
	if c.Reasons == nil && len(all) > 0 {
		c.Reasons = map[Reason]int{}
	}
	for _, r := range all {
		c.Reasons[r] += n
	}
}

// Merge adds another cell. The days of several months do not belong together; see
// Cube.Daily.
func (c *Cell) Merge(o *Cell) {
	c.Cases += o.Cases
	c.Completed += o.Completed
	c.Reopened += o.Reopened
	c.Overdue += o.Overdue
	for i, n := range o.Stars {
		c.Stars[i] += n
	}
	c.Response.Merge(o.Response)
	c.Fix.Merge(o.Fix)
	for r, n := range o.Reasons {
		c.reasons([]Reason{r}, n)
	}
}

// Share is how many of some.
type Share struct{ Part, Of int }

// Shown tells whether it speaks of enough.
func (s Share) Shown() bool { return s.Of >= Smallest }

// Value is the share, from 0 to 1.
func (s Share) Value() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Part) / float64(s.Of)
}

// Spread is how long something takes: half of the cases take no longer than Median, nine
// of ten no longer than Tail.
type Spread struct {
	Count        int
	Median, Tail time.Duration
}

// Shown tells whether it speaks of enough.
func (s Spread) Shown() bool { return s.Count >= Smallest }

func spread(s Sketch) Spread {
	if n := s.Count(); n >= Smallest {
		return Spread{n, s.Quantile(0.5), s.Quantile(0.9)}
	}
	return Spread{Count: s.Count()} // never told, so not reckoned
}

// Figures are what a cell says. Each must be shown only where it is Shown.
type Figures struct {
	Cases     int
	Response  Spread // arrival to the first time that it was given to somebody or begun
	Fix       Spread // arrival to the completion that stood
	Satisfied Share  // four or five stars, of those rated
	Stars     float64
	Overdue   Share // of all
	Reopened  Share // of those completed
}

// Shown tells whether even the number of cases may be said.
func (f Figures) Shown() bool { return f.Cases >= Smallest }

// Figures counts them.
func (c *Cell) Figures() Figures {
	f := Figures{Cases: c.Cases, Response: spread(c.Response), Fix: spread(c.Fix),
		Overdue: Share{c.Overdue, c.Cases}, Reopened: Share{c.Reopened, c.Completed}}
	sum := 0
	for i, n := range c.Stars {
		f.Satisfied.Of += n
		sum += n * (i + 1)
		if i >= 3 {
			f.Satisfied.Part += n
		}
	}
	if f.Satisfied.Of > 0 {
		f.Stars = float64(sum) / float64(f.Satisfied.Of)
	}
	return f
}

// Cube is all cells of some months, as of a time.
type Cube struct {
	AsOf  time.Time // zero: nothing was counted yet
	Cells map[Key]*Cell
}

// NewCube adds up facts.
func NewCube(asOf time.Time, facts ...Fact) *Cube {
	c := &Cube{AsOf: asOf, Cells: map[Key]*Cell{}}
	for _, f := range facts {
		c.Add(f)
	}
	return c
}

// Add counts a fact, if it counts.
func (c *Cube) Add(f Fact) {
	if f.Month == 0 {
		return
	}
	k := Key{f.Month, f.Grid, f.Category}
	if c.Cells[k] == nil {
		c.Cells[k] = &Cell{}
	}
	c.Cells[k].Add(f)
}

// Sum adds up the cells that are wanted.
func (c *Cube) Sum(wanted func(Key) bool) *Cell {
	sum := &Cell{}
	for k, cell := range c.Cells {
		if wanted(k) {
			sum.Merge(cell)
		}
	}
	return sum
}

// By adds up the cells that are wanted, apart by what of tells of their keys.
func By[T comparable](c *Cube, wanted func(Key) bool, of func(Key) T) map[T]*Cell {
	sums := map[T]*Cell{}
	for k, cell := range c.Cells {
		if !wanted(k) {
			continue
		}
		name := of(k)
		if sums[name] == nil {
			sums[name] = &Cell{}
		}
		sums[name].Merge(cell)
	}
	return sums
}

// Months lists those that have cells, the first first.
func (c *Cube) Months() []Month {
	seen := map[Month]bool{}
	for k := range c.Cells {
		seen[k.Month] = true
	}
	return slices.SortedFunc(maps.Keys(seen), cmp.Compare)
}

// Daily is how many cases each whole day had, from its first month to the day before the
// cube was counted; and the first day.
func (c *Cube) Daily(wanted func(Key) bool) (first time.Time, counts []float64) {
	months := c.Months()
	if len(months) == 0 || c.AsOf.IsZero() {
		return first, nil
	}
	first = months[0].Start()
	days := func(t time.Time) int { return int(t.Sub(first) / (24 * time.Hour)) }
	counts = make([]float64, max(0, days(c.AsOf)))
	for k, cell := range c.Cells {
		if !wanted(k) {
			continue
		}
		from := days(k.Month.Start())
		for i, n := range cell.Days {
			if from+i < len(counts) {
				counts[from+i] += float64(n)
			}
		}
	}
	// What lies before the first case of all is no history.
	for len(counts) > 0 && !c.began(first) {
		first, counts = first.AddDate(0, 0, 1), counts[1:]
	}
	return first, counts
}

// began tells whether any case was asked for on that day, or on an earlier one of its month.
func (c *Cube) began(day time.Time) bool {
	m, d := MonthOf(day), day.Day()
	for k, cell := range c.Cells {
		if k.Month != m {
			continue
		}
		for i, n := range cell.Days {
			if n > 0 && i < d {
				return true
			}
		}
	}
	return m > c.Months()[0]
}
