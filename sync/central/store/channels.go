package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
)

// AddChannel adds a channel, or gives one that was revoked its new key.
func (s *Store) AddChannel(ctx context.Context, c channel.Channel, key docket.Hash) (number int, err error) {
	err = s.write(ctx, func(t *Tx) error {
		err := t.queryRow(`
			INSERT INTO channels (name, key_hash, added_at) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET key_hash = excluded.key_hash, revoked_at = 0, used_at = 0 WHERE channels.revoked_at > 0
			RETURNING number`, c.Name, key[:], micros(c.AddedAt)).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			return channel.ErrNameTaken
		}
		if err != nil {
			return fmt.Errorf("store: channel: %w", err)
		}
		return nil
	})
	return number, err
}

// RevokeChannel makes a channel's key worthless.
func (s *Store) RevokeChannel(ctx context.Context, name string, at time.Time) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("revoke channel", "UPDATE channels SET revoked_at = ? WHERE name = ? AND revoked_at = 0", micros(at), name)
		if err == nil && n == 0 {
			return channel.ErrNotFound
		}
		return err
	})
}

const channelColumns = "number, name, added_at, revoked_at, used_at"

func scanChannel(r row) (channel.Channel, error) {
	var c channel.Channel
	var added, revoked, used int64
	err := r.Scan(&c.Number, &c.Name, &added, &revoked, &used)
	c.AddedAt, c.RevokedAt, c.UsedAt = moment(added), moment(revoked), moment(used)
	return c, err
}

// Channels lists all channels.
func (s *Store) Channels(ctx context.Context) ([]channel.Channel, error) {
	rows, err := s.query(ctx, "SELECT "+channelColumns+" FROM channels ORDER BY number")
	return collect(rows, err, scanChannel)
}

// ChannelByKey finds the channel of a key that counts.
func (s *Store) ChannelByKey(ctx context.Context, key docket.Hash) (channel.Channel, error) {
	c, err := scanChannel(s.queryRow(ctx, "SELECT "+channelColumns+" FROM channels WHERE key_hash = ? AND revoked_at = 0", key[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return c, channel.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("store: channel: %w", err)
	}
	return c, nil
}

// UseChannel notes when a channel's key was shown.
func (s *Store) UseChannel(ctx context.Context, number int, at time.Time) error {
	if _, err := s.execute(ctx, "UPDATE channels SET used_at = ?1 WHERE number = ?2 AND used_at < ?1", micros(at), number); err != nil {
		return fmt.Errorf("store: channel: %w", err)
	}
	return nil
}

// WriteChannel is Write with what channels send. The primary key of submissions sees
// to it that the same one is not filed twice beside itself.
func (s *Store) WriteChannel(ctx context.Context, f func(channel.Tx) error) error {
	return s.change(ctx, sql.LevelRepeatableRead, func(t *Tx) error { return f(t) })
}

// Submitted finds what came of a submission.
func (t *Tx) Submitted(number int, digest docket.Hash) (channel.Submission, bool, error) {
	sub := channel.Submission{Channel: number, Digest: digest}
	var content []byte
	var at int64
	err := t.queryRow("SELECT content, case_number, ticket, event, at FROM submissions WHERE channel = ? AND digest = ?", number, digest[:]).
		Scan(&content, &sub.Case, &sub.Ticket, &sub.Event, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return sub, false, nil
	}
	if err != nil {
		return sub, false, fmt.Errorf("store: submission: %w", err)
	}
	copy(sub.Content[:], content)
	sub.At = moment(at)
	return sub, true, nil
}

// Submit writes a submission down.
func (t *Tx) Submit(s channel.Submission) error {
	_, err := t.exec("submission", `
		INSERT INTO submissions (channel, digest, content, case_number, ticket, event, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (channel, digest) DO UPDATE SET content = excluded.content, case_number = excluded.case_number, ticket = excluded.ticket, event = excluded.event, at = excluded.at`,
		s.Channel, s.Digest[:], s.Content[:], s.Case, string(s.Ticket), s.Event, micros(s.At))
	return err
}

// DropSubmissions forgets what was sent before a time.
func (s *Store) DropSubmissions(ctx context.Context, before time.Time) (int, error) {
	r, err := s.execute(ctx, "DELETE FROM submissions WHERE at < ?", micros(before))
	if err != nil {
		return 0, fmt.Errorf("store: submissions: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// CaseByID finds a case by its request's id.
func (s *Store) CaseByID(ctx context.Context, id string) (docket.Case, error) {
	c, err := scanCase(s.queryRow(ctx, "SELECT "+caseColumns+" FROM cases WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("store: case: %w", err)
	}
	return c, nil
}

// EventsOf gives the events of cases.
func (s *Store) EventsOf(ctx context.Context, cases []int64) (map[int64][]docket.Event, error) {
	all := map[int64][]docket.Event{}
	err := s.read(ctx, func(t *Tx) error {
		for _, number := range cases {
			events, err := t.events(number)
			if err != nil {
				return err
			}
			all[number] = events
		}
		return nil
	})
	return all, err
}

// Updates lists events by time.
func (s *Store) Updates(ctx context.Context, q channel.UpdateQuery) (all []channel.Update, err error) {
	limit := int64(q.Limit)
	if limit <= 0 {
		limit = math.MaxInt64
	}
	args := []any{q.Own, micros(q.From), micros(q.Until)}
	services := "0 = 1"
	if n := len(q.Services); n > 0 {
		services = "c.service IN (" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
		for _, code := range q.Services {
			args = append(args, code)
		}
	}
	type found struct{ number, event int64 }
	err = s.read(ctx, func(t *Tx) error {
		all = nil
		rows, err := t.query(`SELECT e.case_number, e.number FROM case_events e JOIN cases c ON c.number = e.case_number
			WHERE e.at >= ?2 AND e.at <= ?3 AND (c.channel = ?1 AND c.channel > 0 OR `+services+`)
			ORDER BY e.at, e.case_number, e.number LIMIT ? OFFSET ?`, append(args, limit, q.Offset)...)
		list, err := collect(rows, err, func(r row) (found, error) {
			var f found
			err := r.Scan(&f.number, &f.event)
			return f, err
		})
		if err != nil {
			return err
		}
		type whole struct {
			filed  docket.Case
			events []docket.Event
		}
		known := map[int64]whole{}
		for _, f := range list {
			w, ok := known[f.number]
			if !ok {
				if w.filed, err = scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE number = ?", f.number)); err != nil {
					return fmt.Errorf("store: case: %w", err)
				}
				if w.events, err = t.events(f.number); err != nil {
					return err
				}
				known[f.number] = w
			}
			all = append(all, channel.Update{Case: w.filed, Event: w.events[f.event-1]})
		}
		return nil
	})
	return all, err
}
