package visit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// writing is what is being typed or drawn.
type writing struct {
	input      Input
	text       string
	spelling   string   // pinyin that is not a word yet
	page       int      // of the candidates
	strokes    []Stroke // copied on change
	characters []string // for the strokes
	take       int64    // of the last Recognise
}

const (
	candidatesShown = 5
	longestSpelling = 40
	longestQuery    = 30
	mostStrokes     = 40
)

// Ways to answer a Text step in own words, in the order in which they are
// offered: typing is the last resort.
const (
	wayVoice = "voice"
	wayType  = "type"
	wayHand  = "hand"
)

func (m *machine) pickWay(way string) {
	switch {
	case way == wayVoice && m.canSpeak():
		m.again(ScreenRecord)
		m.reopenTaking(m.currentStep().ID)
	case way == wayType:
		m.typeText(m.firstInput())
	case way == wayHand && m.rules.Handwriting:
		m.typeText(InputHand)
	}
}

// canSpeak tells that a voice note can be made.
func (s State) canSpeak() bool { return !s.absent(Microphone) }

// absent tells whether a microphone or camera cannot be used: it is broken, or
// the terminal has no room for what it makes.
func (s State) absent(d Device) bool { return s.broken(d) || s.visit.noRoom }

// absentPhrase says why.
func (s State) absentPhrase(d Device) phrase.ID {
	switch {
	case d == Camera && s.broken(d):
		return "photo.broken"
	case d == Camera:
		return "photo.no_room"
	case s.broken(d):
		return "record.broken"
	}
	return "record.no_room"
}

// firstInput is the way of typing that a resident begins with.
func (s State) firstInput() Input {
	if s.visit.manner.Locale == phrase.Chinese && s.rules.Composer != nil {
		return InputPinyin
	}
	return InputLatin
}

// again shows another screen of the same step.
func (m *machine) again(to Screen) {
	m.open(to)
	m.visit.asking = true
}

// typeText opens the keyboard or the pad for a Text step.
func (m *machine) typeText(with Input) {
	st := m.currentStep()
	a, _ := m.visit.answer(st.ID)
	text := a.Text
	if _, spoken := m.visit.attachment(st.ID); spoken {
		text = ""
	}
	m.again(writingScreen(with))
	m.visit.writing = writing{input: with, text: text}
}

func writingScreen(with Input) Screen {
	if with == InputHand {
		return ScreenHand
	}
	return ScreenText
}

// longest is how many characters fit the field.
func (s State) longest() int {
	if st := s.currentStep(); st != nil {
		return st.Longest()
	}
	return longestQuery
}

// room is how many characters still fit.
func (s State) room() int { return max(0, s.longest()-utf8.RuneCountInString(s.visit.writing.text)) }

func (m *machine) writingTouch(e Event) {
	v := &m.visit
	if v.screen != ScreenText && v.screen != ScreenHand {
		return
	}
	w := &v.writing
	v.notice = notice{}
	switch e := e.(type) {
	case Letter:
		m.letter(e.Rune)
	case Digit:
		m.letter(rune(e.Digit))
	case Choose:
		m.chooseCandidate(e.Candidate)
	case Turn:
		m.turnCandidates(e.By)
	case Erase:
		m.eraseLetter()
	case Switch:
		m.switchInput(e.To)
	case Stroke:
		if v.screen == ScreenHand && len(e.Points) > 0 && len(w.strokes) < mostStrokes {
			m.house.take++
			w.strokes, w.characters, w.take = append(slices.Clone(w.strokes), e), nil, m.house.take
			m.do(Recognise{w.take, w.strokes})
		}
	case Clear:
		w.strokes, w.characters = nil, nil
	}
}

func (m *machine) letter(r rune) {
	w := &m.visit.writing
	if m.visit.screen != ScreenText || !(unicode.IsPrint(r)) {
		return
	}
	if w.input == InputPinyin && (r >= 'a' && r <= 'z' || r == '\'' && w.spelling != "") {
		if len(w.spelling) < longestSpelling {
			w.spelling += string(r)
			w.page = 0
		}
		return
	}
	if w.spelling != "" { // a mark or figure ends the word before it
		m.finishSpelling()
		if r == ' ' {
			return
		}
	}
	m.put(string(r))
}

