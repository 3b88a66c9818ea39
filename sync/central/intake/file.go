package intake

import (
	"errors"
	"strconv"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// filing puts the items of one push where they belong, in order, within one
// transaction. What a push mostly is, requests that were never seen, is gathered
// and filed together; whatever else comes first waits until that is done.
type filing struct {
	tx       docket.Tx
	answered map[string][]docket.Item // before or by this push, by id
	run      []*opened                // sound new requests that are not filed yet
	recorded []docket.Item            // answers that are not written yet
	words    []live.Word              // for whoever watches, once it is committed
}

// begin asks once what was answered before.
func begin(tx docket.Tx, kiosk int, items []opened) (*filing, error) {
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = items[i].item.ID
	}
	before, err := tx.Answered(kiosk, ids)
	if err != nil {
		return nil, err
	}
	f := &filing{tx: tx, answered: make(map[string][]docket.Item, len(before))}
	for _, i := range before {
		f.answered[i.ID] = append(f.answered[i.ID], i)
	}
	return f, nil
}

// before tells what was answered to this very item, and whether anything was filed
// under its id.
func (f *filing) before(o *opened) (seen docket.Item, known, filed bool) {
	for _, i := range f.answered[o.item.ID] {
		if i.Kiosk == o.item.Kiosk && i.Hash == o.item.Hash {
			seen, known = i, true
		}
		filed = filed || i.Outcome == wire.Created
	}
	return seen, known, filed
}

// take files an item, or puts it to those that are filed together.
func (f *filing) take(o *opened) error {
	if f.waits(o.item.ID) {
		if err := f.fileRun(); err != nil {
			return err
		}
	}
	seen, known, filed := f.before(o)
	switch {
	case known && seen.Outcome == wire.Created:
		o.outcome = wire.Duplicate
		return o.fileUpload(f.tx)
	case known && seen.Outcome == wire.Conflict:
		o.outcome, o.why = wire.Conflict, seen.Reason
		return o.fileUpload(f.tx)
	case known && o.missing: // it was rejected, and the body is in quarantine
		o.outcome, o.why = seen.Outcome, seen.Reason
		return nil
	case o.missing:
		o.outcome = wire.Missing
		return nil
	case !filed && o.file != nil:
		f.run = append(f.run, o)
		return nil
	}
	if err := f.fileRun(); err != nil {
		return err
	}
	// A rejected item that comes again is judged again: the key that it is
	// sealed to may have been restored in the meantime.
	switch {
	case filed:
		return f.settle(o, docket.ErrIDTaken)
	case o.reason != "":
		return f.answer(o, wire.Rejected, o.reason)
	}
	words, err := create(f.tx, o)
	if err == nil {
		f.words = append(f.words, words...)
	}
	return f.settle(o, err)
}

// waits tells whether an item of this id is among those that are filed together.
func (f *filing) waits(id string) bool {
	for _, o := range f.run {
		if o.item.ID == id {
			return true
		}
	}
	return false
}

// fileRun files the requests that were gathered.
func (f *filing) fileRun() error {
	if len(f.run) == 0 {
		return nil
	}
	cases := make([]docket.Case, len(f.run))
	for i, o := range f.run {
		cases[i] = *o.file
	}
	filed, err := f.tx.FileCases(cases...)
	if err != nil {
		return err
	}
	rated, err := ratedBefore(f.tx, cases)
	if err != nil {
		return err
	}
	for i, o := range f.run {
		if filed[i].Err == nil {
			cases[i].Number = filed[i].Number
			if rated[cases[i].Ticket] {
				words, err := lateRatings(f.tx, cases[i])
				if err != nil {
					return err
				}
				f.words = append(f.words, words...)
			}
			f.words = append(f.words, caseWord(cases[i].Number, cases[i].Kiosk))
		}
		if err := f.settle(o, filed[i].Err); err != nil {
			return err
		}
	}
	f.run = f.run[:0]
	return nil
}

// settle answers an item by what came of filing it.
func (f *filing) settle(o *opened, err error) error {
	switch {
	case err == nil:
		return f.answer(o, wire.Created, "")
	case errors.Is(err, docket.ErrIDTaken):
		return f.answer(o, wire.Conflict, docket.ReasonIDTaken)
	case errors.Is(err, docket.ErrTicketTaken):
		return f.answer(o, wire.Conflict, docket.ReasonTicketTaken)
	case errors.Is(err, errNotNamed):
		return f.answer(o, wire.Rejected, docket.ReasonNotNamed)
	}
	return err
}

// answer notes an answer, and keeps in quarantine what was not filed.
func (f *filing) answer(o *opened, outcome wire.Outcome, reason docket.Reason) error {
	o.outcome, o.why = outcome, reason
	o.item.Outcome, o.item.Reason = outcome, reason
	f.answered[o.item.ID] = append(f.answered[o.item.ID], o.item)
	f.recorded = append(f.recorded, o.item)
	if outcome != wire.Created {
		f.words = append(f.words, live.Word{Kind: live.Quarantine})
		if err := f.record(); err != nil {
			return err
		}
		if err := f.tx.Keep(docket.Quarantined{Item: o.item, Sealed: o.sealed}); err != nil {
			return err
		}
	}
	return o.fileUpload(f.tx)
}

func (f *filing) record() error {
	err := f.tx.Record(f.recorded...)
	f.recorded = f.recorded[:0]
	return err
}

// create files what is no case.
func create(tx docket.Tx, o *opened) ([]live.Word, error) {
	switch {
	case o.call != nil:
		return []live.Word{{Kind: live.Call, ID: o.call.ID, Kiosk: o.call.Kiosk}}, tx.FileCall(*o.call)
	case o.attachment != nil:
		return fileAttachment(tx, *o.attachment)
	}
	return fileRating(tx, *o.rating)
}

func caseWord(number int64, kiosk int) live.Word {
	return live.Word{Kind: live.Case, ID: strconv.FormatInt(number, 10), Kiosk: kiosk}
}
