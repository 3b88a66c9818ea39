package pinyin

import (
	"slices"
	"strings"
)

// A price is added to a phrase's cost for each syllable that is not spelled as it
// should be. Costs are natural logarithms: a price of 5 makes a word 150 times rarer.
const (
	priceUnfinished = 2.5 // the last syllable breaks off
	priceInitial    = 6   // only the initial, within a phrase
	priceSound      = 5   // another sound that is often taken for it
)

// syllables knows every syllable of the dictionary by the number of its place in
// alphabetical order, so that all that begin alike stand together.
type syllables struct {
	spelled []string
	// known are the ways to type a syllable in full, in alphabetical order.
	known []spelling
}

type spelling struct {
	letters  string
	syllable uint16
	price    float32
}

// longestSyllable is that of zhuang.
const longestSyllable = 6

func newSyllables(spelled []string) *syllables {
	s := &syllables{spelled: spelled}
	add := func(letters string, syllable int, price float32) {
		s.known = append(s.known, spelling{letters, uint16(syllable), price})
	}
	for i, letters := range spelled {
		add(letters, i, 0)
		// ü is written u after j, q, x and y, and in lüe and nüe of this dictionary;
		// who types v there means the same.
		if first, rest := letters[:1], letters[1:]; strings.HasPrefix(rest, "u") &&
			(strings.Contains("jqxy", first) || rest == "ue") {
			add(first+"v"+rest[1:], i, 0)
		}
		for _, like := range soundsLike(letters) {
			if _, isOne := slices.BinarySearch(spelled, like); isOne || unmistakable(like, spelled) {
				add(like, i, priceSound)
			}
		}
	}
	slices.SortFunc(s.known, func(a, b spelling) int {
		if c := strings.Compare(a.letters, b.letters); c != 0 {
			return c
		}
		return int(a.syllable) - int(b.syllable)
	})
	return s
}

// unmistakable tells that letters which are no syllable do not begin one either:
// what somebody is still typing must not be taken for a mistake.
func unmistakable(letters string, spelled []string) bool {
	i, _ := slices.BinarySearch(spelled, letters)
	return i == len(spelled) || !strings.HasPrefix(spelled[i], letters)
}

// soundsLike lists how a syllable is typed by who does not hear the difference.
func soundsLike(letters string) []string {
	var out []string
	swap := func(begin bool, a, b string) {
		switch {
		case begin && strings.HasPrefix(letters, a):
			out = append(out, b+letters[len(a):])
		case !begin && strings.HasSuffix(letters, a):
			out = append(out, letters[:len(letters)-len(a)]+b)
		}
	}
	for _, initial := range []string{"z", "c", "s"} {
		if strings.HasPrefix(letters, initial+"h") {
			swap(true, initial+"h", initial)
		} else {
			swap(true, initial, initial+"h")
		}
	}
	swap(true, "n", "l")
	swap(true, "l", "n")
	swap(false, "v", "u")
	for _, final := range []string{"an", "en", "in"} {
		swap(false, final, final+"g")
		swap(false, final+"g", final)
	}
	return out
}

// full finds the ways to read all the letters as one syllable.
func (s *syllables) full(letters string) []spelling {
	from, found := slices.BinarySearchFunc(s.known, letters, func(k spelling, l string) int { return strings.Compare(k.letters, l) })
	if !found {
		return nil
	}
	to := from
	for to < len(s.known) && s.known[to].letters == letters {
		to++
	}
	return s.known[from:to]
}

// begunWith finds the syllables that begin with the letters and have more of them:
// those from the first number up to the second, without it.
func (s *syllables) begunWith(letters string) (from, to int) {
	from, itself := slices.BinarySearch(s.spelled, letters)
	if itself {
		from++
	}
	to = from
	for to < len(s.spelled) && strings.HasPrefix(s.spelled[to], letters) {
		to++
	}
	return from, to
}

// isInitial tells whether letters are a syllable's initial, which may stand for it.
func isInitial(letters string) bool {
	switch letters {
	case "zh", "ch", "sh":
		return true
	}
	return len(letters) == 1 && !strings.Contains("aeiouv", letters)
}
