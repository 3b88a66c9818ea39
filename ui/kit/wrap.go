package kit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"lintai/ui/font"
)

// Signs that must not begin a line, and those that must not end one.
const (
	clings = "，。！？；：、）》」』】〉”’…·%℃°,.!?;:)]}"
	opens  = "（《「『【〈“‘([{"
)

// Wrap breaks a text into lines of at most width ems. Chinese breaks between any
// two characters, but a full stop never begins a line; a number or a Latin word
// stays whole where it can. Lines are balanced, so that no single character is
// left alone on the last one.
func Wrap(text string, width float32, bold bool) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, balance(pieces(paragraph), width, bold)...)
	}
	return lines
}

// whole are words that lose their shape when a line ends inside them. A title in
// large letters is read as a picture; half a word at its end is not.
var whole = []string{
	"工作人员", "身份证", "二维码", "读卡器", "打印机", "扫码口", "出纸口", "服务台", "有效期",
	"呼叫", "社区", "小票", "号码", "网络", "屏幕", "保存", "送达", "楼号", "房号", "请求", "提交", "查询",
	"下一步", "按钮", "触摸", "开始", "输入", "自动", "地址", "姓名", "办理", "继续", "暂时", "欢迎", "进度", "法律援助", "临时救助", "残疾补贴", "看病报销",
}

// pieces splits a paragraph into what must not be broken.
func pieces(paragraph string) []string {
	var all []string
	runes := []rune(paragraph)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && strings.ContainsRune(opens, runes[j]) {
			j++
		}
		switch {
		case j >= len(runes):
		case wordRune(runes[j]):
			for j < len(runes) && (wordRune(runes[j]) || amidNumber(runes, j)) {
				j++
			}
			if last := runes[j-1]; last >= '0' && last <= '9' {
				j += counterAt(runes[j:])
			}
		default:
			j += max(1, wholeAt(runes[j:]))
		}
		for j < len(runes) && strings.ContainsRune(clings, runes[j]) {
			j++
		}
		all = append(all, string(runes[i:j]))
		i = j
	}
	return all
}

// counters are what numbers count, which a line does not begin with: 25日 is read as one.
var counters = []string{"号楼", "单元", "分钟", "月份", "位数", "年", "月", "日", "号", "楼", "室", "点", "时", "分", "秒", "件", "元", "位", "人", "次", "天", "岁"}

// counterAt returns the length of the counter at the beginning of a text, or 0.
func counterAt(text []rune) int {
	for _, word := range counters {
		if n := utf8.RuneCountInString(word); n <= len(text) && string(text[:n]) == word {
			return n
		}
	}
	return 0
}

// wholeAt returns the length of the word that must stay whole at the beginning of
// a text, or 0.
func wholeAt(text []rune) int {
	for _, word := range whole {
		if n := utf8.RuneCountInString(word); n <= len(text) && string(text[:n]) == word {
			return n
		}
	}
	return 0
}

// amidNumber tells that a digit stands on both sides, as in 9:00 and 1.5.
func amidNumber(text []rune, i int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	return strings.ContainsRune(":.,", text[i]) && digit(i-1) && digit(i+1)
}

func wordRune(r rune) bool {
	return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_/*+@#&'", r))
}

// mostBalanced is the longest paragraph that is balanced; a longer one is only
// filled.
const mostBalanced = 8

// balance takes as few lines as the width allows and chooses among all ways to
// break them the one with even lines, best broken after a comma or full stop.
func balance(pieces []string, width float32, bold bool) []string {
	lines := fill(pieces, width, bold)
	if len(lines) < 2 || len(lines) > mostBalanced {
		return lines
	}
	widths := make([]float32, len(pieces))
	for i, piece := range pieces {
		if widths[i] = font.Width(piece, bold); widths[i] > width {
			return lines // a word that must be broken anyway
		}
	}
	starts := evenly(pieces, widths, width, len(lines))
	if starts == nil {
		return lines
	}
	for i := range lines {
		end := len(pieces)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		lines[i] = strings.Trim(strings.Join(pieces[starts[i]:end], ""), " ")
	}
	return lines
}

// evenly finds the first piece of each of n lines at the least cost: the square
// of what stays free on a line, and a fine for a break amid a clause.
func evenly(pieces []string, widths []float32, width float32, n int) []int {
	fine := width * width / 6
	type best struct {
		cost float32
		from int
	}
	// at[k][i]: the cheapest way to set the pieces before i on k lines.
	at := make([][]best, n+1)
	for k := range at {
		at[k] = make([]best, len(pieces)+1)
		for i := range at[k] {
			at[k][i] = best{-1, -1}
		}
	}
	at[0][0] = best{0, 0}
	for k := 1; k <= n; k++ {
		for end := 1; end <= len(pieces); end++ {
			var used float32
			for from := end - 1; from >= 0; from-- {
				if used += widths[from]; used > width {
					break
				}
				if at[k-1][from].cost < 0 {
					continue
				}
				cost := at[k-1][from].cost + (width-used)*(width-used)
				if end < len(pieces) && !pauses(pieces[end-1]) {
					cost += fine
				}
				if now := at[k][end]; now.cost < 0 || cost < now.cost {
					at[k][end] = best{cost, from}
				}
			}
		}
	}
	if at[n][len(pieces)].cost < 0 {
		return nil
	}
	starts := make([]int, n)
	for k, end := n, len(pieces); k > 0; k-- {
		end = at[k][end].from
		starts[k-1] = end
	}
	return starts
}

// pauses tells whether a reader pauses after a piece anyway. Between Chinese words a space
// is a pause: 漏水 停水 堵塞 are three.
func pauses(piece string) bool {
	if piece == " " {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(piece)
	return strings.ContainsRune("，。！？；：、）》」』】〉”’", last)
}

func fill(pieces []string, width float32, bold bool) []string {
	var lines []string
	var line string
	var used float32
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, used = "", 0
	}
	for _, piece := range pieces {
		w := font.Width(piece, bold)
		if used+w > width && line != "" && piece != " " {
			flush()
		}
		if line == "" && piece == " " && len(lines) > 0 {
			continue
		}
		for w > width { // a word longer than a line is broken where it must
			head, rest := splitAt(piece, width, bold)
			if rest == "" {
				break
			}
			lines = append(lines, head)
			piece, w = rest, font.Width(rest, bold)
		}
		line += piece
		used += w
	}
	flush()
	return lines
}

// splitAt cuts a word at width ems, after at least one character.
func splitAt(word string, width float32, bold bool) (head, rest string) {
	var used float32
	for i, r := range word {
		used += font.Advance(r, bold)
		if used > width && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

// longestWord is the width of the widest word of a text, in ems: letters become
// smaller before one is broken amid.
func longestWord(text string, bold bool) float32 {
	var w float32
	for _, paragraph := range strings.Split(text, "\n") {
		for _, piece := range pieces(paragraph) {
			w = max(w, font.Width(piece, bold))
		}
	}
	return w
}

// widest is the width of the widest line, in ems.
func widest(lines []string, bold bool) float32 {
	var w float32
	for _, line := range lines {
		w = max(w, font.Width(line, bold))
	}
	return w
}
