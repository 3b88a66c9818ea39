package emulate

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Identity is what a synthetic card says. Nobody's: names are made of the words
// for test and sample, addresses lie in a made-up town, and numbers begin with
// 99, which is no region. Dates are YYYYMMDD.
type Identity struct {
	// Type is the letter of the kind: ' ' resident, 'J' permit, 'I' and 'Y'
	// foreigners.
	Type    byte
	Name    string
	Latin   string // 'I' and 'Y'
	Sex     byte   // '1' male, '2' female
	Nation  string // two digits
	Birth   string
	Address string
	Moved   string // address that was added after issue; empty when none was
	Number  string
	Issuer  string
	From    string
	To      string // or 长期
	Pass    string // 'J'
	Issues  string // 'J'
	Country string // 'I'
}

// Synthetic makes identity n, always the same for the same n. Numbers have a
// right check character.
func Synthetic(n int) Identity {
	n = max(n, 0)
	given := []rune("甲乙丙丁戊己庚辛壬癸")
	family := []string{"测", "试", "样", "例"}
	birth := fmt.Sprintf("%04d%02d%02d", 1940+n%50, 1+n%12, 1+n%28)
	id := Identity{
		Type:    ' ',
		Name:    family[n%len(family)] + "试" + string(given[n%len(given)]),
		Sex:     byte('1' + n%2),
		Nation:  "01",
		Birth:   birth,
		Address: fmt.Sprintf("虚构市样板区测试路%d号楼%d单元%d01室", 1+n%30, 1+n%4, 1+n%9),
		Number:  SyntheticNumber("990000", birth, n%1000),
		Issuer:  "虚构市公安局样板分局",
		From:    "20150101",
		To:      "20350101",
	}
	if n%50 < 20 {
		id.To = "长期"
	}
	return id
}

// SyntheticNumber makes an 18-character number of area, birth and order with its
// check character after ISO 7064 MOD 11-2, in that standard's recursive form.
func SyntheticNumber(area, birth string, order int) string {
	number := fmt.Sprintf("%s%s%03d", area, birth, order%1000)
	rest := 0
	for _, digit := range number {
		rest = (rest + int(digit-'0')) * 2 % 11
	}
	return number + string("0123456789X"[(12-rest)%11])
}

// text writes the 256 bytes that the card's chip holds.
func (id Identity) text() []byte {
	t := make([]byte, 256)
	for i := 0; i < len(t); i += 2 {
		t[i] = ' '
	}
	put := func(offset, size int, s string) {
		for i, unit := range utf16.Encode([]rune(s)) {
			if 2*i+2 > size {
				return
			}
			binary.LittleEndian.PutUint16(t[offset+2*i:], unit)
		}
	}
	sex := string(rune(id.Sex))
	put(248, 2, string(rune(id.Type)))
	put(188, 16, id.From)
	put(204, 16, id.To)
	if id.Type == 'I' {
		put(0, 120, id.Latin)
		put(120, 2, sex)
		put(122, 30, id.Number)
		put(152, 6, id.Country)
		put(158, 30, id.Name)
		put(220, 16, id.Birth)
		put(236, 4, "01")
		put(240, 8, "9900")
		return t
	}
	put(0, 30, id.Name)
	put(30, 2, sex)
	put(36, 16, id.Birth)
	put(122, 36, id.Number)
	if id.Type == 'Y' {
		put(52, 70, id.Latin)
		return t
	}
	put(52, 70, id.Address)
	put(158, 30, id.Issuer)
	if id.Type == 'J' {
		put(220, 18, id.Pass)
		put(238, 4, id.Issues)
		return t
	}
	put(32, 4, id.Nation)
	return t
}
