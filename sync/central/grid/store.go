package grid

import "context"

// Store is a database of grids.
type Store interface {
	// Grids reads the whole book. Others may have been given the same grids and rosters:
	// who changes one does so in ChangeGrids.
	Grids(ctx context.Context) (*Book, error)
	// ChangeGrids reads the book, has f change it, and keeps what became of it, under the
	// next version and in order, when it fits together (Check); in one transaction, with
	// an error of f or of Check not at all. f may run more than once. It returns the book
	// as it is then.
	ChangeGrids(ctx context.Context, f func(*Book) error) (*Book, error)

	// PlaceCase notes where a case is. A second note replaces the first.
	PlaceCase(ctx context.Context, number int64, grid, building string) error
	// PlacesOf tells where cases are; those of which nobody knows it are not in it.
	PlacesOf(ctx context.Context, cases []int64) (map[int64]Placed, error)
}

// Placed is where a case is.
type Placed struct {
	Grid     string // id, or ""
	Building string
}

// At is f for ChangeGrids that refuses a book which went on since it was seen.
// ErrChanged.
func At(version int64, f func(*Book) error) func(*Book) error {
	return func(b *Book) error {
		if b.Version != version {
			return ErrChanged
		}
		return f(b)
	}
}

// Put replaces the grid of an id, or adds it.
func (b *Book) Put(g Grid) {
	for i := range b.Grids {
		if b.Grids[i].ID == g.ID {
			b.Grids[i] = g
			return
		}
	}
	b.Grids = append(b.Grids, g)
}

// Drop removes a grid, also from the lists of its neighbours. ErrNotFound.
func (b *Book) Drop(id string) error {
	var rest []Grid
	for _, g := range b.Grids {
		if g.ID == id {
			continue
		}
		var neighbours []string
		for _, n := range g.Neighbours {
			if n != id {
				neighbours = append(neighbours, n)
			}
		}
		g.Neighbours = neighbours
		rest = append(rest, g)
	}
	if len(rest) == len(b.Grids) {
		return ErrNotFound
	}
	b.Grids = rest
	return nil
}

// PutRoster replaces somebody's roster, or adds it.
func (b *Book) PutRoster(r Roster) {
	for i := range b.Rosters {
		if b.Rosters[i].Account == r.Account {
			b.Rosters[i] = r
			return
		}
	}
	b.Rosters = append(b.Rosters, r)
}
