package store

import (
	"slices"
	"strings"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/mediation"
	"lintai/sync/central/privacy"
)

// What is known of somebody in the books that have no card: the list of those who are
// looked after, the diary of visits and the matters of mediators.

// self is how somebody called herself: a name, and doors or telephones that go with it.
type self struct{ doors, phones []string }

func onlyDigits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

// selves are those of the holder of a card. Who shows a slip has but its case.
func selves(of privacy.Subject, cases []docket.Case, volunteers []privacy.Volunteer) (map[string]*self, error) {
	all := map[string]*self{}
	if of.Card == "" {
		return all, nil
	}
	add := func(name, phone string, addresses ...string) {
		if name == "" {
			return
		}
		if all[name] == nil {
			all[name] = &self{}
		}
		one := all[name]
		if phone = onlyDigits(phone); phone != "" {
			one.phones = append(one.phones, phone)
		}
		for _, address := range addresses {
			if door := grid.Household(address); door != "" {
				one.doors = append(one.doors, door)
			}
		}
	}
	for _, c := range cases {
		body, err := c.Request()
		if err != nil {
			return nil, err
		}
		if p := body.Person; p != nil {
			add(p.Name, p.Phone, p.Address, body.Address)
		}
	}
	for _, v := range volunteers {
		add(v.Name, v.Phone)
	}
	return all, nil
}

// looked finds her on the list, and what was written down at her door: a name alone is
// not enough, and the door alone neither.
func (t *Tx) looked(of privacy.Subject, cases []docket.Case, volunteers []privacy.Volunteer) (cared []privacy.Cared, visits []privacy.Visit, err error) {
	all, err := selves(of, cases, volunteers)
	if err != nil {
		return nil, nil, err
	}
	add := func(where string, args ...any) error {
		rows, err := t.query("SELECT "+careVisitColumns+" FROM care_visits WHERE "+where+" AND (name <> '' OR address <> '' OR heard <> '')", args...)
		found, err := collect(rows, err, scanCareVisit)
		for _, v := range found {
			if slices.ContainsFunc(visits, func(o privacy.Visit) bool { return o.Number == v.Number }) {
				continue
			}
			one := privacy.Visit{Number: v.Number, Name: v.Name, Address: v.Address, At: v.At, Heard: v.Heard}
			needs, wrong := careNeeds(t, v.Number)
			for _, n := range needs {
				one.Needs = append(one.Needs, n.Text)
			}
			if wrong != nil {
				return wrong
			}
			visits = append(visits, one)
		}
		return err
	}
	for name, who := range all {
		rows, err := t.query("SELECT "+careEntryColumns+" FROM care_entries WHERE name = ? ORDER BY number", name)
		entries, err := collect(rows, err, scanCareEntry)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			if !slices.Contains(who.doors, grid.Household(e.Address)) && !slices.Contains(who.phones, onlyDigits(e.Phone)) {
				continue
			}
			cared = append(cared, privacy.Cared{Number: e.Number, Name: e.Name, Phone: e.Phone, Address: e.Address, Reason: string(e.Reason), Note: e.Note, AddedAt: e.AddedAt})
			if err := add("entry = ? AND entry > 0", e.Number); err != nil {
				return nil, nil, err
			}
		}
		for _, door := range who.doors {
			if err := add("entry = 0 AND name = ? AND household = ?", name, door); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, c := range cases {
		if err := add("number IN (SELECT visit FROM care_needs WHERE case_number = ? AND case_number > 0)", c.Number); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(cared, func(a, b privacy.Cared) int { return int(a.Number - b.Number) })
	slices.SortFunc(visits, func(a, b privacy.Visit) int { return int(a.Number - b.Number) })
	return cared, visits, nil
}

// eraseLooked takes that out. She is on the list no more.
func (t *Tx) eraseLooked(cared []privacy.Cared, visits []privacy.Visit, at int64) error {
	for _, e := range cared {
		_, err := t.exec("erase care", `UPDATE care_entries SET name = '', phone = '', address = '', reason = '', note = '', ended_why = '',
			ended_at = CASE WHEN ended_at = 0 THEN ? ELSE ended_at END, revision = revision + 1 WHERE number = ?`, at, e.Number)
		if err != nil {
			return err
		}
	}
	for _, v := range visits {
		// Visits are counted by household, so each keeps one of its own.
		_, err := t.exec("erase visit", "UPDATE care_visits SET name = '', address = '', heard = '', household = CAST(number AS TEXT) WHERE number = ?", v.Number)
		if err != nil {
			return err
		}
		if _, err := t.exec("erase visit", "UPDATE care_needs SET words = '' WHERE visit = ?", v.Number); err != nil {
			return err
		}
	}
	return nil
}

// quarrels are the matters of cases.
func (t *Tx) quarrels(cases []docket.Case) (all []privacy.Quarrel, err error) {
	for _, c := range cases {
		if c.Service != mediation.Service {
			continue
		}
		q, err := t.quarrel(c.Number)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}

// quarrel is what all parties of the matter of a case were part of.
func (t *Tx) quarrel(number int64) (privacy.Quarrel, error) {
	q := privacy.Quarrel{Case: number}
	rows, err := t.query("SELECT at, place FROM mediation_sessions WHERE case_number = ? ORDER BY at, number", number)
	q.Appointments, err = collect(rows, err, func(r row) (a privacy.Appointment, err error) {
		var at int64
		err = r.Scan(&at, &a.Place)
		a.At = moment(at)
		return a, err
	})
	if err != nil {
		return q, err
	}
	rows, err = t.query("SELECT words FROM mediation_endings WHERE case_number = ? AND outcome = 'agreed' ORDER BY number", number)
	if q.Agreements, err = collect(rows, err, func(r row) (words string, err error) { return words, r.Scan(&words) }); err != nil {
		return q, err
	}
	rows, err = t.query("SELECT due_at, words FROM mediation_promises WHERE case_number = ? ORDER BY due_at, number", number)
	q.Promises, err = collect(rows, err, func(r row) (p privacy.Promise, err error) {
		var due int64
		err = r.Scan(&due, &p.Text)
		p.Due = moment(due)
		return p, err
	})
	return q, err
}
