package catalog

import (
	"slices"
	"testing"
)

func TestDefault(t *testing.T) {
	c := Default()
	svc, ok := c.Service("repair")
	if !ok || svc.Tile != "我要报修" || !svc.Allows(Name) || !svc.Allows(Address) {
		t.Fatalf("repair: %+v", svc)
	}
	st, ok := svc.Step("what")
	if !ok || len(st.Options) != MaxTiles {
		t.Fatalf("what: %+v", st)
	}
	if o, ok := st.Option("lift"); !ok || o.Name != "电梯" {
		t.Errorf("lift: %+v", o)
	}
	if _, ok := c.Service("nothing"); ok {
		t.Error("found a service that does not exist")
	}
}

// Repair is what terminals in use, central and the demonstration know by these
// names: they must not change.
func TestRepairKeepsItsNames(t *testing.T) {
	svc, _ := Default().Service("repair")
	var steps []string
	for _, st := range svc.Steps {
		steps = append(steps, st.ID)
	}
	if want := []string{"what", "place", "urgency", "who", "building", "room"}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
}

func TestHomeScreenHasEveryServiceInItsOrder(t *testing.T) {
	want := []struct {
		code string
		kind ServiceKind
	}{
		{"repair", KindRequest}, {"appeal", KindRequest}, {"certificate", KindRequest},
		{"home_service", KindRequest}, {"lookup", KindLookUp}, {"activity", KindRequest},
		{"policy", KindPolicy}, {"information", KindInformation}, {"rating", KindRequest},
		{"volunteer", KindRequest}, {"mediation", KindRequest}, {"behalf", KindBehalf},
	}
	c := Default()
	if len(c.Services) != len(want) {
		t.Fatalf("%d services, want %d", len(c.Services), len(want))
	}
	kinds := map[StepKind]bool{}
	for i, s := range c.Services {
		if s.Code != want[i].code || s.Kind != want[i].kind {
			t.Errorf("tile %d: %s of kind %s, want %s of kind %s", i+1, s.Code, s.Kind, want[i].code, want[i].kind)
		}
		for _, st := range s.Steps {
			kinds[st.Kind] = true
		}
	}
	for _, k := range []StepKind{Choose, Place, Slot, List, Number, Text, Photo, Requirements, Consent, Identify, Rating, Ticket} {
		if !kinds[k] {
			t.Errorf("no service has a %s step", k)
		}
	}
}

// What somebody says of a neighbour, of her health or of her life is nobody
// else's business: only repairs stand in public lists.
func TestOnlyRepairsArePublic(t *testing.T) {
	for _, s := range Default().Services {
		if s.Public() != (s.Code == "repair") {
			t.Errorf("%s: public is %v", s.Code, s.Public())
		}
		if s.Allows(IDNumber) && s.Code != "certificate" {
			t.Errorf("%s may take the ID number", s.Code)
		}
	}
}

func TestParseRefusesTextAfterTheDocument(t *testing.T) {
	if _, err := Parse(append([]byte(defaultDocument), "more"...)); err == nil {
		t.Error("accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(defaultDocument))
	f.Add([]byte(`{"version":1,"services":[]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc)
		if err != nil {
			return
		}
		if c.check() != nil {
			t.Error("accepted what does not pass its check")
		}
		c.Advise()
		for locale := range c.Translations {
			if len(c.Translated(locale).Services) != len(c.Services) {
				t.Errorf("translated into %q it has other services", locale)
			}
		}
	})
}
