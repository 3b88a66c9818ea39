package printer

import (
	"slices"
	"strings"
)

// Chinese typesetting: these never begin, and those never end, a line.
const (
	notFirst = "，。、：；！？）】》〉」』”’…%,.:;!?)]}"
	notLast  = "（【《〈「『“‘([{"
)

// wrap breaks text into lines of at most width columns, those after the first
// begun with indent spaces. Words and numbers stay whole where they fit; Han may
// break anywhere but before a closing or after an opening mark.
func wrap(text string, width, indent int) []string {
	if indent >= width-1 { // room for one Han must remain
		indent = 0
	}
	var lines []string
	for i, paragraph := range strings.Split(text, "\n") {
		lead := 0
		if i > 0 {
			lead = indent
		}
		lines = append(lines, wrapParagraph([]rune(paragraph), width, lead, indent)...)
	}
	return lines
}

func wrapParagraph(rest []rune, width, lead, indent int) []string {
	var lines []string
	for {
		n := fit(rest, width-lead)
		lines = append(lines, strings.Repeat(" ", lead)+strings.TrimRight(string(rest[:n]), " "))
		rest = rest[n:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return lines
		}
		lead = indent
	}
}

// fit gives how many runes go on a line of width columns: all, or up to the last
// good place to break, or as many as there is room for, but at least one.
func fit(text []rune, width int) int {
	used, good := 0, 0
	for i, r := range text {
		if i > 0 && mayBreak(text[i-1], r) {
			good = i
		}
		used += runeColumns(r)
		if used > width {
			switch {
			case r == ' ': // a space at the end needs no room
				return i
			case good > 0:
				return good
			}
			return max(i, 1)
		}
	}
	return len(text)
}

// mayBreak tells whether a line may end after a and the next begin with b.
func mayBreak(a, b rune) bool {
	if slices.Contains([]rune(notFirst), b) || slices.Contains([]rune(notLast), a) {
		return false
	}
	return a == ' ' || runeColumns(a) == 2 || runeColumns(b) == 2
}
