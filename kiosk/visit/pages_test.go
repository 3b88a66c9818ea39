package visit

import (
	"reflect"
	"strings"
	"testing"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
)

// checking leads to the confirm page of a repair for a person on the smallest panel.
func checking(t *testing.T, p request.Person, size Size, before ...Event) *replay {
	t.Helper()
	rules := testRules()
	rules.Room = LeastRoom
	r := &replay{t: t, s: New(rules), now: begin}
	r.feed(Tick{begin}).feed(before...).feed(Wake{}, Ease{})
	for range size {
		r.feed(Adjust{Larger})
	}
	return r.feed(Ease{}, Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"urgent"}, CardRead{Person: p}).on(ScreenConfirm)
}

func TestALongValueTakesThePlaceOfSeveralRows(t *testing.T) {
	for _, row := range []struct {
		value string
		want  int
	}{
		{"", 1}, {"水管 水龙头", 1}, {strings.Repeat("路", 12), 1}, {strings.Repeat("路", 13), 2}, {strings.Repeat("路", 70), 6},
		{strings.Repeat("a", 24), 1}, {strings.Repeat("a", 25), 2},
	} {
		if got := LeastRoom.rowsFor(row.value); got != row.want {
			t.Errorf("%q counts as %d rows, want %d", row.value, got, row.want)
		}
	}
	if got := (Room{}).rowsFor(strings.Repeat("路", 70)); got != 1 {
		t.Errorf("where any value has room, one counts as %d rows", got)
	}
}

func TestEveryRowIsSeenOnceAndOnlyTheLastPageConfirms(t *testing.T) {
	for _, person := range []request.Person{
		{Name: testName, Address: testAddress},
		{Name: testName, IDNumber: "110000194001011234", Address: strings.Repeat("示范路九十九号", 10)},
	} {
		for size := range SizeLargest + 1 {
			r := checking(t, person, size, DeviceChanged{Device: Printer, Fault: fault.Unplugged})
			var seen []string
			for page := 1; ; page++ {
				v := Look(r.s)
				rows := 0
				for _, row := range v.Rows {
					seen = append(seen, row.Label+row.Value)
					rows += LeastRoom.rowsFor(row.Value)
				}
				if len(v.Rows) == 0 || rows > LeastRoom.Rows[size] && len(v.Rows) > 1 {
					t.Errorf("size %d, page %d holds %+v", size, page, v.Rows)
				}
				last := v.Pager == nil || v.Pager.Page == v.Pager.Pages
				if confirms := v.Actions[0].Event == (Confirm{}); confirms != last {
					t.Errorf("size %d, page %d confirms: %t, want %t", size, page, confirms, last)
				}
				if told := v.Notice != ""; told != last {
					t.Errorf("size %d, page %d tells about the printer: %t, want %t", size, page, told, last)
				}
				if last {
					break
				}
				if r.feed(Confirm{}).on(ScreenConfirm); page > 20 {
					t.Fatal("there is no last page")
				}
				r.feed(v.Actions[0].Event)
			}
			var want []string
			for _, row := range r.s.confirmRows() {
				want = append(want, row.Label+row.Value)
			}
			if !reflect.DeepEqual(seen, want) {
				t.Errorf("size %d: saw %q, want %q", size, seen, want)
			}
			r.feed(Confirm{}).on(ScreenSaving)
		}
	}
}

func TestWhatTheCardSaidCanBeChangedOnEachPage(t *testing.T) {
	r := checking(t, request.Person{Name: testName, IDNumber: "110000194001011234", Address: testAddress}, SizeStandard)
	for {
		v := Look(r.s)
		if v.Rows[0].Edit == nil {
			t.Errorf("nothing changes %q, the first of its page", v.Rows[0].Label)
		}
		for i, row := range v.Rows[1:] {
			if row.Edit != nil && v.Rows[i].Edit != nil && row.Edit.ID == v.Rows[i].Edit.ID {
				t.Errorf("%q and %q are changed as one, and have a button each", row.Label, v.Rows[i].Label)
			}
		}
		if v.Pager == nil || v.Pager.Page == v.Pager.Pages {
			return
		}
		r.feed(Turn{1})
	}
}
