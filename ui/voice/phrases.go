package voice

import (
	_ "embed"
	"strings"
)

// readings settles what a character on its own would get wrong: a word and its
// syllables a line. The longest word at a place of a sentence wins.
//
//go:embed readings.txt
var readings string

var phrases, longest = parseReadings(readings)

func parseReadings(table string) (map[string][]string, int) {
	found, longest := map[string][]string{}, 0
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		found[fields[0]] = fields[1:]
		longest = max(longest, len([]rune(fields[0])))
	}
	return found, longest
}
