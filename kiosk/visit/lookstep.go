package visit

import (
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
)

func (s State) lookStep(v *View) {
	st := s.currentStep()
	v.Title, v.Hint = st.Title, st.Hint
	skip := Control{ID: "skip", Label: s.text("step.skip"), Icon: "skip", Event: Skip{}}
	switch v.Screen {
	case ScreenChoose:
		v.Tiles = s.tilesNow()
		if d, err := time.ParseInLocation(dayLayout, s.visit.day, phrase.Zone); err == nil {
			v.Title = s.text("slot.which_period", "day", dayText(d, s.visit.manner.Locale))
		}
	case ScreenList:
		items := s.items()
		v.Items = cut(items, s.pageNow(), s.itemsShown(items))
		if len(v.Items) == 0 {
			v.Notice, v.NoticeTone = s.text("list.no_activities"), Warning
			v.Actions = []Control{{ID: "back", Label: s.text("list.back"), Event: Back{}}}
		}
	case ScreenIdentify:
		s.lookIdentify(v)
	case ScreenNumber:
		v.Keypad = s.keypad(s.visit.entry, "", st.Suffix)
		v.Actions = []Control{{ID: "next", Label: s.text("keypad.next"), Event: Next{}, Disabled: s.visit.entry == ""}}
	case ScreenLookUp:
		s.lookTicket(v)
	case ScreenText, ScreenHand:
		s.lookWriting(v)
	case ScreenRecord:
		s.lookRecord(v, st)
	case ScreenPhoto:
		s.lookPhoto(v)
	case ScreenRating:
		s.lookRating(v)
	case ScreenArticle:
		v.Paragraphs = s.article().page(s.pageNow())
		v.Actions = []Control{{ID: "next", Label: s.text("article.understood"), Icon: "ok", Event: Next{}}}
	}
	if st.Optional {
		v.Actions = append(v.Actions, skip)
	}
}

func (s State) stepTiles(st *catalog.Step) []Control {
	var all []Control
	add := func(id, label, detail, icon string) {
		all = append(all, Control{ID: "tile." + id, Label: label, Detail: detail, Icon: icon, Event: Pick{id}})
	}
	switch st.Kind {
	case catalog.Choose:
		for _, o := range st.Options {
			add(o.ID, o.Name, o.Detail, o.Icon)
		}
	case catalog.Consent:
		add(yes, s.text("consent.yes"), "", "yes")
		add(no, s.text("consent.no"), s.text("consent.no_detail"), "no")
	case catalog.Place:
		all = s.placeTiles()
	case catalog.Slot:
		all = s.slotTiles(st)
	case catalog.Text:
		if s.canSpeak() {
			add(wayVoice, s.text("ways.voice"), s.text("ways.voice_detail"), "mic")
		}
		add(wayType, s.text("ways.type"), s.text("ways.type_detail"), "keyboard")
		if s.rules.Handwriting {
			add(wayHand, s.text("ways.hand"), s.text("ways.hand_detail"), "hand")
		}
	}
	chosen, _ := s.visit.answer(st.ID)
	for i := range all {
		p, ok := all[i].Event.(Pick)
		all[i].Selected = ok && chosen.Option != "" && p.Option == chosen.Option
	}
	return all
}

// fieldNames are what a card is read for, in words.
func (s State) fieldNames() string {
	svc := s.current()
	var all []string
	for _, f := range []catalog.PersonalField{catalog.Name, catalog.Address, catalog.IDNumber} {
		if svc.Allows(f) && (f != catalog.IDNumber || s.consented(f)) {
			all = append(all, s.text(phrase.ID("field."+string(f))))
		}
	}
	return strings.Join(all, s.text("field.and"))
}

func (s State) asksAddress() bool {
	for _, st := range s.current().Steps {
		if st.Address && s.applies(st) {
			return true
		}
	}
	return false
}

func (s State) lookIdentify(v *View) {
	svc := s.current()
	v.Icon = "card"
	v.Hint = s.text("identify.privacy", "fields", s.fieldNames(), "purpose", svc.Purpose)
	skip := s.text("identify.skip_card")
	if s.asksAddress() {
		v.Hint += s.text("identify.privacy_address")
		skip = s.text("identify.skip")
	}
	v.Actions = []Control{{ID: "skip", Label: skip, Event: SkipCard{}}}
	if s.broken(CardReader) {
		v.Title, v.Icon, v.Hint = s.text("identify.without"), "person", ""
		v.Notice, v.NoticeTone = s.text(s.brokenReader()), Warning
	}
}

// brokenReader says what to do without a card reader.
func (s State) brokenReader() phrase.ID {
	if s.asksAddress() {
		return "identify.broken"
	}
	return "identify.broken_card"
}

