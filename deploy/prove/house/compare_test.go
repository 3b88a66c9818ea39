package house

import (
	"slices"
	"testing"

	"lintai/kiosk/request"
)

func sound() (map[int][]Promise, *Book) {
	promised := map[int][]Promise{
		1: {{ID: "a", Kind: request.KindCall, Order: orderCall}, {ID: "b", Kind: request.KindRequest, Order: orderNormal, Body: "B"}, {ID: "c", Kind: request.KindRequest, Order: orderNormal, Body: "C"}},
		2: {{ID: "d", Kind: request.KindAttachment, Order: orderAttachment, Body: "D"}},
	}
	book := &Book{
		Filed:  []Filed{{ID: "b", Kiosk: 1, Sequence: 2}, {ID: "a", Kiosk: 1, Sequence: 1}, {ID: "d", Kiosk: 2, Sequence: 1}, {ID: "c", Kiosk: 1, Sequence: 3}},
		Bodies: map[string]string{"b": "B", "c": "C", "d": "D"}, Cases: 2, Calls: 1, Attachments: 1,
	}
	return promised, book
}

func TestJudgeIsContentWithWhatIsSound(t *testing.T) {
	if r := Judge(sound()); !r.Faultless() {
		t.Errorf("%s %q", r, r.Examples)
	}
}

func TestJudgeFindsEveryPlantedFault(t *testing.T) {
	for name, test := range map[string]struct {
		plant func(p map[int][]Promise, b *Book)
		found func(r Report) int
	}{
		"lost":         {func(_ map[int][]Promise, b *Book) { b.Filed = b.Filed[1:]; b.Cases-- }, func(r Report) int { return r.Lost }},
		"twice":        {func(_ map[int][]Promise, b *Book) { b.Filed = append(b.Filed, b.Filed[2]); b.Attachments++ }, func(r Report) int { return r.Twice }},
		"altered":      {func(_ map[int][]Promise, b *Book) { b.Bodies["d"] = "d" }, func(r Report) int { return r.Altered }},
		"unasked":      {func(p map[int][]Promise, _ *Book) { p[2] = nil }, func(r Report) int { return r.Unasked }},
		"out of order": {func(_ map[int][]Promise, b *Book) { slices.Reverse(b.Filed) }, func(r Report) int { return r.Disordered }},
		"quarantined":  {func(_ map[int][]Promise, b *Book) { b.Quarantined = 1 }, func(r Report) int { return r.Quarantined }},
		"no row":       {func(_ map[int][]Promise, b *Book) { b.Cases-- }, func(r Report) int { return r.Disagreeing }},
	} {
		t.Run(name, func(t *testing.T) {
			p, b := sound()
			test.plant(p, b)
			if r := Judge(p, b); test.found(r) == 0 || r.Faultless() || len(r.Examples) == 0 {
				t.Errorf("not found: %s", r)
			}
		})
	}
}
