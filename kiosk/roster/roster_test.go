package roster

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
)

func TestRowsBecomeFiles(t *testing.T) {
	rows := [][]string{
		{"编号", "地 点", "电话", "语言", "WiFi", "无线密码", "固定地址", "网关", "打印机", "printer.baud", "音量", "备注", ""},
		{"012", "幸福里社区服务站", "0571-1234", "中文", "Lobby \"2\"", `a\b"c'd #1`, "192.168.1.20/24", "192.168.1.1", "/dev/usb/lp0", "９６００", "60.0", "三楼\n电梯旁"},
		{},
		{"13", "", "", "", "", "", "", "", "", "", ""},
		{"14", "平安里", "", "中文、English", "", "", "", "", "", "", ""},
	}
	if _, err := Read(rows); err == nil || !strings.HasPrefix(err.Error(), "第 4 行“地点”：填写的内容不对。允许：1 到 20 个字\n第 5 行") {
		t.Errorf("a row without a place: %v", err)
	}
	rows[3][1] = "东门"
	if _, err := Read(rows); err == nil || !strings.Contains(err.Error(), "第 5 行“语言”") {
		t.Errorf("a language that there is not: %v", err)
	}
	rows[4][3] = "中文、英文"
	all, err := Read(rows)
	if err != nil || len(all) != 3 {
		t.Fatalf("%v, %v", all, err)
	}
	text, err := all[0].File("https://central.example.cn:8421", "ABCD-EFGH-JKMN-PQRS")
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	want := settings.Network{WiFi: `Lobby "2"`, Password: `a\b"c'd #1`, Address: "192.168.1.20/24", Gateway: "192.168.1.1"}
	if s.Terminal.Number != 12 || s.Terminal.Phone != "0571-1234" || len(s.Terminal.Languages) != 1 || s.Network != want || s.Printer.Port != "/dev/usb/lp0" ||
		s.Printer.Baud != 9600 || s.Sound.Volume != 60 || s.Central.Code != "ABCD-EFGH-JKMN-PQRS" || s.Central.Address != "https://central.example.cn:8421" {
		t.Errorf("%+v", s)
	}
	if !strings.HasPrefix(string(text), "\ufeff# ====") || !strings.Contains(string(text), "# 波特率 / speed") {
		t.Error("the comments are gone")
	}
	if all[1].Line != 4 || all[1].Number != 13 || all[1].Place != "东门" {
		t.Errorf("%+v", all[1])
	}
}

