package points

import (
	"errors"
	"strings"
	"testing"
)

func TestEntryCheck(t *testing.T) {
	good := func() Entry {
		return Entry{Key: "k", Kind: Earned, Lines: []Line{{Person(7), 10}, {Issued, -10}}}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Entry){
		"sum":            func(e *Entry) { e.Lines[0].Amount = 11 },
		"one line":       func(e *Entry) { e.Lines = e.Lines[:1] },
		"nothing":        func(e *Entry) { e.Lines[0].Amount, e.Lines[1].Amount = 0, 0 },
		"twice":          func(e *Entry) { e.Lines[1].Account = Person(7) },
		"account":        func(e *Entry) { e.Lines[0].Account = "person:07" },
		"nobody":         func(e *Entry) { e.Lines[0].Account = "person:0" },
		"goods":          func(e *Entry) { e.Lines[0].Account = "goods:" },
		"millions":       func(e *Entry) { e.Lines[0].Amount, e.Lines[1].Amount = 1<<40, -1<<40 },
		"no key":         func(e *Entry) { e.Key = "" },
		"kind":           func(e *Entry) { e.Kind = "given" },
		"reverses":       func(e *Entry) { e.Reverses = 3 },
		"long reason":    func(e *Entry) { e.Reason = strings.Repeat("长", MaxReason+1) },
		"smallest int64": func(e *Entry) { e.Lines[0].Amount, e.Lines[1].Amount = -1<<63, -1<<63 },
	} {
		e := good()
		spoil(&e)
		if err := e.Check(); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRulesCheck(t *testing.T) {
	if err := DefaultRules().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Rules){
		"without volunteering": func(r *Rules) { r.Earn = r.Earn[1:] },
		"without suggestions":  func(r *Rules) { r.Earn = r.Earn[:1] },
		"twice":                func(r *Rules) { r.Goods[1].ID = "rice" },
		"id":                   func(r *Rules) { r.Goods[0].ID = "大米" },
		"for nothing":          func(r *Rules) { r.Goods[0].Points = 0 },
		"name":                 func(r *Rules) { r.Goods[0].Name = "" },
		"reserved":             func(r *Rules) { r.Goods[0].ID = "balance" },
		"no goods":             func(r *Rules) { r.Goods = nil },
		"two lines":            func(r *Rules) { r.Goods[0].Name = "a\nb" },
	} {
		r := DefaultRules()
		spoil(&r)
		if err := r.Check(); !errors.Is(err, ErrRules) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
