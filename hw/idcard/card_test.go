package idcard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"lintai/kiosk/fault"
)

type at struct {
	offset int
	text   string
}

// chip writes a card's 256 bytes from fields at their offsets.
func chip(fields ...at) []byte {
	b := make([]byte, textSize)
	for i := 0; i < len(b); i += 2 {
		b[i] = ' '
	}
	for _, f := range fields {
		for i, u := range utf16.Encode([]rune(f.text)) {
			binary.LittleEndian.PutUint16(b[f.offset+2*i:], u)
		}
	}
	return b
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name string
		text []byte
		want Card
	}{
		{"resident", chip(at{0, "测试甲"}, at{30, "2"}, at{32, "15"}, at{36, "19500312"}, at{52, "虚构市样板区测试路1号"},
			at{122, "990000195003120019"}, at{158, "虚构市公安局"}, at{188, "20150101"}, at{204, "20350101"}),
			Card{Kind: Resident, Name: "测试甲", Sex: Female, NationCode: "15", Nation: "土家", Birth: Date{1950, 3, 12},
				Address: "虚构市样板区测试路1号", Number: "990000195003120019", Issuer: "虚构市公安局",
				ValidFrom: Date{2015, 1, 1}, ValidTo: Date{2035, 1, 1}}},
		{"long-term", chip(at{0, "测试乙"}, at{30, "1"}, at{32, "01"}, at{122, "990000195003120019"}, at{204, "长期"}),
			Card{Name: "测试乙", Sex: Male, NationCode: "01", Nation: "汉", Number: "990000195003120019", LongTerm: true}},
		{"a name beyond the basic plane, filling its field", chip(at{0, "𠮷𠮷𠮷𠮷𠮷𠮷𠮷测"}, at{30, "1"}, at{122, "990000195003120019"}),
			Card{Name: "𠮷𠮷𠮷𠮷𠮷𠮷𠮷测", Sex: Male, Number: "990000195003120019"}},
		{"odd fields are passed on", chip(at{0, "测试丙"}, at{30, "7"}, at{32, "99"}, at{36, "19501350"}, at{122, "1"}, at{204, "????????"}),
			Card{Name: "测试丙", Sex: SexUnknown, NationCode: "99", Number: "1"}},
		{"permit", chip(at{0, "测试丁"}, at{30, "1"}, at{36, "19800101"}, at{52, "虚构市"}, at{122, "830000198001010010"}, at{188, "20200101"},
			at{204, "20250101"}, at{220, "H00000001"}, at{238, "02"}, at{248, "J"}),
			Card{Kind: Permit, Name: "测试丁", Sex: Male, Birth: Date{1980, 1, 1}, Address: "虚构市", Number: "830000198001010010",
				ValidFrom: Date{2020, 1, 1}, ValidTo: Date{2025, 1, 1}, PassNumber: "H00000001", IssueCount: "02"}},
		{"foreigner 2017", chip(at{0, "SAMPLE, TEST"}, at{120, "2"}, at{122, "XXX999900010101"}, at{152, "XXX"}, at{158, "测试戊"},
			at{188, "20180101"}, at{204, "20280101"}, at{220, "19900202"}, at{236, "01"}, at{240, "9900"}, at{248, "I"}),
			Card{Kind: Foreigner2017, LatinName: "SAMPLE, TEST", Sex: Female, Number: "XXX999900010101", Country: "XXX", Name: "测试戊",
				ValidFrom: Date{2018, 1, 1}, ValidTo: Date{2028, 1, 1}, Birth: Date{1990, 2, 2}, Authority: "9900"}},
		{"foreigner 2023", chip(at{0, "测试己"}, at{30, "1"}, at{32, "01"}, at{36, "19900202"}, at{52, "SAMPLE, TEST"},
			at{122, "911124198108030024"}, at{188, "20240101"}, at{204, "20340101"}, at{248, "Y"}),
			Card{Kind: Foreigner2023, Name: "测试己", LatinName: "SAMPLE, TEST", Sex: Male, Birth: Date{1990, 2, 2},
				Number: "911124198108030024", ValidFrom: Date{2024, 1, 1}, ValidTo: Date{2034, 1, 1}}},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			// A test's cards are synthetic; the fields may be shown.
			type shown Card
			t.Errorf("%s: %v\n got %+v\nwant %+v", c.name, err, shown(got), shown(c.want))
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string][]byte{
		"nothing":      nil,
		"too short":    make([]byte, 255),
		"all spaces":   chip(),
		"all zero":     make([]byte, textSize),
		"no number":    chip(at{0, "测试甲"}),
		"no name":      chip(at{122, "990000195003120019"}),
		"one too long": make([]byte, 257),
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSplit(t *testing.T) {
	plain := append([]byte{1, 0, 4, 0}, make([]byte, 256+1024)...)
	prints := append([]byte{1, 0, 4, 0, 2, 0}, make([]byte, 256+1024+512)...)
	none := append([]byte{1, 0, 4, 0, 0, 0}, make([]byte, 256+1024)...)
	for _, c := range []struct {
		name        string
		data        []byte
		fingerprint bool
		sizes       [3]int
		ok          bool
	}{
		{"text and photo", plain, false, [3]int{256, 1024, 0}, true},
		{"with fingerprint", prints, true, [3]int{256, 1024, 512}, true},
		{"asked for fingerprint, the card has none", none, true, [3]int{256, 1024, 0}, true},
		{"no photo", append([]byte{1, 0, 0, 0}, make([]byte, 256)...), false, [3]int{256, 0, 0}, true},
		{"photo longer than the reply", plain[:1000], false, [3]int{}, false},
		{"text of another size", append([]byte{0, 128, 0, 0}, make([]byte, 128)...), false, [3]int{}, false},
		{"only lengths", plain[:4], false, [3]int{}, false},
		{"nothing", nil, false, [3]int{}, false},
	} {
		s, err := Split(c.data, c.fingerprint)
		if got := [3]int{len(s.Text), len(s.Photo), len(s.Fingerprint)}; (err == nil) != c.ok || c.ok && got != c.sizes {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

func TestCheckCharacter(t *testing.T) {
	for number, want := range map[string]bool{
		"11010519491231002X": true, // published vectors
		"932682198501010017": true,
		"911124198108030024": true,
		"11010519491231002x": false,
		"110105194912310021": false,
		"11010519491231020X": false, // two digits swapped
		"11010519491231002":  false,
		"":                   false,
		"1101051949123100２X": false,
	} {
		if got := ValidNumber(number); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{"990000195003120019": "99**************19", "1234": "****", "": ""} {
		if got := Mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestExpired(t *testing.T) {
	last := Card{ValidTo: Date{2025, 2, 28}}
	for _, c := range []struct {
		name string
		card Card
		on   time.Time
		want bool
	}{
		{"the last day", last, time.Date(2025, 2, 28, 23, 59, 0, 0, time.Local), false},
		{"the day after", last, time.Date(2025, 3, 1, 0, 0, 0, 0, time.Local), true},
		{"a year before", last, time.Date(2024, 12, 31, 0, 0, 0, 0, time.Local), false},
		{"long-term", Card{LongTerm: true}, time.Date(2999, 1, 1, 0, 0, 0, 0, time.Local), false},
		{"no readable end", Card{}, time.Date(2999, 1, 1, 0, 0, 0, 0, time.Local), false},
	} {
		if got := c.card.Expired(c.on); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestNations(t *testing.T) {
	seen := map[string]bool{}
	for i := range 100 {
		name := Nation(fmt.Sprintf("%02d", i))
		if want := i >= 1 && i <= 56 || i == 97 || i == 98; (name != "") != want || seen[name] {
			t.Errorf("%02d: %q", i, name)
		}
		seen[name] = name != ""
	}
	for code, want := range map[string]string{"01": "汉", "56": "基诺", "43": "乌孜别克", "": "", "1": "", "001": "", "-1": ""} {
		if got := Nation(code); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}

// TestACardPrintsAsNothing: one careless log line must not tell a name.
func TestACardPrintsAsNothing(t *testing.T) {
	c := Card{Name: "测试甲", Number: "990000195003120019", Address: "虚构市"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("read", "card", c)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("read", "card", c)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		fmt.Fprintf(&log, verb, c)
		fmt.Fprintf(&log, verb, &c)
		fmt.Fprintf(&log, verb, struct{ Event Event }{c})
	}
	for _, secret := range []string{c.Name, c.Number, c.Address} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is told in %s", secret, log.String())
		}
	}
}

func TestParseAddress(t *testing.T) {
	one := func(s string) []byte { return chip(at{0, s})[:addressSize] }
	moved, again := "虚构市样板区新路2号", "虚构市样板区又一路3号"
	counted := func(b []byte) []byte { return append([]byte{0, byte(len(b))}, b...) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"one", one(moved), moved},
		{"one with its length", counted(one(moved)), moved},
		{"not filled up", one(moved)[:2*len([]rune(moved))], moved},
		{"the last of several", append(one(moved), one(again)...), again},
		{"room for several, one of them used", slices.Concat(one(moved), one(""), one(""), one("")), moved},
		{"none", one(""), ""},
		{"nothing", nil, ""},
		{"zeros", make([]byte, addressSize), ""},
		{"no text", bytes.Repeat([]byte{0x01, 0xD8}, 35), ""},
		{"control characters", one("虚构市\x07"), ""},
	} {
		if got := ParseAddress(c.data); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if c := (Card{Address: "a"}); c.CurrentAddress() != "a" {
		t.Error("an address that was not replaced is not told")
	}
	if c := (Card{Address: "a", AppendedAddress: "b"}); c.CurrentAddress() != "b" {
		t.Error("a replaced address is told")
	}
}

func TestFormatModuleID(t *testing.T) {
	for in, want := range map[string]string{
		"0500 0300 55773301 39300000 32090100": "05.03-20150101-0000012345-0000067890",
		"0500 0300 55773301 39300000 320901":   "",
		"":                                     "",
	} {
		if got := FormatModuleID(unhex(t, in)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestStatuses(t *testing.T) {
	if len(statuses) != 18 {
		t.Errorf("%d statuses", len(statuses))
	}
	for code, want := range map[byte]fault.Code{
		0x90: "", 0x9F: "", 0x91: "", 0x80: "", 0x10: fault.BadChecksum, 0x11: fault.BadChecksum, 0x21: fault.BadChecksum,
		0x23: fault.DeviceFailed, 0x24: fault.DeviceFailed, 0x31: fault.CardUnreadable, 0x32: fault.CardUnreadable, 0x33: fault.CardUnreadable,
		0x40: fault.CardUnreadable, 0x41: fault.CardUnreadable, 0x47: fault.CardUnreadable, 0x81: fault.CardUnreadable,
		0x60: fault.SAMSelfTest, 0x66: fault.SAMUnauthorised, 0x00: fault.DeviceFailed, 0xFF: fault.DeviceFailed,
	} {
		s := Status{0, 0, code}
		if got := s.Fault(); got != want {
			t.Errorf("%02X: %q, want %q", code, got, want)
		}
		if s.Fatal() != (code == 0x60 || code == 0x66) {
			t.Errorf("%02X: fatal %v", code, s.Fatal())
		}
		if s.String() == "" {
			t.Errorf("%02X has no name", code)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(chip(at{0, "测试甲"}, at{122, "990000195003120019"}), false)
	f.Add(chip(at{0, "SAMPLE"}, at{122, "X"}, at{248, "I"}), true)
	f.Fuzz(func(t *testing.T, b []byte, fingerprint bool) {
		if s, err := Split(b, fingerprint); err == nil {
			if len(s.Text)+len(s.Photo)+len(s.Fingerprint) > len(b) {
				t.Fatal("more than came")
			}
			b = s.Text
		}
		if address := ParseAddress(b); !isText(address) || len([]rune(address)) > addressSize/2 {
			t.Fatalf("an address %q", address)
		}
		c, err := Parse(b)
		if err == nil && (c.Number == "" || c.Name == "" && c.LatinName == "") {
			t.Fatal("a card of nobody")
		}
		c.Expired(time.Unix(0, 0))
		ValidNumber(c.Number)
	})
}
