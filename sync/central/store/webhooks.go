package store

import (
	"context"
	"fmt"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/webhook"
)

// announce puts an event into the outbox of everybody who is told, in its own
// transaction. Notes and ratings that leave a case where it stands are no news.
func (t *Tx) announce(number int64, e docket.Event) error {
	if !t.listened {
		// Asked once a transaction: a push files a hundred cases.
		var n int
		if err := t.queryRow("SELECT count(*) FROM webhook_subscriptions WHERE disabled_at = 0").Scan(&n); err != nil {
			return fmt.Errorf("store: webhooks: %w", err)
		}
		t.listened, t.listeners = true, n
	}
	if t.listeners == 0 {
		return nil
	}
	_, err := t.exec("outbox", `
		INSERT INTO webhook_outbox (subscription, case_number, event, due_at)
		SELECT s.number, ?1, ?2, ?3 FROM webhook_subscriptions s WHERE s.disabled_at = 0
			AND NOT EXISTS (SELECT 1 FROM case_events b WHERE b.case_number = ?1 AND b.number = ?4 AND b.status = ?5)
		ORDER BY s.number`,
		number, e.Number, micros(e.At), e.Number-1, string(e.Status))
	return err
}

// AddSubscription adds an address that is told from now on.
func (s *Store) AddSubscription(ctx context.Context, sub webhook.Subscription) (number int64, err error) {
	err = s.write(ctx, func(t *Tx) (err error) {
		number, err = t.insert("subscription", "INSERT INTO webhook_subscriptions (channel, address, secret, made_at) VALUES (?, ?, ?, ?)",
			sub.Channel, sub.Address, s.seal(ownerSubscription+sub.Address, string(sub.Secret)), micros(sub.MadeAt))
		return err
	})
	return number, err
}

const subscriptionColumns = "s.number, s.channel, s.address, s.secret, s.made_at, s.failures, s.failing_since, s.paused_until, s.disabled_at, s.reason"

type subscriptionScan struct {
	sub                             webhook.Subscription
	made, failing, paused, disabled int64
}

func (s *subscriptionScan) places() []any {
	return []any{&s.sub.Number, &s.sub.Channel, &s.sub.Address, (*string)(&s.sub.Secret), &s.made, &s.sub.Failures, &s.failing, &s.paused, &s.disabled, &s.sub.Reason}
}

func (s *subscriptionScan) result(in *Store) webhook.Subscription {
	sub := s.sub
	sub.Secret = webhook.Secret(in.open(ownerSubscription+sub.Address, string(sub.Secret)))
	sub.MadeAt, sub.FailingSince, sub.PausedUntil, sub.DisabledAt = moment(s.made), moment(s.failing), moment(s.paused), moment(s.disabled)
	return sub
}

// Subscriptions lists all subscriptions with how much waits for each.
func (s *Store) Subscriptions(ctx context.Context) ([]webhook.Subscription, error) {
	rows, err := s.query(ctx, "SELECT "+subscriptionColumns+`,
		(SELECT count(*) FROM webhook_outbox o WHERE o.subscription = s.number) FROM webhook_subscriptions s ORDER BY s.number`)
	return collect(rows, err, func(r row) (webhook.Subscription, error) {
		var got subscriptionScan
		var waiting int
		err := r.Scan(append(got.places(), &waiting)...)
		sub := got.result(s)
		sub.Waiting = waiting
		return sub, err
	})
}

// Enable switches a subscription on again; what waited goes out at once.
func (s *Store) Enable(ctx context.Context, number int64) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("enable subscription", `UPDATE webhook_subscriptions
			SET disabled_at = 0, reason = '', failures = 0, failing_since = 0, paused_until = 0 WHERE number = ?`, number)
		if err == nil && n == 0 {
			return webhook.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = t.exec("enable subscription", "UPDATE webhook_outbox SET attempts = 0, due_at = 1 WHERE subscription = ?", number)
		return err
	})
}

// Disable switches a subscription off.
func (s *Store) Disable(ctx context.Context, number int64, at time.Time, why webhook.Reason) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("disable subscription", "UPDATE webhook_subscriptions SET disabled_at = ?, reason = ? WHERE number = ?", micros(at), string(why), number)
		if err == nil && n == 0 {
			return webhook.ErrNotFound
		}
		return err
	})
}

