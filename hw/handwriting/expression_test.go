package handwriting

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"lintai/kiosk/visit"
)

func TestDescribe(t *testing.T) {
	point := func(x, y int) visit.Point { return visit.Point{X: x, Y: y} }
	for _, c := range []struct {
		what    string
		strokes []visit.Stroke
		want    string
	}{
		{"nothing", nil, ""},
		{"a stroke without points", []visit.Stroke{{}}, ""},
		{"a line fills the width and stays a line", []visit.Stroke{{Points: []visit.Point{point(100, 200), point(300, 200)}}}, "((200 500)(800 500))"},
		{"a square", []visit.Stroke{{Points: []visit.Point{point(0, 0), point(400, 400)}}}, "((200 200)(800 800))"},
		{"two strokes keep their places", []visit.Stroke{{Points: []visit.Point{point(100, 100), point(500, 100)}}, {Points: []visit.Point{point(300, 300)}}}, "((200 350)(800 350))((500 650))"},
		{"a dot stays one", []visit.Stroke{{Points: []visit.Point{point(10, 10), point(20, 14)}}}, "((495 498)(505 502))"},
		{"outside the pad is its edge", []visit.Stroke{{Points: []visit.Point{point(-5000, 500), point(9000, 500)}}}, "((200 500)(800 500))"},
	} {
		got := string(describe(c.strokes))
		want := c.want
		if want != "" {
			want = "(character (width 1000)(height 1000)(strokes " + want + "))\n"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", c.what, got, want)
		}
	}
}

func TestThinKeepsTheEnds(t *testing.T) {
	var points []visit.Point
	for i := range 1000 {
		points = append(points, visit.Point{X: i, Y: 1000 - i})
	}
	got := thin(points)
	if len(got) != mostPoints || got[0] != points[0] || got[mostPoints-1] != points[999] {
		t.Errorf("%d points from %v to %v", len(got), got[0], got[len(got)-1])
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		answer string
		want   []reading
		ok     bool
	}{
		{"Answer: \n十 1.03842\n士 -0.0475881\n\nEOS\n", []reading{{"十", 1.03842}, {"士", -0.0475881}}, true},
		{"Answer: \n十\t1e-05\n", []reading{{"十", 1e-05}}, true},
		{"Answer: \nEOS\n", nil, true},
		{"Answer: \n", nil, true},
		{"", nil, false},
		{"十 1\n", nil, false},
		{"Answer: \n十\n", nil, false},
		{"Answer: \n十 much\n", nil, false},
		{"Answer: \n十一 1\n", nil, false},
		{"Answer: \n\xff 1\n", nil, false},
	} {
		got, err := parse([]byte(c.answer))
		if !slices.Equal(got, c.want) || (err == nil) != c.ok {
			t.Errorf("%q: %v, %v", c.answer, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Answer: \n十 1.03842\n士 -0.0475881\n\nEOS\n")
	f.Add("Answer: \n 1\n")
	f.Fuzz(func(t *testing.T, answer string) {
		got, err := parse([]byte(answer))
		if err != nil && len(got) > 0 {
			t.Fatalf("%q: characters and an error", answer)
		}
		for _, r := range got {
			c := r.character
			if utf8.RuneCountInString(c) != 1 || !utf8.ValidString(c) || !strings.Contains(answer, c) {
				t.Fatalf("%q: %q", answer, c)
			}
		}
	})
}
