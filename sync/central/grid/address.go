package grid

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// mention is a building that a text names: 幸福小区3栋2单元 is {幸福小区, 3, 2}.
type mention struct {
	before string // what stands before the number: the estate, the road, or nothing of use
	number string // "3", "A", "3A"
	unit   string // "2", or ""
	at     int
}

// The ways to write a building's number; 座 as in A座. A number that many buildings are
// counted by (三栋楼) is none.
var (
	strong = regexp.MustCompile(`([A-Z]?[0-9]{1,4}[A-Z]?|[A-Z])(号楼|号栋|号幢|号座|楼栋|栋|幢|座|#楼?)`)
	// 3楼 is a storey, but 3楼2单元 is a building, as is 3-502 and 3-2-502.
	storeyed  = regexp.MustCompile(`([0-9]{1,3}[A-Z]?)楼([0-9]{1,2})(?:单元|门)`)
	hyphened  = regexp.MustCompile(`(?:^|[^0-9A-Z-])([A-Z]?[0-9]{1,3}[A-Z]?)-(?:([0-9]{1,2})-)?([0-9]{3,4})(?:$|[^0-9-])`)
	weak      = regexp.MustCompile(`([0-9]{1,4})号`)
	unitAfter = regexp.MustCompile(`^(?:第)?([0-9]{1,2}|[A-Z])(?:单元|门)|^([0-9]{1,2})-[0-9]{3,4}(?:$|[^0-9])`)
	// 栋楼 is a building only before these: 3栋楼下, but not 三栋楼都停水.
	ofBuilding = regexp.MustCompile(`^楼[下上道梯顶前后门里内层口]`)
	// estate is what a name of an estate ends with: whatever ends so and is not ours is
	// another's.
	estate = regexp.MustCompile(`(小区|社区|花园|家园|公寓|大厦|新村|新城|[苑里园湾府庭居])$`)
)

// normal is a text as buildings are looked for in it: one form for wide letters and
// digits, no blanks, numbers in digits.
func normal(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return -1
		case r == '–' || r == '—' || r == '－' || r == '―' || r == '‐' || r == '−' || r == '_' || r == '~' || r == '～':
			return '-'
		case r == '樓':
			return '楼'
		case r == '號':
			return '号'
		case r == '棟':
			return '栋'
		case r == '單':
			return '单'
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(text))
	return digits(text)
}

// numerals are the ways to write a digit.
var numerals = map[rune]int{'零': 0, '〇': 0, '○': 0, '一': 1, '壹': 1, '二': 2, '两': 2, '贰': 2, '三': 3, '叁': 3, '四': 4, '肆': 4,
	'五': 5, '伍': 5, '六': 6, '陆': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9, '十': 10, '拾': 10, '百': 100, '佰': 100}

// counted is what follows a number that counts.
var counted = regexp.MustCompile(`^(号|栋|幢|座|单元|门|楼|层|室|#|弄|-)`)

// digits writes numbers in digits where a word follows that counts: 三号楼, but not 三里屯.
func digits(text string) string {
	runes := []rune(text)
	var b strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) {
			if _, ok := numerals[runes[end]]; !ok {
				break
			}
			end++
		}
		if end > i && counted.MatchString(string(runes[end:min(end+2, len(runes))])) && !one(runes, i, end) {
			if n, ok := numeral(runes[i:end]); ok {
				b.WriteString(strconv.Itoa(n))
				i = end
				continue
			}
		}
		if end == i {
			end++
		}
		b.WriteString(string(runes[i:end]))
		i = end
	}
	return b.String()
}

// one tells that 一座 is an article: 一座假山.
func one(runes []rune, from, to int) bool {
	return to-from == 1 && runes[from] == '一' && runes[to] == '座'
}

