package ui

import "testing"

func TestTheMainActionStandsWhereEveryScreenGoesOn(t *testing.T) {
	for name, p := range panels {
		st := newStage(t, p)
		for _, sample := range []string{"idle", "record-made", "photo-made", "hand-drawn", "text-long"} {
			v := sampleNamed(t, sample)
			st.screen.Show(v)
			main := st.target(t, v.Actions[0].ID)
			for _, c := range v.Actions[1:] {
				if other := st.target(t, c.ID); main.Y < other.Y+other.H && main.X < other.X+other.W {
					t.Errorf("%s, %s: %s at %+v stands neither below nor right of %+v", name, sample, main.ID, main, other)
				}
			}
		}
	}
}
