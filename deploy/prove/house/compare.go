package house

import (
	"context"
	"fmt"
	"path/filepath"

	"lintai/kiosk/request"
)

// Report is what a comparison of both ends found.
type Report struct {
	Promised, Delivered, Filed         int
	Lost, Twice, Unasked, Altered      int // promised and not there; there twice; never promised; another body
	Disordered, Quarantined, Undrained int // filed before an earlier one of its kind; kept aside; still waiting
	Disagreeing                        int // terminals whose account is not central's
	Examples                           []string
	// Accounts are what both ends say, by terminal.
	Accounts map[int]Accounts `json:",omitempty"`
}

// Accounts of one terminal: equal when nothing is wrong.
type Accounts struct{ Terminal, Central Account }

// Faultless tells that nothing is wrong.
func (r Report) Faultless() bool {
	return r.Lost+r.Twice+r.Unasked+r.Altered+r.Disordered+r.Quarantined+r.Undrained+r.Disagreeing == 0 && r.Promised == r.Filed
}

func (r Report) String() string {
	return fmt.Sprintf("%d promised, %d filed, %d lost, %d twice, %d altered, %d unasked, %d out of order, %d quarantined, %d undrained, %d of the terminals disagree",
		r.Promised, r.Filed, r.Lost, r.Twice, r.Altered, r.Unasked, r.Disordered, r.Quarantined, r.Undrained, r.Disagreeing)
}

func (r *Report) say(format string, values ...any) {
	if len(r.Examples) < 10 {
		r.Examples = append(r.Examples, fmt.Sprintf(format, values...))
	}
}

// Compare holds what the terminals promised against central's database and
// against their own queues, as they lie on the disk.
func (h *House) Compare(ctx context.Context) (Report, error) {
	book, err := ReadBook(ctx, filepath.Join(h.folder, "central"))
	if err != nil {
		return Report{}, err
	}
	r := Judge(h.promises(), book)
	r.Accounts = map[int]Accounts{}
	for _, t := range h.Terminals() {
		own, other, err := ReadQueue(ctx, t.Path)
		if err != nil {
			return r, err
		}
		r.Delivered += own.Items
		r.Undrained += other
		r.Accounts[t.Number] = Accounts{own, book.Accounts[t.Number]}
		if own != book.Accounts[t.Number] {
			r.Disagreeing++
			r.say("terminal %d says %d items, central %d", t.Number, own.Items, book.Accounts[t.Number].Items)
		}
	}
	return r, nil
}

// Progress is how many items central has filed, and how many were promised.
func (h *House) Progress(ctx context.Context) (filed, promised int, err error) {
	db, err := open(filepath.Join(h.folder, "central", "central.db"))
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM items WHERE outcome = 'created'`).Scan(&filed); err != nil {
		return 0, 0, fmt.Errorf("house: progress: %w", err)
	}
	for _, t := range h.Terminals() {
		promised += len(t.Promised())
	}
	return filed, promised, nil
}

func (h *House) promises() map[int][]Promise {
	all := map[int][]Promise{}
	for _, t := range h.Terminals() {
		all[t.Number] = t.Promised()
	}
	return all
}

// Judge compares the promises of terminals, each in the order in which they were
// made, with central's book.
func Judge(promised map[int][]Promise, book *Book) Report {
	r := Report{Filed: len(book.Filed), Quarantined: book.Quarantined}
	if book.Quarantined > 0 {
		r.say("central keeps %d items in quarantine", book.Quarantined)
	}
	times := map[string]int{}
	for _, f := range book.Filed {
		times[f.ID]++
	}
	wanted := map[string]Promise{}
	for kiosk, all := range promised {
		r.Promised += len(all)
		for _, p := range all {
			wanted[p.ID] = p
			switch n := times[p.ID]; {
			case n == 0:
				r.Lost++
				r.say("terminal %d promised the %s %s, and central does not have it", kiosk, p.Kind, p.ID)
			case n > 1:
				r.Twice++
				r.say("central has %s %d times", p.ID, n)
			case p.Body != "" && book.Bodies[p.ID] != p.Body:
				r.Altered++
				r.say("the %s %s is another one at central", p.Kind, p.ID)
			}
		}
	}
	last := map[string]int64{}
	for _, f := range book.Filed {
		p, ok := wanted[f.ID]
		if !ok {
			r.Unasked++
			r.say("central has %s, which nobody confirmed", f.ID)
			continue
		}
		if p.Kind == request.KindAttachment {
			continue // each belongs to a request that is there; their order says nothing
		}
		line := fmt.Sprint(f.Kiosk, " ", p.Order)
		if f.Sequence <= last[line] {
			r.Disordered++
			r.say("terminal %d: item %d was filed after %d of the same order %d", f.Kiosk, f.Sequence, last[line], p.Order)
		}
		last[line] = max(last[line], f.Sequence)
	}
	// The rows that staff read, not only the book of items.
	if rows := book.Cases + book.Calls + book.Attachments; rows != len(book.Filed) {
		r.Disagreeing++
		r.say("central filed %d items and has %d cases, calls and attachments", len(book.Filed), rows)
	}
	return r
}
