package ui

import "lintai/kiosk/visit"

// Room is how much a panel has room for without letters becoming small: on an
// upright one of 21 inches a whole request can be checked at a glance.
func Room(p Panel) visit.Room {
	switch {
	case p.Tight():
		return visit.LeastRoom
	case p.Landscape():
		return visit.Room{Rows: [3]int{5, 4, 3}, Value: 32, Items: [3]int{4, 4, 3}, Runes: [3]int{180, 130, 90}}
	}
	return visit.Room{Rows: [3]int{7, 6, 5}, Value: 40, Items: [3]int{6, 6, 5}, Runes: [3]int{260, 190, 140}}
}
