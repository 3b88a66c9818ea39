package dispatch_test

import (
	"testing"

	"lintai/kiosk/request"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

func TestLocate(t *testing.T) {
	book := &grid.Book{Grids: []grid.Grid{
		{ID: "1", Name: "1号网格", Buildings: []grid.Building{{Name: "幸福里3号楼"}}, Terminals: []int{12}},
		{ID: "2", Name: "2号网格", Buildings: []grid.Building{{Name: "幸福里8号楼"}, {Name: "阳光里3号楼"}}},
	}}
	card := func(address string) *request.Person { return &request.Person{Address: address} }
	for name, c := range map[string]struct {
		asked     request.Request
		grid, how string
	}{
		"building and room":        {request.Request{Kiosk: 12, Address: "8号楼502室"}, "2", "by_address"},
		"the card's address":       {request.Request{Kiosk: 12, Person: card("虚构市幸福里3号楼501室")}, "1", "by_address"},
		"words":                    {request.Request{Kiosk: 12, Answers: []request.Answer{{Text: "阳光里3号楼的灯"}}}, "2", "by_words"},
		"nothing is told":          {request.Request{Kiosk: 12}, "1", "by_terminal"},
		"a building of either":     {request.Request{Kiosk: 12, Address: "3号楼502室"}, "1", "by_terminal"},
		"a card of another town":   {request.Request{Kiosk: 12, Person: card("别市东方花园7号楼101室")}, "1", "by_terminal_elsewhere"},
		"a building that is not":   {request.Request{Kiosk: 12, Address: "99号楼502室"}, "1", "by_terminal_elsewhere"},
		"another town, told where": {request.Request{Kiosk: 12, Person: card("别市东方花园7号楼101室"), Answers: []request.Answer{{Text: "在8号楼"}}}, "2", "by_words"},
		"nowhere":                  {request.Request{Kiosk: 13, Address: "99号楼"}, "", ""},
	} {
		got := dispatch.Locate(book, c.asked, docket.Terminal{Number: c.asked.Kiosk})
		switch {
		case got == nil && c.how == "":
		case got == nil || got.Grid.ID != c.grid || got.How != c.how:
			t.Errorf("%s: %+v, want %s in grid %s", name, got, c.how, c.grid)
		}
	}
}
