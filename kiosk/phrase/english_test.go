package phrase

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// residents meet these sections at a terminal; the others are for staff and
// technicians.
var residents = []string{
	"status", "answer", "strip", "bar", "start", "home", "pager", "step", "keypad", "identify", "field", "consent", "place", "slot", "ways", "text", "input",
	"hand", "record", "photo", "rating", "article", "list", "policy", "information", "manner", "confirm", "saving", "unsaved", "saved", "slip", "lookup",
	"finding", "progress", "calling", "idle", "notice", "setup", "setup_trouble",
	"setup_arrow", "setup_language", "setup_layer", "setup_way", "setup_way_hint", "setup_fixed", "setup_fixed_hint",
	"setup_fixed_blank", "setup_fixed_wrong", "setup_place", "setup_device", "setup_do", "setup_ask", "setup_yes", "setup_no", "setup_verdict",
}

// chineseOnly are said before a language can be chosen, or to a machine's own note.
var chineseOnly = []ID{"slip.void"}

// withEnglish are those of a technician's screen that whoever stands before it reads.
var withEnglish = []ID{"rescue.title"}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestEnglishHasEveryWordForResidents(t *testing.T) {
	english := translations[English]
	for id, text := range texts {
		section, _, _ := strings.Cut(string(id), ".")
		translated, ok := english[id]
		if wanted := slices.Contains(residents, section) && !slices.Contains(chineseOnly, id) || slices.Contains(withEnglish, id); ok != wanted {
			t.Errorf("%s: in English %v, wanted %v", id, ok, wanted)
		}
		names, inEnglish := placeholder.FindAllString(text, -1), placeholder.FindAllString(translated, -1)
		slices.Sort(names)
		slices.Sort(inEnglish)
		if ok && !slices.Equal(names, inEnglish) {
			t.Errorf("%s: %q fills in %v, %q %v", id, text, names, translated, inEnglish)
		}
	}
	for id := range english {
		if !Has(id) {
			t.Errorf("%s is only in English", id)
		}
	}
}

func TestIn(t *testing.T) {
	for _, c := range []struct {
		locale Locale
		id     ID
		want   string
	}{
		{Chinese, "bar.back", "返回"},
		{English, "bar.back", "Back"},
		{"fr", "bar.back", "返回"},
		{English, "console.brand", Text("console.brand")},
	} {
		if got := In(c.locale, c.id); got != c.want {
			t.Errorf("%s %s: %q", c.locale, c.id, got)
		}
	}
	if got := In(English, "strip.pending", "count", "3"); got != "3 waiting to be sent" {
		t.Error(got)
	}
}
