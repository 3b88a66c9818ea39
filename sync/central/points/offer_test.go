package points

import (
	"encoding/json"
	"slices"
	"testing"

	"lintai/kiosk/catalog"
)

// What terminals are given must be a catalogue that they take.
func TestOffer(t *testing.T) {
	c, changed, err := Offer(*catalog.Default(), DefaultRules())
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	parse := func(c catalog.Catalog) *catalog.Catalog {
		t.Helper()
		body, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := catalog.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	options := func(c *catalog.Catalog) []string {
		t.Helper()
		s, ok := c.Service(Service)
		if !ok {
			t.Fatal("no such service")
		}
		var ids []string
		for _, o := range s.Steps[0].Options {
			ids = append(ids, o.ID)
		}
		return ids
	}
	first := parse(c)
	if got := options(first); !slices.Equal(got, []string{"balance", "rice", "housekeeping"}) {
		t.Errorf("options %v", got)
	}
	if n := len(catalog.Default().Services); len(first.Services) != n+1 || len(catalog.Default().Translations["en"]) == len(first.Translations["en"]) {
		t.Error("the default catalogue was changed, or nothing was added")
	}
	if _, changed, err := Offer(*first, DefaultRules()); err != nil || changed {
		t.Errorf("the same again: %t, %v", changed, err)
	}
	other := DefaultRules()
	other.Goods = []Rule{{"oil", "一桶油", 80}}
	c, changed, err = Offer(*first, other)
	if err != nil || !changed || c.Version != first.Version+1 {
		t.Fatal(changed, err, c.Version)
	}
	if got := options(parse(c)); !slices.Equal(got, []string{"balance", "oil"}) {
		t.Errorf("options %v", got)
	}
	// As many goods as there may be fit.
	other.Goods = nil
	for i := range mostGoods {
		other.Goods = append(other.Goods, Rule{"g" + string(rune('a'+i)), "米", 10})
	}
	if err := other.Check(); err != nil {
		t.Fatal(err)
	}
	if c, _, err = Offer(*first, other); err != nil {
		t.Fatal(err)
	}
	parse(c)
}
