package kit

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"lintai/ui/font"
)

func TestWrap(t *testing.T) {
	for _, row := range []struct {
		name  string
		text  string
		width float32
		want  []string
	}{
		{"fits", "什么坏了？", 6, []string{"什么坏了？"}},
		{"breaks after a comma", "请看一看，对不对？", 7, []string{"请看一看，", "对不对？"}},
		{"full stop never begins a line", "正在保存请稍等。", 7, []string{"正在保存", "请稍等。"}},
		{"opening quote never ends one", "请按“下一步”", 5, []string{"请按", "“下一步”"}},
		{"words stay whole", "正在为您呼叫工作人员", 6.5, []string{"正在为您呼叫", "工作人员"}},
		{"numbers stay whole", "打电话0105550", 4, []string{"打电话", "0105550"}},
		{"a time stays whole", "今天上午10:30开会", 6, []string{"今天上午", "10:30开会"}},
		{"a number keeps what it counts", "因换水管，三号楼11月25日上午九点到十二点停水。", 13, nil},
		{"and a house its word", "请到小区12号楼", 5.6, []string{"请到小区", "12号楼"}},
		{"a given break is kept", "一行\n两行", 9, []string{"一行", "两行"}},
		{"no single character left over", "一二三四五六七", 6, []string{"一二三四", "五六七"}},
		{"longer than a line, one word", "aaaaaaaaaaaaaaaaaaaa", 4, nil},
		{"empty", "", 4, []string{""}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := Wrap(row.text, row.width, false)
			if row.want != nil && !reflect.DeepEqual(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
			checkWrapped(t, row.text, row.width, got)
			for _, line := range got {
				if strings.HasPrefix(line, "日") || strings.HasPrefix(line, "号楼") {
					t.Errorf("a line of %q begins with what is counted", got)
				}
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("请看一看，对不对？", float32(5))
	f.Add("“”，。\n a b 12 aaaaaaaaaaaa", float32(2))
	f.Fuzz(func(t *testing.T, text string, width float32) {
		if !(width >= 1 && width < 1000) || !utf8.ValidString(text) {
			return
		}
		checkWrapped(t, text, width, Wrap(text, width, true))
	})
}

// checkWrapped holds what must be true of any text: nothing but blanks is lost,
// and no line is wider than its place unless one unbreakable piece is.
func checkWrapped(t *testing.T, text string, width float32, lines []string) {
	t.Helper()
	bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
	if got := bare(strings.Join(lines, "")); got != bare(text) {
		t.Errorf("%q became %q", text, lines)
	}
	for _, line := range lines {
		if w := font.Width(strings.Trim(line, " "), false); w > width+0.01 && utf8.RuneCountInString(line) > 1 && font.Width(line, true) > width*1.2+1 {
			t.Errorf("line %q is %.2f ems, the place %.2f", line, w, width)
		}
	}
}

func TestWordsWithSpacesBetweenThemStayWhole(t *testing.T) {
	for _, text := range []string{"漏水 停水 堵塞", "停电 跳闸 插座", "大门 门禁 门铃"} {
		for width := float32(4.5); width < 8; width += 0.25 {
			for _, line := range Wrap(text, width, false) {
				for _, word := range strings.Fields(line) {
					if !strings.Contains(" "+text+" ", " "+word+" ") {
						t.Errorf("%q on %.2f ems: %q", text, width, line)
					}
				}
			}
		}
	}
}

func TestMinutesStayWhole(t *testing.T) {
	for width := float32(3.5); width < 9; width += 0.25 {
		for _, line := range Wrap("每次约10分钟，每月2位数", width, false) {
			if strings.HasPrefix(line, "钟") || strings.HasPrefix(line, "数") {
				t.Errorf("on %.2f ems a line begins with %q", width, line)
			}
		}
	}
}
