// Package classification is the area of the rules by which cases are classified: what each
// speaks for and how it did, a sentence to try them with, and the document itself.
package classification

import (
	"context"
	"embed"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/classify"
	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	rulesPage = console.NewPage(files, "templates/rules.html", "templates/try.html")
	editPage  = console.NewPage(files, "templates/edit.html", "templates/try.html")
)

// Area is the area of the rules.
type Area struct {
	Desk    *desk.Desk
	Catalog func() *catalog.Catalog
	// Counts tells how each rule did.
	Counts func(context.Context) (map[string]docket.RuleCount, error)
}

var (
	readers       = []staff.Role{staff.Clerk, staff.Administrator}
	administrator = []staff.Role{staff.Administrator}
)

const address = "/console/classification"

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: address, Roles: readers, Handler: a.show},
		{Method: "POST", Pattern: address, Roles: readers, Handler: a.try},
		{Method: "GET", Pattern: address + "/document", Roles: administrator, Handler: a.document},
		{Method: "POST", Pattern: address + "/document", Roles: administrator, Handler: a.change, Body: 3*classify.MaxDocument + 4096},
	}
}

// Menu leads to the rules.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "classification.menu", Group: console.Running, Address: address, Roles: readers}}
}

// tried is a sentence and what the rules made of it.
type tried struct {
	Sentence, Service           string
	Services                    []service
	Done                        bool
	Category, Concern, Priority string
	Reasons                     []reason
}

type service struct {
	Code, Name string
	Chosen     bool
}

type reason struct{ Rule, Name, Words, Spoken string }

// longest is how many characters of a sentence are tried.
const longest = 500

// typed is what stands in the form of a sentence.
func (a *Area) typed(r *console.Request) tried {
	t := tried{Sentence: strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue("sentence"), "")), Service: r.PostFormValue("service")}
	if letters := []rune(t.Sentence); len(letters) > longest {
		t.Sentence = string(letters[:longest])
	}
	for _, s := range a.Catalog().Services {
		if s.Kind == "" || s.Kind == catalog.KindRequest {
			t.Services = append(t.Services, service{s.Code, s.Name, s.Code == t.Service})
		}
	}
	return t
}

// by classifies the sentence by rules.
func (t tried) by(rules *classify.Rules) tried {
	if t.Sentence == "" {
		return t
	}
	made := rules.Classify(classify.Sentence(t.Service, t.Sentence))
	t.Done, t.Category = true, phrase.Text(phrase.ID("category."+string(made.Category)))
	t.Concern = concern(made.Concern)
	t.Priority = phrase.Text(phrase.ID("urgency." + made.Priority.String()))
	for _, f := range made.Reasons {
		priority := ""
		if f.Priority != nil {
			priority = f.Priority.String()
		}
		t.Reasons = append(t.Reasons, reason{f.Rule, rules.NameOf(f.Rule), list(f.Words), spoken(f.Category, f.Concern, priority)})
	}
	return t
}

func concern(c docket.Concern) string {
	if c == docket.NoConcern {
		return phrase.Text("concern.none")
	}
	return phrase.Text(phrase.ID("concern." + string(c)))
}

// list are words in one line.
func list(words []string) string { return strings.Join(words, phrase.Text("console.separator")) }

// spoken is what a rule speaks for.
func spoken(category docket.Category, c docket.Concern, priority string) string {
	var all []string
	if category != "" {
		all = append(all, phrase.Text(phrase.ID("category."+string(category))))
	}
	if c != docket.NoConcern {
		all = append(all, concern(c))
	}
	if priority != "" {
		all = append(all, phrase.Text(phrase.ID("urgency."+priority)))
	}
	return list(all)
}

// rulesView is the page of the rules.
type rulesView struct {
	Own, May bool
	Version  int
	Rules    []rule
	Gone     []rule // that fired once, and are no more
	Try      tried
}

type rule struct {
	ID, Name, Spoken, Topic, When string
	Weight                        int
	docket.RuleCount
}

func (a *Area) show(r *console.Request) error {
	v, _, err := a.view(r)
	if err != nil {
		return err
	}
	return r.Show(rulesPage, v)
}

func (a *Area) try(r *console.Request) error {
	v, rules, err := a.view(r)
	if err != nil {
		return err
	}
	v.Try = v.Try.by(rules)
	return r.Show(rulesPage, v)
}

