package font

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
)

func TestFontCoversEveryWordOfThePhraseCatalogue(t *testing.T) {
	for _, id := range phrase.IDs() {
		if section, _, _ := strings.Cut(string(id), "."); section == "console" {
			continue // staff's browser brings its own fonts
		}
		assertCovered(t, phrase.Text(id))
	}
}

func TestFontCoversEveryWordOfTheServices(t *testing.T) {
	document, err := json.Marshal(catalog.Default())
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Compact(&text, document); err != nil {
		t.Fatal(err)
	}
	assertCovered(t, text.String())
}

func TestFontCoversTheSignsOfTheScreens(t *testing.T) {
	assertCovered(t, "0123456789 :：／/-—_，。！？、；（）《》“”‘’…·→←↑↓✓×℃①②③*")
}

func TestFontDoesNotClaimRareCharacters(t *testing.T) {
	for _, r := range "䶮㛃𠮷" {
		if Covers(r) {
			t.Errorf("%c is said to be covered; it is not in GB 2312", r)
		}
	}
}

func TestFontsAreSmallStaticOpenType(t *testing.T) {
	for name, data := range map[string][]byte{"regular": Regular(), "bold": Bold()} {
		if !bytes.HasPrefix(data, []byte("OTTO")) {
			t.Errorf("%s: not a single OpenType font (a collection panics in the toolkit)", name)
		}
		if len(data) > 3_000_000 {
			t.Errorf("%s: %d bytes, more than 3 MB", name, len(data))
		}
	}
	if bytes.Equal(Regular(), Bold()) {
		t.Error("bold is the regular font")
	}
}

func TestLicenceGoesWithTheFonts(t *testing.T) {
	for _, words := range []string{"Copyright", "Adobe", "SIL OPEN FONT LICENSE Version 1.1"} {
		if !strings.Contains(Licence(), words) {
			t.Errorf("OFL.txt does not say %q", words)
		}
	}
}

func assertCovered(t *testing.T, text string) {
	t.Helper()
	seen := map[rune]bool{}
	for _, r := range text {
		if seen[r] || unicode.IsControl(r) {
			continue
		}
		seen[r] = true
		if !Covers(r) {
			t.Errorf("%c (%U) is not in the font: add it to deploy/fonts/build", r, r)
		}
	}
}
