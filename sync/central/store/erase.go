package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
	"lintai/sync/wire"
)

// How words are taken out: package privacy. TestEveryColumnIsJudged holds the list of
// what is personal against the schema.

// ofClosed are the statuses of cases_retention, in its very words: the index serves who
// asks so.
const ofClosed = "status IN ('done', 'rated', 'cancelled', 'refused', 'merged')"

// Amend puts right what a case says of its person.
func (s *Store) Amend(ctx context.Context, number int64, p request.Person, address string, e docket.Event) error {
	return s.write(ctx, func(t *Tx) error {
		c, err := t.LockCase(number)
		if err != nil {
			return err
		}
		if err := t.unerased(number); err != nil {
			return err
		}
		body, err := c.Request()
		if err != nil {
			return err
		}
		if body.Person != nil {
			p.IDNumber, p.Token = body.Person.IDNumber, body.Person.Token
		}
		if body.Person = &p; p == (request.Person{}) {
			body.Person = nil
		}
		body.Address = address
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("store: amend: %w", err)
		}
		if _, err := t.exec("amend", "UPDATE cases SET body = ? WHERE number = ?", b, number); err != nil {
			return err
		}
		_, err = docket.Advance(t, c, e)
		return err
	})
}

// unerased gives ErrErased for a case whose words are gone.
func (t *Tx) unerased(number int64) error {
	at, err := erasedAt(t, number)
	if err == nil && !at.IsZero() {
		err = privacy.ErrErased
	}
	return err
}

func erasedAt(a asker, number int64) (time.Time, error) {
	var at int64
	err := a.row("SELECT erased_at FROM cases WHERE number = ?", number).Scan(&at)
	return moment(at), noMatter("case", err)
}

// ErasedAt is when the words of a case were taken out.
func (s *Store) ErasedAt(ctx context.Context, number int64) (time.Time, error) {
	return erasedAt(outside{s, ctx}, number)
}

// EraseSubject takes out what is known of somebody.
func (s *Store) EraseSubject(ctx context.Context, number int64, of privacy.Subject, at time.Time) (erased privacy.Count, kept int, err error) {
	err = s.write(ctx, func(t *Tx) error {
		erased, kept = privacy.Count{}, 0
		rows, err := t.query("SELECT "+caseColumns+" FROM cases WHERE erased_at = 0 AND (number = ?1 OR card_token = ?2 AND card_token <> '') ORDER BY number"+t.store.dialect.lock,
			of.Case, of.Card)
		cases, err := collect(rows, err, scanCase)
		if err != nil {
			return err
		}
		volunteers, err := t.volunteersOf(of)
		if err != nil {
			return err
		}
		cared, visits, err := t.looked(of, cases, volunteers) // as long as her cases tell who she is
		if err != nil {
			return err
		}
		all, err := selves(of, cases, volunteers)
		if err != nil {
			return err
		}
		others, err := t.otherParty(all, cases)
		if err != nil {
			return err
		}
		var stays []privacy.Worn
		worn, err := t.worn(all)
		if err != nil {
			return err
		}
		raised, err := t.raised(worn, cases, t.store.dialect.lock)
		if err != nil {
			return err
		}
		// A wristband stays as long as a case that it raised is open: it finds that case.
		if slices.ContainsFunc(raised, func(c docket.Case) bool { return !c.Status.Closed() }) {
			stays, worn = worn, nil
		}
		if err := errors.Join(t.eraseLooked(cared, visits, micros(at)), t.eraseWorn(worn, micros(at))); err != nil {
			return err
		}
		left, going, err := t.eraseParty(others)
		if err != nil {
			return err
		}
		kept = len(going)
		erased[privacy.People], erased[privacy.Visits] = len(cared)+len(worn)+left, len(visits)
		for i, c := range append(cases, raised...) {
			finds := false
			if i < len(cases) {
				if finds, err = t.findsHer(c, going, stays); err != nil {
					return err
				}
			}
			var held int
			if err := t.queryRow("SELECT count(*) FROM privacy_holds WHERE case_number = ?", c.Number).Scan(&held); err != nil {
				return fmt.Errorf("store: hold: %w", err)
			}
			if held > 0 || finds || !c.Status.Closed() {
				kept++
				continue
			}
			count, err := t.eraseCase(c, at)
			if err != nil {
				return err
			}
			erased.Add(count)
		}
		people, err := t.erasePerson(of)
		if err != nil {
			return err
		}
		erased.Add(people)
		_, err = t.exec("matter", "UPDATE privacy_matters SET erased = erased + ?, kept = ? WHERE number = ?", erased[privacy.Cases], kept, number)
		return err
	})
	return erased, kept, err
}

