package store

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/privacy"
)

// What is known of somebody through others: the matters in which she is the other party,
// and the wristband that was given to her. Neither has a card, so her name with her door or
// her telephone finds her, as on the care list.

// shortestPhone keeps the digits of a door from being taken for a telephone.
const shortestPhone = 7

// calls tells whether somebody who is written down like this is she.
func (s *self) calls(phone, address string) bool {
	return slices.Contains(s.doors, grid.Household(address)) || len(onlyDigits(phone)) >= shortestPhone && slices.Contains(s.phones, onlyDigits(phone))
}

// otherParty finds the matters of other people's cases that she is a party of, with what
// she was part of there.
func (t *Tx) otherParty(all map[string]*self, cases []docket.Case) (found []privacy.Quarrel, err error) {
	for name, who := range all {
		rows, err := t.query("SELECT number, case_number, phone, address FROM mediation_parties WHERE name = ? ORDER BY number", name)
		parties, err := collect(rows, err, func(r row) (q privacy.Quarrel, err error) {
			return q, r.Scan(&q.Party, &q.Case, &q.Phone, &q.Address)
		})
		if err != nil {
			return nil, err
		}
		for _, p := range parties {
			own := slices.ContainsFunc(cases, func(c docket.Case) bool { return c.Number == p.Case })
			if own || !who.calls(p.Phone, p.Address) {
				continue
			}
			q, err := t.quarrel(p.Case)
			if err != nil {
				return nil, err
			}
			q.Party, q.Name, q.Phone, q.Address = p.Party, name, p.Phone, p.Address
			found = append(found, q)
		}
	}
	slices.SortFunc(found, func(a, b privacy.Quarrel) int { return int(a.Party - b.Party) })
	return found, nil
}

// worn finds her wristbands: staff write her name and her door or telephone into the
// device's name and place.
func (t *Tx) worn(all map[string]*self) (found []privacy.Worn, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	rows, err := t.query("SELECT id, name, place, added_at FROM devices WHERE kind = 'wristband' AND name <> '' ORDER BY id")
	bands, err := collect(rows, err, func(r row) (w privacy.Worn, err error) {
		var added int64
		err = r.Scan(&w.ID, &w.Name, &w.Place, &added)
		w.AddedAt = moment(added)
		return w, err
	})
	if err != nil {
		return nil, err
	}
	for _, w := range bands {
		for name, who := range all {
			text := onlyDigits(w.Name) + " " + onlyDigits(w.Place)
			phoned := slices.ContainsFunc(who.phones, func(p string) bool { return len(p) >= shortestPhone && strings.Contains(text, p) })
			if !strings.Contains(w.Name+w.Place, name) || !phoned && !slices.Contains(who.doors, grid.Household(w.Place)) {
				continue
			}
			rows, err := t.query("SELECT at, measured FROM device_points WHERE device = ? ORDER BY at DESC LIMIT ?", w.ID, privacy.MostMeasured)
			w.Measured, err = collect(rows, err, func(r row) (m privacy.Measured, err error) {
				var at int64
				var values string
				if err = r.Scan(&at, &values); err == nil {
					err = json.Unmarshal([]byte(values), &m.Values)
				}
				m.At = moment(at)
				return m, err
			})
			if err != nil {
				return nil, err
			}
			found = append(found, w)
			break
		}
	}
	return found, nil
}

// raised are the cases that her wristbands raised, beside those that are known.
func (t *Tx) raised(bands []privacy.Worn, known []docket.Case, lock string) (more []docket.Case, err error) {
	for _, w := range bands {
		rows, err := t.query("SELECT "+caseColumns+` FROM cases WHERE erased_at = 0 AND number IN
			(SELECT case_number FROM device_decisions WHERE device = ? AND case_number > 0) ORDER BY number`+lock, w.ID)
		found, err := collect(rows, err, scanCase)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			same := func(o docket.Case) bool { return o.Number == c.Number }
			if !slices.ContainsFunc(known, same) && !slices.ContainsFunc(more, same) {
				more = append(more, c)
			}
		}
	}
	return more, nil
}

// eraseParty takes her out of the matters of others that are over. What was agreed there
// stays, as long as the case of who asked for it does. One that still goes on is kept.
func (t *Tx) eraseParty(quarrels []privacy.Quarrel) (gone int, kept []privacy.Quarrel, err error) {
	for _, q := range quarrels {
		c, err := t.LockCase(q.Case)
		if err != nil {
			return 0, nil, err
		}
		var held int
		if err := t.queryRow("SELECT count(*) FROM privacy_holds WHERE case_number = ?", q.Case).Scan(&held); err != nil {
			return 0, nil, err
		}
		if held > 0 || !c.Status.Closed() {
			kept = append(kept, q)
			continue
		}
		_, err = t.exec("erase party", "UPDATE mediation_parties SET name = '', phone = '', address = '' WHERE number = ?", q.Party)
		_, err2 := t.exec("erase party", "UPDATE mediation_sessions SET present = replace(present, ?1, ?2), minutes = replace(minutes, ?1, ?2) WHERE case_number = ?3", q.Name, privacy.Gone, q.Case)
		if err := errors.Join(err, err2); err != nil {
			return 0, nil, err
		}
		gone++
	}
	return gone, kept, nil
}

// findsHer tells whether a case would find her in what goes on: it stays as long, or nobody
// could find her there again.
func (t *Tx) findsHer(c docket.Case, quarrels []privacy.Quarrel, bands []privacy.Worn) (bool, error) {
	if len(quarrels)+len(bands) == 0 {
		return false, nil
	}
	all, err := selves(privacy.Subject{Card: "hers"}, []docket.Case{c}, nil)
	if err != nil {
		return false, err
	}
	found := slices.ContainsFunc(quarrels, func(q privacy.Quarrel) bool { return all[q.Name] != nil && all[q.Name].calls(q.Phone, q.Address) })
	if found || len(bands) == 0 {
		return found, nil
	}
	still, err := t.worn(all)
	return len(still) > 0, err
}

// eraseWorn has her wristbands count no more and be nobody's.
func (t *Tx) eraseWorn(bands []privacy.Worn, at int64) error {
	for _, w := range bands {
		_, err := t.exec("erase wristband", `UPDATE devices SET name = '', place = '', kept = '{}',
			revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END WHERE id = ?`, at, w.ID)
		_, err2 := t.exec("erase wristband", "DELETE FROM device_points WHERE device = ?", w.ID)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
	}
	return nil
}
