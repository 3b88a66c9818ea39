package kit

import (
	"strings"
	"unicode"

	"lintai/ui/font"
)

// Signs that must not begin a line, and those that must not end one.
const (
	clings = "，。！？；：、）》」』】〉”’…·%℃°,.!?;:)]}"
	opens  = "（《「『【〈“‘([{"
)

// Wrap breaks a text into lines of at most width ems. Chinese breaks between any
// two characters, but a full stop never begins a line; a number or a Latin word
// stays whole where it can. Lines are balanced, so that no single character is
// left alone on the last one.
func Wrap(text string, width float32, bold bool) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, balance(pieces(paragraph), width, bold)...)
	}
	return lines
}

// pieces splits a paragraph into what must not be broken.
func pieces(paragraph string) []string {
	var all []string
	runes := []rune(paragraph)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && strings.ContainsRune(opens, runes[j]) {
			j++
		}
		switch {
		case j >= len(runes):
		case wordRune(runes[j]):
			for j < len(runes) && wordRune(runes[j]) {
				j++
			}
		default:
			j++
		}
		for j < len(runes) && strings.ContainsRune(clings, runes[j]) {
			j++
		}
		all = append(all, string(runes[i:j]))
		i = j
	}
	return all
}

func wordRune(r rune) bool {
	return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_/*+@#&'", r))
}

// balance fills lines as few as the width allows, then narrows the width as far
// as their number stays the same.
func balance(pieces []string, width float32, bold bool) []string {
	lines := fill(pieces, width, bold)
	if len(lines) < 2 || len(lines) > 4 {
		return lines
	}
	low, high := width/2, width
	for range 6 {
		middle := (low + high) / 2
		if tried := fill(pieces, middle, bold); len(tried) == len(lines) {
			lines, high = tried, middle
		} else {
			low = middle
		}
	}
	return lines
}

func fill(pieces []string, width float32, bold bool) []string {
	var lines []string
	var line string
	var used float32
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, used = "", 0
	}
	for _, piece := range pieces {
		w := font.Width(piece, bold)
		if used+w > width && line != "" && piece != " " {
			flush()
		}
		if line == "" && piece == " " && len(lines) > 0 {
			continue
		}
		for w > width { // a word longer than a line is broken where it must
			head, rest := splitAt(piece, width, bold)
			if rest == "" {
				break
			}
			lines = append(lines, head)
			piece, w = rest, font.Width(rest, bold)
		}
		line += piece
		used += w
	}
	flush()
	return lines
}

// splitAt cuts a word at width ems, after at least one character.
func splitAt(word string, width float32, bold bool) (head, rest string) {
	var used float32
	for i, r := range word {
		used += font.Advance(r, bold)
		if used > width && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

// widest is the width of the widest line, in ems.
func widest(lines []string, bold bool) float32 {
	var w float32
	for _, line := range lines {
		w = max(w, font.Width(line, bold))
	}
	return w
}
