// Package classify says which need of residents a case is about, and whether it is
// 急, 难, 愁 or 盼, by rules over what was chosen and written, where, and what
// happened there before. The rules are a document that staff can edit; one is built
// in. Every decision lists the rules that fired with the words that made them, so that
// whoever reads it can see why, and correct it.
//
// The package is pure: who keeps cases and rules asks it.
package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// Item is what a decision is made of.
type Item struct {
	Number      int64
	Service     string
	Answers     []request.Answer
	Address     string
	Urgency     docket.Urgency // the resident's own word
	RequestedAt time.Time
	Status      docket.Status
	// Estate names the estate that a text with a building in it is about, or where nothing
	// was written of that, the one of the case; nil for a community of one estate.
	Estate func(text string) string
}

// estate is where there may be a second building of the same number.
func (i Item) estate(text string) string {
	if i.Estate == nil {
		return ""
	}
	return i.Estate(text)
}

// Of reads a case.
func Of(c docket.Case) (Item, error) {
	body, err := c.Request()
	if err != nil {
		return Item{}, err
	}
	i := Item{Number: c.Number, Service: c.Service, Answers: body.Answers, Address: body.Address,
		Urgency: docket.ParseUrgency(body.Urgency), RequestedAt: c.RequestedAt, Status: c.Status}
	if body.Channel != nil && body.Channel.Description != "" {
		// Who calls the hotline has no steps to answer: what there is to judge stands here.
		i.Answers = append(slices.Clip(i.Answers), request.Answer{Text: body.Channel.Description})
	}
	if i.Address == "" && body.Person != nil {
		i.Address = body.Person.Address
	}
	return i, nil
}

// text is all that was chosen and written, as rules look at it: what was chosen, then
// what was written.
func (i Item) text() string {
	var chosen, written []string
	for _, a := range i.Answers {
		if a.Option != "" {
			chosen = append(chosen, a.Text)
		} else {
			written = append(written, a.Text)
		}
	}
	return plain(strings.Join(append(chosen, written...), "\n"))
}

func (i Item) chose(answer string) bool {
	step, option, _ := strings.Cut(answer, "=")
	for _, a := range i.Answers {
		if a.Step == step && a.Option == option {
			return true
		}
	}
	return false
}

// Classify decides by what the item itself says. Compare adds what is known of
// earlier ones.
func (r *Rules) Classify(i Item) docket.Classification {
	c := docket.Classification{Priority: i.Urgency, Rules: r.Version}
	text := i.text()
	in := r.index.find(text)
	categories, concerns, topics := map[docket.Category]int{}, map[docket.Concern]int{}, map[string]int{}
	for _, rule := range r.Rules {
		words, fired := rule.fires(i, in)
		if !fired {
			continue
		}
		f := docket.Firing{Rule: rule.ID, Words: words, Category: rule.Category, Concern: rule.Concern}
		weight := rule.weight()
		if rule.Category != "" {
			categories[rule.Category] += weight
		}
		if rule.Concern != "" {
			concerns[rule.Concern] += weight
		}
		if rule.Topic != "" {
			topics[rule.Topic] += weight
		}
		if rule.Priority != "" {
			p := docket.ParseUrgency(rule.Priority)
			f.Priority = &p
			c.Priority = min(c.Priority, p)
		}
		c.Reasons = append(c.Reasons, f)
	}
	if c.Category = best(categories, docket.Categories); c.Category == "" {
		c.Category = docket.LivingNeed
	}
	c.Concern = best(concerns, docket.Concerns)
	c.Topic = best(topics, r.topics)
	c.Place = r.place(i, c.Topic, text)
	return c
}

// best is what most was said for; of equals the first in order.
func best[T comparable](said map[T]int, order []T) (b T) {
	most := 0
	for _, v := range order {
		if said[v] > most {
			b, most = v, said[v]
		}
	}
	return b
}

