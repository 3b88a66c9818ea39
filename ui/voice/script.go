package voice

import (
	"cmp"
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
)

// Line is one sentence of the script: all that the terminal may say under a key.
type Line struct {
	Key  string // visit.Say.Key: names its clips
	Text string
}

// Script lists every sentence that the voice can say with a catalogue in a locale,
// by key: what is to be recorded or synthesised for a prompt pack. None of them
// holds anything of a person.
func Script(c *catalog.Catalog, l phrase.Locale) []Line {
	var script []Line
	add := func(key, text string) { script = append(script, Line{key, text}) }

	translated := c.Translated(string(l))
	for _, s := range translated.Services {
		for _, st := range s.Steps {
			add(s.Code+"."+st.ID, st.Prompt)
		}
		if s.Kind != catalog.KindRequest {
			continue
		}
		for _, id := range phrase.IDs() {
			if status, ok := strings.CutPrefix(string(id), "status."); ok {
				add("progress."+s.Code+"."+status, phrase.In(l, "progress.prompt", "service", s.Name, "status", phrase.In(l, id)))
			}
		}
	}
	for _, id := range phrase.IDs() {
		text := phrase.In(l, id)
		switch {
		case strings.HasPrefix(string(id), "answer."):
			add(string(id), phrase.In(l, "calling.prompt_answered", "answer", text))
		case !spoken(id) || strings.Contains(text, "{"):
		default:
			add(string(id), text)
			if strings.HasPrefix(string(id), "saved.prompt_") {
				add(string(id)+"+card", text+phrase.In(l, "saved.take_card"))
			}
		}
	}
	slices.SortFunc(script, func(a, b Line) int { return cmp.Compare(a.Key, b.Key) })
	return slices.Compact(script)
}

// spoken tells phrases that are prompts from those that are only read.
func spoken(id phrase.ID) bool {
	section, key, _ := strings.Cut(string(id), ".")
	return section == "notice" || strings.HasPrefix(key, "prompt") || slices.Contains(spokenToo, id)
}

// spokenToo are prompts whose key does not say so.
var spokenToo = []phrase.ID{"start.greeting", "identify.broken", "lookup.no_scanner", "progress.cannot_tell", "calling.failed", "calling.offline", "calling.title"}