// numeral reads 十二, 二十, 一百零三, and digit by digit 五〇二.
func numeral(runes []rune) (int, bool) {
	if len(runes) > 6 {
		return 0, false
	}
	spelled := slices.ContainsFunc(runes, func(r rune) bool { return numerals[r] >= 10 })
	sum, last, counts := 0, -1, 1000
	for _, r := range runes {
		n := numerals[r]
		switch {
		case !spelled:
			sum = sum*10 + n
		case n >= 10:
			if last == 0 || n >= counts {
				return 0, false
			}
			sum, last, counts = sum+max(last, 1)*n, -1, n
		case last > 0:
			return 0, false
		default:
			last = n
		}
	}
	if spelled && last > 0 {
		sum += last
	}
	return sum, true
}

// mentions finds the buildings of a normal text, in their order.
func mentions(text string) []mention {
	var all []mention
	add := func(from, to int, number, unit string) {
		if slices.ContainsFunc(all, func(m mention) bool { return m.at == from }) {
			return
		}
		if unit == "" {
			if m := unitAfter.FindStringSubmatch(text[to:]); m != nil {
				unit = m[1] + m[2]
			}
		}
		all = append(all, mention{number: strip(number), unit: strip(unit), at: from})
	}
	for _, m := range storeyed.FindAllStringSubmatchIndex(text, -1) {
		add(m[2], m[1], text[m[2]:m[3]], text[m[4]:m[5]])
	}
	for _, m := range strong.FindAllStringSubmatchIndex(text, -1) {
		if word := text[m[4]:m[5]]; (word == "栋" || word == "幢" || word == "座") && strings.HasPrefix(text[m[1]:], "楼") && !ofBuilding.MatchString(text[m[1]:]) {
			continue
		}
		add(m[2], m[1], text[m[2]:m[3]], "")
	}
	if len(all) == 0 {
		for _, m := range hyphened.FindAllStringSubmatchIndex(text, -1) {
			unit := ""
			if m[4] >= 0 {
				unit = text[m[4]:m[5]]
			}
			add(m[2], m[1], text[m[2]:m[3]], unit)
		}
	}
	if len(all) == 0 {
		for _, m := range weak.FindAllStringSubmatchIndex(text, -1) {
			add(m[2], m[1], text[m[2]:m[3]], "")
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return cmp.Compare(a.at, b.at) })
	begin := 0
	for i := range all {
		all[i].before = strings.TrimSuffix(strings.TrimRight(text[begin:all[i].at], ",.，。、;:（(-"), "第")
		begin = all[i].at
	}
	return all
}

// strip takes the zeros away that a number begins with.
func strip(number string) string {
	if rest := strings.TrimLeft(number, "0"); rest != "" {
		return rest
	}
	return number
}

// Found is where an address is.
type Found struct {
	Grid     Grid
	Building Building // of several that fit equally well, the first
}

// Place is where it is on the earth, as well as can be known.
func (f Found) Place() Point {
	if f.Building.Place.Known() {
		return f.Building.Place
	}
	return f.Grid.Centre()
}

// How well a name fits: first by the estate, the longer its name the better, then by the
// unit. A name without a number goes before one whose estate the address leaves out.
const (
	fitsEstate   = 3_000_000 // and so much for each character:
	perCharacter = 10_000
	fitsNumber   = 2_000_000 // the name is of no estate
	fitsWords    = 1_000_000 // the name has no number
	fitsLoosely  = 1         // the address names no estate

	fitsUnit     = 1000
	fitsBuilding = 500 // the name is of no unit; 0 when the address leaves it out
)

// Find finds the building that an address names, as people write it, or a text that
// speaks of it. False when it names none, or when it fits several grids equally well:
// those are Fits.
func (b *Book) Find(address string) (Found, bool) {
	all := b.Fits(address)
	if len(all) == 0 {
		return Found{}, false
	}
	for _, f := range all[1:] {
		if f.Grid.ID != all[0].Grid.ID {
			return Found{}, false
		}
	}
	return all[0], true
}

