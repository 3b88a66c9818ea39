package sensors

import (
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/sensor"
)

// chart is a day of a quantity as a line of SVG: no script and no picture to fetch.
type chart struct {
	Width, Height int
	Lines         []string // points of a polyline each; a gap begins another
	Dots          []dot    // values that stand alone
	Low, High     string
	From, Until   string
	Large         bool
}

type dot struct{ X, Y string }

type size struct{ width, height, steps int }

var (
	small = size{120, 28, 48}
	large = size{600, 140, 144}
)

// draw thins the values to what can be seen; nil when there are none.
func draw(points []sensor.Point, q sensor.Quantity, now time.Time, s size) *chart {
	type sum struct {
		total float64
		n     int
	}
	columns := make([]sum, s.steps)
	low, high, any := 0.0, 0.0, false
	for _, p := range points {
		v, ok := p.Values[q]
		i := s.steps - 1 - int(now.Sub(p.At)*time.Duration(s.steps)/day)
		if !ok || i < 0 || i >= s.steps {
			continue
		}
		columns[i].total += v
		columns[i].n++
		if !any || v < low {
			low = v
		}
		if !any || v > high {
			high = v
		}
		any = true
	}
	if !any {
		return nil
	}
	c := &chart{Width: s.width, Height: s.height, Low: sensor.Number(low), High: sensor.Number(high), Large: s == large,
		From: clock(now.Add(-day)), Until: clock(now)}
	spread := high - low
	if spread == 0 {
		spread, low = 2, low-1
	}
	var line []dot
	flush := func() {
		switch len(line) {
		case 0:
		case 1:
			c.Dots = append(c.Dots, line[0])
		default:
			var b strings.Builder
			for _, d := range line {
				fmt.Fprintf(&b, "%s,%s ", d.X, d.Y)
			}
			c.Lines = append(c.Lines, strings.TrimSpace(b.String()))
		}
		line = nil
	}
	missing := 0
	for i, column := range columns {
		if column.n == 0 {
			if missing++; missing > s.steps/12 { // two hours
				flush()
			}
			continue
		}
		missing = 0
		v := column.total / float64(column.n)
		line = append(line, dot{fmt.Sprintf("%.1f", (float64(i)+.5)*float64(s.width)/float64(s.steps)),
			fmt.Sprintf("%.1f", 3+(1-(v-low)/spread)*float64(s.height-6))})
	}
	flush()
	return c
}

func clock(t time.Time) string { return t.In(phrase.Zone).Format("15:04") }
