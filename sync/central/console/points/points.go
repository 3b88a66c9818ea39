// Package points is the area of residents' points: clerks book with a reason, goods are
// given out, an auditor reads the ledger and proves it, lists come in and go out.
package points

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	book "lintai/sync/central/points"
	"lintai/sync/central/privacy"
	"lintai/sync/central/sheet"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage   = console.NewPage(files, "templates/list.html")
	holderPage = console.NewPage(files, "templates/holder.html", "templates/entry.html")
	ledgerPage = console.NewPage(files, "templates/ledger.html", "templates/entry.html")
	rulesPage  = console.NewPage(files, "templates/rules.html")
	importPage = console.NewPage(files, "templates/import.html")
)

// Area is the area of points.
type Area struct {
	Ledger *book.Ledger
	// Token is the token of an ID card's number.
	Token func(idNumber string) string
	// Accounts names those who booked.
	Accounts func(*console.Request) (map[string]string, error)
	// Offered tells whether terminals have the service of points; Offer gives it to them,
	// with the goods of today.
	Offered func() bool
	Offer   func(context.Context) error
}

var (
	clerks   = []staff.Role{staff.Clerk, staff.Administrator}
	readers  = []staff.Role{staff.Clerk, staff.Auditor, staff.Administrator}
	auditors = []staff.Role{staff.Auditor, staff.Administrator}
	managers = []staff.Role{staff.Administrator}
)

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/points", Roles: readers, Handler: a.list},
		{Method: "POST", Pattern: "/console/points/search", Roles: clerks, Handler: a.search},
		{Method: "POST", Pattern: "/console/points/find", Roles: clerks, Handler: a.find},
		{Method: "GET", Pattern: "/console/points/{number}", Roles: readers, Handler: a.holder},
		{Method: "POST", Pattern: "/console/points/{number}/book", Roles: clerks, Handler: a.book},
		{Method: "POST", Pattern: "/console/points/entries/{number}/reverse", Roles: clerks, Handler: a.reverse},
		{Method: "GET", Pattern: "/console/points/ledger", Roles: auditors, Handler: a.ledger},
		{Method: "GET", Pattern: "/console/points/export/{list}", Roles: auditors, Handler: a.export},
		{Method: "GET", Pattern: "/console/points/rules", Roles: readers, Handler: a.rules},
		{Method: "POST", Pattern: "/console/points/rules", Roles: managers, Handler: a.setRules},
		{Method: "POST", Pattern: "/console/points/offer", Roles: managers, Handler: a.offer},
		{Method: "GET", Pattern: "/console/points/import", Roles: managers, Handler: a.importForm},
		{Method: "POST", Pattern: "/console/points/import", Roles: managers, Handler: a.importFile, Body: sheet.MaxFile + 64<<10},
	}
	for i, route := range all {
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the holders.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "points.title", Group: console.Life, Address: "/console/points", Roles: readers}}
}

// refusals are the words for what the ledger does not do.
var refusals = []struct {
	error
	status int
	words  string
}{
	{book.ErrNotFound, http.StatusNotFound, "not_found"},
	{book.ErrShort, http.StatusConflict, "points_short"},
	{book.ErrBooked, http.StatusConflict, "points_booked"},
	{book.ErrReversed, http.StatusConflict, "points_reversed"},
	{book.ErrRule, http.StatusBadRequest, "bad_form"},
	{book.ErrEntry, http.StatusBadRequest, "points_entry"},
	{book.ErrRules, http.StatusBadRequest, "points_rules"},
	{book.ErrToken, http.StatusBadRequest, "points_id_number"},
}

func refused(err error) error {
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return console.Refuse(one.status, one.words, err)
		}
	}
	return err
}

// line is an entry as people read it.
type line struct {
	book.Entry
	What       string // kind and rule
	Amount     string // of the holder, with its sign
	Left       int64  // what she had after it; on her own page
	Who        string
	By         string
	ReversedBy int64
	CanReverse bool
}

const perPage = 50

