package points

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"lintai/kiosk/catalog"
)

// The service by which terminals ask, but for the goods, which are those of the rules.
//
//go:embed service.json
var serviceDocument []byte

// goodsIcon is drawn beside goods, as nothing is known of them but their name.
const goodsIcon = "hand"

// Offer puts the service into a catalogue, at its end, or in its place there, with the
// goods of the rules. False when it stands there so already.
func Offer(c catalog.Catalog, r Rules) (catalog.Catalog, bool, error) {
	var offer struct {
		Service      catalog.Service              `json:"service"`
		Translations map[string]map[string]string `json:"translations"`
	}
	if err := json.Unmarshal(serviceDocument, &offer); err != nil {
		return c, false, fmt.Errorf("points: the service: %w", err)
	}
	offer.Service.Kind = catalog.KindRequest
	step := &offer.Service.Steps[slices.IndexFunc(offer.Service.Steps, func(s catalog.Step) bool { return s.ID == wantStep })]
	english := offer.Translations["en"]
	for _, good := range r.Goods {
		step.Options = append(step.Options, catalog.Option{ID: good.ID, Name: good.Name, Detail: digits(good.Points) + "积分", Icon: goodsIcon})
		path := Service + "." + wantStep + "." + good.ID
		// Staff write the rules in Chinese alone.
		english[path+".name"], english[path+".detail"] = "For "+digits(good.Points)+" points", good.Name
	}
	before, known := c.Service(Service)
	c.Services = slices.Clone(c.Services)
	if at := slices.IndexFunc(c.Services, func(s catalog.Service) bool { return s.Code == Service }); at >= 0 {
		c.Services[at] = offer.Service
	} else {
		c.Services = append(c.Services, offer.Service)
	}
	if known && reflect.DeepEqual(*before, offer.Service) {
		return c, false, nil
	}
	translations := map[string]map[string]string{}
	for locale, texts := range c.Translations {
		translations[locale] = maps.Clone(texts)
		maps.DeleteFunc(translations[locale], func(path, _ string) bool { return strings.HasPrefix(path, Service+".") })
		own := offer.Translations[locale]
		if own == nil {
			own = english // better than none, and a catalogue must be whole
		}
		maps.Copy(translations[locale], own)
	}
	if len(translations) > 0 {
		c.Translations = translations
	}
	c.Version++
	return c, true, nil
}
