// Package voice is the script of the terminal's voice: it turns the Chinese
// sentences of screens into what the synthesiser can read aloud rightly.
//
// espeak-ng's voice for Chinese characters in Debian 12 reads wrongly; its voice
// for pinyin (cmn-latn-pinyin) is right when every syllable comes with its tone.
// So the words are turned into pinyin here: first by phrases, which settle the
// characters with several readings (银行 háng, 行走 xíng), then character by
// character, then by the rules of speech (不对 bú duì, 看一看). A sequence of
// three third tones or fewer the synthesiser changes by itself.
package voice

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Pinyin turns a sentence into syllables with tone digits, 5 being the neutral
// tone, separated by blanks; punctuation becomes the pauses of espeak-ng. Amounts
// are read as numbers and what names something digit by digit: see inWords. What cannot be spoken is left out.
//
//	Pinyin("请问急不急？") == "qing3 wen4 ji2 bu4 ji2 ?"
func Pinyin(text string) string {
	s := syllables([]rune(inWords(text)))
	speak(s)
	words := make([]string, len(s))
	for i := range s {
		words[i] = s[i].sound
	}
	return strings.Join(words, " ")
}

// syllable is a spoken character, or a pause when char is 0.
type syllable struct {
	char  rune
	sound string
	fixed bool // by a word of several characters, with the tone it is spoken in
}

func (s syllable) pause() bool { return s.char == 0 }

// tone is the last digit; 0 for a pause.
func (s syllable) tone() byte {
	if s.pause() {
		return 0
	}
	return s.sound[len(s.sound)-1] - '0'
}

func (s *syllable) setTone(t byte) { s.sound = s.sound[:len(s.sound)-1] + string('0'+t) }

var single = func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Style = pinyin.Tone3
	return a
}()

func syllables(text []rune) []syllable {
	var out []syllable
	for i := 0; i < len(text); {
		if n, sounds := phraseAt(text[i:]); n > 0 {
			for j, sound := range sounds {
				out = append(out, syllable{text[i+j], sound, n > 1})
			}
			i += n
			continue
		}
		r := text[i]
		i++
		switch mark, isMark := marks[r]; {
		case isMark:
			// Two marks in a row, as in 。”, are one pause.
			if n := len(out); n > 0 && !out[n-1].pause() {
				out = append(out, syllable{sound: mark})
			}
		case unicode.Is(unicode.Han, r):
			if sound := reading(r); sound != "" {
				out = append(out, syllable{char: r, sound: sound})
			}
		}
	}
	return out
}

// marks are the pauses of a sentence; quotation marks are not heard.
var marks = map[rune]string{
	'，': ",", '、': ",", '；': ",", '：': ",", ',': ",", ';': ",", ':': ",", '—': ",", '…': ",",
	'（': ",", '）': ",", '(': ",", ')': ",",
	'。': ".", '.': ".", '！': "!", '!': "!", '？': "?", '?': "?", '\n': ".",
}

// reading is the usual sound of a character on its own.
func reading(r rune) string {
	all := pinyin.SinglePinyin(r, single)
	if len(all) == 0 || all[0] == "" {
		return ""
	}
	sound := strings.ReplaceAll(all[0], "ü", "v")
	if last := sound[len(sound)-1]; last < '1' || last > '5' {
		sound += "5"
	}
	return sound
}

// phraseAt finds the longest phrase of the table at the beginning of the text.
func phraseAt(text []rune) (length int, sounds []string) {
	for n := min(longest, len(text)); n >= 1; n-- {
		if sounds, ok := phrases[string(text[:n])]; ok {
			return n, sounds
		}
	}
	return 0, nil
}

// speak changes tones as speech does.
func speak(s []syllable) {
	for i := range s {
		if s[i].fixed {
			continue
		}
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1].tone()
		}
		between := i > 0 && i+1 < len(s) && s[i-1].char == s[i+1].char && s[i-1].char != 0
		switch s[i].char {
		case '不':
			switch {
			case between: // 对不对
				s[i].setTone(5)
			case s[i].sound == "bu4" && next == 4:
				s[i].setTone(2)
			}
		case '一':
			switch {
			case s[i].sound != "yi1":
			case between: // 看一看
				s[i].setTone(5)
			case i+1 < len(s) && counted(s[i+1].char):
			case i > 0 && (s[i-1].char == '第' || numeral(s[i-1].char)) || i+1 < len(s) && numeral(s[i+1].char):
			case next == 4 || next == 5: // 一次；一个 and 一下 count as their full tone
				s[i].setTone(2)
			case next != 0:
				s[i].setTone(4)
			}
		}
	}
}

// counted follows a figure in addresses and dates, where 一 keeps its own tone:
// 一号楼, 一月.
func counted(r rune) bool { return strings.ContainsRune("月日号楼层栋室级", r) && r != 0 }

func numeral(r rune) bool {
	return strings.ContainsRune("一二三四五六七八九十零〇0123456789", r) && r != 0
}
