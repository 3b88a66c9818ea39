// Package bulletin is the area of what residents read at terminals: notices, telephone
// numbers and policy articles. Each form shows first how a terminal will, page by page in
// the letters and cuts of the smallest panel, and then publishes; each publishing is a
// version that one press takes back.
package bulletin

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/policy"
	"lintai/kiosk/visit"
	"lintai/sync/central/bulletin"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/publish"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

//go:embed templates
var files embed.FS

var (
	listPage     = console.NewPage(files, "templates/list.html", "templates/versions.html")
	articlesPage = console.NewPage(files, "templates/articles.html", "templates/versions.html")
	noticePage   = console.NewPage(files, "templates/notice.html", "templates/screen.html")
	contactPage  = console.NewPage(files, "templates/contact.html", "templates/screen.html")
	articlePage  = console.NewPage(files, "templates/article.html", "templates/screen.html")
)

// Area is the area of notices, numbers and articles.
type Area struct {
	Publisher *publish.Publisher
	// Usual is what terminals have of a kind as long as nothing is published.
	Usual func(wire.DocumentKind) ([]byte, error)
	// Published is called after a press: central itself goes by it from then on.
	Published func(context.Context) error
	Clock     func() time.Time
}

var clerks = []staff.Role{staff.Clerk, staff.Administrator}

// largest is more than the largest article.
const largest = 256 << 10

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/bulletin", Handler: a.list},
		{Method: "GET", Pattern: "/console/bulletin/articles", Handler: a.articles},
		{Method: "GET", Pattern: "/console/bulletin/notices/{id}", Handler: a.notice},
		{Method: "POST", Pattern: "/console/bulletin/notices/{id}", Handler: a.putNotice},
		{Method: "GET", Pattern: "/console/bulletin/contacts/{id}", Handler: a.contact},
		{Method: "POST", Pattern: "/console/bulletin/contacts/{id}", Handler: a.putContact},
		{Method: "GET", Pattern: "/console/bulletin/articles/{id}", Handler: a.article},
		{Method: "POST", Pattern: "/console/bulletin/articles/{id}", Handler: a.putArticle},
		{Method: "POST", Pattern: "/console/bulletin/back", Handler: a.back},
	}
	for i, route := range all {
		all[i].Roles, all[i].Body = clerks, largest
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "bulletin.title", Group: console.Publishing, Address: "/console/bulletin", Roles: clerks}}
}

// errDocument is a document that a terminal would refuse.
var errDocument = errors.New("bulletin: a terminal would refuse it")

func refused(err error) error {
	switch {
	case errors.Is(err, bulletin.ErrNotFound):
		return console.Refuse(http.StatusNotFound, "not_found", err)
	case errors.Is(err, errDocument):
		return console.Refuse(http.StatusBadRequest, "bulletin_refused", err)
	case errors.Is(err, publish.ErrSeen), errors.Is(err, docket.ErrNotFound):
		return console.Refuse(http.StatusConflict, "bulletin_seen", err)
	case errors.Is(err, publish.ErrFirst):
		return console.Refuse(http.StatusConflict, "bulletin_first", err)
	}
	return err
}

// newest is the body that terminals are given.
func (a *Area) newest(ctx context.Context, kind wire.DocumentKind) ([]byte, []docket.Document, error) {
	all, err := a.Publisher.Store.Documents(ctx)
	if err != nil {
		return nil, nil, err
	}
	if d, ok := docket.NewestDocument(all, kind, 0); ok {
		body, err := publish.Body(ctx, a.Publisher.Store, d.Document)
		return body, all, err
	}
	body, err := a.Usual(kind)
	return body, all, err
}

func (a *Area) community(ctx context.Context) (*community.Document, []docket.Document, error) {
	body, all, err := a.newest(ctx, wire.DocumentCommunity)
	if err != nil {
		return nil, nil, err
	}
	d, err := community.Parse(body)
	return d, all, err
}

func (a *Area) corpus(ctx context.Context) (*policy.Corpus, []docket.Document, error) {
	body, all, err := a.newest(ctx, wire.DocumentPolicy)
	if err != nil {
		return nil, nil, err
	}
	c, err := policy.Parse(body)
	return c, all, err
}

// edit publishes what f makes of the newest document.
func edit[T any](a *Area, ctx context.Context, kind wire.DocumentKind, parse func([]byte) (*T, error), f func(T) (T, error)) error {
	usual, err := a.Usual(kind)
	if err != nil {
		return err
	}
	_, _, err = a.Publisher.Edit(ctx, kind, usual, false, func(body []byte) ([]byte, error) {
		d, err := parse(body)
		if err != nil {
			return nil, err
		}
		wanted, err := f(*d)
		if err != nil {
			return nil, err
		}
		if body, err = json.Marshal(wanted); err != nil {
			return nil, err
		}
		if _, err := parse(body); err != nil {
			return nil, fmt.Errorf("%w: %w", errDocument, err)
		}
		return body, nil
	})
	if err != nil {
		return err
	}
	return a.Published(ctx)
}

