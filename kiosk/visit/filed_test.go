package visit

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

var scripts = sync.OnceValue(func() map[Say]bool {
	all := map[Say]bool{}
	for _, l := range []phrase.Locale{phrase.Chinese, phrase.English} {
		for _, say := range Script(catalog.Default(), l) {
			all[say] = true
		}
	}
	return all
})

// checkScript: whatever is spoken stands in the script, or is read from a policy,
// a notice or what a certificate needs.
func (w *world) checkScript(say Say) {
	w.t.Helper()
	say.Slow = false
	if say.Locale == "" {
		w.fail("spoke %q in no language", say.Text)
	}
	if !scripts()[say] && !strings.Contains(say.Key, ".page") && !strings.HasPrefix(say.Key, "progress.nothing.") && !strings.HasSuffix(say.Key, ".strange") {
		w.fail("%s is not in the script: %q", say.Key, say.Text)
	}
}

// checkDraft: what is filed has each answer once, holds what it refers to, and no
// more of a person than the service may take.
func (w *world) checkDraft(save Save) {
	w.t.Helper()
	d := save.Draft
	svc, ok := w.rules().Service(d.Service)
	if !ok || svc.Kind != catalog.KindRequest {
		w.fail("filed %q", d.Service)
	}
	if len(d.Attachments) != len(save.Attachments) {
		w.fail("%d attachments named, %d there", len(d.Attachments), len(save.Attachments))
	}
	seen := map[string]bool{}
	for _, a := range d.Answers {
		if seen[a.Step] || a.Text == "" {
			w.fail("answers %+v", d.Answers)
		}
		seen[a.Step] = true
	}
	for _, ref := range d.Attachments {
		if !seen[ref.Step] || ref.Size == 0 {
			w.fail("attachment %+v without its answer", ref)
		}
	}
	if p := d.Person; p != nil {
		agreed := slices.ContainsFunc(d.Answers, func(a request.Answer) bool {
			st, _ := svc.Step(a.Step)
			return st.Kind == catalog.Consent && a.Option == "yes"
		})
		if p.IDNumber != "" && !(svc.Allows(catalog.IDNumber) && agreed) || p.Name != "" && !svc.Allows(catalog.Name) || p.Address != "" && !svc.Allows(catalog.Address) || p.Phone != "" && !svc.Allows(catalog.Phone) {
			w.fail("%s took %+v", d.Service, *p)
		}
	}
	if (d.Rating != nil) != (d.Service == "rating") || d.Rating != nil && (d.Rating.Stars < 1 || d.Rating.Ticket == "") {
		w.fail("rating %+v of %s", d.Rating, d.Service)
	}
}

// testRules are those of a terminal that has everything.
func testRules() Rules {
	rules := DefaultRules()
	rules.Phone = "010-5550"
	rules.Composer, rules.Handwriting, rules.CardLookUp = spelled{}, true, true
	doc := *rules.Community
	doc.Places = []community.Place{{ID: "b1", Name: "1号楼"}, {ID: "gate", Name: "东门"}}
	doc.Notices = []community.Notice{{ID: "water", Title: "停水通知", Body: "明天停水。", Issuer: "社区居委会", Date: begin}}
	for i := range 7 {
		doc.Activities = append(doc.Activities, community.Activity{
			ID: fmt.Sprint("a", i), Name: fmt.Sprint("活动", i), Place: "活动室", Start: begin.AddDate(30, 0, i), End: begin.AddDate(30, 0, i),
		})
	}
	rules.Community = &doc
	return rules
}

// spelled is a composer that knows two words.
type spelled struct{}

func (spelled) Compose(s string) []Candidate {
	if strings.HasPrefix(s, "a") {
		return []Candidate{{"啊", 1}, {"阿", 1}, {"吖", 1}, {"锕", 1}, {"嗄", 1}, {"腌", 1}}
	}
	return nil
}
