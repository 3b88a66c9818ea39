package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"lintai/sync/central/docket"
)

// detailText is the column of what only some actions have: "" for most events.
func detailText(e docket.Event) (string, error) {
	if e.Action == docket.File || reflect.ValueOf(e.Detail).IsZero() {
		return "", nil
	}
	b, err := json.Marshal(e.Detail)
	if err != nil {
		return "", fmt.Errorf("store: event: %w", err)
	}
	return string(b), nil
}

func (t *Tx) Events(number int64) ([]docket.Event, error) { return t.events(number) }

func (t *Tx) Project(number int64, s docket.State) error {
	n, err := t.exec("project state", "UPDATE cases SET assignee = ?, due_at = ?, merged_into = ?, verification = ? WHERE number = ?",
		string(s.Assignee), micros(s.Due), s.Into, string(s.Verification), number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	if c := s.Correction; err == nil && c != nil {
		_, err = t.exec("project correction", "UPDATE cases SET category = ?, concern = ?, urgency = ?, corrected = 1 WHERE number = ?",
			string(c.Category), string(c.Concern), int(c.Priority), number)
	}
	return err
}

func (t *Tx) Followers(number int64) ([]docket.Case, error) {
	rows, err := t.query("SELECT "+caseColumns+" FROM cases WHERE merged_into = ? AND merged_into > 0 ORDER BY number"+t.store.dialect.lock, number)
	return collect(rows, err, scanCase)
}

func (t *Tx) Classify(number int64, c docket.Classification) error {
	n, err := t.exec("classify", `
		UPDATE cases SET place = ?1, repeats = ?2,
			category = CASE WHEN corrected > 0 THEN category ELSE ?3 END,
			concern = CASE WHEN corrected > 0 THEN concern ELSE ?4 END,
			urgency = CASE WHEN corrected > 0 THEN urgency ELSE ?5 END
		WHERE number = ?6`,
		c.Place, c.Repeat, string(c.Category), string(c.Concern), int(c.Priority), number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	if err != nil {
		return err
	}
	t.touched = append(t.touched, number)
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: classification: %w", err)
	}
	_, err = t.exec("classification", `
		INSERT INTO classifications (case_number, body) VALUES (?, ?)
		ON CONFLICT (case_number) DO UPDATE SET body = excluded.body`, number, string(body))
	return err
}

const classificationQuery = "SELECT body FROM classifications WHERE case_number = ?"

func (t *Tx) Classification(number int64) (docket.Classification, error) {
	return scanClassification(t.queryRow(classificationQuery, number))
}

// Classification gives what rules made of a case.
func (s *Store) Classification(ctx context.Context, number int64) (docket.Classification, error) {
	return scanClassification(s.queryRow(ctx, classificationQuery, number))
}

func scanClassification(r row) (c docket.Classification, err error) {
	var body string
	err = r.Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &c)
	}
	if err != nil {
		return c, fmt.Errorf("store: classification: %w", err)
	}
	return c, nil
}

func (t *Tx) CountRules(counts map[string]docket.RuleCount) error {
	// In one order, so that two who count the same rules do not wait for each other.
	for _, rule := range slices.Sorted(maps.Keys(counts)) {
		_, err := t.exec("count rule", `
			INSERT INTO rule_counts (rule, fired, corrected) VALUES (?, ?, ?)
			ON CONFLICT (rule) DO UPDATE SET fired = rule_counts.fired + excluded.fired, corrected = rule_counts.corrected + excluded.corrected`,
			rule, counts[rule].Fired, counts[rule].Corrected)
		if err != nil {
			return err
		}
	}
	return nil
}

// RuleCounts tells how each rule did that ever fired.
func (s *Store) RuleCounts(ctx context.Context) (map[string]docket.RuleCount, error) {
	type counted struct {
		rule  string
		count docket.RuleCount
	}
	rows, err := s.query(ctx, "SELECT rule, fired, corrected FROM rule_counts")
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		err = r.Scan(&c.rule, &c.count.Fired, &c.count.Corrected)
		return c, err
	})
	counts := map[string]docket.RuleCount{}
	for _, c := range all {
		counts[c.rule] = c.count
	}
	return counts, err
}