func TestMistakesAreNamed(t *testing.T) {
	heading := []string{"编号", "地点", "固定地址", "网关", "音量", "panel.fullscreen"}
	for name, c := range map[string]struct {
		rows [][]string
		want []string
	}{
		"nothing":                {nil, []string{"第 1 行：表格是空的"}},
		"a heading only":         {[][]string{heading}, []string{"表格是空的"}},
		"a column of nobody's":   {[][]string{{"编号", "地点", "打印几"}, {"1", "甲"}}, []string{"第 1 行“打印几”：不认识这一列。允许：编号、地点", "、打印机、"}},
		"the same column twice":  {[][]string{{"编号", "地点", "Number"}, {"1", "甲", "2"}}, []string{"第 1 行“Number”：这一列重复了"}},
		"codes in the list":      {[][]string{{"编号", "地点", "central.code"}, {"1", "甲", "ABCD-EFGH-JKMN-PQRS"}}, []string{"登记码不写在表里"}},
		"no place":               {[][]string{{"编号"}, {"1"}}, []string{"缺少“地点”这一列"}},
		"a cell beside":          {[][]string{{"编号", "地点"}, {"1", "甲", "乙"}}, []string{"第 2 行：第 3 列没有列名"}},
		"a cell under nothing":   {[][]string{{"编号", "地点", ""}, {"1", "甲", "乙"}}, []string{"第 2 行：第 3 列没有列名"}},
		"the same number":        {[][]string{heading, {"1", "甲"}, {"01", "乙"}}, []string{"第 3 行“编号”：和第 2 行重复"}},
		"the same address":       {[][]string{heading, {"1", "甲", "10.0.0.5/24"}, {"2", "乙", "10.0.0.5/16"}}, []string{"第 3 行“固定地址”：和第 2 行重复"}},
		"number too large":       {[][]string{heading, {"10000", "甲"}}, []string{"第 2 行“编号”：填写的数字不对。允许：1 到 9999 的整数"}},
		"number in words":        {[][]string{heading, {"一号", "甲"}}, []string{"第 2 行“编号”：填写的内容不对。允许：数字"}},
		"half a number":          {[][]string{heading, {"1.5", "甲"}}, []string{"第 2 行“编号”：填写的数字不对"}},
		"no number":              {[][]string{heading, {"", "甲"}}, []string{"第 2 行“编号”：填写的数字不对"}},
		"gateway elsewhere":      {[][]string{heading, {"1", "甲", "10.0.0.5/24", "10.0.1.1"}}, []string{"第 2 行“网关”：和 address 不在同一个网段"}},
		"volume":                 {[][]string{heading, {"1", "甲", "", "", "101"}}, []string{"第 2 行“音量”", "0 到 100"}},
		"neither yes nor no":     {[][]string{heading, {"1", "甲", "", "", "", "maybe"}}, []string{"第 2 行“panel.fullscreen”", "是、否"}},
		"two lines in a cell":    {[][]string{heading, {"1", "甲\n乙"}}, []string{"第 2 行“地点”", "一行文字"}},
		"every mistake at once":  {[][]string{heading, {"0", "甲"}, {"2", strings.Repeat("长", 21)}, {"3", "丙", "", "", "-1"}}, []string{"第 2 行“编号”", "第 3 行“地点”", "第 4 行“音量”"}},
		"quotes that break TOML": {[][]string{heading, {"1", `"` + "\u007f"}}, []string{"第 2 行“地点”"}},
	} {
		all, err := Read(c.rows)
		var p Problems
		if !errors.As(err, &p) || all != nil {
			t.Errorf("%s: %v, %v", name, all, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
	}
}

func TestHeadingsAreUnlike(t *testing.T) {
	seen := map[string]string{}
	for _, n := range names {
		if _, ok := examples[n.key]; !ok {
			t.Errorf("%s is no key", n.key)
		}
		for _, name := range n.names {
			if plain(name) != name {
				t.Errorf("%q is never found: it is compared with %q", name, plain(name))
			}
			if before, twice := seen[name]; twice {
				t.Errorf("%q is %s and %s", name, before, n.key)
			}
			seen[name] = n.key
		}
	}
}

// Whatever there is to be set at a terminal can be set for twenty of them.
func TestEveryKeyCanBeAColumn(t *testing.T) {
	for _, key := range settings.Keys() {
		if key == "terminal.number" || key == "terminal.place" || key == "central.code" {
			continue
		}
		_, err := Read([][]string{{"编号", "地点", key}, {"1", "甲", ""}})
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestCodesGoThroughASpreadsheet(t *testing.T) {
	until := time.Date(2026, 12, 22, 0, 0, 0, 0, phrase.Zone)
	codes := []Code{{12, "ABCD-EFGH-JKMN-PQRS", "https://c.example:1", until}, {13, "0000-1111-2222-3333", "", until}}
	rows := CodeRows(codes)
	got, err := ReadCodes(rows)
	if err != nil || !reflect.DeepEqual(got, codes) {
		t.Errorf("%v, %v", got, err)
	}
	rows[1][3] = "2026/12/22"
	if got, err := ReadCodes(rows); err != nil || !got[0].Until.Equal(until) {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range [][]string{{"12"}, {"x", "ABCD-EFGH-JKMN-PQRS", "", "2026-12-22"}, {"12", "", "", "2026-12-22"}, {"12", "ABCD-EFGH-JKMN-PQRS", "", "soon"}} {
		if _, err := ReadCodes([][]string{rows[0], wrong}); err == nil || strings.Contains(err.Error(), "ABCD") || !strings.Contains(err.Error(), "第 2 行") {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if _, err := ReadCodes([][]string{{"编号", "地点"}}); err == nil {
		t.Error("a list of terminals is taken for codes")
	}
}

func TestIndexNamesOnlyItsOwnFiles(t *testing.T) {
	until := time.Date(2026, 12, 22, 0, 0, 0, 0, phrase.Zone)
	entries := []Entry{{7, "甲", "007.toml", until}, {1234, "乙", "1234.toml", until}}
	got, err := ReadIndex(IndexRows(entries))
	if err != nil || !reflect.DeepEqual(got, entries) {
		t.Errorf("%v, %v", got, err)
	}
	for _, file := range []string{"../007.toml", "/etc/passwd", "008.toml", ""} {
		if _, err := ReadIndex([][]string{nil, {"7", "甲", file, "2026-12-22"}}); err == nil {
			t.Errorf("%q is taken", file)
		}
	}
}

// Whatever stands in a list: no file that a terminal would not take, none for another
// number than its row says, and no crash.
func FuzzRead(f *testing.F) {
	f.Add("编号,地点\n1,甲\n")
	f.Add("number,place,wifi,printer.baud,languages\n1,\"a\\b\"\"\",x,9600,zh en\n")
	f.Add("编号,地点,\n1,甲,乙\n,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		var rows [][]string
		for line := range strings.SplitSeq(text, "\n") {
			rows = append(rows, strings.Split(line, ","))
		}
		all, err := Read(rows)
		if (err == nil) == (len(all) == 0) {
			t.Errorf("%d terminals, %v", len(all), err)
		}
		for _, one := range all {
			file, err := one.File("https://c.example", "ABCD-EFGH-JKMN-PQRS")
			if err != nil {
				t.Fatal(err)
			}
			s, err := settings.Parse(file)
			if err != nil || s.Terminal.Number != one.Number || s.Terminal.Place != one.Place || s.Central.Code != "ABCD-EFGH-JKMN-PQRS" || s.Terminal.Number < 1 {
				t.Errorf("%q: %v %v", fmt.Sprint(one), s, err)
			}
		}
	})
}
