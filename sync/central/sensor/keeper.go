package sensor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

const (
	// every is how often a value is kept for the history, where nothing else happens.
	every = 5 * time.Minute
	// History is how long the history of values is kept.
	History = 7 * 24 * time.Hour
	// LongestMute is how long staff may want no alarm of a device.
	LongestMute = 30 * 24 * time.Hour
)

// Keeper takes what devices say.
type Keeper struct {
	Store   Store
	Hub     *live.Hub
	Catalog func() *catalog.Catalog
	Clock   func() time.Time
	Log     *slog.Logger
	// Since is when this process began to hear devices: before that none was silent by
	// its own fault.
	Since time.Time
}

// Taken is what became of a message.
type Taken struct {
	Again bool // it was taken before, or a newer one was
	Call  string
	Cases []int64
}

// Rules reads the document that is in force.
func (k *Keeper) Rules(ctx context.Context) ([]Rule, error) {
	text, err := k.Store.Setting(ctx, Setting)
	if err != nil {
		return nil, fmt.Errorf("sensor: rules: %w", err)
	}
	return ParseRules(text)
}

// PutRules makes a document the one in force; an empty one makes it the default again.
// ErrRules.
func (k *Keeper) PutRules(ctx context.Context, text string) error {
	if _, err := ParseRules(text); err != nil {
		return err
	}
	if err := k.Store.PutSetting(ctx, Setting, text); err != nil {
		return fmt.Errorf("sensor: rules: %w", err)
	}
	return nil
}

// Receive takes a message of a device, with the hash of the key that it showed. What was
// returned without error is committed. ErrDenied, ErrReading.
func (k *Keeper) Receive(ctx context.Context, id string, key docket.Hash, body []byte) (Taken, error) {
	r, err := ParseReading(body)
	if err != nil {
		return Taken{}, err
	}
	rules, err := k.Rules(ctx)
	if err != nil {
		return Taken{}, err
	}
	var taken Taken
	err = k.Store.WriteSensors(ctx, func(tx Tx) error {
		taken = Taken{}
		d, held, err := tx.LockDevice(id)
		if errors.Is(err, ErrNotFound) || err == nil && (d.Revoked() || held != key) {
			return ErrDenied
		}
		if err != nil {
			return err
		}
		if err := r.fits(d); err != nil {
			return err
		}
		w := &work{k: k, tx: tx, now: k.Clock().UTC(), taken: &taken}
		return w.take(d, r, rules)
	})
	if err != nil {
		return Taken{}, fmt.Errorf("sensor: device %s: %w", id, err)
	}
	k.tell(id, taken)
	return taken, nil
}

// tell says what was committed.
func (k *Keeper) tell(id string, taken Taken) {
	var words []live.Word
	for _, number := range taken.Cases {
		words = append(words, live.Word{Kind: live.Case, ID: strconv.FormatInt(number, 10)})
		k.Log.Info("device has a fault", "device", id, "case", number)
	}
	if taken.Call != "" {
		words = append(words, live.Word{Kind: live.Call, ID: taken.Call})
		k.Log.Info("device calls", "device", id, "call", taken.Call)
	}
	if len(words) > 0 {
		k.Hub.Publish(words...)
	}
}

// work is one transaction about one device.
type work struct {
	k     *Keeper
	tx    Tx
	now   time.Time
	taken *Taken
}

func (w *work) take(d Device, r Reading, rules []Rule) error {
	at := w.now.Add(-r.Age)
	// A call rings whatever came before it, and its id keeps it from ringing twice.
	if r.Call {
		if err := w.call(&d, r, at); err != nil {
			return err
		}
	}
	if d.behind(r) {
		if w.taken.Call == "" {
			w.taken.Again = true
			return nil
		}
		return w.tx.PutDevice(d)
	}
	before := d.MeasuredAt
	if at.Before(before) {
		at = before // numbers tell the order
	}
	d.follow(r)
	d.Values = maps.Clone(d.Values)
	if d.Values == nil {
		d.Values = map[Quantity]float64{}
	}
	maps.Copy(d.Values, r.Values)
	d.HeardAt, d.MeasuredAt = w.now, at
	told := w.taken.Call != ""
	for _, rule := range rules {
		value, said := r.Values[rule.Of]
		if rule.Of == Silence {
			value, said = 0, true
		}
		if rule.Kind != d.Kind || !said {
			continue
		}
		why, err := w.judge(&d, rule, value, Observation{Value: value, At: at, Before: before, Now: w.now})
		if err != nil {
			return err
		}
		told = told || why == WhyRaised || why == WhyOver
	}
	d.Silent = false
	if len(r.Values) > 0 && (told || d.ReadingAt.IsZero() || at.Sub(d.ReadingAt) >= every) {
		d.ReadingAt = at
		if err := w.tx.AddPoint(Point{Device: d.ID, At: at, Values: r.Values}); err != nil {
			return err
		}
	}
	return w.tx.PutDevice(d)
}

