package edit

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lintai/kiosk/settings"
)

const card = `# 社区终端
[terminal]
number = 12   # 编号
place = "幸福里"
data = "/data/kiosk"

[central]
address = "https://central.example.cn:8421"
  code = "ABCD-EFGH-JKMN-PQRS" # 用一次
# [network]
`

func TestOneLineChangesAndNoOther(t *testing.T) {
	for _, c := range []struct {
		name, text string
		set        map[string]string
		erase      []string
		want       string
	}{
		{"a value with a comment behind it", card, map[string]string{"terminal.number": "7"}, nil, strings.Replace(card, "number = 12 ", "number = 7 ", 1)},
		{"a new key of a section", card, map[string]string{"terminal.phone": `"110"`}, nil, strings.Replace(card, "kiosk\"\n", "kiosk\"\nphone = \"110\"\n", 1)},
		{"a new section", card, map[string]string{"network.wifi": `"家 \"1\""`}, nil, card + "\n[network]\nwifi = \"家 \\\"1\\\"\"\n"},
		{"one taken out", card, nil, []string{"central.code"}, strings.Replace(card, `"ABCD-EFGH-JKMN-PQRS"`, `""`, 1)},
		{"a number taken out", card, nil, []string{"terminal.number"}, strings.Replace(card, `number = 12`, `# number = ""`, 1)},
		{"one that is not there", card, nil, []string{"network.password"}, card},
		{"line ends of Windows and a mark", "\ufeff[terminal]\r\nnumber = 1\r\n", map[string]string{"terminal.place": `"a"`, "sound.volume": "3"}, nil,
			"\ufeff[terminal]\r\nnumber = 1\r\nplace = \"a\"\r\n\r\n[sound]\r\nvolume = 3\r\n"},
		{"no newline at the end", "[terminal]\nnumber = 1", map[string]string{"terminal.place": `"a"`}, nil, "[terminal]\nnumber = 1\nplace = \"a\"\n"},
		{"only a header", "[terminal]", map[string]string{"terminal.number": "1"}, nil, "[terminal]\nnumber = 1\n"},
		{"nothing", "", map[string]string{"terminal.number": "1"}, nil, "[terminal]\nnumber = 1\n"},
		{"dotted", "central.address = 'x'\nsound.volume = 3\n", map[string]string{"central.code": `"y"`}, nil, "central.address = 'x'\ncentral.code = \"y\"\nsound.volume = 3\n"},
		{"inline", "central = { address = 'x' , code = \"y\" } # c\n", map[string]string{"central.address": `"z"`}, []string{"central.code"}, "central = { address = \"z\" , code = \"\" } # c\n"},
		{"inline and new", "central = { address = 'x' }\n", map[string]string{"central.code": `"z"`}, nil, "central = { address = 'x' , code = \"z\"}\n"},
		{"over several lines", "[terminal]\nlanguages = [ # ]\n  'zh',\n  \"]\",\n]\nnumber = 1\n", map[string]string{"terminal.languages": `["en"]`}, nil, "[terminal]\nlanguages = [\"en\"]\nnumber = 1\n"},
		{"a long string", "[terminal]\nplace = \"\"\"a\n\\\"\"\"\"\"\" # c\n", map[string]string{"terminal.place": `"b"`}, nil, "[terminal]\nplace = \"b\" # c\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Apply([]byte(c.text), c.set, c.erase)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWhatIsNoValueIsRefused(t *testing.T) {
	for key, v := range map[string]string{
		"terminal.place": "\"a\"\nnumber = 3", "terminal.number": "1 # x", "sound.volume": "", "a.b": "1, 2", "terminal": "1",
		"terminal.a.b": "1", "terminal.x\n": "1", "central.code": `"` + strings.Repeat("x", 2000) + `"`, "panel.x": "{ a = 1 }", "Panel.y": "1", "panel.z": "1\r",
	} {
		if got, err := Apply([]byte(card), map[string]string{key: v}, nil); err == nil {
			t.Errorf("%q = %q was taken:\n%s", key, v, got)
		}
	}
	if _, err := Apply([]byte("\xff\xfe["), map[string]string{"a.b": "1"}, nil); err == nil {
		t.Error("a text that cannot be read was edited")
	}
}

func TestBlankKeepsLengthAndCanBeRead(t *testing.T) {
	for _, text := range []string{card, strings.ReplaceAll(card, "\n", "\r\n"), "\ufeff" + card, "central = { code = 'ABCD-EFGH-JKMN-PQRS', address = 'x' }\n", "[central]\ncode = \"\"\"\nABCD-EFGH\nJKMN-PQRS\"\"\"\n"} {
		got, err := Blank([]byte(text), settings.Secrets...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(text) || bytes.Contains(got, []byte("ABCD")) || bytes.Contains(got, []byte("PQRS")) {
			t.Errorf("%q", got)
		}
		if held := Holds(got, settings.Secrets...); held != nil {
			t.Errorf("%v still held", held)
		}
		was, _ := values([]byte(text))
		is, err := values(got)
		if err != nil {
			t.Fatal(err)
		}
		delete(was, "central.code")
		delete(is, "central.code")
		if !maps.EqualFunc(was, is, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("%v, want %v", is, was)
		}
	}
}

// A file of any order, with any comments and line ends: what is kept is read back by
// package settings, and every other line is as it was.
func TestWhatIsKeptIsReadAndEveryOtherLineStays(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		eol := []string{"\n", "\r\n"}[r.IntN(2)]
		sections := map[string][]string{
			"terminal": {"number = 12", `place = "幸福 # 里"`, `data = '/data/kiosk' # "x" = 'y'`, "phone=\"12345\""},
			"central":  {`address = "https://c.example.cn"`, `code = "ABCD-EFGH-JKMN-PQRS"`},
			"sound":    {"volume = 30", `output = "none"`},
			"panel":    {"px_per_mm = 3.5 # mm", "width = 800", "height=1280"},
		}
		var lines []string
		for _, name := range shuffled(r, slices.Sorted(maps.Keys(sections))) {
			lines = append(lines, noise(r)...)
			lines = append(lines, "["+name+"] # "+name)
			for _, l := range shuffled(r, sections[name]) {
				lines = append(lines, noise(r)...)
				lines = append(lines, strings.Repeat(" ", r.IntN(3))+l)
			}
		}
		text := strings.Join(lines, eol)
		if r.IntN(2) == 0 {
			text += eol
		}
		if r.IntN(3) == 0 {
			text = "\ufeff" + text
		}
		place := randomText(r)
		volume := r.IntN(101)
		set := map[string]string{"terminal.place": fmt.Sprintf("%q", place), "sound.volume": fmt.Sprint(volume), "panel.rotation": "270", "network.wifi": `"a'b\"c"`}
		out, err := Apply([]byte(text), set, []string{"central.code"})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		s, err := settings.Parse(out)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, out)
		}
		if s.Terminal.Place != place || s.Sound.Volume != volume || s.Panel.Rotation != 270 || s.Network.WiFi != `a'b"c` || s.Central.Code != "" || s.Terminal.Number != 12 || s.Panel.Width != 800 {
			t.Errorf("seed %d: %+v\n%s", seed, s, out)
		}
		is := strings.Split(string(out), eol)
		for _, l := range strings.Split(text, eol) {
			if name, _, _ := strings.Cut(strings.TrimSpace(l), " "); name == "place" || name == "volume" || name == "code" {
				continue
			}
			i := slices.Index(is, l)
			if i < 0 {
				t.Fatalf("seed %d: %q is gone or out of order\n%s", seed, l, out)
			}
			is = is[i+1:]
		}
	}
}

func shuffled(r *rand.Rand, list []string) []string {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func noise(r *rand.Rand) []string {
	return shuffled(r, []string{"", "# place = \"nobody\"", "  # [sound]", "# volume = 3", "\t"})[:r.IntN(3)]
}

func randomText(r *rand.Rand) string {
	letters := []rune(`号楼 #"'\=[]{},aZ`)
	var b strings.Builder
	for range 1 + r.IntN(19) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func FuzzApply(f *testing.F) {
	f.Add([]byte(card), "terminal.place", `"x"`, "central.code")
	f.Add([]byte("a.b = 1\n[a.c]\n"), "a.d", "[1,2]", "a.b")
	f.Add([]byte("\ufeff[[network]]\r\nx=1"), "network.wifi", "''", "x.y")
	f.Fuzz(func(t *testing.T, text []byte, key, v, erase string) {
		out, err := Apply(text, map[string]string{key: v}, []string{erase})
		if err == nil {
			if _, err := values(out); err != nil {
				t.Errorf("%q: %v", out, err)
			}
		}
		if blank, err := Blank(text, key, erase); err == nil && len(blank) != len(text) {
			t.Errorf("%d bytes, want %d", len(blank), len(text))
		}
	})
}
