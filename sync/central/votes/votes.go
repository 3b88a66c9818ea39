// Package votes is what everybody may see of the community's votes, without signing in:
// which are open, what came of the others, and all ballots of those that were counted, to
// look through, to find one's own receipt in, or to take home and count anew.
//
// A voter is told her receipt for the code and the four digits of her slip. They are
// posted, so that no log of addresses has them, and whoever tries many is asked to wait. So
// is an address that asks for more than people read: a list can hold many ballots.
package votes

import (
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/page"
	"lintai/sync/central/proposal"
)

//go:embed templates
var files embed.FS

var (
	list = parse("list.html")
	one  = parse("one.html")
)

func parse(name string) *page.Templates {
	return page.Of(template.Must(template.New("votes").Funcs(page.Functions).ParseFS(files, "templates/head.html", "templates/"+name)))
}

// Page serves /votes.
type Page struct {
	Keeper *proposal.Keeper
	Docket docket.Store
	Clock  func() time.Time
	Log    *slog.Logger
	// Guesses counts slips that are none, Reads all that an address looks at.
	Guesses, Reads *limit.Guesses

	urns *urns
}

// How much an address may look at: so many pages at once, and one more every so often. A
// whole building may stand behind one address.
const (
	ReadBurst = 120
	ReadEvery = time.Second / 2
)

// Register adds the routes.
func (p *Page) Register(mux *http.ServeMux) {
	p.urns = newUrns()
	mux.HandleFunc("GET /votes", p.slowly(p.list))
	mux.HandleFunc("GET /votes/{number}/{round}", p.slowly(p.one))
	mux.HandleFunc("POST /votes/{number}/{round}", p.receipt)
	mux.HandleFunc("GET /votes/{number}/{round}/ballots", p.slowly(p.export))
	mux.HandleFunc("GET /assets/votes.css", page.Asset(files, "templates/votes.css"))
}

// slowly has an address that asks for too much wait, before anything is read for it.
func (p *Page) slowly(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p.Reads.Take(limit.Address(r)) {
			next(w, r)
			return
		}
		p.wait(w)
	}
}

func (p *Page) wait(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "10")
	p.write(w, http.StatusTooManyRequests, list, "list.html", rows{Wait: true, Earlier: true})
}

const perPage = 50

// rows is the list of votes.
type rows struct {
	Rows    []row
	Next    int64
	Earlier bool // there is a list that begins before this one
	Wait    bool // too much was asked
}

type row struct {
	proposal.PollHead
	Stands, Words string
}

// stands is how a vote stands, as a key of the phrases' section vote; "" once it was counted.
func stands(p proposal.Poll, now time.Time) string {
	switch {
	case p.Voided:
		return "voided"
	case p.Result != nil:
		return ""
	case now.Before(p.From):
		return "coming"
	case p.Open(now):
		return "open"
	}
	return "waiting"
}

func rowOf(h proposal.PollHead, now time.Time) row { return row{h, stands(h.Poll, now), h.Words()} }

func (p *Page) list(w http.ResponseWriter, r *http.Request) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	all, err := p.Keeper.Store.Polls(r.Context(), before, perPage+1)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := rows{Earlier: before > 0}
	if len(all) > perPage {
		all = all[:perPage]
		v.Next = all[perPage-1].Number
	}
	for _, h := range all {
		v.Rows = append(v.Rows, rowOf(h, p.Clock()))
	}
	p.write(w, http.StatusOK, list, "list.html", v)
}

// tally is an option with its ballots.
type tally struct {
	Name    string
	Ballots int
	Wins    bool
}

// ballot is one of the list.
type ballot struct{ Receipt, Option string }

type view struct {
	row
	Tallies []tally
	Key     string
	// A page of the list, and the last receipt of the page before.
	Ballots []ballot
	Next    proposal.Receipt
	// Problem is what was wrong with a slip: not_found or "".
	Problem string
	Receipt string // hers
	Looked  string // a receipt that was looked for in the list
	Found   string // its option
}

// find reads a vote, without its ballots.
func (p *Page) find(r *http.Request) (proposal.Poll, error) {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	round, wrong := strconv.Atoi(r.PathValue("round"))
	if err != nil || wrong != nil || round > 1<<20 {
		return proposal.Poll{}, proposal.ErrNotFound
	}
	return p.Keeper.Store.Poll(r.Context(), number, round)
}

