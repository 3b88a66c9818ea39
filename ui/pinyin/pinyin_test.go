package pinyin_test

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lintai/kiosk/visit"
	"lintai/ui/pinyin"
)

var engine = pinyin.New()

// place tells where a word for all the letters stands among the candidates, from 0.
func place(text, spelling string) int {
	return slices.Index(engine.Compose(spelling), visit.Candidate{Text: text, Length: len(spelling)})
}

// score composes a table and tells which part of the texts came first and in the
// first five, which is what a screen shows.
func score(t *testing.T, table [][2]string) (first, five float64) {
	t.Helper()
	for _, row := range table {
		text, spelling := row[0], row[1]
		at := place(text, spelling)
		if at == 0 {
			first++
		} else {
			t.Logf("%s: %s is number %d of %v", spelling, text, at+1, beginning(spelling))
		}
		if at >= 0 && at < 5 {
			five++
		}
	}
	n := float64(len(table))
	t.Logf("of %d: %.0f first (%.1f %%), %.0f in the first five (%.1f %%)", len(table), first, 100*first/n, five, 100*five/n)
	return first / n, five / n
}

// beginning is the first page of candidates.
func beginning(spelling string) []visit.Candidate {
	all := engine.Compose(spelling)
	return all[:min(5, len(all))]
}

func TestWhatResidentsWriteComesFirst(t *testing.T) {
	first, five := score(t, told)
	if len(told) < 60 || first < 0.90 || five < 0.98 {
		t.Errorf("%d phrases, %.3f first and %.3f in the first five; want 60, 0.90 and 0.98", len(told), first, five)
	}
}

func TestSentencesNobodyThoughtOf(t *testing.T) {
	first, five := score(t, unseen)
	if first < 0.60 || five < 0.85 {
		t.Errorf("%.3f first and %.3f in the first five; want 0.60 and 0.85", first, five)
	}
}

func TestLeniency(t *testing.T) {
	for _, c := range []struct {
		what, spelling, text string
		within               int
	}{
		{"one syllable or two", "xian", "先", 5},
		{"one syllable or two", "xian", "西安", 20},
		{"two because it is said so", "xi'an", "西安", 1},
		{"one because the other is longer", "fangan", "方案", 2},
		{"the last syllable breaks off", "laj", "垃圾", 1},
		{"the last syllable breaks off", "juzhuz", "居住证", 2},
		{"the last syllable breaks off and could be whole", "laore", "老人", 3},
		{"initials", "lj", "垃圾", 10},
		{"initials", "lnk", "老年卡", 3},
		{"initials", "jwh", "居委会", 3},
		{"initials of two letters", "zhzh", "症状", 40},
		{"initial in the middle", "lnianka", "老年卡", 3},
		{"ü as v", "nv", "女", 1},
		{"ü as v", "lvshi", "律师", 3},
		{"v where u is written", "jvzhuzheng", "居住证", 1},
		{"v where u is written", "xvqiu", "需求", 3},
		{"lüe as v", "zhanlve", "战略", 1},
		{"lüe as u", "zhanlue", "战略", 1},
		{"ü as u", "nuer", "女儿", 5},
		{"z for zh", "juzuzeng", "居住证", 3},
		{"zh for z", "zhaoyin", "噪音", 20},
		{"l for n", "laolianka", "老年卡", 3},
		{"an for ang", "guanchangwu", "广场舞", 2},
		{"in for ing", "dianyin", "电影", 5},
		{"a community's word before it is spelled", "laonian", "老年卡", 5},
		{"a community's word before it is spelled", "liangxue", "量血压", 5},
		{"a separator at the end", "baoxiu'", "报修", 1},
	} {
		if at := place(c.text, c.spelling); at < 0 || at >= c.within {
			t.Errorf("%s: %s is number %d for %s, want among the first %d: %v", c.what, c.text, at+1, c.spelling, c.within, beginning(c.spelling))
		}
	}
}

func TestWordsForTheBeginningFollow(t *testing.T) {
	all := engine.Compose("loudaodeng")
	longest := len("loudaodeng")
	for _, c := range all {
		if c.Length > longest {
			t.Fatalf("%v follows a candidate for %d letters", c, longest)
		}
		longest = c.Length
	}
	for _, want := range []visit.Candidate{{Text: "楼道", Length: 6}, {Text: "楼", Length: 3}, {Text: "漏", Length: 3}} {
		if !slices.Contains(all, want) {
			t.Errorf("no %v", want)
		}
	}
}

func TestLengthCountsSeparators(t *testing.T) {
	all := engine.Compose("xi'an'")
	if want := (visit.Candidate{Text: "西安", Length: 6}); all[0] != want {
		t.Errorf("first is %v, want %v", all[0], want)
	}
	if want := (visit.Candidate{Text: "西", Length: 2}); !slices.Contains(all, want) {
		t.Errorf("no %v", want)
	}
}