// Compare adds what is known of earlier items of the same place and topic: whether it
// is a fault that came again, and what may be the same one reported twice.
func (r *Rules) Compare(c docket.Classification, i Item, earlier []Item) docket.Classification {
	if c.Place == 0 {
		return c
	}
	text := i.text()
	words := pairs(text)
	// One lamp of the yard that went out is not another one that did.
	wide := slices.Contains(r.Wide, i.chosen()) && houseIn(text) == ""
	repeat := 1
	for _, e := range earlier {
		age := i.RequestedAt.Sub(e.RequestedAt)
		if e.Number == i.Number || age < 0 || age > docket.RepeatDays*24*time.Hour {
			continue
		}
		switch e.Status {
		case docket.Cancelled, docket.Refused, docket.Merged:
			continue
		}
		if !e.Status.Closed() && age <= time.Duration(r.DuplicateDays)*24*time.Hour {
			// Not a fault that came again, but the same one: nobody mended it yet.
			if d := likeness(i, e, words, age, r.DuplicateDays); d.Score >= r.DuplicateScore {
				c.Duplicates = append(c.Duplicates, d)
				continue
			}
		}
		if !wide {
			repeat++
		}
	}
	slices.SortFunc(c.Duplicates, func(a, b docket.Duplicate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Case, b.Case))
	})
	c.Duplicates = c.Duplicates[:min(len(c.Duplicates), mostDuplicates)]
	c.Repeat = repeat
	for _, raise := range r.Repeats {
		if repeat < raise.From {
			continue
		}
		p := docket.ParseUrgency(raise.Priority)
		c.Reasons = append(c.Reasons, docket.Firing{Rule: RepeatRule, Words: []string{fmt.Sprint(repeat)}, Priority: &p})
		c.Priority = min(c.Priority, p)
		break
	}
	return c
}

// NameOf is what staff read of a rule: its name, the one that it has among the built-in
// rules, the words that it looks for, or its id. Cases keep the ids of rules that are gone.
func (r *Rules) NameOf(id string) string {
	if id == RepeatRule {
		return phrase.Text("classification.repeat_name")
	}
	for _, rules := range []*Rules{r, Default()} {
		if i := slices.IndexFunc(rules.Rules, func(one Rule) bool { return one.ID == id && one.Name != "" }); i >= 0 {
			return rules.Rules[i].Name
		}
	}
	if i := slices.IndexFunc(r.Rules, func(one Rule) bool { return one.ID == id && len(one.Words) > 0 }); i >= 0 {
		return phrase.Text("classification.words_name", "words", r.Rules[i].firstWords())
	}
	return id
}

// namingWords is how many of its words stand for the name of a rule.
const namingWords = 2

func (r Rule) firstWords() string {
	words := strings.Join(r.Words[:min(len(r.Words), namingWords)], phrase.Text("console.separator"))
	if len(r.Words) > namingWords {
		words += "…"
	}
	return words
}

// RepeatRule is the id under which a repeated fault stands among the reasons; its
// word is how many times.
const RepeatRule = "repeat"

const mostDuplicates = 5

// likeness scores how likely two items of the same place and topic are the same
// thing, in percent: half for the place and topic, a fifth for words, a fifth for time,
// a tenth for the service.
func likeness(a, b Item, words map[string]bool, age time.Duration, days int) docket.Duplicate {
	d := docket.Duplicate{Case: b.Number, Score: 50, Reasons: []string{"place"}}
	if a.Service == b.Service {
		d.Score += 10
		d.Reasons = append(d.Reasons, "service")
	}
	other := pairs(b.text())
	shared := 0
	for p := range words {
		if other[p] {
			shared++
		}
	}
	if all := len(words) + len(other) - shared; all > 0 {
		alike := float64(shared) / float64(all)
		d.Score += int(20 * alike)
		if alike >= 0.3 {
			d.Reasons = append(d.Reasons, "words")
		}
	}
	d.Score += int(20 * (1 - float64(age)/float64(time.Duration(days)*24*time.Hour)))
	if age <= 24*time.Hour {
		d.Reasons = append(d.Reasons, "time")
	}
	return d
}

// pairs are the overlapping pairs of characters of a text, by which Chinese is
// compared without a dictionary.
func pairs(text string) map[string]bool {
	all := map[string]bool{}
	var before rune
	for _, r := range text {
		if strings.ContainsRune("\n，。！？、,.!?", r) {
			before = 0
			continue
		}
		if before != 0 {
			all[string(before)+string(r)] = true
		}
		before = r
	}
	return all
}