// DropSubscription takes a subscription away with all that waits for it.
func (s *Store) DropSubscription(ctx context.Context, number int64) error {
	return s.write(ctx, func(t *Tx) error {
		if _, err := t.exec("drop subscription", "DELETE FROM webhook_outbox WHERE subscription = ?", number); err != nil {
			return err
		}
		n, err := t.exec("drop subscription", "DELETE FROM webhook_subscriptions WHERE number = ?", number)
		if err == nil && n == 0 {
			return webhook.ErrNotFound
		}
		return err
	})
}

// dueDeliveries ranks what is due within its subscription, so that one with much
// waiting does not keep others from their turn.
const dueDeliveries = `
	FROM (SELECT o.*, row_number() OVER (PARTITION BY o.subscription ORDER BY o.due_at, o.number) AS rank
		FROM webhook_outbox o JOIN webhook_subscriptions w ON w.number = o.subscription
		WHERE o.due_at <= ?1 AND w.disabled_at = 0 AND w.paused_until <= ?1) o
	JOIN webhook_subscriptions s ON s.number = o.subscription
	JOIN cases c ON c.number = o.case_number
	JOIN case_events e ON e.case_number = o.case_number AND e.number = o.event
	WHERE o.rank <= ?2 ORDER BY o.due_at, o.number LIMIT ?3`

// ClaimDeliveries takes what is due and keeps it from others for a time.
func (s *Store) ClaimDeliveries(ctx context.Context, now, until time.Time, limit, perEach int) (due []webhook.Delivery, err error) {
	// Nothing is due nearly always, and that takes no lock to see.
	var n int
	if err := s.queryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM webhook_outbox WHERE due_at <= ? LIMIT 1) o", micros(now)).Scan(&n); err != nil {
		return nil, fmt.Errorf("store: webhooks: %w", err)
	}
	if n == 0 {
		return nil, nil
	}
	err = s.write(ctx, func(t *Tx) error {
		due = nil
		rows, err := t.query("SELECT o.number, o.attempts, o.event, c.ticket, c.service, c.channel, e.status, e.at, "+subscriptionColumns+dueDeliveries,
			micros(now), perEach, limit)
		due, err = collect(rows, err, s.scanDelivery)
		if err != nil {
			return err
		}
		for _, d := range due {
			if _, err := t.exec("claim webhook", "UPDATE webhook_outbox SET due_at = ? WHERE number = ?", micros(until), d.Number); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}

func (s *Store) scanDelivery(r row) (webhook.Delivery, error) {
	var d webhook.Delivery
	var sub subscriptionScan
	var at int64
	e := &d.Event
	err := r.Scan(append([]any{&d.Number, &d.Attempts, &e.Number, &e.Ticket, &e.Service, &e.Channel, &e.Status, &at}, sub.places()...)...)
	e.At, d.Subscription = moment(at), sub.result(s)
	e.Kind = webhook.StatusChanged
	if e.Number == 1 {
		e.Kind = webhook.Created
	}
	d.ID = webhook.ID(d.Subscription.Number, e.Ticket, e.Number)
	return d, err
}

// SettleDelivery writes down what came of an attempt.
func (s *Store) SettleDelivery(ctx context.Context, d webhook.Delivery, o webhook.Outcome) error {
	return s.write(ctx, func(t *Tx) error {
		var err error
		if o.Taken || o.GivenUp {
			_, err = t.exec("webhook", "DELETE FROM webhook_outbox WHERE number = ?", d.Number)
		} else {
			_, err = t.exec("webhook", "UPDATE webhook_outbox SET attempts = attempts + 1, due_at = ? WHERE number = ?", micros(o.Again), d.Number)
		}
		if err != nil {
			return err
		}
		if !o.Failed {
			_, err = t.exec("subscription", `UPDATE webhook_subscriptions SET failures = 0, failing_since = 0, paused_until = 0
				WHERE number = ? AND failures > 0`, d.Subscription.Number)
			return err
		}
		_, err = t.exec("subscription", `UPDATE webhook_subscriptions SET failures = failures + 1,
			failing_since = CASE WHEN failing_since = 0 THEN ?1 ELSE failing_since END,
			paused_until = CASE WHEN ?2 > paused_until THEN ?2 ELSE paused_until END WHERE number = ?3`,
			micros(o.At), micros(o.PausedUntil), d.Subscription.Number)
		if err != nil || o.Disable == "" {
			return err
		}
		_, err = t.exec("subscription", "UPDATE webhook_subscriptions SET disabled_at = ?, reason = ? WHERE number = ? AND disabled_at = 0",
			micros(o.At), string(o.Disable), d.Subscription.Number)
		return err
	})
}
