package voice

import (
	"strings"
	"unicode"

	"lintai/kiosk/phrase"
)

// Voices of espeak-ng.
const (
	chineseVoice = "cmn-latn-pinyin"
	englishVoice = "en-us"
)

// Spell names the voice of espeak-ng for a sentence, and spells the sentence as that
// voice wants it. A sentence that has no translation comes in Chinese whatever the
// locale, and is spoken in Chinese.
func Spell(l phrase.Locale, text string) (voice, spelling string) {
	if l != phrase.English || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return chineseVoice, Pinyin(text)
	}
	return englishVoice, english(text)
}

// english leaves out what espeak-ng would take as an instruction ([[ begins phonemes)
// or read as a name of a sign.
func english(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsSpace(r), strings.ContainsRune(".,;:!?'-%", r):
			return r
		case r == '’':
			return '\''
		case r == '–', r == '—', r == '…':
			return ','
		}
		return ' '
	}, text)), " ")
}
