package insight

import (
	"sync"

	"lintai/sync/central/docket"
	figures "lintai/sync/central/insight"
)

// asked is what a page of figures shows. Two pages that are asked for alike are alike until
// figures are counted anew or grids are changed.
type asked struct {
	cube     *figures.Cube
	book     int64 // version
	span     int
	id       string
	category docket.Category
	metric   string
}

// mostDrawn bounds what is kept. Whoever looks at figures looks at few of them again and again.
const mostDrawn = 100

// drawings keeps what was drawn: adding up the cells of a town takes many times as long as to
// show the page.
type drawings struct {
	mu   sync.Mutex
	kept map[asked]view
}

// of gives what was drawn, and draws it when nobody asked for it before. Nobody may change what
// is in it.
func (d *drawings) of(a asked, draw func() view) view {
	d.mu.Lock()
	v, ok := d.kept[a]
	d.mu.Unlock()
	if ok {
		return v
	}
	v = draw() // beside others: that two draw the same is no harm
	d.mu.Lock()
	defer d.mu.Unlock()
	for other := range d.kept {
		if other.cube != a.cube || other.book != a.book || len(d.kept) >= mostDrawn {
			clear(d.kept)
			break
		}
	}
	if d.kept == nil {
		d.kept = map[asked]view{}
	}
	d.kept[a] = v
	return v
}