func TestWhatIsNoPinyinHasNoWords(t *testing.T) {
	for _, spelling := range []string{"", "'", "''", "v", "uu", "i", "1", "你", "ABC", "\xff"} {
		if all := engine.Compose(spelling); len(all) != 0 {
			t.Errorf("%q: %v", spelling, all)
		}
	}
	for _, spelling := range []string{"lai", "laiv", "lai1", "lai你好"} {
		if all := engine.Compose(spelling); len(all) == 0 || all[0] != (visit.Candidate{Text: "来", Length: 3}) {
			t.Errorf("%q does not begin with 来 for three letters: %v", spelling, beginning(spelling))
		}
	}
}

// Whatever has a spelling can be written: each character of GB 2312's first level,
// and nearly all of the second, is a candidate for some syllable.
func TestEveryCharacterCanBeReached(t *testing.T) {
	reached := map[string]bool{}
	for _, syllable := range pinyin.Syllables() {
		for _, c := range engine.Compose(syllable) {
			if c.Length == len(syllable) {
				reached[c.Text] = true
			}
		}
	}
	decoder := simplifiedchinese.GBK.NewDecoder()
	missing := map[int][]string{}
	count := map[int]int{}
	for row := 0xB0; row <= 0xF7; row++ {
		level := 1
		if row >= 0xD8 {
			level = 2
		}
		for cell := 0xA1; cell <= 0xFE; cell++ {
			text, err := decoder.String(string([]byte{byte(row), byte(cell)}))
			if r, _ := utf8.DecodeRuneInString(text); err != nil || r == utf8.RuneError || r >= 0xE000 && r < 0xF900 {
				continue
			}
			count[level]++
			if !reached[text] {
				missing[level] = append(missing[level], text)
			}
		}
	}
	t.Logf("level 1: %d of %d; level 2: %d of %d, without %v", count[1]-len(missing[1]), count[1], count[2]-len(missing[2]), count[2], missing[2])
	if count[1] != 3755 || len(missing[1]) > 0 {
		t.Errorf("of %d characters of level 1 no syllable has %v", count[1], missing[1])
	}
	if count[2] != 3008 || len(missing[2]) > 30 {
		t.Errorf("of %d characters of level 2 no syllable has %d: %v", count[2], len(missing[2]), missing[2])
	}
}

// The same letters give the same words in every engine, whatever was typed before
// and whoever types at the same time: nothing of a resident is kept.
func TestTheSameLettersGiveTheSameWords(t *testing.T) {
	spellings := []string{"wojiadengbuliang", "xian", "ljt", "zhongguoren", "sssss"}
	var want [][]visit.Candidate
	for _, s := range spellings {
		want = append(want, pinyin.New().Compose(s))
	}
	fresh := pinyin.New()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i := range 20 {
				n := i % len(spellings)
				if got := fresh.Compose(spellings[n]); !slices.Equal(got, want[n]) {
					t.Errorf("%s: not what it was", spellings[n])
				}
			}
		})
	}
	wait.Wait()
}

func TestDictionaryIsUnpackedLateAndSmall(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	e := pinyin.New()
	asleep := heap()
	e.Warm()
	awake := heap()
	runtime.KeepAlive(e)
	t.Logf("an engine holds %d KiB, and %d KiB with its dictionary", (asleep-min(asleep, before))/1024, (awake-min(awake, before))/1024)
	if asleep > before+256*1024 {
		t.Errorf("%d bytes before the first letter", asleep-before)
	}
	if awake > before+15<<20 {
		t.Errorf("%d bytes with the dictionary, want at most 15 MiB", awake-before)
	}
}

func FuzzCompose(f *testing.F) {
	for _, s := range []string{"", "xi'an", "laji", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "shishishishi", "v", "a'", "''n", "你", strings.Repeat("ng", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spelling string) {
		all := engine.Compose(spelling)
		seen := map[visit.Candidate]bool{}
		for _, c := range all {
			if c.Text == "" || !utf8.ValidString(c.Text) || c.Length < 1 || c.Length > len(spelling) || seen[c] {
				t.Fatalf("%q: candidate %+v", spelling, c)
			}
			if strings.Trim(spelling[:c.Length], "abcdefghijklmnopqrstuvwxyz'") != "" {
				t.Fatalf("%q: %+v uses up what is no letter", spelling, c)
			}
			seen[c] = true
		}
		// Whoever takes the first candidate again and again comes to an end.
		for rest := spelling; len(all) > 0; all = engine.Compose(rest) {
			rest = rest[all[0].Length:]
		}
	})
}

func BenchmarkCompose(b *testing.B) {
	for _, spelling := range []string{"l", "yi", "laji", "lnk", "loudaodengbuliang", "weishengjiandeshuilongtouloushuiyijingha", strings.Repeat("s", 40), strings.Repeat("shi", 13)} {
		b.Run(spelling, func(b *testing.B) {
			b.ReportAllocs()
			engine.Warm()
			for b.Loop() {
				engine.Compose(spelling)
			}
		})
	}
}

func BenchmarkWarm(b *testing.B) {
	for b.Loop() {
		pinyin.New().Warm()
	}
}
