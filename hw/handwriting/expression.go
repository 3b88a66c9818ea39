package handwriting

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"lintai/kiosk/visit"
)

// zinnia reads one S-expression a line, in a field with its origin at the top left:
//
//	(character (width 1000)(height 1000)(strokes ((x y)(x y)…)((x y)…)))
//
// and answers each with a line "Answer: " and then a line for each character: the
// character, a blank or tab, and a score, best first; "EOS" or the end closes it
// (zinnia 0.06, zinnia.cpp and sexp.h).

const (
	field = 1000 // width and height
	// margin is left free at the sides of what was drawn: a finger draws as small
	// and where it likes, and the model minds. With less of it 口 becomes 囗, with
	// more 人 becomes 入.
	margin = 200
	// smallest is the extent below which what was drawn is a dot and stays one.
	smallest = 60
	// Bounds of what is handed on: no character has more strokes, and more points
	// tell nothing more of a line.
	mostStrokes = 60
	mostPoints  = 100
)

// describe writes the strokes for zinnia, or returns nil when there are none.
func describe(strokes []visit.Stroke) []byte {
	left, top, right, bottom := field, field, 0, 0
	var lines [][]visit.Point
	for _, s := range strokes {
		if len(s.Points) == 0 || len(lines) == mostStrokes {
			continue
		}
		line := thin(s.Points)
		for _, p := range line {
			left, right = min(left, p.X), max(right, p.X)
			top, bottom = min(top, p.Y), max(bottom, p.Y)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	// The larger extent fills the field; the shape stays as it is.
	extent := max(right-left, bottom-top)
	scale := float64(field-2*margin) / float64(max(extent, 1))
	if extent < smallest {
		scale = 1
	}
	place := func(v, low, high int) string {
		return strconv.Itoa(field/2 + int(scale*(float64(v)-float64(low+high)/2)))
	}
	var b bytes.Buffer
	b.WriteString("(character (width " + strconv.Itoa(field) + ")(height " + strconv.Itoa(field) + ")(strokes ")
	for _, line := range lines {
		b.WriteByte('(')
		for _, p := range line {
			b.WriteString("(" + place(p.X, left, right) + " " + place(p.Y, top, bottom) + ")")
		}
		b.WriteByte(')')
	}
	b.WriteString("))\n")
	return b.Bytes()
}

// thin keeps the ends of a line and evenly chosen points between them, all of them
// inside the pad.
func thin(points []visit.Point) []visit.Point {
	n := min(len(points), mostPoints)
	out := make([]visit.Point, n)
	for i := range out {
		p := points[i*(len(points)-1)/max(n-1, 1)]
		out[i] = visit.Point{X: min(max(p.X, 0), field), Y: min(max(p.Y, 0), field)}
	}
	return out
}

// reading is a character that the strokes may be, and how well it fits.
type reading struct {
	character string
	score     float64
}

// errAnswer says nothing of what stands in the answer.
var errAnswer = errors.New("handwriting: zinnia's answer is not of its form")

// parse reads zinnia's answer to one expression.
func parse(answer []byte) ([]reading, error) {
	lines := strings.Split(string(answer), "\n")
	if strings.TrimSpace(lines[0]) != "Answer:" {
		return nil, errAnswer
	}
	var out []reading
	for _, line := range lines[1:] {
		if line == "" || line == "EOS" {
			break
		}
		character, number, ok := strings.Cut(strings.Replace(line, "\t", " ", 1), " ")
		score, err := strconv.ParseFloat(number, 64)
		if !ok || err != nil || !utf8.ValidString(character) || utf8.RuneCountInString(character) != 1 {
			return nil, errAnswer
		}
		out = append(out, reading{character, score})
	}
	return out, nil
}