// show shows a vote; its ballots when it was counted.
func (p *Page) show(w http.ResponseWriter, r *http.Request, status int, v view) {
	if v.Result != nil {
		all, err := p.urns.of(r.Context(), v.Poll, p.Keeper.Store.Urn)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		v.fill(all, r)
	}
	p.write(w, status, one, "one.html", v)
}

func (p *Page) view(poll proposal.Poll) view {
	return view{row: rowOf(proposal.PollHead{Poll: poll}, p.Clock()), Key: p.Keeper.PublicKey()}
}

func (p *Page) one(w http.ResponseWriter, r *http.Request) {
	poll, err := p.find(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, p.view(poll))
}

// fill puts a page of the list in, and the ballot that was looked for.
func (v *view) fill(all []proposal.Ballot, r *http.Request) {
	names := map[string]string{}
	for _, o := range v.Options {
		names[o.ID] = o.Name
	}
	for _, t := range v.Result.Tallies {
		v.Tallies = append(v.Tallies, tally{names[t.Option], t.Ballots, t.Option == v.Result.Winner})
	}
	after, _ := proposal.ParseReceipt(r.URL.Query().Get("after"))
	looked := r.URL.Query().Get("receipt")
	wanted, _ := proposal.ParseReceipt(looked)
	if looked != "" {
		v.Looked = wanted.String()
	}
	for _, b := range all {
		if b.Receipt == wanted {
			v.Found = names[b.Option]
		}
		if b.Receipt > after && len(v.Ballots) < perPage {
			v.Ballots = append(v.Ballots, ballot{b.Receipt.String(), names[b.Option]})
			if len(v.Ballots) == perPage && b != all[len(all)-1] {
				v.Next = b.Receipt
			}
		}
	}
}

// receipt tells a voter hers.
func (p *Page) receipt(w http.ResponseWriter, r *http.Request) {
	if !p.Guesses.Allowed(r) {
		p.wait(w)
		return
	}
	poll, err := p.find(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v := p.view(poll)
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	receipt, ok, err := p.open(r, poll)
	switch {
	case err != nil:
		p.fail(w, r, err)
	case !ok:
		p.Guesses.Wrong(r)
		v.Problem = "not_found"
		p.show(w, r, http.StatusNotFound, v)
	default:
		v.Receipt = receipt.String()
		p.show(w, r, http.StatusOK, v)
	}
}

// open opens the receipt of a slip; false when it is not one of this vote.
func (p *Page) open(r *http.Request, poll proposal.Poll) (proposal.Receipt, bool, error) {
	code, err := ticket.Parse(strings.TrimSpace(r.PostFormValue("ticket")))
	if err != nil {
		return "", false, nil
	}
	found, err := p.Docket.Cases(r.Context(), docket.CaseQuery{Tickets: []ticket.Code{code}, Services: []string{proposal.Service}, Limit: 1})
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	of, receipt, ok, err := p.Keeper.Receipt(r.Context(), found[0], strings.TrimSpace(r.PostFormValue("digits")))
	return receipt, ok && of.Proposal == poll.Proposal && of.Round == poll.Round, err
}

func (p *Page) export(w http.ResponseWriter, r *http.Request) {
	poll, err := p.find(r)
	if err == nil && poll.Result == nil {
		err = proposal.ErrEarly
	}
	var all []proposal.Ballot
	if err == nil {
		all, err = p.urns.of(r.Context(), poll, p.Keeper.Store.Urn)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	e := p.Keeper.Announced(poll, all)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+e.FileName()+`"`)
	w.Header().Set("Cache-Control", "no-store")
	if err := e.Write(w); err != nil && r.Context().Err() == nil {
		p.Log.Error("list of ballots not sent", "error", err)
	}
}

// fail shows the list of votes instead of what is not there.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, proposal.ErrNotFound) || errors.Is(err, proposal.ErrEarly) {
		p.write(w, http.StatusNotFound, list, "list.html", rows{Earlier: true})
		return
	}
	if r.Context().Err() == nil {
		p.Log.Error("page of votes not served", "error", err)
	}
	http.Error(w, "", http.StatusServiceUnavailable)
}

func (p *Page) write(w http.ResponseWriter, status int, t *page.Templates, name string, v any) {
	if err := page.Write(w, status, t, name, v, p.Clock()); err != nil {
		p.Log.Error("page of votes not served", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
	}
}
