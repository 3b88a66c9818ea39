package voice

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

var update = flag.Bool("update", false, "renew testdata/script.zh-CN.txt")

const golden = "testdata/script.zh-CN.txt"

// TestReadingsAreReviewed compares how every sentence is read aloud with what
// somebody has reviewed. A wrong tone is heard by everybody in the lobby and seen in
// no other test.
func TestReadingsAreReviewed(t *testing.T) {
	var now strings.Builder
	seen := map[string]bool{}
	for _, line := range visit.Script(catalog.Default(), phrase.Chinese) {
		if !seen[line.Text] {
			seen[line.Text] = true
			fmt.Fprintf(&now, "%s\n\t%s\n", line.Text, Pinyin(line.Text))
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	reviewed, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Split(string(reviewed), "\n")
	changed := 0
	lines := strings.Split(now.String(), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		at := slices.Index(old, lines[i])
		switch {
		case at < 0 || at+1 == len(old):
			t.Errorf("new: %s\n%s", lines[i], lines[i+1])
		case old[at+1] != lines[i+1]:
			t.Errorf("%s\n was %s\n now %s", lines[i], old[at+1], lines[i+1])
		default:
			continue
		}
		changed++
	}
	if changed > 0 || now.String() != string(reviewed) {
		t.Errorf("%d readings changed. Renew the file with\n\tgo test ./ui/voice -run Reviewed -update\nread the difference aloud (git diff ui/voice/testdata), and mend readings.txt where a reading is wrong", changed)
	}
}

func TestScriptCanBeSpoken(t *testing.T) {
	for _, l := range []phrase.Locale{phrase.Chinese, phrase.English} {
		texts := map[string]string{}
		for _, line := range visit.Script(catalog.Default(), l) {
			if _, twice := texts[line.Key]; twice || line.Text == "" || strings.ContainsAny(line.Text, "{}") {
				t.Errorf("%s: %s says %q, before %q", l, line.Key, line.Text, texts[line.Key])
			}
			texts[line.Key] = line.Text
			voice, _ := Spell(l, line.Text)
			if (voice == chineseVoice) != (l == phrase.Chinese) {
				t.Errorf("%s: %s is not translated: %q", l, line.Key, line.Text)
			}
		}
		for _, key := range []string{"home.prompt", "repair.what", "progress.repair.working", "answer.coming"} {
			if texts[key] == "" {
				t.Errorf("%s: nothing for %s", l, key)
			}
		}
	}
}

// Letters and digits are spelt or left out by the Chinese voice: a sentence to be
// spoken does without, but for the digits of 尾号.
func TestNothingIsLeftOutOfASentence(t *testing.T) {
	for _, line := range visit.Script(catalog.Default(), phrase.Chinese) {
		for _, r := range line.Text {
			if unicode.Is(unicode.Latin, r) || unicode.IsDigit(r) || r == '（' || r == '“' {
				t.Errorf("%s: %q cannot be heard in %q", line.Key, r, line.Text)
			}
		}
	}
}

func TestSpell(t *testing.T) {
	for _, tt := range []struct {
		locale          phrase.Locale
		text            string
		voice, spelling string
	}{
		{phrase.Chinese, "请看一看。", "cmn-latn-pinyin", "qing3 kan4 yi5 kan4 ."},
		{"", "请看。", "cmn-latn-pinyin", "qing3 kan4 ."},
		{phrase.English, "Please look at the screen.", "en-us", "Please look at the screen."},
		{phrase.English, "It’s saved – “Call staff” [[h@]] <b>", "en-us", "It's saved , Call staff h b"},
		{phrase.English, "请看。", "cmn-latn-pinyin", "qing3 kan4 ."},
	} {
		if voice, spelling := Spell(tt.locale, tt.text); voice != tt.voice || spelling != tt.spelling {
			t.Errorf("%s %s: %s %q", tt.locale, tt.text, voice, spelling)
		}
	}
}
