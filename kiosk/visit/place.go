package visit

import (
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// community is the community's document in the resident's language.
func (s State) community() *community.Document {
	return s.communityIn(s.visit.manner.Locale)
}

func (s State) communityIn(l phrase.Locale) *community.Document {
	return s.rules.words[l].community
}

// Home and elsewhere are beside the places that a community names.
const (
	placeHome  = "home"
	placeOther = "other"
)

func (s State) placeName(id string, l phrase.Locale) (string, bool) {
	switch id {
	case placeHome, placeOther:
		return phrase.In(l, phrase.ID("place."+id)), true
	}
	for _, p := range s.communityIn(l).Places {
		if p.ID == id {
			return p.Name, true
		}
	}
	return "", false
}

func (s State) placeTiles() []Control {
	l := s.visit.manner.Locale
	all := []Control{{ID: "tile.home", Label: phrase.In(l, "place.home"), Icon: "home", Event: Pick{placeHome}}}
	for _, p := range s.community().Places {
		icon := p.Icon
		if icon == "" {
			icon = "yard"
		}
		all = append(all, Control{ID: "tile." + p.ID, Label: p.Name, Detail: p.Detail, Icon: icon, Event: Pick{p.ID}})
	}
	return append(all, Control{ID: "tile.other", Label: phrase.In(l, "place.other"), Icon: "other", Event: Pick{placeOther}})
}

// upcoming are the activities that are still to come; without a clock, all.
func (s State) upcoming(l phrase.Locale) []community.Activity {
	now := s.now
	if now.Year() < clockSet {
		now = time.Time{}
	}
	return s.communityIn(l).Upcoming(now)
}

func activityTime(a community.Activity, l phrase.Locale) string {
	return phrase.In(l, "list.activity_time", "day", dayText(a.Start.In(phrase.Zone), l), "time", a.Start.In(phrase.Zone).Format("15:04"))
}

func (m *machine) pickActivity(id string) {
	for _, a := range m.upcoming(phrase.Chinese) {
		if a.ID == id && m.visit.screen == ScreenList {
			st := m.currentStep()
			m.visit.setAnswer(m.written(), request.Answer{
				Step: st.ID, Option: a.ID,
				Text: phrase.Text("list.activity", "name", a.Name, "time", activityTime(a, phrase.Chinese), "place", a.Place),
			})
			m.stepForward()
			return
		}
	}
}

func (s State) activityItems() []Control {
	l := s.visit.manner.Locale
	var all []Control
	for _, a := range s.upcoming(l) {
		all = append(all, Control{
			ID: "item." + a.ID, Label: a.Name, Detail: phrase.In(l, "list.when_where", "time", activityTime(a, l), "place", a.Place),
			Icon: "calendar", Event: Open{a.ID},
		})
	}
	return all
}

// answerText is an answer in the resident's language.
func (s State) answerText(st catalog.Step, a request.Answer) string {
	l := s.visit.manner.Locale
	switch st.Kind {
	case catalog.Choose:
		if o, ok := st.Option(a.Option); ok {
			return o.Name
		}
	case catalog.Consent:
		if a.Option != "" {
			return phrase.In(l, phrase.ID("consent."+a.Option))
		}
	case catalog.Place:
		if name, ok := s.placeName(a.Option, l); ok {
			return name
		}
	case catalog.Slot:
		return s.slotAnswer(st, a)
	case catalog.List:
		for _, act := range s.upcoming(l) {
			if act.ID == a.Option {
				return phrase.In(l, "list.activity", "name", act.Name, "time", activityTime(act, l), "place", act.Place)
			}
		}
	case catalog.Number:
		return s.numberAnswer(st, a)
	case catalog.Rating:
		if n := starsOf(a); n > 0 {
			return s.starsText(n, l)
		}
	case catalog.Text, catalog.Voice:
		if n, ok := s.visit.attachment(st.ID); ok {
			return phrase.In(l, "record.answer", "seconds", seconds(n.Seconds))
		}
	case catalog.Photo:
		if a.Text != "" {
			return phrase.In(l, "photo.answer")
		}
	}
	return a.Text
}
