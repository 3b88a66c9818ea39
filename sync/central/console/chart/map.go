package chart

import (
	"cmp"
	"html"
	"html/template"
	"math"
	"slices"
	"unicode/utf8"
)

// Spot is a grid on the map.
type Spot struct {
	Name    string
	Value   string  // as it is written below the name
	Share   float64 // how dark it is, from 0 to 1
	Shown   bool    // else it is hatched: too few cases
	Lat     float64 // where it is, when all are somewhere
	Lon     float64
	Address string // of the page that it leads to
}

// shades go from light to dark; what is written upon them stands out by 4.5 to 1.
var shades = []struct{ fill, ink string }{
	{"#e6f0ee", "#17211f"}, {"#bfdeda", "#17211f"}, {"#8ac3bb", "#17211f"}, {"#1d756c", "#ffffff"}, {"#084c46", "#ffffff"},
}

// Tile is the size of a grid on the map, and gap what is between two.
const tileWide, tileHigh, gap = 92, 58, 6

// Map draws grids where they are, or, where not every one is somewhere (placed is false), as
// tiles in their order. Each leads to its page.
func Map(title string, spots []Spot, placed bool) template.HTML {
	if placed {
		spots = spread(spots)
	} else {
		for i := range spots {
			spots[i].Lon, spots[i].Lat = float64(i%columns)*(tileWide+gap), float64(i/columns)*(tileHigh+gap)
		}
	}
	w, h := 0.0, 0.0
	for _, s := range spots {
		w, h = math.Max(w, s.Lon+tileWide), math.Max(h, s.Lat+tileHigh)
	}
	d := begin(title, int(math.Max(w, columns*tileWide+(columns-1)*gap))+4, int(h)+4)
	for _, s := range spots {
		shade, dashes := shades[min(len(shades)-1, int(s.Share*float64(len(shades))))], ""
		if !s.Shown {
			shade, dashes = struct{ fill, ink string }{"#ffffff", "#53625f"}, "4 3"
		}
		d.add(`<a href="%s"><rect x="%.1f" y="%.1f" width="%d" height="%d" rx="8" fill="%s" stroke="#53625f" stroke-dasharray="%s"/>`,
			html.EscapeString(s.Address), s.Lon+2, s.Lat+2, tileWide, tileHigh, shade.fill, dashes)
		name := s.Name
		if utf8.RuneCountInString(name) > 7 {
			name = string([]rune(name)[:6]) + "…"
		}
		d.text(s.Lon+2+tileWide/2, s.Lat+24, "middle", shade.ink, name)
		d.text(s.Lon+2+tileWide/2, s.Lat+44, "middle", shade.ink, s.Value)
		d.WriteString("</a>")
	}
	return d.end()
}

// columns is how many tiles stand beside each other: as many as can be read on a telephone.
const columns = 4

// spread puts grids into rows and columns as they lie, north above, one below the other where
// several would lie in one place: a schema, and no survey.
func spread(spots []Spot) []Spot {
	south, north, west, east := 90.0, -90.0, 180.0, -180.0
	for _, s := range spots {
		south, north, west, east = math.Min(south, s.Lat), math.Max(north, s.Lat), math.Min(west, s.Lon), math.Max(east, s.Lon)
	}
	all := slices.Clone(spots)
	slices.SortStableFunc(all, func(a, b Spot) int { return cmp.Compare(b.Lat, a.Lat) })
	rows := (len(all) + columns - 1) / columns
	taken := map[[2]int]bool{}
	for i, s := range all {
		column := int(math.Round((s.Lon - west) / math.Max(east-west, 1e-9) * (columns - 1)))
		row := int(math.Round((north - s.Lat) / math.Max(north-south, 1e-9) * float64(rows-1)))
		for taken[[2]int{column, row}] {
			row++
		}
		taken[[2]int{column, row}] = true
		all[i].Lon, all[i].Lat = float64(column)*(tileWide+gap), float64(row)*(tileHigh+gap)
	}
	return all
}
