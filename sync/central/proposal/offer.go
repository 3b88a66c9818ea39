package proposal

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/catalog"
)

// The service by which terminals ask, but for the questions, which are those of the votes
// under way.
//
//go:embed service.json
var serviceDocument []byte

const (
	whichStep  = "which"
	optionIcon = "hand"
)

// Offer puts the service into a catalogue with the votes that are open, or takes it out
// when none is. False when it stands there so already.
func Offer(c catalog.Catalog, polls []Poll, now time.Time) (catalog.Catalog, bool, error) {
	var open []Poll
	for _, p := range polls {
		if p.Open(now) && len(open) < MostPolls {
			open = append(open, p)
		}
	}
	service, texts, err := offered(open)
	if err != nil {
		return c, false, err
	}
	before, known := c.Service(Service)
	if !known && len(open) == 0 || known && len(open) > 0 && reflect.DeepEqual(*before, service) {
		return c, false, nil
	}
	c.Services = slices.Clone(c.Services)
	at := slices.IndexFunc(c.Services, func(s catalog.Service) bool { return s.Code == Service })
	switch {
	case len(open) == 0:
		c.Services, texts = slices.Delete(c.Services, at, at+1), nil
	case at >= 0:
		c.Services[at] = service
	default:
		c.Services = append(c.Services, service)
	}
	translations := map[string]map[string]string{}
	for locale, all := range c.Translations {
		translations[locale] = maps.Clone(all)
		maps.DeleteFunc(translations[locale], func(path, _ string) bool { return strings.HasPrefix(path, Service+".") })
		maps.Copy(translations[locale], texts) // English is better than none, and a catalogue must be whole
	}
	if len(translations) > 0 {
		c.Translations = translations
	}
	c.Version++
	return c, true, nil
}

// offered is the service for some votes, and its English.
func offered(open []Poll) (catalog.Service, map[string]string, error) {
	var offer struct {
		Service       catalog.Service   `json:"service"`
		Which         catalog.Step      `json:"which"`
		Choose        catalog.Step      `json:"choose"`
		English       map[string]string `json:"english"`
		EnglishChoose map[string]string `json:"english_choose"`
	}
	if err := json.Unmarshal(serviceDocument, &offer); err != nil {
		return offer.Service, nil, fmt.Errorf("proposal: the service: %w", err)
	}
	offer.Service.Kind = catalog.KindRequest
	english := offer.English
	which := offer.Which
	var steps []catalog.Step
	for _, p := range open {
		ask := offer.Choose
		ask.ID, ask.Title, ask.Prompt = p.step(), p.Question, strings.ReplaceAll(ask.Prompt, "{question}", sentence(p.Question))
		path := Service + "." + ask.ID
		for key, text := range offer.EnglishChoose {
			english[path+"."+key] = text
		}
		english[path+".title"] = p.Question // staff write it in Chinese alone
		for _, o := range p.Options {
			ask.Options = append(ask.Options, catalog.Option{ID: o.ID, Name: o.Name, Icon: optionIcon})
			english[path+"."+o.ID+".name"] = o.Name
			if o.ID == Abstain {
				english[path+"."+o.ID+".name"] = "Abstain"
			}
		}
		if len(open) > 1 {
			ask.When = &catalog.Condition{Step: whichStep, Options: []string{ask.ID}}
			which.Options = append(which.Options, catalog.Option{ID: ask.ID, Name: p.Question, Icon: optionIcon})
			english[Service+"."+whichStep+"."+ask.ID+".name"] = p.Question
		}
		steps = append(steps, ask)
	}
	if len(open) > 1 {
		steps = append([]catalog.Step{which}, steps...)
	} else {
		maps.DeleteFunc(english, func(path, _ string) bool { return strings.HasPrefix(path, Service+"."+whichStep+".") })
	}
	offer.Service.Steps = append(steps, offer.Service.Steps...)
	return offer.Service, english, nil
}

// sentence ends a question as one that is read aloud.
func sentence(question string) string {
	if strings.ContainsAny(question[len(question)-1:], "?!.") || strings.HasSuffix(question, "？") || strings.HasSuffix(question, "。") || strings.HasSuffix(question, "！") {
		return question
	}
	return question + "。"
}
