package visit

import "testing"

func TestUnderstand(t *testing.T) {
	for _, c := range []struct {
		status, finer string
		want          Status
		ok            bool
	}{
		{"accepted", "", StatusAccepted, true},
		{"accepted", "dispatched", StatusDispatched, true},
		{"done", "rated", StatusRated, true},
		{"delivered", "refused", StatusRefused, true},
		{"working", "flying", StatusWorking, true}, // of a newer central
		{"flying", "", "flying", false},
		{"refused", "", "refused", false}, // is never said so
		{"", "", "", false},
	} {
		if got, ok := Understand(c.status, c.finer); got != c.want && ok || ok != c.ok {
			t.Errorf("%q, %q: %q, %v", c.status, c.finer, got, ok)
		}
	}
}

// progressOf looks up a request that stands so.
func progressOf(t *testing.T, st Status, note string) View {
	t.Helper()
	r := newReplay(t).feed(Scanned{string(testTicket)}, LookedUp{Ticket: testTicket, Result: Found, Progress: Progress{Service: "repair", Status: st, At: begin, Note: note}})
	return Look(r.on(ScreenProgress).s)
}

func TestFinerStatusesStandOnTheWay(t *testing.T) {
	for st, words := range map[Status]string{StatusDispatched: "已派单", StatusRated: "已评价"} {
		v := progressOf(t, st, "")
		current := ""
		for _, stage := range v.Track {
			if stage.Current {
				current = stage.Label
			}
		}
		if v.Headline != words || current != words || len(v.Track) != 4 {
			t.Errorf("%s: %q, on the way %+v", st, v.Headline, v.Track)
		}
	}
	for st, words := range map[Status]string{StatusCancelled: "已撤销", StatusRefused: "不予受理", StatusMerged: "合并办理"} {
		v := progressOf(t, st, "请拨打96777")
		if v.Headline != words || len(v.Track) != 0 || len(v.Rows) != 1 || v.Rows[0].Value != "请拨打96777" {
			t.Errorf("%s: %+v", st, v)
		}
	}
}