// version is one that was published.
type version struct {
	Version int64
	At      time.Time
	Again   int64 // the earlier one whose body it is, or 0
}

// versions are those of a kind, the newest first.
type versions struct {
	Kind    wire.DocumentKind
	All     []version
	Newest  int64
	Backs   bool // there is one before it
	Problem string
}

// mostVersions is how many are listed.
const mostVersions = 8

func versionsOf(all []docket.Document, kind wire.DocumentKind) versions {
	v := versions{Kind: kind}
	newest, ok := docket.NewestDocument(all, kind, 0)
	if !ok {
		return v
	}
	v.Newest = newest.Version
	_, v.Backs = docket.EarlierDocument(all, newest)
	for _, d := range slices.Backward(all) {
		if d.Kind != kind || d.Kiosk != 0 || len(v.All) == mostVersions {
			continue
		}
		one := version{Version: d.Version, At: d.IssuedAt}
		if d.Origin != d.Version {
			one.Again = d.Origin
		}
		v.All = append(v.All, one)
	}
	return v
}

type notice struct {
	community.Notice
	Standing string
	Shown    bool
}

type listView struct {
	Notices  []notice
	Contacts []community.Contact
	Versions versions
}

func (a *Area) list(r *console.Request) error {
	v, err := a.listView(r.Context())
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

func (a *Area) listView(ctx context.Context) (listView, error) {
	d, all, err := a.community(ctx)
	if err != nil {
		return listView{}, err
	}
	v := listView{Contacts: d.Contacts, Versions: versionsOf(all, wire.DocumentCommunity)}
	now := a.Clock()
	for _, n := range d.Notices {
		one := notice{Notice: n, Standing: phrase.Text("bulletin.shown"), Shown: true}
		switch {
		case n.Date.After(now):
			one.Standing, one.Shown = phrase.Text("bulletin.later"), false
		case !n.Until.IsZero() && !n.Until.After(now):
			one.Standing, one.Shown = phrase.Text("bulletin.over"), false
		}
		v.Notices = append(v.Notices, one)
	}
	return v, nil
}

type topic struct {
	policy.Topic
	Articles []article
}

type article struct {
	policy.Article
	Holds bool
}

type articlesView struct {
	Topics   []topic
	Versions versions
}

func (a *Area) articles(r *console.Request) error {
	v, err := a.articlesView(r.Context())
	if err != nil {
		return err
	}
	return r.Show(articlesPage, v)
}

func (a *Area) articlesView(ctx context.Context) (articlesView, error) {
	c, all, err := a.corpus(ctx)
	if err != nil {
		return articlesView{}, err
	}
	v := articlesView{Versions: versionsOf(all, wire.DocumentPolicy)}
	now := a.Clock()
	for _, t := range c.Topics {
		one := topic{Topic: t}
		for _, article0 := range c.Articles {
			if article0.Topic == t.ID {
				one.Articles = append(one.Articles, article{article0, article0.ValidAt(now)})
			}
		}
		v.Topics = append(v.Topics, one)
	}
	return v, nil
}

// back takes the newest version back.
func (a *Area) back(r *console.Request) error {
	kind := wire.DocumentKind(r.PostFormValue("kind"))
	seen, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil || kind != wire.DocumentCommunity && kind != wire.DocumentPolicy {
		return console.ErrForm
	}
	if _, err := a.Publisher.WithdrawSeen(r.Context(), kind, seen); err != nil {
		return err
	}
	if err := a.Published(r.Context()); err != nil {
		return err
	}
	if kind == wire.DocumentPolicy {
		return r.Redirect("/console/bulletin/articles")
	}
	return r.Redirect("/console/bulletin")
}

// screen is how a terminal shows something to read.
type screen struct {
	Title, Source string
	Pages         []screenPage
}

type screenPage struct {
	Lines       []string
	Page, Pages int
}

// asShown cuts a text as the smallest panel does, in usual letters.
func asShown(title, source string, paragraphs ...string) *screen {
	s := &screen{Title: title, Source: source}
	pages := (&policy.Article{Paragraphs: paragraphs}).Pages(visit.LeastRoom.Runes[0])
	for i, lines := range pages {
		s.Pages = append(s.Pages, screenPage{lines, i + 1, len(pages)})
	}
	return s
}

func by(who string, at time.Time) string {
	return phrase.Text("article.by", "who", who, "date", at.In(phrase.Zone).Format(phrase.Text("article.date")))
}

// text is a field of a form, tidied.
func text(r *console.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(phrase.Zone).Format(time.DateOnly)
}

// parseDay reads a day of a form; the zero time when it is none.
func parseDay(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, phrase.Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// fresh is the id of something new.
func (a *Area) fresh(prefix string) string { return prefix + a.Clock().UTC().Format("20060102150405") }

// isNew is the id of what is not there yet.
const isNew = "new"
