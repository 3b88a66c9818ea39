package ui

import "testing"

func TestHelpStandsInItsOwnPlaceAlsoAlone(t *testing.T) {
	for name, p := range panels {
		st := newStage(t, p)
		st.screen.Show(sampleNamed(t, "choose-what"))
		among := st.target(t, "bar.help")
		st.screen.Show(sampleNamed(t, "start"))
		if alone := st.target(t, "bar.help"); alone != among {
			t.Errorf("%s: alone %+v, among others %+v", name, alone, among)
		}
	}
}