// EraseOld takes out what was kept for long enough.
func (s *Store) EraseOld(ctx context.Context, services []string, but bool, before, now time.Time, limit int) (erased privacy.Count, more bool, err error) {
	in, args := "service IN (", []any{}
	switch {
	case but && len(services) == 0:
		in = "1 = 1"
	case len(services) == 0:
		return privacy.Count{}, false, nil
	case but:
		in = "service NOT IN ("
	}
	if len(services) > 0 {
		in += strings.TrimSuffix(strings.Repeat("?,", len(services)), ",") + ")"
		for _, service := range services {
			args = append(args, service)
		}
	}
	query := "SELECT " + caseColumns + " FROM cases WHERE erased_at = 0 AND " + ofClosed + " AND " + in +
		" AND updated_at < ? AND NOT EXISTS (SELECT 1 FROM privacy_holds h WHERE h.case_number = cases.number) LIMIT ?"
	err = s.write(ctx, func(t *Tx) error {
		erased, more = privacy.Count{}, false
		// The dialect may change what it is given, so each try gets its own.
		rows, err := t.query(query+t.store.dialect.lock, append(append([]any{}, args...), micros(before), limit)...)
		cases, err := collect(rows, err, scanCase)
		if err != nil {
			return err
		}
		more = len(cases) == limit
		for _, c := range cases {
			count, err := t.eraseCase(c, now)
			if err != nil {
				return err
			}
			erased.Add(count)
		}
		return nil
	})
	return erased, more, err
}

// eraseCase takes the words out of a locked case and of all that hangs on it.
func (t *Tx) eraseCase(c docket.Case, at time.Time) (privacy.Count, error) {
	n := privacy.Count{privacy.Cases: 1}
	body, err := privacy.Request(c.Body)
	if err != nil {
		return nil, err
	}
	_, err = t.exec("erase case", "UPDATE cases SET body = ?, card_token = '', place = 0, erased_at = ? WHERE number = ?", body, micros(at), c.Number)
	if err != nil {
		return nil, err
	}
	if err := t.eraseEvents(c.Number); err != nil {
		return nil, err
	}
	if made, err := t.Classification(c.Number); err == nil {
		b, err := json.Marshal(privacy.Classification(made))
		if err != nil {
			return nil, fmt.Errorf("store: classification: %w", err)
		}
		if _, err := t.exec("erase classification", "UPDATE classifications SET body = ? WHERE case_number = ?", string(b), c.Number); err != nil {
			return nil, err
		}
	} else if err != docket.ErrNotFound {
		return nil, err
	}
	rows, err := t.query("SELECT "+ratingColumns+" FROM ratings WHERE erased_at = 0 AND (case_number = ?1 AND case_number > 0 OR rated = ?2)", c.Number, string(c.Ticket))
	ratings, err := collect(rows, err, scanRating)
	if err != nil {
		return nil, err
	}
	for _, r := range ratings {
		count, err := t.eraseRating(r, at)
		if err != nil {
			return nil, err
		}
		n.Add(count)
	}
	files, err := t.eraseFiles(c.ID)
	if err != nil {
		return nil, err
	}
	n.Add(files)
	if err := t.eraseChanges(c); err != nil {
		return nil, err
	}
	// Nothing more is written to its matter.
	if _, err := t.exec("end matter", "UPDATE mediation_matters SET outcome = 'withdrawn', ended_at = ? WHERE case_number = ? AND outcome = ''", micros(at), c.Number); err != nil {
		return nil, err
	}
	// What hangs on the number of the case. Each of these keeps its row.
	for _, one := range []struct{ what, statement string }{
		{privacy.Seats, "UPDATE activity_seats SET name = '', phone = '', token = '' WHERE case_number = ? AND case_number > 0 AND (name <> '' OR phone <> '' OR token <> '')"},
		{"", "UPDATE points_entries SET reason = '' WHERE case_number = ? AND case_number > 0 AND reason <> ''"},
		{privacy.Calls, "UPDATE callout_records SET about = '' WHERE case_number = ? AND case_number > 0 AND about <> ''"},
		{"", "UPDATE volunteer_tasks SET title = '" + privacy.Gone + "', place = '' WHERE case_number = ? AND case_number > 0"},
		{"", "UPDATE case_grids SET building = '' WHERE case_number = ?"},
		{"", "UPDATE insight_cases SET building = '', place = 0 WHERE case_number = ?"},
		{"", "DELETE FROM proposal_receipts WHERE case_number = ?"},
		{"", "UPDATE mediation_parties SET name = '', phone = '', address = '' WHERE case_number = ?"},
		{"", "UPDATE mediation_sessions SET place = '', present = '', minutes = '' WHERE case_number = ?"},
		{"", "UPDATE mediation_endings SET words = '' WHERE case_number = ?"},
		{"", "UPDATE mediation_promises SET words = '', keeping = CASE WHEN keeping = 'open' THEN 'void' ELSE keeping END WHERE case_number = ?"},
		{"", "UPDATE care_needs SET words = '' WHERE case_number = ? AND case_number > 0"},
	} {
		done, err := t.exec("erase beside the case", one.statement, c.Number)
		if err != nil {
			return nil, err
		}
		if one.what != "" {
			n[one.what] += int(done)
		}
	}
	return n, nil
}

