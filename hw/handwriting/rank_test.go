package handwriting

import (
	"slices"
	"testing"
)

func TestRank(t *testing.T) {
	for _, c := range []struct {
		what     string
		readings []reading
		want     []string
	}{
		{"nothing", nil, nil},
		{"best first", []reading{{"士", -0.1}, {"十", 1}}, []string{"十", "士"}},
		{"no component", []reading{{"囗", 0.5}, {"口", 0.4}}, []string{"口"}},
		{"a rare one must fit better", []reading{{"囡", -0.1}, {"口", -0.2}}, []string{"口", "囡"}},
		{"a rare one that fits much better", []reading{{"囡", 0.5}, {"口", -0.2}}, []string{"囡", "口"}},
		{"two pages", slices.Repeat([]reading{{"十", 1}}, 20), slices.Repeat([]string{"十"}, 10)},
	} {
		if got := rank(c.readings); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestCommon(t *testing.T) {
	for character, want := range map[string]bool{"啊": true, "座": true, "亍": false, "齄": false, "䶮": false, "𠮷": false, "a": false, "": false} {
		if common(character) != want {
			t.Errorf("%s: %v", character, !want)
		}
	}
}
