// Package chart draws figures as SVG within a page: bars, lines and a map of grids. It
// draws with attributes alone, as pages may have no styles of their own, in colours that stand
// out from white by 4.5 to 1 at least, and tells lines apart by dashes too. A chart is a
// picture for who sees it; the page has the same numbers in a table.
package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Size of a chart in its own units: about pixels on a telephone.
const (
	width, height           = 400, 220
	left, right, top, below = 44, 392, 14, 192
)

// Colours of lines and bars.
var colours = []string{"#0b6b63", "#a04d00", "#3b4a9c"}

var dashes = []string{"", "7 4", "2 4"}

type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func (d *drawing) text(x, y float64, anchor, colour, words string) {
	d.add(`<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" font-size="12">%s</text>`, x, y, anchor, colour, html.EscapeString(words))
}

func begin(title string, w, h int) *drawing {
	d := &drawing{}
	d.add(`<svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`, w, h, html.EscapeString(title))
	return d
}

func (d *drawing) end() template.HTML {
	d.WriteString("</svg>")
	return template.HTML(d.String()) // what it is made of was escaped
}

// axis draws lines across at round values up to highest, and returns the scale.
func (d *drawing) axis(highest float64, percent bool) (y func(float64) float64) {
	step := round(highest / 4)
	if percent {
		step, highest = 0.25, 1
	}
	end := step * math.Max(1, math.Ceil(highest/step-1e-9))
	y = func(v float64) float64 { return below - (below-top)*v/end }
	for v := 0.0; v <= end+step/2; v += step {
		d.add(`<path d="M%d %.1fH%d" stroke="#d5dedc"/>`, left, y(v), right)
		words := fmt.Sprintf("%g", math.Round(v*100)/100)
		if percent {
			words = fmt.Sprintf("%.0f%%", v*100)
		}
		d.text(left-5, y(v)+4, "end", "#53625f", words)
	}
	return y
}

// round is the next of 1, 2, 5, 10….
func round(v float64) float64 {
	if v <= 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5} {
		if v <= f*unit*1.0001 {
			return f * unit
		}
	}
	return 10 * unit
}

// labels writes what stands below, as many as there is room for.
func (d *drawing) labels(all []string, x func(int) float64) {
	every, most := 1, 12
	for _, words := range all {
		if len(words) > 4 {
			most = 7
		}
	}
	for len(all)/every > most {
		every++
	}
	for i, words := range all {
		if i%every == 0 {
			d.text(x(i), below+18, "middle", "#53625f", words)
		}
	}
}

// Value is one value of a chart. One that is not Shown leaves a gap.
type Value struct {
	V     float64
	Shown bool
}

// Bars draws one bar for each label.
func Bars(title string, labels []string, values []Value) template.HTML {
	d := begin(title, width, height)
	highest := 1.0
	for _, v := range values {
		if v.Shown {
			highest = math.Max(highest, v.V)
		}
	}
	y := d.axis(highest, false)
	room := float64(right-left) / math.Max(1, float64(len(values)))
	middle := func(i int) float64 { return left + room*(float64(i)+0.5) }
	for i, v := range values {
		if v.Shown {
			d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, middle(i)-room*0.35, y(v.V), room*0.7, below-y(v.V), colours[0])
		}
	}
	d.labels(labels, middle)
	return d.end()
}

// Line is one line of a chart.
type Line struct {
	Name   string
	Values []Value
}

// Lines draws lines over the same labels. Percent: the values are shares, from 0 to 1. mark, if
// it is not negative, is the label before which a rule stands: what is after it is expected.
func Lines(title string, labels []string, lines []Line, percent bool, mark int) template.HTML {
	d := begin(title, width, height+20)
	highest := 0.0
	for _, l := range lines {
		for _, v := range l.Values {
			if v.Shown {
				highest = math.Max(highest, v.V)
			}
		}
	}
	y := d.axis(highest, percent)
	room := float64(right-left) / math.Max(1, float64(len(labels)))
	middle := func(i int) float64 { return left + room*(float64(i)+0.5) }
	if mark >= 0 {
		d.add(`<path d="M%.1f %dV%d" stroke="#53625f" stroke-dasharray="2 3"/>`, middle(mark)-room/2, top, below)
	}
	for n, l := range lines {
		colour := colours[n%len(colours)]
		pen := "M"
		d.add(`<path fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round" stroke-dasharray="%s" d="`, colour, dashes[n%len(dashes)])
		for i, v := range l.Values {
			if !v.Shown {
				pen = "M"
				continue
			}
			d.add("%s%.1f %.1f", pen, middle(i), y(v.V))
			pen = "L"
		}
		d.WriteString(`"/>`)
		if len(labels) <= 12 {
			for i, v := range l.Values {
				if v.Shown {
					d.add(`<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`, middle(i), y(v.V), colour)
				}
			}
		}
		at := float64(left + n*170)
		d.add(`<path d="M%.1f %dh26" stroke="%s" stroke-width="2.5" stroke-dasharray="%s"/>`, at, height+8, colour, dashes[n%len(dashes)])
		d.text(at+32, height+12, "start", "#17211f", l.Name)
	}
	d.labels(labels, middle)
	return d.end()
}

// Ranks draws bars that lie, with their labels above them: for words that are long.
func Ranks(title string, labels []string, values []Value) template.HTML {
	const row = 34
	d := begin(title, width, row*len(values)+6)
	highest := 1.0
	for _, v := range values {
		if v.Shown {
			highest = math.Max(highest, v.V)
		}
	}
	for i, v := range values {
		at := float64(i * row)
		d.text(2, at+13, "start", "#17211f", labels[i])
		if v.Shown {
			long := (width - 50) * v.V / highest
			d.add(`<rect x="2" y="%.1f" width="%.1f" height="13" fill="%s"/>`, at+17, long, colours[0])
			d.text(long+8, at+28, "start", "#17211f", fmt.Sprintf("%g", v.V))
		}
	}
	return d.end()
}