// lines makes entries readable.
func (a *Area) lines(r *console.Request, entries []book.Entry) ([]line, error) {
	names, err := a.Accounts(r)
	if err != nil {
		return nil, err
	}
	rules, err := a.Ledger.Store.PointsRules(r.Context())
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, e := range entries {
		numbers = append(numbers, e.Number)
	}
	reversed, err := a.Ledger.Store.Reversals(r.Context(), numbers)
	if err != nil {
		return nil, err
	}
	var all []line
	for _, e := range entries {
		v := line{Entry: e, What: phrase.Text(phrase.ID("points_kind." + string(e.Kind))), By: names[e.By], ReversedBy: reversed[e.Number]}
		if rule, ok := ruleOf(rules, e); ok {
			v.What += phrase.Text("console.separator") + rule.Name
		}
		if e.By == "" {
			v.By = phrase.Text("points.central")
		}
		amount := e.Of(book.Person(e.Holder()))
		if v.Amount = strconv.FormatInt(amount, 10); amount > 0 {
			v.Amount = "+" + v.Amount
		}
		if h, err := a.Ledger.Store.Holder(r.Context(), e.Holder()); err == nil {
			v.Who = phrase.Text("points.number", "number", strconv.FormatInt(h.Number, 10)) + " " + readable.MaskedName(h.Name)
		} else if !errors.Is(err, book.ErrNotFound) {
			return nil, err
		}
		v.CanReverse = e.Kind != book.Reversed && v.ReversedBy == 0 && r.Who.Has(clerks...)
		all = append(all, v)
	}
	return all, nil
}

func ruleOf(rules book.Rules, e book.Entry) (book.Rule, bool) {
	if rule, ok := rules.Earning(e.Rule); ok {
		return rule, true
	}
	return rules.Good(e.Rule)
}

// listView is the page of holders.
type listView struct {
	Name    string
	Holders []book.Standing
	Next    int64
	Clerk   bool
	Auditor bool
	Manager bool
}