func (s State) keypad(entry, blank, suffix string) *Keypad {
	k := &Keypad{Entry: entry, Blank: blank, Suffix: suffix, Erase: Control{ID: "key.erase", Label: s.text("keypad.erase"), Icon: "erase", Event: Erase{}}}
	for _, d := range "1234567890" {
		k.Keys = append(k.Keys, Control{ID: "key." + string(d), Label: string(d), Event: Digit{byte(d)}})
	}
	return k
}

func (s State) codeKeypad(entry string) *Keypad {
	const places = "____________"
	return s.keypad(group(entry), group(entry + places[len(entry):])[len(group(entry)):], "")
}

// group writes digits in groups of four.
func group(digits string) string {
	var b strings.Builder
	for i := 0; i < len(digits); i++ {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// lookTicket asks for the code and then for the four digits of a rating.
func (s State) lookTicket(v *View) {
	entry := s.visit.entry
	if s.visit.rating.Ticket == "" {
		if s.broken(Scanner) {
			v.Hint = s.text("lookup.no_scanner")
		}
		v.Keypad = s.codeKeypad(entry)
		v.Actions = []Control{{ID: "next", Label: s.text("keypad.next"), Event: Next{}, Disabled: len(entry) < ticket.Length}}
		return
	}
	v.Title, v.Hint = s.text("rating.code_title"), s.text("rating.code_hint")
	v.Keypad = s.keypad(entry, "____"[min(len(entry), ratingDigits):], "")
	v.Actions = []Control{{ID: "next", Label: s.text("keypad.next"), Event: Next{}, Disabled: len(entry) < ratingDigits}}
}

func (s State) lookRating(v *View) {
	l := s.visit.manner.Locale
	for n := 1; n <= 5; n++ {
		v.Stars = append(v.Stars, Control{ID: fmt.Sprint("star.", n), Label: phrase.In(l, starWords[n-1]), Icon: "star", Event: Rate{n}, Selected: n <= s.visit.stars})
	}
	if v.Hint == "" {
		v.Hint = s.ratedHint()
	}
	if s.visit.stars > 0 {
		v.Headline = s.starsText(s.visit.stars, l)
	}
	v.Actions = []Control{{ID: "next", Label: s.text("keypad.next"), Event: Next{}, Disabled: s.visit.stars == 0}}
}

func (s State) lookRecord(v *View, st *catalog.Step) {
	t := s.visit.taking
	limit := st.LongestNote()
	v.Meter = &Meter{Limit: limit}
	v.Hint = s.text("record.hint", "seconds", seconds(limit))
	start := Control{ID: "record", Label: s.text("record.start"), Icon: "mic", Event: Record{}}
	switch {
	case t.running, t.ending:
		v.Meter.Running = t.running
		v.Meter.Seconds = min(limit, max(0, int(s.now.Sub(t.since).Seconds())))
		v.Hint = s.text("record.running")
		v.Actions = []Control{{ID: "stop", Label: s.text("record.stop"), Icon: "stop", Event: Stop{}, Disabled: t.ending}}
	case !s.canSpeak() && !t.has:
		v.Hint, v.Notice, v.NoticeTone = "", s.text(s.absentPhrase(Microphone)), Warning
		start.Disabled = true
		v.Actions = []Control{start}
	case t.has:
		v.Meter.Seconds = t.made.Seconds
		v.Hint = s.text("record.made", "seconds", seconds(t.made.Seconds))
		v.Actions = []Control{{ID: "next", Label: s.text("record.use"), Icon: "ok", Event: Next{}}}
		if !s.broken(Speaker) {
			v.Actions = append(v.Actions, Control{ID: "listen", Label: s.text("record.listen"), Icon: "play", Event: Listen{}})
		}
		v.Actions = append(v.Actions, Control{ID: "redo", Label: s.text("record.redo"), Icon: "mic", Event: Redo{}})
	default:
		v.Actions = []Control{start}
	}
}

func (s State) lookPhoto(v *View) {
	t := s.visit.taking
	switch {
	case s.absent(Camera) && !t.has:
		v.Notice, v.NoticeTone = s.text(s.absentPhrase(Camera)), Warning
		v.Actions = []Control{{ID: "shoot", Label: s.text("photo.shoot"), Icon: "camera", Event: Shoot{}, Disabled: true}}
	case t.has:
		v.Picture = t.made.Data
		v.Hint = s.text("photo.made")
		v.Actions = []Control{
			{ID: "next", Label: s.text("photo.use"), Icon: "ok", Event: Next{}},
			{ID: "redo", Label: s.text("photo.redo"), Icon: "camera", Event: Redo{}},
		}
	default:
		if v.Hint == "" {
			v.Hint = s.text("photo.hint")
		}
		v.Actions = []Control{{ID: "shoot", Label: s.text("photo.shoot"), Icon: "camera", Event: Shoot{}, Disabled: t.running}}
	}
}
