package settings

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// filled is the template as a technician leaves it who fills in no more than she must.
func filled(t *testing.T, more ...string) []byte {
	t.Helper()
	values := map[string]string{"terminal.number": "12", "terminal.place": `"幸福里社区服务站"`, "central.address": `"https://central.example.cn:8421"`}
	for i := 0; i < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	text, err := Fill(Template, values)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTemplateHoldsOnceItIsFilledIn(t *testing.T) {
	s, err := Parse(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.Terminal.Number != 12 || s.Terminal.Place != "幸福里社区服务站" || s.Central.Address != "https://central.example.cn:8421" || s.Terminal.Data != "/data/kiosk" {
		t.Errorf("%+v", s)
	}
	var p Problems
	if _, err := Parse(Template); !errors.As(err, &p) {
		t.Error("the template holds before anything is filled in")
	}
	for _, one := range p {
		if one.Key != "terminal.number" && one.Key != "terminal.place" {
			t.Errorf("a technician who fills in the four hears of %v", one)
		}
	}
}

// What the template says of a key that nobody touches is what the program does without
// the key: else the page and the program tell two stories.
func TestTemplateSaysWhatHoldsWithoutIt(t *testing.T) {
	with, err := Parse(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	without, err := Parse([]byte("[terminal]\nnumber = 12\nplace = \"幸福里社区服务站\"\ndata = \"/data/kiosk\"\n[central]\naddress = \"https://central.example.cn:8421\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := *with, *without
	if len(a.Terminal.Languages) != len(b.Terminal.Languages) {
		t.Errorf("languages %v, without them %v", a.Terminal.Languages, b.Terminal.Languages)
	}
	a.Terminal.Languages, b.Terminal.Languages = nil, nil
	if ta, tb := a.Terminal, b.Terminal; ta.Number != tb.Number || ta.Phone != tb.Phone || ta.Grid != tb.Grid || ta.Content != tb.Content {
		t.Errorf("terminal %+v, without %+v", ta, tb)
	}
	if a.Central != b.Central || a.Network != b.Network || a.Panel != b.Panel || a.Card != b.Card || a.Printer != b.Printer || a.Scanner != b.Scanner || a.NFC != b.NFC ||
		a.Button != b.Button || a.Presence != b.Presence || a.Sound != b.Sound || a.Microphone != b.Microphone || a.Camera != b.Camera {
		t.Errorf("%+v\nwithout %+v", a, b)
	}
}

// What the screens of the first start ask for is not said by a file that nobody edited.
func TestTemplateLeavesToTheFirstStartWhatItAsks(t *testing.T) {
	s, err := Begin(Template)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"terminal.place", "terminal.languages", "terminal.grid", "central.address", "central.code", "network.wifi", "network.password", "network.address", "panel.rotation"} {
		if s.Says(key) {
			t.Errorf("it says %s", key)
		}
	}
	filled, err := Parse(filled(t, "panel.rotation", "90", "terminal.languages", `["zh-CN"]`))
	if err != nil || !filled.Says("panel.rotation") || filled.Panel.Rotation != 90 || len(filled.Terminal.Languages) != 1 {
		t.Errorf("%+v %v", filled, err)
	}
}

func TestEveryKeyStandsInTheTemplate(t *testing.T) {
	examples := Examples()
	known := map[string]bool{}
	for _, key := range Keys() {
		known[key] = true
		if _, ok := examples[key]; !ok {
			t.Errorf("kiosk.toml does not have %s", key)
		}
	}
	for key := range examples {
		if !known[key] {
			t.Errorf("kiosk.toml has %s, which is no key", key)
		}
	}
}

func TestOldNotepadShowsTheTemplate(t *testing.T) {
	if !bytes.HasPrefix(Template, []byte("\ufeff")) {
		t.Error("no byte order mark: it is taken for GBK")
	}
	if n := bytes.Count(Template, []byte("\n")); n == 0 || n != bytes.Count(Template, []byte("\r\n")) {
		t.Error("a line without CRLF: all of it stands on one line")
	}
}

func TestFillLeavesTheRest(t *testing.T) {
	got := filled(t, "printer.port", `"/dev/usb/lp0"`)
	want := strings.Replace(string(Template), "number = 0", "number = 12", 1)
	want = strings.Replace(want, `place = ""`, `place = "幸福里社区服务站"`, 1)
	head, rest, _ := strings.Cut(want, "[central]")
	rest = strings.Replace(rest, `address = ""`, `address = "https://central.example.cn:8421"`, 1)
	before, after, _ := strings.Cut(rest, "[printer]")
	want = head + "[central]" + before + "[printer]" + strings.Replace(after, `port = ""`, `port = "/dev/usb/lp0"`, 1)
	if string(got) != want {
		t.Errorf("more than the values changed:\n%s", got)
	}
	if _, err := Fill(Template, map[string]string{"printer.prot": "1"}); err == nil {
		t.Error("a key that is not there was filled in")
	}
}

func TestWhatNotepadWrites(t *testing.T) {
	text := string(filled(t))
	plain := strings.TrimPrefix(text, "\ufeff")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.ReplaceAll(plain, "\ufeff", ""))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	wideOnly, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String("number = 1\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"UTF-8 with mark and CRLF": {text, ""},
		"UTF-8 without":            {plain, ""},
		"line ends of Unix":        {strings.ReplaceAll(plain, "\r\n", "\n"), ""},
		"ANSI":                     {gbk, "第 2 行：不是 UTF-8 编码，像是存成了 ANSI（GBK）。允许：在记事本里点“文件 → 另存为”，编码选 UTF-8"},
		"Unicode":                  {wide, "第 1 行：不是 UTF-8 编码，像是存成了 Unicode（UTF-16）"},
		"Unicode without a mark":   {wideOnly, "UTF-16"},
	} {
		_, err := Parse([]byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