func (a *Area) list(r *console.Request) error {
	q := book.HolderQuery{Limit: perPage + 1}
	q.After, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // else the first page
	v, err := a.listView(r, q)
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// search lists holders of a name. The name comes in a form: an address would stay in
// the browser's history and in the log of a proxy.
func (a *Area) search(r *console.Request) error {
	q := book.HolderQuery{Name: strings.TrimSpace(r.PostFormValue("name")), Limit: perPage + 1}
	q.After, _ = strconv.ParseInt(r.PostFormValue("after"), 10, 64) // else the first page
	v, err := a.listView(r, q)
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

func (a *Area) listView(r *console.Request, q book.HolderQuery) (listView, error) {
	v := listView{Name: q.Name, Clerk: r.Who.Has(clerks...), Auditor: r.Who.Has(auditors...), Manager: r.Who.Has(managers...)}
	var err error
	if v.Holders, err = a.Ledger.Store.Holders(r.Context(), q); err != nil {
		return v, err
	}
	if len(v.Holders) > perPage {
		v.Holders = v.Holders[:perPage]
		v.Next = v.Holders[perPage-1].Number
	}
	for i := range v.Holders {
		v.Holders[i].Name = readable.MaskedName(v.Holders[i].Name)
	}
	return v, nil
}

// find finds the holder of an ID card, or opens her an account. The number is made a
// token at once and kept nowhere.
func (a *Area) find(r *console.Request) error {
	token := ""
	if id := strings.ToUpper(strings.TrimSpace(r.PostFormValue("id_number"))); IDNumber(id) {
		token = a.Token(id)
	}
	h, err := a.Ledger.Open(r.Context(), token, r.PostFormValue("name"))
	if err != nil {
		v, failed := a.listView(r, book.HolderQuery{Limit: perPage + 1})
		if failed != nil {
			return failed
		}
		return r.ShowWith(listPage, v, refused(err))
	}
	return r.Redirect(address(h.Number))
}

func address(number int64) string { return "/console/points/" + strconv.FormatInt(number, 10) }

// IDNumber tells whether text can be the number of an ID card.
func IDNumber(text string) bool {
	return len(text) == 18 && strings.Trim(text[:17], "0123456789") == "" && strings.Contains("0123456789X", text[17:])
}

// holderView is the page of a holder.
type holderView struct {
	book.Holder
	Balance int64
	Rules   book.Rules
	Lines   []line
	Next    int64
	Clerk   bool
	Key     string // of the form: sent twice, it is booked once
	Done    bool
}

func (a *Area) holderView(r *console.Request, number int64) (holderView, error) {
	ctx := r.Context()
	v := holderView{Clerk: r.Who.Has(clerks...), Key: uuid.NewString(), Done: r.URL.Query().Get("done") == "yes"}
	var err error
	if v.Holder, err = a.Ledger.Store.Holder(ctx, number); err != nil {
		return v, err
	}
	if !v.Clerk {
		v.Name = readable.MaskedName(v.Name)
	}
	if v.Rules, err = a.Ledger.Store.PointsRules(ctx); err != nil {
		return v, err
	}
	entries, err := a.Ledger.Store.PointsEntries(ctx, book.EntryQuery{Holder: number})
	if err != nil {
		return v, err
	}
	v.Balance = book.Balance(book.Person(number), entries)
	left := v.Balance
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // else from the newest on
	for len(entries) > 0 && before > 0 && entries[0].Number >= before {
		left -= entries[0].Of(book.Person(number))
		entries = entries[1:]
	}
	if len(entries) > perPage {
		v.Next, entries = entries[perPage-1].Number, entries[:perPage]
	}
	if v.Lines, err = a.lines(r, entries); err != nil {
		return v, err
	}
	for i := range v.Lines {
		v.Lines[i].Left = left
		left -= v.Lines[i].Of(book.Person(number))
	}
	return v, nil
}

func (a *Area) holder(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	v, err := a.holderView(r, number)
	if err != nil {
		return err
	}
	if v.Clerk { // others see a mask
		if err := r.Reads(privacy.Read{Part: privacy.OfHolder, Subject: strconv.FormatInt(number, 10)}); err != nil {
			return err
		}
	}
	return r.Show(holderPage, v)
}

// again shows the holder's page with what was wrong.
func (a *Area) again(r *console.Request, number int64, wrong error) error {
	v, err := a.holderView(r, number)
	if err != nil {
		return err
	}
	return r.ShowWith(holderPage, v, refused(wrong))
}

func (a *Area) book(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	way, rule, _ := strings.Cut(r.PostFormValue("rule"), ":")
	how := map[string]func(*console.Request, book.Order) error{
		"earn":  func(r *console.Request, o book.Order) error { _, err := a.Ledger.Earn(r.Context(), o); return err },
		"spend": func(r *console.Request, o book.Order) error { _, err := a.Ledger.Spend(r.Context(), o); return err },
	}[way]
	key, err := uuid.Parse(r.PostFormValue("key"))
	if how == nil || err != nil {
		return console.ErrForm
	}
	order := book.Order{Holder: number, Rule: rule, Key: "desk:" + key.String(), Reason: r.PostFormValue("reason"), By: r.Who.ID}
	if text := strings.TrimSpace(r.PostFormValue("case")); text != "" {
		if order.Case, err = strconv.ParseInt(text, 10, 64); err != nil || order.Case < 1 {
			return console.ErrForm
		}
		if way == "earn" { // one suggestion is rewarded once, by whomever
			order.Key = "case:" + strconv.FormatInt(order.Case, 10) + ":" + rule
		}
	}
	if strings.TrimSpace(order.Reason) == "" {
		return a.again(r, number, console.Refuse(http.StatusBadRequest, "points_reason", book.ErrEntry))
	}
	if err := how(r, order); err != nil {
		return a.again(r, number, err)
	}
	return r.Redirect(address(number) + "?done=yes")
}

func (a *Area) reverse(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	before, err := a.Ledger.Store.PointsEntry(r.Context(), number)
	if err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	if strings.TrimSpace(reason) == "" {
		return a.again(r, before.Holder(), console.Refuse(http.StatusBadRequest, "points_reason", book.ErrEntry))
	}
	if _, err := a.Ledger.Reverse(r.Context(), number, r.Who.ID, reason); err != nil {
		return a.again(r, before.Holder(), err)
	}
	return r.Redirect(address(before.Holder()) + "?done=yes")
}
