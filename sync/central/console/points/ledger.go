package points

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/page"
	book "lintai/sync/central/points"
	"lintai/sync/central/sheet"
)

// ledgerView is the journal, and the proof of the books.
type ledgerView struct {
	book.Trial
	Sums  []sum
	Lines []line
	Next  int64
}

type sum struct {
	Name   string
	Amount int64
}

func (a *Area) ledger(r *console.Request) error {
	q := book.EntryQuery{Limit: perPage + 1}
	q.Before, _ = strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // else from the newest on
	var v ledgerView
	var err error
	if v.Trial, err = a.Ledger.Store.Trial(r.Context()); err != nil {
		return err
	}
	rules, err := a.Ledger.Store.PointsRules(r.Context())
	if err != nil {
		return err
	}
	for _, t := range v.Totals {
		v.Sums = append(v.Sums, sum{accountName(rules, t.Account), t.Amount})
	}
	entries, err := a.Ledger.Store.PointsEntries(r.Context(), q)
	if err != nil {
		return err
	}
	if len(entries) > perPage {
		entries = entries[:perPage]
		v.Next = entries[perPage-1].Number
	}
	if v.Lines, err = a.lines(r, entries); err != nil {
		return err
	}
	return r.Show(ledgerPage, v)
}

func accountName(rules book.Rules, account book.Account) string {
	switch account {
	case book.Issued:
		return phrase.Text("points.issued")
	case book.Opening:
		return phrase.Text("points.opening")
	case book.Persons:
		return phrase.Text("points.persons")
	}
	id := strings.TrimPrefix(string(account), string(book.Goods("")))
	if rule, ok := rules.Good(id); ok {
		id = rule.Name
	}
	return phrase.Text("points.goods", "goods", id)
}

// export writes all balances, or the whole ledger: balances.csv, entries.xlsx.
func (a *Area) export(r *console.Request) error {
	list, ending, _ := strings.Cut(r.PathValue("list"), ".")
	format := sheet.Format(ending)
	if !format.Known() {
		return book.ErrNotFound
	}
	var rows [][]string
	var err error
	switch list {
	case "balances":
		rows, err = a.balances(r)
	case "entries":
		rows, err = a.entries(r)
	default:
		return book.ErrNotFound
	}
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Type", format.Type())
	r.Writer.Header().Set("Cache-Control", "no-store")
	r.Writer.Header().Set("Content-Disposition", `attachment; filename="points-`+list+"."+ending+`"`)
	return sheet.Write(r.Writer, format, rows)
}

func heading(ids ...phrase.ID) []string {
	var row []string
	for _, id := range ids {
		row = append(row, phrase.Text(id))
	}
	return row
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

func (a *Area) balances(r *console.Request) ([][]string, error) {
	rows := [][]string{heading("points.column_number", "points.column_name", "points.column_points", "points.column_since")}
	all, err := a.Ledger.Store.Holders(r.Context(), book.HolderQuery{})
	for _, h := range all {
		name := h.Name
		if !r.Who.Has(managers...) {
			name = readable.MaskedName(name)
		}
		rows = append(rows, []string{digits(h.Number), name, digits(h.Balance), page.Moment(h.OpenedAt)})
	}
	return rows, err
}

func (a *Area) entries(r *console.Request) ([][]string, error) {
	rows := [][]string{heading("points.column_entry", "points.column_time", "points.column_what", "points.column_account", "points.column_points",
		"points.column_reason", "points.column_by", "points.column_case", "points.column_reverses")}
	names, err := a.Accounts(r)
	if err != nil {
		return nil, err
	}
	all, err := a.Ledger.Store.PointsEntries(r.Context(), book.EntryQuery{})
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		for _, l := range e.Lines {
			rows = append(rows, []string{digits(e.Number), e.At.In(phrase.Zone).Format("2006-01-02 15:04:05"), phrase.Text(phrase.ID("points_kind." + string(e.Kind))),
				string(l.Account), digits(l.Amount), e.Reason, names[e.By], digits(e.Case), digits(e.Reverses)})
		}
	}
	return rows, err
}

// rulesView is the page of the rules.
type rulesView struct {
	book.Rules
	Manager bool
	Who     string
	Offered bool   // terminals have the service
	Told    string // "yes" or "no": whether terminals were given it
}

