package pinyin

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The list is for people to write in: what they mistake is found here.
func TestCommunityWordsAreSpelledRight(t *testing.T) {
	text, err := unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{} // "垃 la"
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			read[f[1]+" "+f[0]] = true
		}
	}
	words, err := readCommunity(communityWords)
	if err != nil {
		t.Fatal(err)
	}
	if len(words) < 300 {
		t.Errorf("%d words, want a few hundred", len(words))
	}
	seen := map[string]bool{}
	for _, e := range words {
		if seen[e.word] {
			t.Errorf("%s stands there twice", e.word)
		}
		seen[e.word] = true
		syllables := strings.Fields(e.spelling)
		for i, r := range []rune(e.word) {
			if !unicode.Is(unicode.Han, r) || !read[string(r)+" "+syllables[i]] {
				t.Errorf("%s: %c is not read %s", e.word, r, syllables[i])
			}
		}
	}
}

func TestCommunityLines(t *testing.T) {
	words, err := readCommunity("# 标题\n\n垃圾 la ji 5\n报修 bao xiu # 常用\n")
	if err != nil || len(words) != 2 {
		t.Fatalf("%v, %v", words, err)
	}
	if e := words[0]; e.word != "报修" || e.spelling != "bao xiu" || e.count != communityCount {
		t.Errorf("%+v", e)
	}
	if e := words[1]; e.word != "垃圾" || e.count != 5 || !e.local {
		t.Errorf("%+v", e)
	}
	if _, err := readCommunity("垃圾 la\n"); err == nil {
		t.Error("a word without all its syllables is taken")
	}
}

func TestCommunityWordsAreInTheDictionary(t *testing.T) {
	d := load()
	words, _ := readCommunity(communityWords)
	for _, e := range words {
		at := uint32(root)
		for s := range strings.SplitSeq(e.spelling, " ") {
			i, _ := slices.BinarySearch(d.syllables.spelled, s)
			from, to := d.below(at, i, i+1)
			if to != from+1 {
				t.Fatalf("%s: no node for %s", e.word, e.spelling)
			}
			at = from
		}
		n, found := d.nodes[at], false
		for word := n.firstWord; word < n.firstWord+uint32(n.words); word++ {
			found = found || d.word(word) == e.word && d.local[word]
		}
		if !found {
			t.Errorf("%s is not at %s", e.word, e.spelling)
		}
	}
}

func TestDictionaryFileIsSound(t *testing.T) {
	const most = 1 << 20
	if len(packed) > most {
		t.Errorf("%d bytes, want at most %d", len(packed), most)
	}
	text, err := unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := readWords(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 65000 {
		t.Errorf("%d words", len(entries))
	}
	if !slices.IsSortedFunc(entries, func(a, b entry) int { return strings.Compare(a.spelling, b.spelling) }) {
		t.Error("not sorted by spelling")
	}
	if _, err := readWords("a\t啊\n", nil); err == nil {
		t.Error("a line without a count is taken")
	}
	if _, err := unpack(packed[:100]); err == nil {
		t.Error("a file cut off is taken")
	}
}
