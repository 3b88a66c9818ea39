package console

import (
	"slices"
	"testing"

	"lintai/kiosk/phrase"
)

// A short menu stays as it is; of a long one, what is wanted all day comes first, a group
// is one block, and a group with a single entry is none.
func TestGroupedMenu(t *testing.T) {
	entry := func(address string, g Group) menuLine {
		return menuLine{Entry: Entry{Label: "console.cases", Group: g, Address: address}}
	}
	few := []menuLine{entry("a", Life), entry("b", Life), entry("c", Daily)}
	many := append(slices.Clone(few), entry("d", Devices), entry("e", Daily), entry("f", Life), entry("g", Running), entry("h", Running))
	many[5].Current = true
	for _, try := range []struct {
		all  []menuLine
		want []string
	}{
		{nil, nil},
		{few, []string{"a", "b", "c"}},
		{many, []string{"c", "e", "abf", "d", "gh"}},
	} {
		m := grouped(try.all)
		var got []string
		for _, b := range m.Blocks {
			text := ""
			for _, l := range b.Lines {
				text += l.Address
			}
			got = append(got, text)
			if (b.Group != "") != (len(b.Lines) > 1) || b.Group != "" && !phrase.Has(b.Group) {
				t.Errorf("%q with %d entries", b.Group, len(b.Lines))
			}
			if (b.Current != nil) != (text == "abf") {
				t.Errorf("%s: current %v", text, b.Current)
			}
		}
		if !slices.Equal(got, try.want) {
			t.Errorf("%v, not %v", got, try.want)
		}
	}
}
