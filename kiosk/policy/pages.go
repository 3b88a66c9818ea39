package policy

import "strings"

// linesShown is how many lines a screen of an article is taken to have. A short
// paragraph takes a whole line, so what counts is lines: a screen for 100
// characters has five of 20.
const linesShown = 5

// Pages lays the paragraphs out on screens that hold so many characters, and
// never fewer than one a line. A paragraph goes on to the next screen after a
// whole sentence; a sentence too long for a screen after a comma or the like;
// and only what has neither is cut where the screen ends. Put together again,
// the pieces are the paragraphs.
func (a *Article) Pages(runes int) [][]string {
	line := max(1, runes/linesShown)
	var (
		pages [][]string
		page  []string
		free  = linesShown // lines
	)
	turn := func() {
		if len(page) > 0 {
			pages = append(pages, page)
		}
		page, free = nil, linesShown
	}
	for _, paragraph := range a.Paragraphs {
		rest := []rune(paragraph)
		for len(rest) > 0 {
			n := fitting(rest, free*line)
			if n == 0 || free == 0 || !ends(rest, n, sentenceEnd) && len(page) > 0 {
				if len(page) > 0 {
					turn() // a fresh screen takes more of it
					continue
				}
				n = min(len(rest), free*line)
			}
			page = append(page, string(rest[:n]))
			free -= (n + line - 1) / line
			rest = rest[n:]
			if len(rest) > 0 {
				turn()
			}
		}
	}
	turn()
	return pages
}

const (
	sentenceEnd = "。！？；;!?："
	clauseEnd   = "，、,"
	// closing characters stay with the sentence that they close.
	closing = "”’」』）》)】"
)

// fitting is how many of the runes to put where at most so many fit: all, else up
// to the last end of a sentence, else of a clause; 0 when neither fits.
func fitting(text []rune, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for _, marks := range []string{sentenceEnd, clauseEnd} {
		for n := most; n > 0; n-- {
			if ends(text, n, marks) {
				return n
			}
		}
	}
	return 0
}

// ends tells whether the first n runes end with one of the marks, or are all.
func ends(text []rune, n int, marks string) bool {
	if n == len(text) {
		return true
	}
	if n == 0 || strings.ContainsRune(closing, text[n]) {
		return false
	}
	for n--; n > 0 && strings.ContainsRune(closing, text[n]); n-- {
	}
	return strings.ContainsRune(marks, text[n])
}