// judge holds a value against a rule, makes the alarm, and writes down why.
func (w *work) judge(d *Device, rule Rule, value float64, o Observation) (Why, error) {
	s := d.States[rule.ID]
	o.Muted = d.Muted(w.now)
	if s.Case > 0 {
		var err error
		if o.Closed, err = w.tx.Over(s.Case); err != nil {
			return "", err
		}
	}
	number := s.Case
	s, why := Judge(rule, s, o)
	if why == WhyRaised {
		var err error
		if number, err = w.file(*d, rule, value); err != nil {
			return "", err
		}
		s.Case = number
		w.taken.Cases = append(w.taken.Cases, number)
	}
	if why.telling() && s.Told != why {
		s.Told = why
		if err := w.tx.AddDecision(Decision{Device: d.ID, At: w.now, Rule: rule.ID, Why: why, Value: value, Limit: rule.From, Case: number}); err != nil {
			return "", err
		}
	}
	if why == WhyRaised || why == WhyOver {
		s.Told = why
	}
	d.States = maps.Clone(d.States)
	if d.States == nil {
		d.States = map[string]State{}
	}
	d.States[rule.ID] = s
	return why, nil
}

// Sweep makes alarms of devices that are silent, and forgets old history.
func (k *Keeper) Sweep(ctx context.Context) error {
	rules, err := k.Rules(ctx)
	if err != nil {
		return err
	}
	now := k.Clock().UTC()
	for _, rule := range rules {
		since := now.Add(-time.Duration(rule.From * float64(time.Minute)))
		if rule.Of != Silence || since.Before(k.Since) {
			continue
		}
		quiet, err := k.Store.QuietDevices(ctx, rule.Kind, since, atOnce)
		if err != nil {
			return fmt.Errorf("sensor: silence: %w", err)
		}
		for _, id := range quiet {
			if err := k.silent(ctx, id, rule, since); err != nil {
				return fmt.Errorf("sensor: device %s is silent: %w", id, err)
			}
		}
	}
	n, err := k.Store.DropPoints(ctx, now.Add(-History))
	if err != nil {
		return fmt.Errorf("sensor: old history: %w", err)
	}
	if n > 0 {
		k.Log.Info("old values of devices deleted", "count", n)
	}
	return nil
}

// atOnce is how many silent devices of a rule one sweep looks at.
const atOnce = 200

func (k *Keeper) silent(ctx context.Context, id string, rule Rule, since time.Time) error {
	var taken Taken
	err := k.Store.WriteSensors(ctx, func(tx Tx) error {
		taken = Taken{}
		d, _, err := tx.LockDevice(id)
		if err != nil || d.Silent || d.Revoked() || !d.HeardAt.Before(since) {
			return err // it spoke, or another process was here
		}
		w := &work{k: k, tx: tx, now: k.Clock().UTC(), taken: &taken}
		value := float64(int(w.now.Sub(d.HeardAt) / time.Minute))
		why, err := w.judge(&d, rule, value, Observation{Value: value, At: w.now, Before: d.HeardAt, Now: w.now})
		if err != nil {
			return err
		}
		d.Silent = why == WhyRaised || why == WhyOpen || why == WhyUncured
		return tx.PutDevice(d)
	})
	if err != nil {
		return err
	}
	k.tell(id, taken)
	return nil
}

// Add adds a device and makes its key, which is told only now. ErrDevice, ErrTaken.
func (k *Keeper) Add(ctx context.Context, d Device) (Key, error) {
	if err := d.Check(); err != nil {
		return "", err
	}
	key, err := NewKey(rand.Reader)
	if err != nil {
		return "", err
	}
	d.AddedAt = k.Clock().UTC()
	if err := k.Store.WriteSensors(ctx, func(tx Tx) error { return tx.AddDevice(d, key.Hash()) }); err != nil {
		return "", fmt.Errorf("sensor: add: %w", err)
	}
	return key, nil
}

// Revoke makes a device's key worthless. ErrNotFound.
func (k *Keeper) Revoke(ctx context.Context, id string) error {
	return k.change(ctx, id, func(d *Device) error {
		if d.Revoked() {
			return ErrNotFound
		}
		d.RevokedAt = k.Clock().UTC()
		return nil
	})
}

// Mute has no alarm made of a device until a time; the zero time ends that. ErrDevice
// for a time that is too far. ErrNotFound.
func (k *Keeper) Mute(ctx context.Context, id string, until time.Time, by string) error {
	now := k.Clock().UTC()
	if until.After(now.Add(LongestMute)) || !until.IsZero() && !until.After(now) {
		return ErrDevice
	}
	return k.change(ctx, id, func(d *Device) error {
		d.MutedUntil, d.MutedBy = until, by
		return nil
	})
}

func (k *Keeper) change(ctx context.Context, id string, f func(*Device) error) error {
	err := k.Store.WriteSensors(ctx, func(tx Tx) error {
		d, _, err := tx.LockDevice(id)
		if err != nil {
			return err
		}
		if err := f(&d); err != nil {
			return err
		}
		return tx.PutDevice(d)
	})
	if err != nil {
		return fmt.Errorf("sensor: device %s: %w", id, err)
	}
	return nil
}
