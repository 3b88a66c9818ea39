package store

import (
	"slices"
	"strconv"
	"strings"

	"lintai/sync/central/docket"
)

// What every push runs is here, and it is little: central takes as many requests in a
// second as these statements let it.

func (t *Tx) Answered(kiosk int, ids []string) ([]docket.Item, error) {
	var all []docket.Item
	err := listed(ids, func(list string, values []any) error {
		// Each half finds its rows by an index: the primary key, and items_filed.
		rows, err := t.query("SELECT "+itemColumns+" FROM items i WHERE i.kiosk = ?1 AND i.id IN "+list+
			" UNION ALL SELECT "+itemColumns+" FROM items i WHERE i.outcome = 'created' AND i.id IN "+list+" AND i.kiosk <> ?1",
			append([]any{kiosk}, values...)...)
		found, err := collect(rows, err, scanItem)
		all = append(all, found...)
		return err
	})
	return all, err
}

// listed calls f for some values after others, each time with a list for IN whose
// values follow a first argument of the statement. Lists have few different lengths,
// so that few statements are kept; what they are too long for is the last value again.
func listed[T ~string](values []T, f func(list string, values []any) error) error {
	values = slices.Clone(values)
	slices.Sort(values)
	for some := range slices.Chunk(slices.Compact(values), mostListed) {
		length := mostListed
		for length/10 >= len(some) {
			length /= 10
		}
		args := make([]any, length)
		for i := range args {
			args[i] = string(some[min(i, len(some)-1)])
		}
		if err := f(lists[length], args); err != nil {
			return err
		}
	}
	return nil
}

const mostListed = 100

// lists holds "(?2,?3)" and so on by length.
var lists = map[int]string{}

func init() {
	for length := mostListed; length > 0; length /= 10 {
		var places []string
		for i := range length {
			places = append(places, "?"+strconv.Itoa(i+2))
		}
		lists[length] = "(" + strings.Join(places, ",") + ")"
	}
}

func (t *Tx) Record(all ...docket.Item) error {
	for _, i := range all {
		_, err := t.execute("record item", `
			INSERT INTO items (kiosk, id, hash, kind, sequence, made_at, received_at, clock_offset, outcome, reason)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (kiosk, id, hash) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason`,
			i.Kiosk, i.ID, i.Hash[:], string(i.Kind), i.Sequence, micros(i.MadeAt), micros(i.ReceivedAt),
			i.ClockOffset.Microseconds(), string(i.Outcome), string(i.Reason))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) FileCases(all ...docket.Case) ([]docket.Filed, error) {
	filed := make([]docket.Filed, len(all))
	for i, c := range all {
		var err error
		if filed[i], err = t.fileCase(c); err != nil {
			return nil, err
		}
	}
	return filed, nil
}

// fileCase files a case as its first event leaves it, and that event.
func (t *Tx) fileCase(c docket.Case) (docket.Filed, error) {
	e := c.First()
	number, err := t.insert("file case", `
		INSERT INTO cases (id, kiosk, ticket, service, catalog_version, urgency, requested_at, received_at, body, card_token, status, events, updated_at, channel)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
		WHERE NOT EXISTS (SELECT 1 FROM ratings WHERE ticket = ?3) AND NOT EXISTS (SELECT 1 FROM ratings WHERE id = ?1)
		ON CONFLICT DO NOTHING`,
		c.ID, c.Kiosk, string(c.Ticket), c.Service, c.CatalogVersion, int(c.Urgency),
		micros(c.RequestedAt), micros(c.ReceivedAt), c.Body, c.Card, string(e.Status), e.Number, micros(e.At), c.Channel)
	if err != nil {
		return docket.Filed{}, err
	}
	if number == 0 {
		return t.taken(c.ID)
	}
	return docket.Filed{Number: number}, t.addEvent(number, e)
}

func (t *Tx) addEvent(number int64, e docket.Event) error {
	detail, err := detailText(e)
	if err != nil {
		return err
	}
	_, err = t.execute("append event", `
		INSERT INTO case_events (case_number, number, status, at, by, note, stars, action, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		number, e.Number, string(e.Status), micros(e.At), e.By, e.Note, e.Stars, string(e.Action), detail)
	if err != nil {
		return err
	}
	return t.announce(number, e)
}
