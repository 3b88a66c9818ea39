package handwriting

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// components are parts of characters that the model knows and nobody writes by
// themselves; each takes the place of one that is meant.
const components = "囗宀灬艹礻忄彳冖匚亠丨钅氵扌纟犭饣疒衤讠阝辶廴彡夂攵虍幺廾凵丬攴尢彐巛丶丿冫厶勹卩匸刂亻屮肀彑"

// rarity is how much better a character of GB 2312's second level must fit: the
// model takes all for equally likely, and residents seldom write 囡 or 仞.
const rarity = 0.4

// rank puts the readings in the order in which they are offered.
func rank(readings []reading) []string {
	readings = slices.DeleteFunc(slices.Clone(readings), func(r reading) bool { return strings.Contains(components, r.character) })
	for i := range readings {
		if !common(readings[i].character) {
			readings[i].score -= rarity
		}
	}
	slices.SortStableFunc(readings, func(a, b reading) int { return cmp.Compare(b.score, a.score) })
	var out []string
	for _, r := range readings[:min(len(readings), characters)] {
		out = append(out, r.character)
	}
	return out
}

// common tells the 3755 characters of GB 2312's first level, which stand in its
// rows 16 to 55.
func common(character string) bool {
	code, err := simplifiedchinese.GBK.NewEncoder().String(character)
	return err == nil && len(code) == 2 && code[0] >= 0xB0 && code[0] <= 0xD7 && code[1] >= 0xA1
}
