package privacy

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	book "lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

// entry is a reading as people read it.
type entry struct {
	book.Entry
	Who  string
	What string
	Whys string
}

func readersOf(entries []book.Entry, names map[string]string) (all []entry) {
	for _, e := range entries {
		one := entry{Entry: e, Who: nameOf(e.Account, names), What: string(e.Part)}
		if id := phrase.ID("access." + string(e.Part)); phrase.Has(id) {
			one.What = phrase.Text(id)
		}
		if e.Why != "" && e.Why.Known() {
			one.Whys = phrase.Text(phrase.ID("access_why." + string(e.Why)))
		}
		all = append(all, one)
	}
	return all
}

func nameOf(account string, names map[string]string) string {
	if account == staff.Operator {
		return phrase.Text("account.operator")
	}
	return names[account]
}

type logView struct {
	Entries  []entry
	Accounts []staff.Account
	Account  string
	Case     string
	Next     int64
}

// log is for the auditor: who read what.
func (a *Area) log(r *console.Request) error {
	ctx, query := r.Context(), r.URL.Query()
	v := logView{Account: query.Get("account"), Case: strings.TrimSpace(query.Get("case"))}
	q := book.EntryQuery{Account: v.Account, Limit: perPage + 1}
	q.Before, _ = strconv.ParseInt(query.Get("before"), 10, 64) // else from the newest on
	if v.Case != "" {
		var err error
		if q.Case, err = strconv.ParseInt(v.Case, 10, 64); err != nil || q.Case < 1 {
			return docket.ErrNotFound
		}
	}
	var err error
	if v.Accounts, err = a.Accounts(ctx); err != nil {
		return err
	}
	names := map[string]string{}
	for _, one := range v.Accounts {
		names[one.ID] = one.Name
	}
	entries, err := a.Keeper.Store.Entries(ctx, q)
	if err != nil {
		return err
	}
	if len(entries) > perPage {
		entries = entries[:perPage]
		v.Next = entries[perPage-1].Number
	}
	v.Entries = readersOf(entries, names)
	return r.Show(logPage, v)
}

type heldCase struct {
	book.Hold
	By     string
	Ticket string
}

type holdsView struct {
	Holds   []heldCase
	Next    int64
	Manager bool
	Case    string
	Reason  string
}

func (a *Area) holdsView(r *console.Request) (holdsView, error) {
	ctx := r.Context()
	v := holdsView{Manager: r.Who.Has(managers...), Case: r.PostFormValue("case"), Reason: r.PostFormValue("reason")}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // else the first page
	holds, err := a.Keeper.Store.Holds(ctx, after, perPage+1)
	if err != nil {
		return v, err
	}
	if len(holds) > perPage {
		holds = holds[:perPage]
		v.Next = holds[perPage-1].Case
	}
	names, err := a.names(ctx)
	if err != nil {
		return v, err
	}
	for _, h := range holds {
		ticket, err := a.ticket(ctx, h.Case)
		if err != nil {
			return v, err
		}
		v.Holds = append(v.Holds, heldCase{h, names[h.By], ticket})
	}
	return v, nil
}

func (a *Area) ticket(ctx context.Context, number int64) (string, error) {
	c, _, err := a.Reader.Store.Case(ctx, number)
	return c.Ticket.String(), err
}

func (a *Area) holds(r *console.Request) error {
	v, err := a.holdsView(r)
	if err != nil {
		return err
	}
	return r.Show(holdsPage, v)
}

func (a *Area) hold(r *console.Request) error {
	number, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("case")), 10, 64)
	if err == nil {
		err = a.Keeper.Hold(r.Context(), number, r.PostFormValue("reason"), r.Who.ID)
	} else {
		err = docket.ErrNotFound
	}
	if err == nil {
		return r.Redirect("/console/privacy/holds")
	}
	v, failed := a.holdsView(r)
	if failed != nil {
		return errors.Join(err, failed)
	}
	return r.ShowWith(holdsPage, v, refused(err))
}

func (a *Area) release(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	if err := a.Keeper.Release(r.Context(), number); err != nil {
		return err
	}
	return r.Redirect("/console/privacy/holds")
}
