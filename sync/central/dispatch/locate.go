package dispatch

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// How near a point must be to a building, or else to a grid, to be in it, in metres.
const (
	nearBuilding = 150
	nearGrid     = 800
)

// Locate finds where a request is needed: by its address, by a point that a channel
// gave, by the words of it, and else by where its terminal stands. Nil when nothing tells.
func Locate(book *grid.Book, r request.Request, t docket.Terminal) *Located {
	addresses := []string{r.Address}
	if r.Person != nil {
		addresses = append(addresses, r.Person.Address)
	}
	for _, address := range addresses {
		if found, ok := book.Find(address); ok {
			return &Located{found, "by_address"}
		}
	}
	if c := r.Channel; c != nil && c.Latitude != nil && c.Longitude != nil {
		if found, ok := atPoint(book, grid.Point{Latitude: *c.Latitude, Longitude: *c.Longitude}); ok {
			return &Located{found, "by_point"}
		}
	}
	if found, ok := book.Find(Words(r)); ok {
		return &Located{found, "by_words"}
	}
	if r.Kiosk == 0 {
		return nil
	}
	t.Number = r.Kiosk
	g, ok := book.OfTerminal(t)
	if !ok {
		return nil
	}
	// The address of a card may be that of another town: whoever goes there asks first.
	elsewhere := func(address string) bool { return address != "" && len(book.Fits(address)) == 0 }
	if slices.ContainsFunc(addresses, elsewhere) {
		return &Located{grid.Found{Grid: g}, "by_terminal_elsewhere"}
	}
	return &Located{grid.Found{Grid: g}, "by_terminal"}
}

// Estates gives what says in which estate something is, by a text that a case was told
// with, or else by where its terminal stands; see grid.Book. It goes by the grids of now.
func (o *Office) Estates(ctx context.Context) (func(kiosk int, text string) string, error) {
	book, err := o.Store.Grids(ctx)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	terminals, err := o.Store.Terminals(ctx)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	stand := map[int]grid.Grid{}
	for _, t := range terminals {
		if g, ok := book.OfTerminal(t); ok {
			stand[t.Number] = g
		}
	}
	return func(kiosk int, text string) string { return book.Estate(text, stand[kiosk]) }, nil
}

// Words are all that were typed or chosen.
func Words(r request.Request) string {
	var all []string
	for _, a := range r.Answers {
		all = append(all, a.Text)
	}
	if r.Channel != nil {
		all = append(all, r.Channel.Description)
	}
	return strings.Join(all, "。")
}

func atPoint(book *grid.Book, p grid.Point) (found grid.Found, ok bool) {
	building, centre := float64(nearBuilding), float64(nearGrid)
	for _, g := range book.Grids {
		for _, b := range g.Buildings {
			if b.Place.Known() {
				if m := p.Metres(b.Place); m < building {
					found, ok, building, centre = grid.Found{Grid: g, Building: b}, true, m, -1
				}
			}
		}
		if here := (grid.Found{Grid: g}).Place(); here.Known() {
			if m := p.Metres(here); m < math.Max(centre, 0) {
				found, ok, centre = grid.Found{Grid: g}, true, m
			}
		}
	}
	return found, ok
}
