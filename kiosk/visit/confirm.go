package visit

import (
	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

func (m *machine) confirm() {
	m.dropNeedless()
	if missing := m.missingStep(); missing >= 0 {
		m.openStep(missing)
		return
	}
	svc, v := m.written(), &m.visit
	d := request.Request{
		Service:        svc.Code,
		CatalogVersion: m.rules.Catalog.Version,
		Address:        m.address(),
		Behalf:         v.behalf,
	}
	if v.manner.Locale != phrase.Chinese {
		d.Language = string(v.manner.Locale)
	}
	p := v.person
	for _, a := range v.answers {
		st, ok := svc.Step(a.Step)
		if !ok || m.skipped(*st) {
			continue
		}
		switch {
		case st.Field == catalog.Phone:
			p.Phone = a.Text
			continue
		case st.Kind == catalog.Ticket:
			continue
		case st.Kind == catalog.Rating:
			r := v.rating
			r.Stars = starsOf(a)
			d.Rating = &r
			continue
		}
		d.Answers = append(d.Answers, a)
		if o, ok := st.Option(a.Option); ok && o.Urgency != "" {
			d.Urgency = o.Urgency
		}
	}
	if p != (request.Person{}) {
		d.Person = &p
	}
	for _, a := range v.attached {
		d.Attachments = append(d.Attachments, a.Reference)
	}
	v.draft = d
	m.open(ScreenSaving)
	m.do(Save{Draft: d, Attachments: v.attached})
}
