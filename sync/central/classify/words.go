package classify

import (
	"strings"
	"unicode/utf8"
)

// index finds the words of all rules in a text in one pass, by their first
// characters: one after another, they would be looked for hundreds of times.
type index struct {
	words  []string
	first  map[rune][]int // numbers of words
	number map[string]int
}

func (x *index) add(word string) {
	if x.number == nil {
		x.number, x.first = map[string]int{}, map[rune][]int{}
	}
	if _, known := x.number[word]; known {
		return
	}
	n := len(x.words)
	x.words, x.number[word] = append(x.words, word), n
	r, _ := utf8.DecodeRuneInString(word)
	x.first[r] = append(x.first[r], n)
}

// found are the words of a text.
type found map[string]bool

func (x *index) find(text string) found {
	in := found{}
	for at, r := range text {
		for _, n := range x.first[r] {
			if strings.HasPrefix(text[at:], x.words[n]) {
				in[x.words[n]] = true
			}
		}
	}
	return in
}