func (a *Area) view(r *console.Request) (v rulesView, rules *classify.Rules, err error) {
	ctx := r.Context()
	text, err := a.Desk.Store.Setting(ctx, classify.Setting)
	if err != nil {
		return v, nil, err
	}
	if rules, err = a.Desk.Rules(ctx); errors.Is(err, classify.ErrRules) {
		rules, text, err = classify.Default(), "", nil // a newer central's: cases are classified by the built-in ones, too
	}
	if err != nil {
		return v, nil, err
	}
	counts, err := a.Counts(ctx)
	if err != nil {
		return v, nil, err
	}
	v = rulesView{Own: text != "", May: r.Who.Has(administrator...), Version: rules.Version, Try: a.typed(r)}
	for _, one := range rules.Rules {
		weight := one.Weight
		if weight == 0 {
			weight = classify.UsualWeight
		}
		v.Rules = append(v.Rules, rule{one.ID, rules.NameOf(one.ID), spoken(one.Category, one.Concern, one.Priority), one.Topic, a.when(one), weight, counts[one.ID]})
		delete(counts, one.ID)
	}
	repeat := counts[classify.RepeatRule]
	delete(counts, classify.RepeatRule)
	v.Rules = append(v.Rules, rule{ID: classify.RepeatRule, Name: rules.NameOf(classify.RepeatRule), When: phrase.Text("classification.repeat", "days", strconv.Itoa(docket.RepeatDays)), RuleCount: repeat})
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		v.Gone = append(v.Gone, rule{ID: id, Name: rules.NameOf(id), RuleCount: counts[id]})
	}
	return v, rules, nil
}

// when says when a rule fires.
func (a *Area) when(one classify.Rule) string {
	var all []string
	add := func(id phrase.ID, words []string) {
		if len(words) > 0 {
			all = append(all, phrase.Text(id, "words", list(words)))
		}
	}
	var services []string
	for _, code := range one.Services {
		name := code
		if s, ok := a.Catalog().Service(code); ok {
			name = s.Name
		}
		services = append(services, name)
	}
	add("classification.services", services)
	add("classification.answers", one.Answers)
	add("classification.words", one.Words)
	add("classification.with", one.With)
	add("classification.without", one.Without)
	return strings.Join(all, phrase.Text("classification.and"))
}

// editView is the page of the document.
type editView struct {
	Text         string
	Own, Changed bool
	Wrong, Line  string // what is wrong, and with which line's words
	At           int
	Try          tried
}

func (a *Area) document(r *console.Request) error {
	text, err := a.Desk.Store.Setting(r.Context(), classify.Setting)
	if err != nil {
		return err
	}
	v := editView{Text: text, Own: text != "", Changed: r.URL.Query().Has("changed"), Try: a.typed(r)}
	if !v.Own {
		v.Text = string(classify.BuiltIn())
	}
	return r.Show(editPage, v)
}

func (a *Area) change(r *console.Request) error {
	v := editView{Text: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"), Own: true, Try: a.typed(r)}
	if r.PostFormValue("default") != "" {
		v.Text = ""
	} else if rules, err := classify.Parse([]byte(v.Text)); err != nil {
		v.say(err)
		return r.ShowWith(editPage, v, console.Refuse(http.StatusBadRequest, "bad_rules_of_cases", err))
	} else if r.PostFormValue("try") != "" { // nothing is saved
		v.Try = v.Try.by(rules)
		return r.Show(editPage, v)
	}
	if err := a.Desk.SetRules(r.Context(), v.Text); err != nil {
		return err
	}
	return r.Redirect(address + "/document?changed")
}

// say puts an error beside the words of its line.
func (v *editView) say(err error) {
	v.Text = strings.ToValidUTF8(v.Text, "�")
	v.Wrong = strings.TrimPrefix(err.Error(), classify.ErrRules.Error()+": ")
	var at *classify.LineError
	if !errors.As(err, &at) {
		return
	}
	v.At, v.Wrong = at.Line, at.Err.Error()
	if lines := strings.Split(v.Text, "\n"); at.Line <= len(lines) {
		v.Line = strings.TrimSpace(lines[at.Line-1])
		if letters := []rune(v.Line); len(letters) > 200 {
			v.Line = string(letters[:200]) + "…"
		}
	}
}
