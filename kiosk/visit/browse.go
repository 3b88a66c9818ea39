package visit

import (
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
)

// Looking around: policies, notices, numbers, one's own requests. Nothing is
// filed here, so there is nothing to confirm; back goes the way one came.

// shelf is what one looks around in.
type shelf string

const (
	shelfPolicy      shelf = "policy"      // topics
	shelfTopic       shelf = "topic"       // articles of a topic
	shelfQuestion    shelf = "question"    // typing words to search for
	shelfHits        shelf = "hits"        // articles that were found
	shelfInformation shelf = "information" // notices, numbers, hours
	shelfNotices     shelf = "notices"
	shelfContacts    shelf = "contacts"
	shelfHours       shelf = "hours"
	shelfMine        shelf = "mine" // requests of a card's holder
)

// spot is a place on the way.
type spot struct {
	screen Screen
	shelf  shelf
	item   string
	page   int
}

// here is where the visit is.
func (v visit) here() spot { return spot{v.screen, v.shelf, v.item, v.page} }

// enter goes on to another place and remembers the way back.
func (m *machine) enter(to spot) {
	v := &m.visit
	trail := append(slices.Clone(v.trail), v.here())
	m.goTo(to)
	v.trail = trail
}

func (m *machine) goTo(to spot) {
	m.open(to.screen)
	m.visit.shelf, m.visit.item, m.visit.page = to.shelf, to.item, to.page
}

// leave goes back the way one came.
func (m *machine) leave() {
	v := &m.visit
	for n := len(v.trail); n > 0; n = len(v.trail) {
		to := v.trail[n-1]
		trail := v.trail[:n-1]
		if to.screen == ScreenFinding {
			v.trail = trail
			continue // nothing to wait for any more
		}
		m.goTo(to)
		v.trail = trail
		if to.shelf == shelfQuestion {
			v.writing = writing{input: m.firstInput(), text: v.query}
		}
		if to.screen == ScreenHome {
			m.home()
		}
		return
	}
	m.home()
}

// wayQuestion is the tile that leads to a search in own words.
const wayQuestion = "question"

func (m *machine) browseTouch(e Event) {
	v := &m.visit
	switch e := e.(type) {
	case Pick:
		if v.screen == ScreenChoose {
			m.pickShelf(e.Option)
		}
	case Open:
		if v.screen == ScreenList {
			m.openItem(e.Item)
		}
	case Next:
		if v.shelf == shelfQuestion && (v.screen == ScreenText || v.screen == ScreenHand) {
			m.ask()
		}
	default:
		if v.shelf == shelfQuestion {
			m.writingTouch(e)
		}
	}
}

func (m *machine) pickShelf(option string) {
	v := &m.visit
	switch v.shelf {
	case shelfPolicy:
		if option == wayQuestion {
			m.enter(spot{writingScreen(m.firstInput()), shelfQuestion, "", 0})
			v.writing = writing{input: m.firstInput()}
			return
		}
		if _, ok := m.rules.Policies.Topic(option); ok {
			m.enter(spot{ScreenList, shelfTopic, option, 0})
		}
	case shelfInformation:
		switch to := shelf(option); to {
		case shelfNotices, shelfContacts, shelfHours:
			m.enter(spot{ScreenList, to, "", 0})
		}
	}
}

func (m *machine) openItem(id string) {
	v := &m.visit
	if v.shelf == shelfMine {
		for _, mine := range v.mine {
			if string(mine.Ticket) == id {
				m.enter(spot{ScreenFinding, "", "", 0})
				m.find(mine.Ticket)
				return
			}
		}
		return
	}
	if slices.ContainsFunc(m.items(), func(c Control) bool { return c.Event == Event(Open{id}) }) {
		m.enter(spot{ScreenArticle, v.shelf, id, 0})
	}
}

