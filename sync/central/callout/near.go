package callout

import (
	"slices"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// Nearest lists who is on duty near a terminal: those of the grid in which it stands,
// then their deputies, then those of the other grids, the nearest first. Nobody when it
// stands in none.
func Nearest(b *grid.Book, t docket.Terminal, at time.Time) []string {
	own, ok := b.OfTerminal(t)
	if !ok {
		return nil
	}
	return NearestTo(b, own, at)
}

// NearestTo is Nearest for whatever stands in a grid.
func NearestTo(b *grid.Book, own grid.Grid, at time.Time) []string {
	var all []string
	for _, g := range append([]grid.Grid{own}, b.Near(own.ID)...) {
		for _, deputies := range []bool{false, true} {
			for _, p := range g.Posts {
				if p.Deputy == deputies && !slices.Contains(all, p.Account) && b.Roster(p.Account).OnDuty(at) {
					all = append(all, p.Account)
				}
			}
		}
	}
	return all
}
