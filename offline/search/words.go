package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestQuery is what a query is cut to, in characters: nobody asks a longer
// question on a screen.
const longestQuery = 64

// fillers are what a question is made of beside what it is about. They part the
// words around them, so that 居住证怎么办 is about 居住证 alone. Single characters are
// here only when they are no part of another word.
var fillers = []string{
	"能不能", "可不可以", "要不要", "有没有", "是不是", "会不会", "行不行", "怎么样", "怎么办", "怎么弄", "多少钱", "请问", "你好", "您好", "想问",
	"怎么", "怎样", "咋办", "如何", "什么", "哪里", "哪儿", "哪个", "哪些", "多少", "可以", "需要", "应该", "一下", "我想", "我要", "我家", "我们", "想要",
	"申请", "办理", "知道", "告诉", "为什么", "时候", "规定", "政策", "手续", "人家", "自己", "现在", "今天", "如果",
	"吗", "呢", "啊", "吧", "呀", "了", "的", "我", "您", "你", "咋", "啥", "么", "太", "很", "请", "个",
}

// englishFillers are the same for English.
var englishFillers = []string{
	"a", "about", "an", "and", "any", "are", "be", "can", "could", "do", "does", "for", "from", "get", "have", "how", "i", "if", "in", "is", "it", "me", "my",
	"need", "no", "not", "of", "on", "or", "please", "should", "some", "the", "there", "to", "want", "was", "what", "when", "where", "which", "who", "why", "with", "you", "your",
}

func init() {
	// 怎么办 before 怎么: the longest filler is taken out first.
	slices.SortStableFunc(fillers, func(a, b string) int { return len(b) - len(a) })
}

// plain writes full-width letters, ligatures and capitals as one.
func plain(text string) string {
	return strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
}

// runs cuts text into stretches of Chinese characters and of other letters and
// digits; all else parts them.
func runs(text string, chinese func(run []rune), other func(word string)) {
	all := []rune(text)
	for from := 0; from < len(all); {
		kind := kindOf(all[from])
		to := from + 1
		for to < len(all) && kindOf(all[to]) == kind {
			to++
		}
		switch kind {
		case kindChinese:
			chinese(all[from:to])
		case kindOther:
			other(string(all[from:to]))
		}
		from = to
	}
}

type kind int

const (
	kindNone kind = iota
	kindChinese
	kindOther
)

func kindOf(r rune) kind {
	switch {
	case unicode.Is(unicode.Han, r):
		return kindChinese
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return kindOther
	}
	return kindNone
}

// indexed is text as the index takes it: pairs of characters, single characters
// and words, with spaces between. Texts do not run into each other.
func indexed(texts ...string) string {
	var b strings.Builder
	word := func(w string) {
		b.WriteString(w)
		b.WriteByte(' ')
	}
	for _, text := range texts {
		runs(plain(text), func(run []rune) {
			for i := range run {
				word(string(run[i]))
				if i+1 < len(run) {
					word(string(run[i : i+2]))
				}
			}
		}, word)
	}
	return b.String()
}

// question is a query taken apart.
type question struct {
	words   []string // pairs of characters and words; what it is about
	singles []string // characters that stand alone between fillers
	letters []string // all its characters, for when no pair is known
}

func ask(query string) question {
	var q question
	text := plain(query)
	if utf8.RuneCountInString(text) > longestQuery {
		text = string([]rune(text)[:longestQuery])
	}
	for _, f := range fillers {
		text = strings.ReplaceAll(text, f, " ")
	}
	add := func(list *[]string, w string) {
		if !slices.Contains(*list, w) {
			*list = append(*list, w)
		}
	}
	runs(text, func(run []rune) {
		for i, r := range run {
			add(&q.letters, string(r))
			if i+1 < len(run) {
				add(&q.words, string(run[i:i+2]))
			}
		}
		if len(run) == 1 {
			add(&q.singles, string(run))
		}
	}, func(w string) {
		if !slices.Contains(englishFillers, w) {
			add(&q.words, w)
		}
	})
	return q
}
