package visit

import (
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
)

// spokenPhrases are the phrases that a visit speaks, each whole.
var spokenPhrases = []phrase.ID{
	"start.greeting", "start.greeting_no_button", "home.prompt", "home.prompt_more", "home.prompt_behalf",
	"identify.broken", "identify.broken_card", "slot.prompt_period", "text.prompt", "hand.prompt",
	"record.prompt", "record.prompt_made", "record.broken", "record.no_room", "photo.prompt_made", "photo.broken", "photo.no_room", "rating.code_prompt",
	"confirm.prompt", "confirm.prompt_more", "confirm.prompt_expired", "saving.prompt", "unsaved.prompt",
	"saved.prompt", "saved.prompt_no_printer", "saved.prompt_printed", "saved.prompt_not_printed", "saved.prompt_unknown", "saved.prompt_thanks", "saved.prompt_held", "saved.take_card",
	"lookup.prompt", "lookup.prompt_card", "lookup.no_scanner", "finding.prompt", "progress.cannot_tell",
	"progress.paper_asking", "progress.paper_printing", "progress.paper_printed", "progress.paper_not_printed", "progress.paper_unknown",
	"progress.paper_cannot", "progress.paper_none", "progress.paper_enough", "progress.prompt_paper", "progress.prompt_paper_desk",
	"policy.prompt", "policy.ask_prompt", "information.prompt", "information.prompt_contact",
	"list.prompt", "list.no_activities", "list.no_articles", "list.no_notices", "list.no_contacts", "list.no_hours",
	"manner.prompt", "manner.prompt_large", "manner.prompt_largest", "idle.prompt",
	"calling.title", "calling.offline", "calling.failed", "calling.prompt_delivered", "calling.prompt_late", "calling.prompt_look",
}

// withCardPhrases are spoken with a reminder of the card behind them.
var withCardPhrases = []phrase.ID{"saved.prompt_printed", "saved.prompt_not_printed", "saved.prompt_unknown", "saved.prompt_thanks", "saved.prompt_held", "list.prompt",
	"progress.paper_asking", "progress.paper_printing", "progress.paper_printed", "progress.paper_not_printed", "progress.paper_unknown",
	"progress.paper_cannot", "progress.paper_none", "progress.paper_enough", "progress.prompt_paper", "progress.prompt_paper_desk"}

// withDroppedPhrases are spoken with the word that notes and pictures were not kept.
var withDroppedPhrases = []phrase.ID{"saved.prompt", "saved.prompt_no_printer"}

// Script is every sentence, known before, that a terminal can speak in a locale:
// what a pack of recordings must hold. Policies and notices are read aloud too,
// but they are not known before.
func Script(c *catalog.Catalog, l phrase.Locale) []Say {
	s := New(Rules{Catalog: c, Locales: []phrase.Locale{l}})
	s.visit.manner.Locale = l
	var all []Say
	add := func(say Say) {
		say.Locale = l
		all = append(all, say)
	}
	for _, id := range spokenPhrases {
		add(s.spoken(id))
	}
	for _, id := range phrase.IDs() {
		if strings.HasPrefix(string(id), "notice.") && id != "notice.phone" {
			add(s.spoken(id))
		}
		if strings.HasPrefix(string(id), "answer.") {
			add(s.answerSay(id))
		}
	}
	s.visit.dropped = true
	for _, id := range withDroppedPhrases {
		add(s.withDropped(s.spoken(id)))
	}
	s.visit.card = true
	for _, id := range withCardPhrases {
		add(s.withCard(s.spoken(id)))
	}
	for _, svc := range s.catalog().Services {
		for _, st := range svc.Steps {
			if st.Kind != catalog.Requirements { // those are read aloud
				add(Say{Key: svc.Code + "." + st.ID, Text: st.Prompt})
			}
		}
		if svc.Kind == catalog.KindRequest {
			for _, st := range slices.Concat(Statuses, Finer, []Status{StatusSending, StatusHeld}) {
				add(s.progressSay(svc.Code, st))
			}
		}
	}
	slices.SortFunc(all, func(a, b Say) int { return strings.Compare(a.Key, b.Key) })
	return all
}
