package voice

import (
	"regexp"
	"slices"
	"strings"
)

// number finds digits in a sentence with what stands beside them: a sign of a range
// or a percentage. Times are 8:30 or 8：30.
var number = regexp.MustCompile(`(\d{1,2})[:：]([0-5]\d)|(\d+)(?:\.(\d+))?([%％])?`)

// span joins two numbers: 8:30-11:30, 3~5天. In a telephone number the sign is a
// pause.
var span = regexp.MustCompile(`(\d+)([%％]?)\s*[-–—~～]\s*(\d+)`)

// day is a date in digits: 2026-03-12.
var day = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)

func spans(text string) string {
	text = day.ReplaceAllString(text, "${1}年${2}月${3}日")
	return span.ReplaceAllStringFunc(text, func(found string) string {
		part := span.FindStringSubmatch(found)
		if len(part[1]) > 4 || len(part[3]) > 4 || part[1][0] == '0' && len(part[1]) > 2 {
			return part[1] + part[2] + "，" + part[3]
		}
		return part[1] + part[2] + "到" + part[3]
	})
}

// inWords writes the numbers of a sentence as they are spoken: amounts as numbers
// (100元, 一百元), everything that names something digit by digit (尾号1204, 12345,
// 2026年, 301室).
func inWords(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = spans(text)
	var out strings.Builder
	last := 0
	for _, at := range number.FindAllStringSubmatchIndex(text, -1) {
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return text[at[2*i]:at[2*i+1]]
		}
		before, after := text[:at[0]], text[at[1]:]
		out.WriteString(text[last:at[0]])
		last = at[1]
		switch whole := group(3); {
		case group(1) != "":
			out.WriteString(clock(group(1), group(2)))
		case group(5) != "":
			out.WriteString("百分之" + cardinal(whole) + fraction(group(4)))
		case group(4) != "":
			out.WriteString(cardinal(whole) + fraction(group(4)))
		case names(whole, before, after):
			out.WriteString(digitByDigit(whole, telephone(whole, before)))
		default:
			words := cardinal(whole)
			if words == "二" && startsWithAny(after, pairs...) {
				words = "两"
			}
			out.WriteString(words)
		}
	}
	out.WriteString(text[last:])
	return out.String()
}

// pairs are counted with 两 instead of 二.
var pairs = []string{"个", "人", "天", "年", "次", "小时", "周", "位", "名", "份", "张", "条", "项", "元", "米", "点", "岁", "种", "家", "遍", "件"}

// emergency numbers are too short to be told from amounts by their length.
var emergency = []string{"110", "114", "119", "120", "122"}

// names tells digits that name something from an amount.
func names(digits, before, after string) bool {
	switch {
	case len(digits) >= 5 && !startsWithAny(after, "元", "人", "平", "米"), len(digits) > 1 && digits[0] == '0' && !startsWithAny(after, "月", "日", "分"):
		return true
	case len(digits) == 4 && startsWithAny(after, "年", "〕"), startsWithAny(after, "室", "房"):
		return true
	case endsWithAny(before, "尾号", "尾号是", "号码", "号码是", "编号", "电话", "拨打", "拨", "热线"):
		return true
	}
	return slices.Contains(emergency, digits) && !startsWithAny(after, "元", "人", "天", "个", "岁", "名", "平", "米", "次", "分", "项", "条", "户")
}

var numerals = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// telephone tells numbers whose one is spoken as 幺, as everybody does; not that of
// the hotline 12345, whose digits count up.
func telephone(digits, before string) bool {
	switch {
	case strings.HasPrefix(digits, "12345"), endsWithAny(before, "尾号", "尾号是"):
		return false
	}
	return len(digits) >= 5 || digits[0] == '0' || slices.Contains(emergency, digits) || endsWithAny(before, "电话", "拨打", "拨", "热线")
}

func digitByDigit(digits string, one bool) string {
	var b strings.Builder
	for _, d := range digits {
		if d == '1' && one {
			b.WriteString("幺")
		} else {
			b.WriteString(numerals[d-'0'])
		}
	}
	return b.String()
}

func fraction(digits string) string {
	if digits == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("点")
	for _, d := range digits {
		b.WriteString(numerals[d-'0'])
	}
	return b.String()
}

func clock(hour, minute string) string {
	words := cardinal(hour)
	if words == "二" {
		words = "两"
	}
	words += "点"
	switch {
	case minute == "00":
		return words
	case minute[0] == '0':
		return words + "零" + cardinal(minute) + "分"
	}
	return words + cardinal(minute) + "分"
}

// cardinal is an amount below ten million millions; longer ones are digits.
func cardinal(digits string) string {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "零"
	}
	if len(digits) > 12 {
		return digitByDigit(digits, false)
	}
	var words string
	for len(digits)%4 != 0 {
		digits = "0" + digits
	}
	groups := len(digits) / 4
	gap := false // a zero is to be said before the next digit
	for g := range groups {
		part := digits[4*g : 4*g+4]
		if part == "0000" {
			gap = true
			continue
		}
		for i, unit := range []string{"千", "百", "十", ""} {
			d := part[i] - '0'
			if d == 0 {
				gap = words != ""
				continue
			}
			if gap {
				words += "零"
				gap = false
			}
			words += numerals[d] + unit
		}
		if tail := part[3] == '0'; tail {
			gap = false
		}
		words += []string{"", "万", "亿"}[groups-1-g]
	}
	if rest, ok := strings.CutPrefix(words, "一十"); ok {
		words = "十" + rest
	}
	return words
}

func startsWithAny(text string, all ...string) bool {
	for _, s := range all {
		if strings.HasPrefix(text, s) {
			return true
		}
	}
	return false
}

func endsWithAny(text string, all ...string) bool {
	for _, s := range all {
		if strings.HasSuffix(text, s) {
			return true
		}
	}
	return false
}