// ask searches the policies for what was typed.
func (m *machine) ask() {
	v := &m.visit
	if !m.allChosen() {
		return
	}
	query := strings.TrimSpace(v.writing.text)
	if query == "" {
		v.notice = notice{"text_empty", Warning}
		return
	}
	v.query = query
	m.enter(spot{ScreenFinding, shelfHits, "", 0})
	v.query = query
	m.do(Search{query})
}

func (m *machine) searched(e Searched) {
	v := &m.visit
	if v.screen != ScreenFinding || v.shelf != shelfHits || e.Query != v.query {
		return
	}
	m.alive()
	hits := slices.DeleteFunc(slices.Clone(e.IDs), func(id string) bool {
		a, ok := m.rules.Policies.Article(id)
		return !ok || !a.ValidAt(m.now)
	})
	if e.Failed || len(hits) == 0 {
		m.leave() // to the words, which can be put otherwise
		v.notice = notice{"search_nothing", Warning}
		if e.Failed {
			v.notice = notice{"search_failed", Warning}
		}
		return
	}
	trail := v.trail
	m.goTo(spot{ScreenList, shelfHits, "", 0})
	v.trail, v.hits = trail, hits
}

// findByCard asks for the requests of a card's holder.
func (m *machine) findByCard(token string) {
	m.enter(spot{ScreenFinding, shelfMine, "", 0})
	m.visit.token = token
	m.do(FindByCard{token})
}

func (m *machine) foundByCard(e FoundByCard) {
	v := &m.visit
	if v.screen != ScreenFinding || v.shelf != shelfMine || e.Token != v.token {
		return
	}
	m.alive()
	v.token, v.holder = "", ""
	if e.Result == CannotTell || len(e.Mine) == 0 {
		m.leave()
		v.notice = notice{"card_nothing", Warning}
		if e.Result == CannotTell {
			v.notice = notice{"card_cannot_tell", Warning}
		}
		return
	}
	trail := v.trail
	m.goTo(spot{ScreenList, shelfMine, "", 0})
	v.trail, v.mine, v.holder = trail, e.Mine, e.Token
}

// items are the rows of a list, all of them.
func (s State) items() []Control {
	v := s.visit
	if st := s.currentStep(); st != nil && st.Kind == catalog.List {
		return s.activityItems()
	}
	var all []Control
	row := func(id, label, detail, icon string) {
		all = append(all, Control{ID: "item." + id, Label: label, Detail: detail, Icon: icon, Event: Open{id}})
	}
	l := v.manner.Locale
	switch v.shelf {
	case shelfTopic:
		for _, a := range s.policies().ByTopic(v.item, s.now) {
			row(a.ID, a.Title, a.Source, "policy")
		}
	case shelfHits:
		for _, id := range v.hits {
			if a, ok := s.policies().Article(id); ok {
				row(a.ID, a.Title, a.Source, "policy")
			}
		}
	case shelfNotices:
		for _, n := range s.notices() {
			row(n.ID, n.Title, s.by(n.Issuer, n.Date), "news")
		}
	case shelfContacts:
		for _, c := range s.community().Contacts {
			row(c.ID, c.Name+"  "+c.Number, c.Hours, "phone")
		}
	case shelfHours:
		for _, h := range s.community().Hours {
			row(h.ID, h.Name, h.Text, "clock")
		}
	case shelfMine:
		for _, mine := range v.mine {
			detail := statusText(mine.Progress.Status, l)
			if mine.Progress.made() {
				detail = phrase.In(l, "progress.paper_ready")
			}
			if when := clock(mine.Progress.At, phrase.In(l, "progress.time")); when != "" {
				detail += "  " + when
			}
			all = append(all, Control{
				ID: "item." + mineID(v.mine, mine.Ticket), Label: s.serviceName(mine.Progress.Service), Detail: detail,
				Icon: "search", Event: Open{string(mine.Ticket)},
			})
		}
	}
	return all
}

// mineID names a row by its place: the code is not for a trace.
func mineID(all []Mine, code ticket.Code) string {
	return seconds(slices.IndexFunc(all, func(m Mine) bool { return m.Ticket == code }) + 1)
}
