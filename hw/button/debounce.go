package button

import "time"

// Times of a contact and of the hand on it.
const (
	// steady is how long a level must stay to be believed; contacts bounce for
	// less than 10 ms.
	steady = 25 * time.Millisecond
	// long is a press that is meant: 1.5 s.
	long = 1500 * time.Millisecond
	// stuck is longer than anybody holds a button.
	stuck = 30 * time.Second
	// healed is how long a stuck button must be open to be trusted again.
	healed = time.Second
)

// Event is what a hand, or a broken contact, did to the button.
type Event int

const (
	// Pressed comes as soon as the press is certain, not at its end.
	Pressed Event = iota + 1
	// LongPressed comes 1.5 s into a press.
	LongPressed
	// Released ends a press.
	Released
	// Stuck: held for 30 s. Nothing follows before Healed.
	Stuck
	// Healed: open for a second after it was stuck.
	Healed
)

func (e Event) String() string {
	return [...]string{"none", "pressed", "long", "released", "stuck", "healed"}[e]
}

// phase is what the debouncer takes the button for.
type phase int

const (
	open phase = iota
	held
	heldLong
	distrusted // stuck, or closed since the start
)

// Debounce turns levels at times into events. The zero value is a button of which
// nothing is known. It keeps no clock: times must not go backwards, and Next tells
// when it wants to be stepped even if the level stays the same.
type Debounce struct {
	started bool
	level   bool      // as last seen; true is closed
	since   time.Time // when it became so
	phase   phase
	from    time.Time // when the phase began
	told    bool      // distrusted: Stuck was told
}

// Step tells the level at a time and returns what happened by then, in order.
func (d *Debounce) Step(closed bool, now time.Time) []Event {
	if !d.started {
		d.started, d.level, d.since = true, closed, now
		if closed {
			d.phase, d.from = distrusted, now
		}
		return nil
	}
	// The level as it was seen before counts up to now.
	events := d.settle(now)
	if closed != d.level {
		d.level, d.since = closed, now
	}
	return events
}

// settle draws the conclusions of a level that has stayed until now.
func (d *Debounce) settle(now time.Time) []Event {
	var events []Event
	stayed := now.Sub(d.since)
	switch d.phase {
	case open:
		if d.level && stayed >= steady {
			d.phase, d.from = held, d.since
			events = append(events, Pressed)
			return append(events, d.settle(now)...)
		}
	case held, heldLong:
		if !d.level && stayed >= steady {
			if d.phase == held && d.since.Sub(d.from) >= long {
				events = append(events, LongPressed)
			}
			d.phase, d.from = open, d.since
			return append(events, Released)
		}
		lasted := now.Sub(d.from)
		if d.phase == held && lasted >= long {
			d.phase = heldLong
			events = append(events, LongPressed)
		}
		if d.phase == heldLong && lasted >= stuck {
			d.phase, d.from, d.told = distrusted, now, true
			events = append(events, Stuck)
		}
	case distrusted:
		if !d.told && d.level && now.Sub(d.from) >= stuck {
			d.told = true
			events = append(events, Stuck)
		}
		if !d.level && stayed >= healed {
			d.phase, d.from = open, d.since
			if d.told {
				events = append(events, Healed)
			}
			d.told = false
		}
	}
	return events
}

// Next is the earliest time at which Step has something to say although the level
// stays as it is; ok is false when there is none.
func (d *Debounce) Next() (at time.Time, ok bool) {
	if !d.started {
		return time.Time{}, false
	}
	switch d.phase {
	case open:
		return d.since.Add(steady), d.level
	case held, heldLong:
		if !d.level {
			return d.since.Add(steady), true
		}
		if d.phase == held {
			return d.from.Add(long), true
		}
		return d.from.Add(stuck), true
	}
	if !d.level {
		return d.since.Add(healed), true
	}
	return d.from.Add(stuck), !d.told
}
