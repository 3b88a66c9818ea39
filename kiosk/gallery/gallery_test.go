package gallery

import (
	"slices"
	"strings"
	"testing"

	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// every screen there is.
var every = []visit.Screen{
	visit.ScreenStart, visit.ScreenHome, visit.ScreenChoose, visit.ScreenIdentify, visit.ScreenNumber, visit.ScreenConfirm, visit.ScreenSaving,
	visit.ScreenUnsaved, visit.ScreenSaved, visit.ScreenLookUp, visit.ScreenFinding, visit.ScreenProgress, visit.ScreenCalling, visit.ScreenIdle,
	visit.ScreenList, visit.ScreenArticle, visit.ScreenText, visit.ScreenHand, visit.ScreenRecord, visit.ScreenPhoto, visit.ScreenRating,
	visit.ScreenManner, visit.ScreenOutOfService,
}

func TestEveryScreenIsShown(t *testing.T) {
	for _, l := range []phrase.Locale{phrase.Chinese, phrase.English} {
		for size := visit.SizeStandard; size <= visit.SizeLargest; size++ {
			all := All(Rules(spelled{}), visit.Manner{Locale: l, Size: size, Contrast: true})
			for _, screen := range every {
				if !slices.ContainsFunc(all, func(s Sample) bool { return s.View.Screen == screen }) {
					t.Errorf("%s size %d: no %s", l, size, screen)
				}
			}
			names := map[string]bool{}
			for _, s := range all {
				if names[s.Name] {
					t.Errorf("%s twice", s.Name)
				}
				names[s.Name] = true
				if s.View.Title == "" || s.View.Screen != visit.ScreenOutOfService && s.View.Manner.Size != size {
					t.Errorf("%s: %+v", s.Name, s.View)
				}
			}
		}
	}
}

// The names of samples say what they show.
func TestSamplesShowWhatTheyAreCalled(t *testing.T) {
	all := All(Rules(spelled{}), visit.Manner{Locale: phrase.Chinese})
	for name, screen := range map[string]visit.Screen{
		"confirm": visit.ScreenConfirm, "record-made": visit.ScreenRecord, "photo-made": visit.ScreenPhoto, "text": visit.ScreenText, "hand": visit.ScreenHand,
		"requirements": visit.ScreenArticle, "consent": visit.ScreenChoose, "confirm-certificate": visit.ScreenConfirm, "list-activities": visit.ScreenList,
		"saved-awaits": visit.ScreenSaved, "list-hits": visit.ScreenList, "article-contact": visit.ScreenArticle, "rating-chosen": visit.ScreenRating,
		"saved-thanks": visit.ScreenSaved, "home-behalf": visit.ScreenHome, "manner": visit.ScreenManner, "calling-late": visit.ScreenCalling, "idle": visit.ScreenIdle,
		"list-mine": visit.ScreenList, "progress-held": visit.ScreenProgress, "progress-cannot-tell": visit.ScreenProgress, "text-no-microphone": visit.ScreenText,
		"question": visit.ScreenText, "question-nothing": visit.ScreenText, "number-phone": visit.ScreenNumber, "confirm-appeal": visit.ScreenConfirm,
	} {
		i := slices.IndexFunc(all, func(s Sample) bool { return s.Name == name })
		if i < 0 || all[i].View.Screen != screen {
			t.Errorf("%s is not %s", name, screen)
		}
	}
}

// spelled is a composer that knows one word.
type spelled struct{}

func (spelled) Compose(s string) []visit.Candidate {
	return []visit.Candidate{{Text: strings.Repeat("楼", max(1, len(s)/3)), Length: len(s)}}
}
