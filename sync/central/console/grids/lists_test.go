package grids

import (
	"errors"
	"fmt"
	"testing"

	"lintai/kiosk/phrase"
	"lintai/sync/central/grid"
)

// A list that no community has ends at once: each name is compared with all before it.
func TestALongListEndsAtItsBounds(t *testing.T) {
	heading := make([]string, len(columns))
	for i, id := range columns {
		heading[i] = phrase.Text(id)
	}
	for name, column := range map[string]int{"grids": columnID, "buildings": columnBuilding, "neighbours": columnNeighbours, "terminals": columnTerminals} {
		cells := [][]string{heading}
		for i := range 20_000 {
			row := make([]string, len(columns))
			row[columnID] = "1"
			row[column] = fmt.Sprint(i + 1)
			cells = append(cells, row)
		}
		if all, _, err := parse(cells, &grid.Book{}, nil); !errors.Is(err, grid.ErrBook) || all != nil {
			t.Errorf("%s: %d grids, %v", name, len(all), err)
		}
	}
}