// rulesList is one of the two lists, with empty rows at its end to fill in.
type rulesList struct {
	Title string
	Rows  []rulesRow
}

type rulesRow struct {
	List string
	Rule book.Rule
}

// Lists are both lists.
func (v rulesView) Lists() []rulesList {
	list := func(title phrase.ID, name string, rules []book.Rule) rulesList {
		l := rulesList{Title: phrase.Text(title)}
		for _, rule := range append(slices.Clone(rules), book.Rule{}, book.Rule{}) {
			l.Rows = append(l.Rows, rulesRow{name, rule})
		}
		return l
	}
	return []rulesList{list("points.earn", "earn", v.Earn), list("points.spend", "goods", v.Goods)}
}

func (a *Area) rulesView(r *console.Request) (rulesView, error) {
	v := rulesView{Manager: r.Who.Has(managers...), Offered: a.Offered(), Told: r.URL.Query().Get("offered")}
	var err error
	if v.Rules, err = a.Ledger.Store.PointsRules(r.Context()); err != nil {
		return v, err
	}
	names, err := a.Accounts(r)
	v.Who = names[v.By]
	return v, err
}

func (a *Area) rules(r *console.Request) error {
	v, err := a.rulesView(r)
	if err != nil {
		return err
	}
	return r.Show(rulesPage, v)
}

func (a *Area) setRules(r *console.Request) error {
	seen, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	wanted := book.Rules{Earn: typed(r, "earn"), Goods: typed(r, "goods")}
	if err := a.Ledger.SetRules(r.Context(), seen, wanted, r.Who.ID); err != nil {
		v, failed := a.rulesView(r)
		if failed != nil {
			return failed
		}
		v.Earn, v.Goods = wanted.Earn, wanted.Goods
		return r.ShowWith(rulesPage, v, refused(err))
	}
	if !a.Offered() {
		return r.Redirect("/console/points/rules")
	}
	return a.offer(r)
}

// offer gives terminals the service with the goods of today. The rules hold also when
// that fails; staff are told so.
func (a *Area) offer(r *console.Request) error {
	if err := a.Offer(r.Context()); err != nil {
		a.Ledger.Log.Error("points are not offered at terminals", "error", err)
		return r.Redirect("/console/points/rules?offered=no")
	}
	return r.Redirect("/console/points/rules?offered=yes")
}

// typed reads the rows of a list; one without id, name and points is left out.
func typed(r *console.Request, list string) []book.Rule {
	ids, names, points := r.PostForm[list+"_id"], r.PostForm[list+"_name"], r.PostForm[list+"_points"]
	var all []book.Rule
	for i := range min(len(ids), len(names), len(points)) {
		one := book.Rule{ID: strings.TrimSpace(ids[i]), Name: strings.TrimSpace(names[i])}
		number := strings.TrimSpace(points[i])
		if one.ID == "" && one.Name == "" && number == "" {
			continue
		}
		one.Points, _ = strconv.ParseInt(number, 10, 64) // 0 is none that a rule may have
		all = append(all, one)
	}
	return all
}

// importView is the page on which a list is taken in.
type importView struct {
	Problems []string // rows that cannot be booked
	Booked   int
	Done     bool
}

func (a *Area) importForm(r *console.Request) error { return r.Show(importPage, importView{}) }

func (a *Area) importFile(r *console.Request) error {
	file, err := uploaded(r)
	if err != nil {
		return err
	}
	rows, problems, err := a.read(file)
	if err != nil {
		return r.ShowWith(importPage, importView{}, console.Refuse(http.StatusBadRequest, "points_file", err))
	}
	if len(problems) > 0 {
		return r.ShowWith(importPage, importView{Problems: problems}, console.Refuse(http.StatusBadRequest, "points_rows", book.ErrEntry))
	}
	list := make([]book.Row, len(rows))
	for i, one := range rows {
		list[i] = one.Row
	}
	booked, err := a.Ledger.Import(r.Context(), digest(file), r.Who.ID, list)
	if err != nil {
		v := importView{}
		if booked > 0 && booked <= len(rows) {
			v.Problems = []string{phrase.Text("points.bad_row", "row", strconv.Itoa(rows[booked-1].Line), "why", phrase.Text(whyNot(err)))}
		}
		return r.ShowWith(importPage, v, refused(err))
	}
	return r.Show(importPage, importView{Done: true, Booked: booked})
}
