// Package grid is the map of a community's work: its grids (网格), the buildings in
// each, who works there and who stands in for her, and when they are on duty.
//
// An address is found as people write it: 3号楼, 三号楼, 幸福小区3栋2单元, 3-2-501 and 3#
// all name a building; see Book.Find. A moment has those who are on duty at it: the
// weekly shifts of a worker, days that differ from them, and absences; see
// Roster.OnDuty. What is near to what is said by a list of neighbours, or else by the
// coordinates.
//
// The package is pure: Store is what a database must be able to do for it.
package grid

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lintai/sync/central/docket"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("grid: no such grid")
	ErrExists   = errors.New("grid: there is a grid of this number")
	ErrBook     = errors.New("grid: the grids do not fit together")
	ErrChanged  = errors.New("grid: somebody else changed the grids meanwhile")
)

// Point is a place on the earth, WGS 84. The zero point is not known.
type Point struct {
	Latitude  float64 `json:"lat,omitempty"`
	Longitude float64 `json:"lon,omitempty"`
}

// Known tells whether it is a place at all.
func (p Point) Known() bool { return p != Point{} }

func (p Point) valid() bool {
	return p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180
}

// Metres is the distance to another point, on a sphere; it is off by 0.5 % at most.
// Both must be known.
func (p Point) Metres(q Point) float64 {
	const radius, degree = 6_371_000, math.Pi / 180
	dLat, dLon := (q.Latitude-p.Latitude)*degree, (q.Longitude-p.Longitude)*degree
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(p.Latitude*degree)*math.Cos(q.Latitude*degree)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * radius * math.Asin(math.Sqrt(min(h, 1)))
}

// Grid is one of them.
type Grid struct {
	ID         string     `json:"id"`   // small letters and digits, e.g. "3"; never changes
	Name       string     `json:"name"` // "3号网格"
	Place      Point      `json:"place,omitzero"`
	Buildings  []Building `json:"buildings,omitempty"`
	Posts      []Post     `json:"posts,omitempty"`      // in the order in which they are asked
	Neighbours []string   `json:"neighbours,omitempty"` // ids, nearest first; see Book.Near
	Terminals  []int      `json:"terminals,omitempty"`  // numbers of those that stand in it
}

// Building is one that belongs to a grid, or a place that people know by its name.
type Building struct {
	// Name is how addresses name it: "3号楼", "幸福小区3栋2单元", "中心花园". What it leaves
	// out an address may have: 3号楼 is also 阳光里3号楼502室.
	Name  string   `json:"name"`
	Also  []string `json:"also,omitempty"` // other names
	Place Point    `json:"place,omitzero"`
}

// Post is somebody who works in a grid.
type Post struct {
	Account string `json:"account"` // of package staff, with the role worker
	Deputy  bool   `json:"deputy,omitempty"`
	// Categories are those of the cases that are hers; none means each.
	Categories []docket.Category `json:"categories,omitempty"`
}

// Takes tells whether cases of a category are hers. One that is not classified yet is
// everybody's.
func (p Post) Takes(c docket.Category) bool {
	return c == "" || len(p.Categories) == 0 || slices.Contains(p.Categories, c)
}

// Book is all grids and everybody's roster, as one state.
type Book struct {
	Version int64    // counts up by one per change
	Grids   []Grid   // by id, as people count: 2 before 10
	Rosters []Roster // by account
}

// Grid finds a grid.
func (b *Book) Grid(id string) (Grid, bool) {
	i := slices.IndexFunc(b.Grids, func(g Grid) bool { return g.ID == id })
	if i < 0 {
		return Grid{}, false
	}
	return b.Grids[i], true
}

// Roster is somebody's; Usual's when she has none.
func (b *Book) Roster(account string) Roster {
	i := slices.IndexFunc(b.Rosters, func(r Roster) bool { return r.Account == account })
	if i < 0 {
		return Roster{Account: account, Weekly: slices.Clone(Usual)}
	}
	return b.Rosters[i]
}

// GridsOf lists the grids that somebody has a post in.
func (b *Book) GridsOf(account string) []Grid {
	var all []Grid
	for _, g := range b.Grids {
		if slices.ContainsFunc(g.Posts, func(p Post) bool { return p.Account == account }) {
			all = append(all, g)
		}
	}
	return all
}

// OfTerminal is the grid in which a terminal stands: the one that lists it, else the one
// that its own file names, or a building of it, else where its name (一号楼大厅) is found.
func (b *Book) OfTerminal(t docket.Terminal) (Grid, bool) {
	for _, g := range b.Grids {
		if slices.Contains(g.Terminals, t.Number) {
			return g, true
		}
	}
	for _, g := range b.Grids {
		if t.Grid != "" && (g.Name == t.Grid || g.ID == t.Grid) {
			return g, true
		}
	}
	for _, place := range []string{t.Grid, t.Name} {
		if found, ok := b.Find(place); ok {
			return found.Grid, true
		}
	}
	return Grid{}, false
}

