package ui

import (
	"fmt"
	"testing"
	"time"

	"lintai/kiosk/visit"
	"lintai/ui/theme"
)

func TestStarsStandInRowsWithWordsAsLargeAsSentences(t *testing.T) {
	p := panels["1080x1920"]
	st := newStage(t, p)
	for _, sample := range []string{"rating-empty", "rating-four"} {
		v := sampleNamed(t, sample)
		for _, size := range []visit.Size{visit.SizeStandard, visit.SizeLargest} {
			v.Manner.Size = size
			st.screen.show(v)
			for i, c := range v.Stars {
				if mm := st.wordSize(t, c.Label); mm < theme.Body {
					t.Errorf("%s is %.1f mm", c.Label, mm)
				}
				row := st.target(t, c.ID)
				if i > 0 && row.Y+row.H > st.target(t, v.Stars[i-1].ID).Y {
					t.Errorf("%s does not stand above the one with a star less", c.ID)
				}
				stars := 0
				for _, picture := range st.screen.drawing().pictures {
					if picture.Y > row.Y && picture.Y+picture.H < row.Y+row.H {
						stars++
					}
				}
				if chosen := sample == "rating-four" && i == 3; stars != i+1 && !(chosen && stars == i+2) { // and the sign that it is chosen
					t.Errorf("%s, %s shows %d stars", sample, c.ID, stars)
				}
			}
		}
	}
	for i := range 5 {
		st.clock, st.events = st.clock.Add(time.Minute), nil
		st.tap(middle(st.target(t, fmt.Sprint("star.", i+1))))
		st.took(t, visit.Rate{Stars: i + 1})
	}
}
