package points

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// tokenBytes is what a card token is in hex: see request.CardToken.
const tokenBytes = 16

// Ledger books for staff.
type Ledger struct {
	Store Store
	Clock func() time.Time
	Log   *slog.Logger
}

// Book checks an entry against the books and writes it.
func Book(tx Tx, e Entry) (Entry, error) {
	if err := e.Check(); err != nil {
		return e, err
	}
	switch _, err := tx.EntryByKey(e.Key); {
	case err == nil && e.Kind == Reversed:
		return e, ErrReversed
	case err == nil:
		return e, ErrBooked
	case !errors.Is(err, ErrNotFound):
		return e, err
	}
	for _, l := range e.Lines {
		number, person := l.Account.Person()
		if !person {
			continue
		}
		if _, err := tx.Holder(number); err != nil {
			return e, err
		}
		if l.Amount > 0 {
			continue
		}
		has, err := tx.Balance(l.Account)
		if err != nil {
			return e, err
		}
		if has+l.Amount < 0 {
			return e, fmt.Errorf("%w: %d of %d", ErrShort, has, -l.Amount)
		}
	}
	var err error
	e.Number, err = tx.PutEntry(e)
	return e, err
}

// Earn books what a rule gives to the holder of a card.
func Earn(tx Tx, holder int64, rule string, e Entry) (Entry, error) {
	rules, err := tx.PointsRules()
	if err != nil {
		return e, err
	}
	r, ok := rules.Earning(rule)
	if !ok {
		return e, ErrRule
	}
	e.Kind, e.Rule = Earned, rule
	e.Lines = []Line{{Person(holder), r.Points}, {Issued, -r.Points}}
	return Book(tx, e)
}

// Spend books what a kind of goods costs.
func Spend(tx Tx, holder int64, goods string, e Entry) (Entry, error) {
	rules, err := tx.PointsRules()
	if err != nil {
		return e, err
	}
	r, ok := rules.Good(goods)
	if !ok {
		return e, ErrRule
	}
	e.Kind, e.Rule = Spent, goods
	e.Lines = []Line{{Person(holder), -r.Points}, {Goods(goods), r.Points}}
	return Book(tx, e)
}

// Open finds the holder of a card token, or makes her one. A name that is not known
// yet is noted.
func Open(tx Tx, token, name string, at time.Time) (Holder, error) {
	if raw, err := hex.DecodeString(token); err != nil || len(raw) != tokenBytes || token != strings.ToLower(token) {
		return Holder{}, ErrToken
	}
	name = tidyName(name)
	h, err := tx.HolderByToken(token)
	if errors.Is(err, ErrNotFound) {
		h = Holder{Token: token, Name: name, OpenedAt: at}
		h.Number, err = tx.OpenHolder(h)
		return h, err
	}
	if err != nil {
		return h, err
	}
	if h.Name == "" && name != "" {
		h.Name = name
		err = tx.NameHolder(h.Number, name)
	}
	return h, err
}

const longestHolder = 40

func tidyName(name string) string {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > longestHolder || containsControl(name) {
		return ""
	}
	return name
}

// Open makes a holder of a card's token, or finds her.
func (l *Ledger) Open(ctx context.Context, token, name string) (h Holder, err error) {
	err = l.Store.WritePoints(ctx, func(tx Tx) (err error) {
		h, err = Open(tx, token, name, l.Clock().UTC())
		return err
	})
	return h, err
}

// Order is what staff book by hand.
type Order struct {
	Holder int64
	Rule   string
	Key    string // see Entry.Key
	Reason string
	Case   int64
	By     string
}

func (l *Ledger) entry(o Order) Entry {
	return Entry{Key: o.Key, At: l.Clock().UTC(), By: o.By, Reason: strings.TrimSpace(o.Reason), Case: o.Case}
}

// Earn books what a rule gives. The same key is booked once: ErrBooked.
func (l *Ledger) Earn(ctx context.Context, o Order) (Entry, error) { return l.book(ctx, o, Earn) }

// Spend books what goods cost, at the window. ErrShort.
func (l *Ledger) Spend(ctx context.Context, o Order) (Entry, error) { return l.book(ctx, o, Spend) }

func (l *Ledger) book(ctx context.Context, o Order, how func(Tx, int64, string, Entry) (Entry, error)) (e Entry, err error) {
	err = l.Store.WritePoints(ctx, func(tx Tx) (err error) {
		e, err = how(tx, o.Holder, o.Rule, l.entry(o))
		return err
	})
	if err == nil {
		l.Log.Info("points booked", "entry", e.Number, "kind", string(e.Kind), "rule", e.Rule)
	}
	return e, err
}

// Reverse undoes an entry. What was earned and is spent since cannot be: ErrShort.
func (l *Ledger) Reverse(ctx context.Context, number int64, by, reason string) (e Entry, err error) {
	err = l.Store.WritePoints(ctx, func(tx Tx) error {
		before, err := tx.Entry(number)
		if err != nil {
			return err
		}
		r, err := before.Reversal(l.Clock().UTC(), by, strings.TrimSpace(reason))
		if err != nil {
			return err
		}
		e, err = Book(tx, r)
		return err
	})
	if err == nil {
		l.Log.Info("points reversed", "entry", number, "by_entry", e.Number)
	}
	return e, err
}

// SetRules writes another version of the rules. seen is the version that the member of
// staff had before her; when there is a newer one the error is ErrBooked.
func (l *Ledger) SetRules(ctx context.Context, seen int64, r Rules, by string) error {
	if err := r.Check(); err != nil {
		return err
	}
	return l.Store.WritePoints(ctx, func(tx Tx) error {
		now, err := tx.PointsRules()
		if err != nil {
			return err
		}
		if now.Version != seen {
			return ErrBooked
		}
		r.Version, r.At, r.By = seen+1, l.Clock().UTC(), by
		return tx.PutRules(r)
	})
}

// Row is one line of an earlier list.
type Row struct {
	Holder int64  // 0: by Token
	Token  string // made of the number that stood in the list, which is not kept
	Name   string
	Points int64
	Reason string
}

// Import books the rows of a list, all or nothing; file names its content, so that
// the same list is booked once. The row of an error is told from 1 on.
func (l *Ledger) Import(ctx context.Context, file, by string, rows []Row) (booked int, err error) {
	row := 0
	err = l.Store.WritePoints(ctx, func(tx Tx) error {
		now := l.Clock().UTC()
		for i, one := range rows {
			row = i + 1
			number := one.Holder
			if number == 0 {
				h, err := Open(tx, one.Token, one.Name, now)
				if err != nil {
					return err
				}
				number = h.Number
			}
			e := Entry{Key: fmt.Sprintf("import:%s:%d", file, row), Kind: Imported, At: now, By: by, Reason: strings.TrimSpace(one.Reason),
				Lines: []Line{{Person(number), one.Points}, {Opening, -one.Points}}}
			if _, err := Book(tx, e); err != nil {
				return err
			}
		}
		row = 0
		return nil
	})
	if err != nil {
		return row, err
	}
	l.Log.Info("points imported", "rows", len(rows))
	return len(rows), nil
}