// Near lists the other grids, nearest first: its neighbours as they are listed, then
// those that list it, then the others by distance, those without a place last.
func (b *Book) Near(id string) []Grid {
	own, _ := b.Grid(id)
	rank := func(g Grid) float64 {
		if i := slices.Index(own.Neighbours, g.ID); i >= 0 {
			return float64(i) - 1e6
		}
		if slices.Contains(g.Neighbours, id) {
			return -1
		}
		if here, there := own.Centre(), g.Centre(); here.Known() && there.Known() {
			return here.Metres(there)
		}
		return math.Inf(1)
	}
	all := slices.DeleteFunc(slices.Clone(b.Grids), func(g Grid) bool { return g.ID == id })
	slices.SortStableFunc(all, func(x, y Grid) int {
		switch a, b := rank(x), rank(y); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	return all
}

// Centre is where a grid is, as far as it is known: its own place, or the middle of its
// buildings.
func (g Grid) Centre() Point {
	if g.Place.Known() {
		return g.Place
	}
	var sum Point
	n := 0.0
	for _, one := range g.Buildings {
		if one.Place.Known() {
			sum.Latitude, sum.Longitude, n = sum.Latitude+one.Place.Latitude, sum.Longitude+one.Place.Longitude, n+1
		}
	}
	if n == 0 {
		return Point{}
	}
	return Point{sum.Latitude / n, sum.Longitude / n}
}

// Bounds of what a book may hold.
const (
	MaxName      = 40 // characters
	MaxGrids     = 500
	MaxBuildings = 2000 // of a grid
	MaxPosts     = 50   // of a grid
)

// Check tells what does not fit together. ErrBook.
func (b *Book) Check() error {
	if len(b.Grids) > MaxGrids {
		return wrong("at most %d grids", MaxGrids)
	}
	ids, names, terminals := map[string]bool{}, map[string]bool{}, map[int]string{}
	for _, g := range b.Grids {
		ids[g.ID] = true
	}
	if len(ids) != len(b.Grids) {
		return wrong("two grids have one number")
	}
	for _, g := range b.Grids {
		if names[g.Name] {
			return wrong("two grids are called %s", g.Name)
		}
		names[g.Name] = true
		if err := g.check(); err != nil {
			return err
		}
		for _, id := range g.Neighbours {
			if !ids[id] || id == g.ID {
				return wrong("grid %s: no neighbour %q", g.ID, id)
			}
		}
		for _, number := range g.Terminals {
			if other, taken := terminals[number]; taken || number < 1 {
				return wrong("grid %s: terminal %d stands in grid %s", g.ID, number, other)
			}
			terminals[number] = g.ID
		}
	}
	for i, r := range b.Rosters {
		if slices.ContainsFunc(b.Rosters[:i], func(o Roster) bool { return o.Account == r.Account }) {
			return wrong("two rosters of one worker")
		}
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (g Grid) check() error {
	if g.ID == "" || len(g.ID) > 16 || strings.Trim(g.ID, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return wrong("a grid's number is of small letters and digits, not %q", g.ID)
	}
	if !fitName(g.Name) {
		return wrong("grid %s has no fit name", g.ID)
	}
	if len(g.Buildings) > MaxBuildings || len(g.Posts) > MaxPosts || !g.Place.valid() {
		return wrong("grid %s is too large, or nowhere", g.ID)
	}
	for i, one := range g.Buildings {
		for _, name := range one.names() {
			if !fitName(name) {
				return wrong("grid %s: a building without a fit name", g.ID)
			}
		}
		if !one.Place.valid() {
			return wrong("grid %s: %s is nowhere", g.ID, one.Name)
		}
		if slices.ContainsFunc(g.Buildings[:i], func(o Building) bool { return o.Name == one.Name }) {
			return wrong("grid %s has %s twice", g.ID, one.Name)
		}
	}
	for i, p := range g.Posts {
		if p.Account == "" || slices.ContainsFunc(g.Posts[:i], func(o Post) bool { return o.Account == p.Account }) {
			return wrong("grid %s has a worker twice, or nobody as one", g.ID)
		}
		for _, c := range p.Categories {
			if !slices.Contains(docket.Categories, c) {
				return wrong("grid %s: no category %q", g.ID, c)
			}
		}
	}
	return nil
}

func fitName(name string) bool {
	return name != "" && strings.TrimSpace(name) == name && utf8.ValidString(name) && utf8.RuneCountInString(name) <= MaxName &&
		!strings.ContainsFunc(name, unicode.IsControl)
}

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBook}, args...)...)
}

// Sort puts grids and rosters in their order.
func (b *Book) Sort() {
	slices.SortFunc(b.Grids, func(x, y Grid) int {
		if n := len(x.ID) - len(y.ID); n != 0 {
			return n
		}
		return strings.Compare(x.ID, y.ID)
	})
	slices.SortFunc(b.Rosters, func(x, y Roster) int { return strings.Compare(x.Account, y.Account) })
}
