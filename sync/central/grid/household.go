package grid

import (
	"regexp"
	"strings"
)

// between are the words that part the numbers of an address.
var between = regexp.MustCompile(`(号楼|号栋|号幢|号座|楼栋|单元|栋|幢|座|#楼?|门|弄|号|-)+`)

// Household is an address in one form, so that however people write it the same door
// is the same household: 三号楼2单元502室 and 3-2-502 are one. "" for none.
func Household(address string) string {
	text := between.ReplaceAllString(normal(address), "-")
	return strings.TrimRight(strings.Trim(text, "-,，.。、"), "室户")
}
