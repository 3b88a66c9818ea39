package intake_test

import (
	"testing"
	"time"

	"lintai/sync/wire"
)

// Requests of a terminal whose clock shows 1970 arrive in the order in which they
// were made, each with its true time, also when the clock was set in between.
func TestRequestsOf1970ArriveInOrderWithTrueTimes(t *testing.T) {
	b := setup(t)
	var push wire.Push
	for n := range 5 {
		r := aRequest(t)
		r.MadeAt = time.Unix(int64(60*n), 0)
		i := b.item(int64(n+1), r)
		age := time.Duration(5-n) * time.Hour
		ms := age.Milliseconds()
		i.MadeAt, i.Age = r.MadeAt, &ms
		push.Items = append(push.Items, i)
	}
	push.Kiosk, push.DeviceTime = 12, now // set a moment ago
	if _, err := b.Push(t.Context(), 12, push); err != nil {
		t.Fatal(err)
	}
	cases := b.cases() // newest first
	for n, c := range cases {
		if want := now.Add(-time.Duration(n+1) * time.Hour); c.ID != push.Items[4-n].ID || !c.RequestedAt.Equal(want) {
			t.Errorf("place %d: %s at %v, want %s at %v", n, c.ID, c.RequestedAt, push.Items[4-n].ID, want)
		}
	}
	if len(cases) != 5 {
		t.Errorf("%d cases", len(cases))
	}
}
