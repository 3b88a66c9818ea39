package bulletin

import (
	"slices"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/policy"
	"lintai/sync/central/bulletin"
	"lintai/sync/central/console"
	"lintai/sync/wire"
)

// wrong is what is said of a form, and why in the document's own words.
type wrong struct{ Why string }

func why(err error) wrong {
	if err == nil {
		return wrong{}
	}
	text := err.Error()
	if i := strings.LastIndex(text, "community: "); i >= 0 {
		text = text[i+len("community: "):]
	} else if i := strings.LastIndex(text, "policy: "); i >= 0 {
		text = text[i+len("policy: "):]
	}
	return wrong{text}
}

type noticeForm struct {
	community.Notice
	wrong
	Path                string
	DateText, UntilText string
	Screen              *screen
}

func (a *Area) notice(r *console.Request) error {
	id := r.PathValue("id")
	if id == isNew {
		return r.Show(noticePage, noticeForm{Path: isNew, DateText: dayText(a.Clock())})
	}
	d, _, err := a.community(r.Context())
	if err != nil {
		return err
	}
	n, ok := d.Notice(id)
	if !ok {
		return bulletin.ErrNotFound
	}
	f := noticeForm{Notice: *n, Path: id, DateText: dayText(n.Date)}
	if !n.Until.IsZero() {
		f.UntilText = dayText(n.Until.Add(-time.Second))
	}
	return r.Show(noticePage, f)
}

// typedNotice is the notice that a form describes: shown from the beginning of its day to
// the end of the last.
func typedNotice(r *console.Request) noticeForm {
	f := noticeForm{Path: r.PathValue("id"), DateText: text(r, "date"), UntilText: text(r, "until"),
		Notice: community.Notice{ID: r.PathValue("id"), Title: text(r, "title"), Body: text(r, "body"), Issuer: text(r, "issuer"), Date: parseDay(text(r, "date"))}}
	if until := parseDay(f.UntilText); !until.IsZero() {
		f.Until = until.AddDate(0, 0, 1)
	}
	return f
}

func (a *Area) putNotice(r *console.Request) error {
	f := typedNotice(r)
	put := func(d community.Document) (community.Document, error) {
		n := f.Notice
		if n.ID == isNew {
			n.ID = a.fresh("n")
		} else if old, ok := d.Notice(n.ID); !ok {
			return d, bulletin.ErrNotFound
		} else if dayText(old.Date) == f.DateText {
			n.Date = old.Date
		}
		return bulletin.PutNotice(d, n), nil
	}
	f.Screen = asShown(f.Title, by(f.Issuer, f.Date), strings.Split(f.Body, "\n")...)
	switch r.PostFormValue("do") {
	case "publish":
	case "drop":
		put = func(d community.Document) (community.Document, error) { return bulletin.DropNotice(d, f.ID) }
	default:
		return r.Show(noticePage, f)
	}
	if err := edit(a, r.Context(), wire.DocumentCommunity, community.Parse, put); err != nil {
		f.wrong = why(err)
		return r.ShowWith(noticePage, f, refused(err))
	}
	return r.Redirect("/console/bulletin")
}

type contactForm struct {
	community.Contact
	wrong
	Path   string
	Screen *screen
}

func (a *Area) contact(r *console.Request) error {
	id := r.PathValue("id")
	if id == isNew {
		return r.Show(contactPage, contactForm{Path: isNew})
	}
	d, _, err := a.community(r.Context())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(d.Contacts, func(c community.Contact) bool { return c.ID == id })
	if at < 0 {
		return bulletin.ErrNotFound
	}
	return r.Show(contactPage, contactForm{Contact: d.Contacts[at], Path: id})
}

func (a *Area) putContact(r *console.Request) error {
	f := contactForm{Path: r.PathValue("id"), Contact: community.Contact{ID: r.PathValue("id"), Name: text(r, "name"), Number: text(r, "number"), Hours: text(r, "hours")}}
	f.Screen = asShown(f.Name, f.Hours, f.Number)
	put := func(d community.Document) (community.Document, error) {
		c := f.Contact
		if c.ID == isNew {
			c.ID = a.fresh("c")
		}
		return bulletin.PutContact(d, c), nil
	}
	switch r.PostFormValue("do") {
	case "publish":
	case "drop":
		put = func(d community.Document) (community.Document, error) { return bulletin.DropContact(d, f.ID) }
	default:
		return r.Show(contactPage, f)
	}
	if err := edit(a, r.Context(), wire.DocumentCommunity, community.Parse, put); err != nil {
		f.wrong = why(err)
		return r.ShowWith(contactPage, f, refused(err))
	}
	return r.Redirect("/console/bulletin")
}

type articleForm struct {
	policy.Article
	wrong
	Path                                    string
	Words, Further, DateText, UntilText, In string
	Topics                                  []policy.Topic
	Screen                                  *screen
}

// english is the locale whose titles a form has; paragraphs stay in their source's words.
const english = "en"

func (a *Area) article(r *console.Request) error {
	c, _, err := a.corpus(r.Context())
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if id == isNew {
		return r.Show(articlePage, articleForm{Path: isNew, Topics: c.Topics, DateText: dayText(a.Clock())})
	}
	one, ok := c.Article(id)
	if !ok {
		return bulletin.ErrNotFound
	}
	return r.Show(articlePage, articleForm{Article: *one, Path: id, Words: strings.Join(one.Paragraphs, "\n"), Further: strings.Join(one.Keywords, " "),
		DateText: dayText(one.Date), UntilText: dayText(one.Until), In: bulletin.Title(c, english, id), Topics: c.Topics})
}

// typedArticle is the article that a form describes: a line is a paragraph, and it holds
// to the end of its last day.
func typedArticle(r *console.Request) articleForm {
	f := articleForm{Path: r.PathValue("id"), Words: text(r, "words"), Further: text(r, "keywords"), DateText: text(r, "date"), UntilText: text(r, "until"), In: text(r, "in")}
	f.Article = policy.Article{ID: f.Path, Topic: text(r, "topic"), Title: text(r, "title"), Source: text(r, "source"), Link: text(r, "link"), Date: parseDay(f.DateText)}
	for line := range strings.SplitSeq(f.Words, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			f.Paragraphs = append(f.Paragraphs, line)
		}
	}
	for _, word := range strings.Fields(f.Further) {
		if !slices.Contains(f.Keywords, word) {
			f.Keywords = append(f.Keywords, word)
		}
	}
	if until := parseDay(f.UntilText); !until.IsZero() {
		f.Until = until.AddDate(0, 0, 1).Add(-time.Second)
	}
	return f
}

func (a *Area) putArticle(r *console.Request) error {
	f := typedArticle(r)
	c, _, err := a.corpus(r.Context())
	if err != nil {
		return err
	}
	f.Topics = c.Topics
	f.Screen = asShown(f.Title, by(f.Source, f.Date), f.Paragraphs...)
	put := func(c policy.Corpus) (policy.Corpus, error) {
		one := f.Article
		if one.ID == isNew {
			one.ID = a.fresh("a")
		}
		return bulletin.PutArticle(c, one, map[string]string{english: f.In}), nil
	}
	switch r.PostFormValue("do") {
	case "publish":
	case "drop":
		put = func(c policy.Corpus) (policy.Corpus, error) { return bulletin.DropArticle(c, f.ID) }
	default:
		return r.Show(articlePage, f)
	}
	if err := edit(a, r.Context(), wire.DocumentPolicy, policy.Parse, put); err != nil {
		f.wrong = why(err)
		return r.ShowWith(articlePage, f, refused(err))
	}
	return r.Redirect("/console/bulletin/articles")
}