// eraseEvents takes the words out of the events of a case, which it is marked for.
func (t *Tx) eraseEvents(number int64) error {
	events, err := t.events(number)
	if err != nil {
		return err
	}
	for _, e := range events {
		left := privacy.Event(e)
		detail, err := detailText(left)
		if err != nil {
			return err
		}
		if _, err := t.exec("erase event", "UPDATE case_events SET note = ?, detail = ? WHERE case_number = ? AND number = ? AND (note <> '' OR detail <> '')",
			left.Note, detail, number, e.Number); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) eraseRating(r docket.Rating, at time.Time) (privacy.Count, error) {
	body, err := privacy.Request(r.Body)
	if err != nil {
		return nil, err
	}
	if _, err := t.exec("erase rating", "UPDATE ratings SET body = ?, erased_at = ? WHERE number = ?", body, micros(at), r.Number); err != nil {
		return nil, err
	}
	n, err := t.eraseFiles(r.ID)
	if err == nil {
		n[privacy.Ratings]++
	}
	return n, err
}

// eraseFiles deletes photos and voice notes of a request, and empties what was kept
// aside of it.
func (t *Tx) eraseFiles(of string) (privacy.Count, error) {
	items, err := t.exec("erase quarantine", "UPDATE quarantine SET sealed = ? WHERE (id = ? OR id IN (SELECT id FROM attachments WHERE request = ?)) AND length(sealed) > 0",
		[]byte{}, of, of)
	if err != nil {
		return nil, err
	}
	files, err := t.exec("erase attachments", "DELETE FROM attachments WHERE request = ?", of)
	return privacy.Count{privacy.Items: int(items), privacy.Attachments: int(files)}, err
}

// eraseChanges takes the notes out of what its terminal is told.
func (t *Tx) eraseChanges(c docket.Case) error {
	type change struct {
		kiosk, cursor int64
		body          []byte
	}
	rows, err := t.query("SELECT kiosk, cursor, body FROM changes WHERE request = ? AND request <> ''", c.ID)
	all, err := collect(rows, err, func(r row) (v change, err error) { return v, r.Scan(&v.kiosk, &v.cursor, &v.body) })
	if err != nil {
		return err
	}
	for _, one := range all {
		var w wire.Change
		if err := json.Unmarshal(one.body, &w); err != nil {
			return fmt.Errorf("store: change: %w", err)
		}
		b, err := json.Marshal(privacy.Change(w))
		if err != nil {
			return fmt.Errorf("store: change: %w", err)
		}
		if _, err := t.exec("erase change", "UPDATE changes SET body = ? WHERE kiosk = ? AND cursor = ?", b, one.kiosk, one.cursor); err != nil {
			return err
		}
	}
	return nil
}

// erasePerson takes out what is known of somebody beside her cases. Points stay in the
// ledger, whose sum must come to zero, and are nobody's from then on.
func (t *Tx) erasePerson(of privacy.Subject) (privacy.Count, error) {
	n := privacy.Count{}
	for _, one := range []struct{ what, statement string }{
		{"", `UPDATE points_entries SET reason = '' WHERE reason <> '' AND number IN (SELECT l.entry FROM points_lines l
			JOIN points_holders h ON h.number = l.holder WHERE h.token = ?1 AND h.token <> '' AND l.holder > 0 AND ?2 >= 0)`},
		{privacy.People, "UPDATE points_holders SET token = '', name = '' WHERE token = ?1 AND token <> '' AND ?2 >= 0"},
		{privacy.People, `UPDATE volunteers SET token = '', name = '', phone = '', fields = '', times = '', resting = 1
			WHERE (token = ?1 AND token <> '' OR case_number = ?2 AND case_number > 0) AND (name <> '' OR token <> '')`},
		{privacy.Seats, "UPDATE activity_seats SET name = '', phone = '', token = '' WHERE token = ?1 AND token <> '' AND ?2 >= 0"},
	} {
		done, err := t.exec("erase person", one.statement, of.Card, of.Case)
		if err != nil {
			return nil, err
		}
		if one.what != "" {
			n[one.what] += int(done)
		}
	}
	return n, nil
}

// EraseLoose takes out what belongs to no case.
func (s *Store) EraseLoose(ctx context.Context, before, now time.Time, limit int) (erased privacy.Count, more bool, err error) {
	err = s.write(ctx, func(t *Tx) error {
		erased, more = privacy.Count{}, false
		rows, err := t.query("SELECT "+ratingColumns+" FROM ratings WHERE case_number = 0 AND erased_at = 0 AND received_at < ? LIMIT ?", micros(before), limit)
		ratings, err := collect(rows, err, scanRating)
		if err != nil {
			return err
		}
		more = len(ratings) == limit
		for _, r := range ratings {
			count, err := t.eraseRating(r, now)
			if err != nil {
				return err
			}
			erased.Add(count)
		}
		for _, one := range []struct{ what, statement string }{
			// Whose request never came.
			{privacy.Attachments, `DELETE FROM attachments WHERE received_at < ? AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = attachments.request)
				AND NOT EXISTS (SELECT 1 FROM ratings r WHERE r.id = attachments.request)`},
			{privacy.Items, "UPDATE quarantine SET sealed = '' WHERE handled_at > 0 AND handled_at < ? AND length(sealed) > 0"},
			{privacy.Calls, "UPDATE callout_records SET about = '' WHERE at < ? AND about <> ''"},
			{privacy.Seats, `UPDATE activity_seats SET name = '', phone = '', token = '' WHERE case_number = 0 AND name <> ''
				AND activity IN (SELECT a.id FROM activities a WHERE a.ends_at < ?)`},
			{privacy.People, `UPDATE care_entries SET name = '', phone = '', address = '', reason = '', note = '', ended_why = ''
				WHERE ended_at > 0 AND ended_at < ? AND (name <> '' OR note <> '')`},
			// Visits are counted by household, so each keeps one of its own.
			{privacy.Visits, `UPDATE care_visits SET name = '', address = '', heard = '', household = CAST(number AS TEXT)
				WHERE written_at < ? AND (name <> '' OR address <> '' OR heard <> '')`},
			{"", "UPDATE devices SET name = '', place = '' WHERE revoked_at > 0 AND revoked_at < ? AND name <> ''"}, // some are worn
			{"", "UPDATE care_needs SET words = '' WHERE words <> '' AND visit IN (SELECT v.number FROM care_visits v WHERE v.written_at < ?)"},
		} {
			statement := one.statement
			if s.pool == nil {
				statement = strings.Replace(statement, "sealed = ''", "sealed = x''", 1)
			}
			done, err := t.exec("erase what is old", statement, micros(before))
			if err != nil {
				return err
			}
			if one.what != "" {
				erased[one.what] += int(done)
			}
		}
		return nil
	})
	return erased, more, err
}

// Scrub has the files forget what was taken out. SQLite overwrites what it deletes
// (secure_delete) but has the old pages in the write-ahead log until that is folded
// in; where a reader keeps it from that, the next time does. PostgreSQL keeps rows of
// before until they are vacuumed.
func (s *Store) Scrub(ctx context.Context) error {
	statement := "PRAGMA wal_checkpoint(TRUNCATE)"
	if s.pool != nil {
		statement = "VACUUM cases, case_events, classifications, attachments, ratings, quarantine, changes, callout_records, points_entries, points_holders, activity_seats, volunteers, volunteer_tasks, case_grids, insight_cases, proposal_receipts, mediation_parties, mediation_sessions, mediation_endings, mediation_promises, devices, care_entries, care_visits, care_needs, privacy_matters, privacy_holds"
	}
	if _, err := s.writer.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("store: scrub: %w", err)
	}
	return nil
}
