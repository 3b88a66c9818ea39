package voice

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestSynthesiserReadsEverySyllableAsOne plays every syllable that a character of
// GB 2312 or a phrase can give to the real synthesiser. A spelling it does not
// know is read letter by letter, which nobody would notice in a table.
func TestSynthesiserReadsEverySyllableAsOne(t *testing.T) {
	syllables := everySyllable()
	if len(syllables) < 1000 {
		t.Fatalf("only %d syllables", len(syllables))
	}
	out, err := exec.Command("espeak-ng", "-q", "-x", "-v", "cmn-latn-pinyin", strings.Join(syllables, ".\n")).Output()
	if err != nil {
		t.Fatal("espeak-ng, which speaks the prompts, does not run (Debian: espeak-ng): ", err)
	}
	read := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(read) != len(syllables) {
		t.Fatalf("%d syllables are read as %d", len(syllables), len(read))
	}
	contour := regexp.MustCompile(`[1-5]{2,3}`)
	want := map[byte][]string{'1': {"55"}, '2': {"35"}, '3': {"21", "214"}, '4': {"51"}, '5': {"11"}}
	for i, phonemes := range read {
		syllable := syllables[i]
		tones := contour.FindAllString(phonemes, -1)
		if len(tones) != 1 || !slices.Contains(want[syllable[len(syllable)-1]], tones[0]) {
			t.Errorf("%s is read as %s", syllable, strings.TrimSpace(phonemes))
		}
	}
}

func everySyllable() []string {
	seen := map[string]bool{}
	for first := 0xB0; first <= 0xF7; first++ {
		for second := 0xA1; second <= 0xFE; second++ {
			text, err := simplifiedchinese.GBK.NewDecoder().String(string([]byte{byte(first), byte(second)}))
			if err != nil {
				continue
			}
			for _, syllable := range strings.Fields(Pinyin(text)) {
				seen[syllable] = true
			}
		}
	}
	for _, sounds := range phrases {
		for _, sound := range sounds {
			seen[sound] = true
		}
	}
	var all []string
	for syllable := range seen {
		all = append(all, syllable)
	}
	slices.Sort(all)
	return all
}
