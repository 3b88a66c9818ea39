package gallery

import (
	"strings"
	"testing"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

var manners = []Manner{
	{Manner: visit.Manner{Locale: phrase.Chinese}},
	{Manner: visit.Manner{Locale: phrase.English, Size: visit.SizeLargest, Contrast: true}},
	{Manner: visit.Manner{Locale: phrase.Chinese, Size: visit.SizeLarge}, Room: visit.Room{Rows: [3]int{7, 6, 5}, Items: [3]int{6, 6, 5}, Runes: [3]int{260, 190, 140}}},
}

func TestEveryScreenIsShownInTheMannerAskedFor(t *testing.T) {
	for _, m := range manners {
		shots, err := Screens(m)
		if err != nil {
			t.Fatal(err)
		}
		shown := map[visit.Screen]bool{}
		names := map[string]bool{}
		for _, s := range shots {
			shown[s.View.Screen] = true
			if names[s.Name] {
				t.Errorf("two shots are called %s", s.Name)
			}
			names[s.Name] = true
			if s.View.Screen == visit.ScreenOutOfService {
				continue
			}
			if s.View.Manner.Size != m.Size || s.View.Manner.Contrast != m.Contrast || s.View.Screen != visit.ScreenStart && s.View.Manner.Locale != m.Locale {
				t.Errorf("%s is shown in the manner %+v, want %+v", s.Name, s.View.Manner, m)
			}
		}
		for _, screen := range []visit.Screen{
			visit.ScreenStart, visit.ScreenHome, visit.ScreenChoose, visit.ScreenIdentify, visit.ScreenNumber, visit.ScreenConfirm, visit.ScreenSaving,
			visit.ScreenUnsaved, visit.ScreenSaved, visit.ScreenLookUp, visit.ScreenFinding, visit.ScreenProgress, visit.ScreenCalling, visit.ScreenIdle,
			visit.ScreenList, visit.ScreenArticle, visit.ScreenText, visit.ScreenHand, visit.ScreenRecord, visit.ScreenPhoto, visit.ScreenRating, visit.ScreenManner,
		} {
			if !shown[screen] {
				t.Errorf("no shot of screen %s", screen)
			}
		}
	}
}

// What a terminal without room says is among the shots.
func TestATerminalWithoutRoomIsShown(t *testing.T) {
	for _, m := range manners {
		shots, err := Screens(m)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for _, s := range shots {
			for _, id := range []phrase.ID{"photo.no_room", "saved.dropped"} {
				if strings.Contains(s.View.Notice, phrase.In(m.Locale, id)) {
					said[s.Name+" "+string(id)] = true
				}
			}
		}
		if !said["photo-no-room photo.no_room"] || !said["saved-dropped saved.dropped"] {
			t.Errorf("%s: said %v", m.Locale, said)
		}
	}
}

func TestEveryServiceIsWalkedThrough(t *testing.T) {
	for _, m := range manners {
		shots, err := Services(m)
		if err != nil {
			t.Fatal(err)
		}
		ends := map[visit.Screen]bool{}
		for _, s := range shots {
			ends[s.View.Screen] = true
		}
		if len(shots) < 3*len(catalog.Default().Services) || !ends[visit.ScreenSaved] {
			t.Errorf("%d shots, saved %t", len(shots), ends[visit.ScreenSaved])
		}
	}
}
