package store

import (
	"context"

	"lintai/sync/central/privacy"
)

// Known gathers what is known of a subject.
func (s *Store) Known(ctx context.Context, of privacy.Subject) (k privacy.Known, err error) {
	err = s.read(ctx, func(t *Tx) error {
		rows, err := t.query("SELECT "+caseColumns+" FROM cases WHERE erased_at = 0 AND (number = ?1 OR card_token = ?2 AND card_token <> '') ORDER BY number", of.Case, of.Card)
		if k.Cases, err = collect(rows, err, scanCase); err != nil {
			return err
		}
		if k.Volunteers, err = t.volunteersOf(of); err != nil {
			return err
		}
		// A party that asked through a case is found by it: its card stands there.
		rows, err = t.query(`SELECT s.number, s.activity, s.name, s.phone, s.people, s.at FROM activity_seats s
			WHERE s.token = ?1 AND s.token <> '' OR s.case_number > 0 AND s.case_number IN (SELECT number FROM cases WHERE erased_at = 0 AND (number = ?2 OR card_token = ?1 AND card_token <> ''))
			ORDER BY s.number`, of.Card, of.Case)
		k.Seats, err = collect(rows, err, func(r row) (v privacy.Seat, err error) {
			var at int64
			err = r.Scan(&v.Number, &v.Activity, &v.Name, &v.Phone, &v.People, &at)
			v.At = moment(at)
			return v, err
		})
		if err != nil {
			return err
		}
		if k.Cared, k.Visits, err = t.looked(of, k.Cases, k.Volunteers); err != nil {
			return err
		}
		if k.Quarrels, err = t.quarrels(k.Cases); err != nil || of.Card == "" {
			return err
		}
		all, err := selves(of, k.Cases, k.Volunteers)
		if err != nil {
			return err
		}
		others, err := t.otherParty(all, k.Cases)
		if err != nil {
			return err
		}
		k.Quarrels = append(k.Quarrels, others...)
		if k.Worn, err = t.worn(all); err != nil {
			return err
		}
		raised, err := t.raised(k.Worn, k.Cases, "")
		if err != nil {
			return err
		}
		k.Cases = append(k.Cases, raised...)
		rows, err = t.query("SELECT number, name, opened_at FROM points_holders WHERE token = ? AND token <> ''", of.Card)
		k.Accounts, err = collect(rows, err, func(r row) (v privacy.Account, err error) {
			var at int64
			err = r.Scan(&v.Number, &v.Name, &at)
			v.OpenedAt, v.Bookings = moment(at), []privacy.Booking{}
			return v, err
		})
		for i := range k.Accounts {
			if err != nil {
				break
			}
			rows, err = t.query("SELECT e.at, l.amount, e.reason FROM points_lines l JOIN points_entries e ON e.number = l.entry WHERE l.holder = ? AND l.holder > 0 ORDER BY e.number", k.Accounts[i].Number)
			k.Accounts[i].Bookings, err = collect(rows, err, func(r row) (b privacy.Booking, err error) {
				var at int64
				err = r.Scan(&at, &b.Amount, &b.Reason)
				b.At = moment(at)
				return b, err
			})
		}
		return err
	})
	if err == nil && k.Empty() {
		err = privacy.ErrNotFound
	}
	return k, err
}

// volunteersOf are her registrations as a volunteer.
func (t *Tx) volunteersOf(of privacy.Subject) ([]privacy.Volunteer, error) {
	rows, err := t.query(`SELECT number, name, phone, fields, times, registered_at FROM volunteers
		WHERE (token = ?1 AND token <> '' OR case_number = ?2 AND case_number > 0) AND (name <> '' OR token <> '') ORDER BY number`, of.Card, of.Case)
	return collect(rows, err, func(r row) (v privacy.Volunteer, err error) {
		var at int64
		err = r.Scan(&v.Number, &v.Name, &v.Phone, &v.Fields, &v.Times, &at)
		v.RegisteredAt = moment(at)
		return v, err
	})
}
