package overdue

import (
	"strconv"
	"testing"
)

// Those who have most stand open, and whoever is chosen; the others are folded.
func TestForemost(t *testing.T) {
	for _, try := range []struct{ all, chosen, shown, others int }{
		{1, 0, 1, 0}, {6, 3, 6, 0}, {7, 0, 7, 0}, {8, 0, 6, 2}, {34, 0, 6, 28}, {34, 20, 7, 27},
	} {
		var all []holder
		for i := range try.all {
			all = append(all, holder{Name: strconv.Itoa(i), Current: i == try.chosen})
		}
		shown, others := foremost(all)
		if len(shown) != try.shown || len(others) != try.others || shown[0].Name != "0" {
			t.Errorf("%+v: %d and %d", try, len(shown), len(others))
		}
	}
}

// What nobody has is to be handed out, and stands open however little it is.
func TestWhatNobodyHasIsNotFolded(t *testing.T) {
	all := make([]holder, 12)
	all[11].Nobody = true
	if shown, others := foremost(all); len(shown) != 7 || !shown[6].Nobody || len(others) != 5 {
		t.Errorf("%d and %d", len(shown), len(others))
	}
}