// put adds to the field what fits, and says so when something does not.
func (m *machine) put(text string) {
	for _, r := range text {
		if m.room() == 0 {
			m.visit.notice = notice{"text_full", Warning}
			return
		}
		m.visit.writing.text += string(r)
	}
}

// candidates are the words for what is composed, or the characters for what is
// drawn.
func (s State) candidates() []Candidate {
	w := s.visit.writing
	if s.visit.screen == ScreenHand {
		var all []Candidate
		for _, c := range w.characters {
			all = append(all, Candidate{Text: c})
		}
		return all
	}
	if w.spelling == "" || s.rules.Composer == nil {
		return nil
	}
	return s.rules.Composer.Compose(w.spelling)
}

func (m *machine) chooseCandidate(i int) {
	all := m.candidates()
	if i < 0 || i >= len(all) {
		return
	}
	w := &m.visit.writing
	m.put(all[i].Text)
	w.page = 0
	w.strokes, w.characters = nil, nil
	w.spelling = strings.TrimPrefix(w.spelling[min(max(0, all[i].Length), len(w.spelling)):], "'")
}

func (m *machine) turnCandidates(by int) {
	w := &m.visit.writing
	pages := (len(m.candidates()) + candidatesShown - 1) / candidatesShown
	if pages == 0 {
		return
	}
	w.page = (w.page + by%pages + pages) % pages // round and round: one key is enough
}

// finishSpelling takes the best word for what is still composed; what is no
// pinyin stays as letters.
func (m *machine) finishSpelling() {
	w := &m.visit.writing
	for w.spelling != "" {
		all := m.candidates()
		if len(all) == 0 || all[0].Length <= 0 {
			m.put(w.spelling)
			w.spelling = ""
			return
		}
		m.chooseCandidate(0)
	}
}

func (m *machine) eraseLetter() {
	w := &m.visit.writing
	switch {
	case w.spelling != "":
		w.spelling, w.page = w.spelling[:len(w.spelling)-1], 0
	case len(w.strokes) > 0:
		w.strokes, w.characters = nil, nil
	case w.text != "":
		_, n := utf8.DecodeLastRuneInString(w.text)
		w.text = w.text[:len(w.text)-n]
	}
}

func (m *machine) switchInput(to Input) {
	if to == InputHand && !m.rules.Handwriting || to == InputPinyin && m.rules.Composer == nil {
		return
	}
	switch to {
	case InputPinyin, InputLatin, InputDigits, InputHand:
	default:
		return
	}
	m.finishSpelling()
	w := &m.visit.writing
	w.input, w.strokes, w.characters = to, nil, nil
	m.visit.screen = writingScreen(to)
}

func (m *machine) recognised(e Recognised) {
	w := &m.visit.writing
	if m.visit.screen != ScreenHand || e.Take != w.take || len(w.strokes) == 0 {
		return
	}
	w.characters, w.page = e.Characters, 0
	if len(w.characters) == 0 {
		m.visit.notice = notice{"hand_unknown", Warning}
	}
}

// allChosen tells that nothing is left to be chosen. What was guessed is shown
// before it counts, and a character that was drawn is not dropped in silence.
func (m *machine) allChosen() bool {
	w := &m.visit.writing
	switch {
	case w.spelling != "":
		m.finishSpelling()
		if m.visit.notice.id == "" { // otherwise it says that the field is full
			m.visit.notice = notice{"text_check", Warning}
		}
		return false
	case len(w.strokes) > 0:
		m.visit.notice = notice{"hand_choose", Warning}
		return false
	}
	return true
}

// textDone ends a Text step that was typed.
func (m *machine) textDone(st *catalog.Step) {
	if m.visit.screen != ScreenText && m.visit.screen != ScreenHand {
		return
	}
	if !m.allChosen() {
		return
	}
	text := strings.TrimSpace(m.visit.writing.text)
	if text == "" {
		m.visit.notice = notice{"text_empty", Warning}
		return
	}
	m.visit.attach(st.ID) // words instead of a voice note
	m.visit.setAnswer(m.written(), request.Answer{Step: st.ID, Text: text})
	m.stepForward()
}
