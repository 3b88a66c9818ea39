package idcard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// Kind is which of the four cards it is.
type Kind int

const (
	Resident      Kind = iota // resident identity card
	Permit                    // residence permit for people from Hong Kong, Macau and Taiwan (type J)
	Foreigner2017             // permanent residence card for foreigners, first form (type I)
	Foreigner2023             // the same, second form (type Y)
)

// Sex as on the card, after GB/T 2261.1.
type Sex byte

const (
	SexUnknown Sex = '0'
	Male       Sex = '1'
	Female     Sex = '2'
	SexUnsaid  Sex = '9'
)

// Card is what a card says. Fields that a kind of card does not have are empty.
// It prints and logs as nothing.
type Card struct {
	Kind   Kind
	Name   string // in Chinese characters; may be empty on a foreigner's card
	Sex    Sex
	Birth  Date
	Number string // 18 characters, 15 on a Foreigner2017

	// Nation is the name of the ethnic group, from NationCode after GB/T 3304.
	NationCode string
	Nation     string
	Address    string // as printed on the card
	// AppendedAddress was written into the card's chip after its issue: the owner
	// has moved. Empty on most cards.
	AppendedAddress string
	Issuer          string

	ValidFrom Date
	// ValidTo is the last day; zero when LongTerm or when it could not be read.
	ValidTo  Date
	LongTerm bool

	LatinName  string // foreigners' cards
	Country    string // Foreigner2017: three letters after ISO 3166
	PassNumber string // Permit: number of the pass
	IssueCount string // Permit: how often the pass was issued
	Authority  string // Foreigner2017: number of the office that took the application
}

// Expired tells whether the card's validity had ended on a day. A card without
// a readable end is not called expired.
func (c Card) Expired(on time.Time) bool {
	return !c.LongTerm && c.ValidTo != Date{} && DateOf(on).After(c.ValidTo)
}

// CurrentAddress is where the owner lives as far as the card knows.
func (c Card) CurrentAddress() string {
	if c.AppendedAddress != "" {
		return c.AppendedAddress
	}
	return c.Address
}

// String keeps what a card says out of logs and error texts.
func (Card) String() string { return "identity card (not shown)" }

// GoString does the same for %#v, LogValue for slog.
func (c Card) GoString() string     { return c.String() }
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

// textSize is the size of a card's text: UTF-16LE, fields padded with spaces.
const textSize = 256

var (
	errShort = errors.New("idcard: the reply is too short for a card")
	errText  = errors.New("idcard: the text of the card makes no sense")
)

// Sections are the parts of a read reply's data.
type Sections struct {
	Text        []byte // 256 bytes
	Photo       []byte // 1024 bytes in a form for which only closed decoders exist
	Fingerprint []byte // 0, 512 or 1024 bytes
}

// Split takes a read reply's data apart. fingerprint says that the reply is one
// to CommandReadFingerprint, which begins with three lengths in place of two.
func Split(data []byte, fingerprint bool) (Sections, error) {
	count := 2
	if fingerprint {
		count = 3
	}
	if len(data) < 2*count {
		return Sections{}, errShort
	}
	parts, rest := make([][]byte, 3), data[2*count:]
	for i := range count {
		size := int(binary.BigEndian.Uint16(data[2*i:]))
		if size > len(rest) {
			return Sections{}, errShort
		}
		parts[i], rest = rest[:size:size], rest[size:]
	}
	if len(parts[0]) != textSize {
		return Sections{}, fmt.Errorf("%w: %d bytes of text", errShort, len(parts[0]))
	}
	return Sections{Text: parts[0], Photo: parts[1], Fingerprint: parts[2]}, nil
}

// typeAt is where the letter stands that tells the kind.
const typeAt = 248

// Parse reads a card's 256 bytes of text. It fails when a card of this kind
// cannot look like that; a field that reads oddly is passed on as it is.
func Parse(text []byte) (Card, error) {
	if len(text) != textSize {
		return Card{}, errShort
	}
	field := func(offset, size int) string { return decode(text[offset : offset+size]) }
	var c Card
	switch field(typeAt, 2) {
	case "J":
		c = parseResident(field)
		c.Kind = Permit
		c.NationCode, c.Nation = "", ""
		c.PassNumber, c.IssueCount = field(220, 18), field(238, 4)
	case "I":
		c = parseForeigner2017(field)
	case "Y":
		c = parseForeigner2023(field)
	default:
		c = parseResident(field)
	}
	if c.Name == "" && c.LatinName == "" || c.Number == "" {
		return Card{}, errText
	}
	return c, nil
}

// addressSize is the size of an address in bytes.
const addressSize = 70

// ParseAddress reads the data of a reply to CommandReadAddress. No document in reach
// shows one, so it takes what is near: one address or several of which the last one
// counts, with or without their length before them. What makes no sense is none.
func ParseAddress(data []byte) string {
	if len(data) >= 2 && int(binary.BigEndian.Uint16(data)) == len(data)-2 {
		data = data[2:]
	}
	last := ""
	for len(data) > 0 {
		part := data[:min(addressSize, len(data))]
		data = data[len(part):]
		if address := decode(part); address != "" && isText(address) {
			last = address
		}
	}
	return last
}

// isText tells whether all of a text can be shown.
func isText(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// The layouts, as offset and size in bytes.

func parseResident(field func(offset, size int) string) Card {
	c := Card{
		Kind:       Resident,
		Name:       field(0, 30),
		Sex:        parseSex(field(30, 2)),
		NationCode: field(32, 4),
		Birth:      parseDate(field(36, 16)),
		Address:    field(52, 70),
		Number:     field(122, 36),
		Issuer:     field(158, 30),
		ValidFrom:  parseDate(field(188, 16)),
	}
	c.Nation = Nation(c.NationCode)
	c.ValidTo, c.LongTerm = parseEnd(field(204, 16))
	return c
}

func parseForeigner2017(field func(offset, size int) string) Card {
	c := Card{
		Kind:      Foreigner2017,
		LatinName: field(0, 120),
		Sex:       parseSex(field(120, 2)),
		Number:    field(122, 30),
		Country:   field(152, 6),
		Name:      field(158, 30),
		ValidFrom: parseDate(field(188, 16)),
		Birth:     parseDate(field(220, 16)),
		Authority: field(240, 8),
	}
	c.ValidTo, c.LongTerm = parseEnd(field(204, 16))
	return c
}

// parseForeigner2023: same places as a resident's card, with the name in Latin
// letters where that has the address. Not confirmed by a card in hand.
func parseForeigner2023(field func(offset, size int) string) Card {
	c := Card{
		Kind:      Foreigner2023,
		Name:      field(0, 30),
		Sex:       parseSex(field(30, 2)),
		Birth:     parseDate(field(36, 16)),
		LatinName: field(52, 70),
		Number:    field(122, 36),
		ValidFrom: parseDate(field(188, 16)),
	}
	c.ValidTo, c.LongTerm = parseEnd(field(204, 16))
	return c
}

func parseSex(s string) Sex {
	switch s {
	case "1", "2", "9":
		return Sex(s[0])
	}
	return SexUnknown
}

// decode reads UTF-16LE and takes the padding off.
func decode(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	runes := utf16.Decode(units)
	s := strings.Trim(string(runes), " \x00\u3000")
	clear(units)
	clear(runes)
	return s
}
