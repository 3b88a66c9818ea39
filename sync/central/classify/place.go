package classify

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// plain is a text as rules and places are compared: half-width, in small letters,
// without spaces, houses numbered in digits.
func plain(text string) string {
	text = strings.ToLower(width.Fold.String(text))
	text = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	return spelled.ReplaceAllStringFunc(text, func(s string) string {
		digits := strings.TrimRight(s, "号楼栋幢座单元")
		return strconv.Itoa(number(digits)) + strings.TrimPrefix(s, digits)
	})
}

var (
	spelled  = regexp.MustCompile(`[一二三四五六七八九十]{1,3}(号楼|栋|幢|座|单元)`)
	building = regexp.MustCompile(`([0-9]{1,4}|[a-z])(号楼|栋|幢|座)`)
)

// number reads 一 to 九十九.
func number(text string) int {
	n, ten := 0, false
	for _, r := range text {
		if r == '十' {
			n, ten = max(n, 1)*10, true
			continue
		}
		digit := strings.Index("一二三四五六七八九", string(r))/3 + 1
		if ten {
			n += digit
		} else {
			n = n*10 + digit
		}
	}
	return n
}

// houseIn is the number of a building that a text names, or "".
func houseIn(text string) string {
	if m := building.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// chosen is the answer to "where", or "".
func (i Item) chosen() string {
	for _, a := range i.Answers {
		if a.Step == "place" {
			return a.Option
		}
	}
	return ""
}

// place is the number of what broke where; 0 where it is not known. What is shared by
// a building is at the building, what is at home at the address, else at the place
// that was chosen; all of that in its estate. Without a topic the service stands for it.
func (r *Rules) place(i Item, topic, text string) int64 {
	what := topic
	if what == "" {
		what = "service:" + i.Service
	}
	where, chosen := "", i.chosen()
	address := plain(i.Address)
	named := houseIn(text) // of the words; the address is where the resident lives
	house, whose := named, text
	if house == "" {
		house, whose = houseIn(address), address
	}
	switch {
	case slices.Contains(r.Wide, chosen):
		where, whose = "place:"+chosen, text
		if named != "" {
			where += " house:" + named
		}
	case slices.Contains(r.Shared, topic):
		if house != "" {
			where = "house:" + house
		}
	case chosen == "home":
		where, whose = address, address
	case chosen == "stairs" || chosen == "gate":
		if house != "" {
			where = "house:" + house
		}
	case chosen != "" && chosen != "other":
		where, whose = "place:"+chosen, text
	case named != "":
		where = "house:" + named
	}
	if where == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(what + "\x00" + where))
	if estate := i.estate(whose); estate != "" {
		h.Write([]byte("\x00" + estate))
	}
	if key := int64(h.Sum64()); key != 0 {
		return key
	}
	return 1
}
