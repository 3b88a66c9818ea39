package visit

import (
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/policy"
)

// policies is the corpus with its topics in the resident's language.
func (s State) policies() *policy.Corpus {
	return s.rules.words[s.visit.manner.Locale].policies
}

// notices are those that hold now.
func (s State) notices() []community.Notice {
	now := s.now
	if now.Year() < clockSet {
		now = time.Time{}
	}
	return s.community().Current(now)
}

// by names who says something, and since when. That is a date of a document, so it
// may lie before any that this terminal's clock can show.
func (s State) by(who string, at time.Time) string {
	if at.IsZero() {
		return who
	}
	return s.text("article.by", "who", who, "date", at.In(phrase.Zone).Format(s.text("article.date")))
}

func (s State) lookBrowse(v *View) {
	switch v.Screen {
	case ScreenLookUp:
		s.lookLookUp(v)
	case ScreenChoose:
		svc := s.current()
		v.Title, v.Tiles = svc.Name, s.tilesNow()
		if s.visit.shelf == shelfPolicy {
			v.Title = s.text("policy.title")
		}
	case ScreenList:
		s.lookList(v)
	case ScreenArticle:
		a := s.article()
		v.Title, v.Source, v.Link = a.title, a.source, a.link
		v.Paragraphs = a.page(s.pageNow())
	case ScreenText, ScreenHand:
		s.lookWriting(v)
	}
}

var listTitles = map[shelf]phrase.ID{
	shelfHits: "list.hits", shelfNotices: "information.notices", shelfContacts: "information.contacts", shelfHours: "information.hours", shelfMine: "list.mine",
}

var emptyLists = map[shelf]phrase.ID{
	shelfTopic: "list.no_articles", shelfNotices: "list.no_notices", shelfContacts: "list.no_contacts", shelfHours: "list.no_hours",
}

func (s State) lookList(v *View) {
	if s.visit.shelf == shelfTopic {
		if t, ok := s.policies().Topic(s.visit.item); ok {
			v.Title = t.Name
		}
	} else {
		v.Title = s.text(listTitles[s.visit.shelf])
	}
	items := s.items()
	v.Items = cut(items, s.pageNow(), s.itemsShown(items))
	s.remindOfCard(v)
	if id, ok := emptyLists[s.visit.shelf]; ok && len(v.Items) == 0 {
		v.Notice, v.NoticeTone = s.text(id), Calm
	}
}

func (s State) lookLookUp(v *View) {
	v.Title = s.text("lookup.title")
	v.Hint = s.text("lookup.hint")
	if s.cardFinds() {
		v.Title, v.Hint = s.text("lookup.title_card"), s.text("lookup.hint_card")
	}
	if s.broken(Scanner) {
		v.Hint = s.text("lookup.no_scanner")
	}
	v.Keypad = s.codeKeypad(s.visit.entry)
	v.Actions = []Control{{ID: "next", Label: s.text("lookup.next"), Event: Next{}, Disabled: len(s.visit.entry) < 12}}
}

// reading is something to read, in pages.
type reading struct {
	title, source, link string
	pages               [][]string
}

func (r reading) page(n int) []string {
	if n < 0 || n >= len(r.pages) {
		return nil
	}
	return r.pages[n]
}

// article is what the current screen has to read.
func (s State) article() reading {
	v := s.visit
	read := func(title, source, link string, paragraphs ...string) reading {
		return reading{title, source, link, (&policy.Article{Paragraphs: paragraphs}).Pages(s.runes(paragraphs))}
	}
	if st := s.currentStep(); st != nil {
		return read(st.Title, "", "", s.requirements(st)...)
	}
	switch v.shelf {
	case shelfTopic, shelfHits:
		if a, ok := s.policies().Article(v.item); ok {
			return read(a.Title, s.by(a.Source, a.Date), a.Link, a.Paragraphs...)
		}
	case shelfNotices:
		if n, ok := s.community().Notice(v.item); ok {
			return read(n.Title, s.by(n.Issuer, n.Date), "", n.Body)
		}
	case shelfContacts:
		for _, c := range s.community().Contacts {
			if c.ID == v.item {
				return read(c.Name, c.Hours, "", c.Number)
			}
		}
	case shelfHours:
		for _, h := range s.community().Hours {
			if h.ID == v.item {
				return read(h.Name, "", "", h.Text)
			}
		}
	}
	return reading{}
}

// requirements are what the chosen option needs.
func (s State) requirements(st *catalog.Step) []string {
	of, ok := s.current().Step(st.Of)
	if !ok {
		return nil
	}
	chosen, _ := s.visit.answer(of.ID)
	if o, ok := of.Option(chosen.Option); ok && len(o.Needs) > 0 {
		return o.Needs
	}
	return []string{s.text("article.nothing_needed")}
}
