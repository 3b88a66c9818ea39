package privacy

import (
	"strings"
	"unicode/utf8"
)

// Name leaves the family name: 张**.
func Name(name string) string {
	if name == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + strings.Repeat("*", 2)
}

// Phone leaves head and tail of a telephone number: 138****1234.
func Phone(number string) string { return ends(number, 3, 4) }

// IDNumber leaves head and tail of an ID card's number: 110***********1234.
func IDNumber(number string) string { return ends(number, 3, 4) }

// ends leaves both ends of a text. One so short that it would show half is hidden whole.
func ends(text string, head, tail int) string {
	all := []rune(text)
	if len(all) < head+tail+3 {
		return strings.Repeat("*", len(all))
	}
	return string(all[:head]) + strings.Repeat("*", len(all)-head-tail) + string(all[len(all)-tail:])
}

// Address leaves the estate and the building: what follows the first number and its 号楼,
// 栋 or 幢 is whose door it is.
func Address(address string) string {
	for _, mark := range []string{"号楼", "栋", "幢", "座", "弄"} {
		if before, after, found := strings.Cut(address, mark); found && after != "" {
			return before + mark + "***"
		} else if found {
			return address
		}
	}
	all := []rune(address)
	if len(all) <= 3 {
		return strings.Repeat("*", len(all))
	}
	return string(all[:3]) + "***"
}
