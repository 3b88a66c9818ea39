package settings

import (
	"slices"
	"strings"

	"lintai/kiosk/phrase"
)

// spoken are all languages that there are phrases of.
var spoken = []string{string(phrase.Chinese), string(phrase.English)}

// languages reads those that residents may choose. Chinese is always among them: it is
// what the start screen greets in, and what staff read.
func (f *file) languages() []phrase.Locale {
	const allowed = `["zh-CN"]、["zh-CN", "en"]`
	all := []phrase.Locale{phrase.Chinese, phrase.English}
	v, ok := f.take("terminal", "languages")
	if !ok {
		return all
	}
	list, ok := v.([]any)
	var chosen []phrase.Locale
	for _, one := range list {
		name, isText := one.(string)
		ok = ok && isText && slices.Contains(spoken, name) && !slices.Contains(chosen, phrase.Locale(name))
		chosen = append(chosen, phrase.Locale(name))
	}
	if !ok || !slices.Contains(chosen, phrase.Chinese) {
		f.problem("terminal", "languages", "填写的语言不对", allowed+"（"+strings.Join(spoken, "、")+" 之中，中文必须有）")
		return all
	}
	return chosen
}