// Fits lists the buildings that fit an address best, all equally well.
func (b *Book) Fits(address string) []Found {
	const longest = 4000 // bytes of a text
	if len(address) > longest {
		address = address[:longest]
	}
	text := normal(address)
	named := mentions(text)
	best, first := 0, 0
	var all []Found
	for _, g := range b.Grids {
		for _, one := range g.Buildings {
			score, at := 0, 0
			for _, name := range one.names() {
				if s, a := fit(readName(name), text, named); s > score || s == score && a < at {
					score, at = s, a
				}
			}
			switch {
			case score == 0 || score < best || score == best && at > first:
				continue
			case score > best || at < first:
				all, best, first = nil, score, at
			}
			all = append(all, Found{g, one})
		}
	}
	return all
}

func (b Building) names() []string { return append([]string{b.Name}, b.Also...) }

// fit tells how well a name fits a text, 0 for not at all, and where in it.
func fit(name read, text string, named []mention) (score, at int) {
	if len(name.own) == 0 {
		if at = strings.Index(text, name.normal); at >= 0 && name.normal != "" {
			return fitsWords + utf8.RuneCountInString(name.normal), at
		}
		return 0, 0
	}
	wanted, home := name.own[len(name.own)-1], name.home
	for _, m := range named {
		if m.number != wanted.number {
			continue
		}
		s := fitsNumber
		switch {
		case home == "":
		case strings.Contains(m.before, home):
			s = fitsEstate + perCharacter*utf8.RuneCountInString(home)
		case estate.MatchString(m.before):
			continue // another estate
		default:
			s = fitsLoosely
		}
		switch {
		case wanted.unit == "":
			s += fitsBuilding
		case wanted.unit == m.unit:
			s += fitsUnit
		case m.unit == "":
		default:
			continue
		}
		if s > score {
			score, at = s, m.at
		}
	}
	return score, at
}

// Estate is the estate (小区) that an address is in: that of the building which it names,
// or else the one that it says itself. Where it tells neither, it is that of the grid in
// which somebody stood who said it. "" where the buildings of the grids bear numbers only,
// as in a community of one estate.
func (b *Book) Estate(address string, of Grid) string {
	if found, ok := b.Find(address); ok {
		if home := found.Building.estate(); home != "" {
			return home
		}
		return found.Grid.estate()
	}
	for _, m := range mentions(normal(address)) {
		if estate.MatchString(m.before) {
			return core(m.before)
		}
	}
	return of.estate()
}

func (b Building) estate() string {
	for _, name := range b.names() {
		if home := readName(name).home; home != "" {
			return home
		}
	}
	return ""
}

// estate is that of most buildings of a grid.
func (g Grid) estate() string {
	times, most := map[string]int{}, ""
	for _, one := range g.Buildings {
		if home := one.estate(); home != "" {
			if times[home]++; times[home] > times[most] {
				most = home
			}
		}
	}
	return most
}

// core is an estate's name without the word that people leave out.
func core(name string) string {
	for _, word := range []string{"小区", "社区"} {
		if rest := strings.TrimSuffix(name, word); rest != "" {
			name = rest
		}
	}
	return name
}

// ranged is a name that stands for several: 1-5号楼, 幸福小区1-3栋.
var ranged = regexp.MustCompile(`^(.*?)([0-9]{1,3})-([0-9]{1,3})(号楼|栋|幢|座)$`)

// Several reads a list of buildings as people write it into one field: 1-3号楼、5号楼,
// separated by 、 , ; or lines.
func Several(text string) []string {
	var all []string
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;；\n\r", r) }) {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		m := ranged.FindStringSubmatch(normal(name))
		if m == nil {
			all = append(all, name)
			continue
		}
		from, _ := strconv.Atoi(m[2])
		until, _ := strconv.Atoi(m[3])
		if from >= until || until-from > 100 {
			all = append(all, name)
			continue
		}
		for n := from; n <= until; n++ {
			all = append(all, m[1]+strconv.Itoa(n)+m[4])
		}
	}
	return all
}
