// Package bulletin edits what residents read at terminals: the notices and telephone
// numbers of the community document, and the articles of the policy corpus. Each edit
// makes the next version of a document out of the one before; a translation of a text
// that changed goes with it, as it says what is no longer there. Whether a terminal would
// take the whole, the document's own package says when it is published.
package bulletin

import (
	"errors"
	"slices"

	"lintai/kiosk/community"
	"lintai/kiosk/policy"
)

// ErrNotFound is returned for an entry that is not in the document.
var ErrNotFound = errors.New("bulletin: no such entry")

// PutNotice adds a notice at the head, or replaces the one of its id.
func PutNotice(d community.Document, n community.Notice) community.Document {
	return edited(d, func(d *community.Document) {
		d.Notices = put(d.Notices, n, func(o community.Notice) bool { return o.ID == n.ID }, true)
	})
}

// DropNotice takes a notice out. ErrNotFound.
func DropNotice(d community.Document, id string) (community.Document, error) {
	if _, ok := d.Notice(id); !ok {
		return d, ErrNotFound
	}
	return edited(d, func(d *community.Document) {
		d.Notices = slices.DeleteFunc(slices.Clone(d.Notices), func(n community.Notice) bool { return n.ID == id })
	}), nil
}

// PutContact adds a number at the end, or replaces the one of its id.
func PutContact(d community.Document, c community.Contact) community.Document {
	return edited(d, func(d *community.Document) {
		d.Contacts = put(d.Contacts, c, func(o community.Contact) bool { return o.ID == c.ID }, false)
	})
}

// DropContact takes a number out. ErrNotFound.
func DropContact(d community.Document, id string) (community.Document, error) {
	if !slices.ContainsFunc(d.Contacts, func(c community.Contact) bool { return c.ID == id }) {
		return d, ErrNotFound
	}
	return edited(d, func(d *community.Document) {
		d.Contacts = slices.DeleteFunc(slices.Clone(d.Contacts), func(c community.Contact) bool { return c.ID == id })
	}), nil
}

func put[T any](all []T, one T, same func(T) bool, first bool) []T {
	all = slices.Clone(all)
	if at := slices.IndexFunc(all, same); at >= 0 {
		all[at] = one
		return all
	}
	if first {
		return slices.Insert(all, 0, one)
	}
	return append(all, one)
}

// edited is the next version of a document.
func edited(d community.Document, f func(*community.Document)) community.Document {
	before := d.Texts()
	f(&d)
	after := d.Texts()
	translations := map[string]map[string]string{}
	for locale, texts := range d.Translations {
		kept := map[string]string{}
		for path, text := range texts {
			if after[path] != "" && after[path] == before[path] {
				kept[path] = text
			}
		}
		if len(kept) > 0 {
			translations[locale] = kept
		}
	}
	d.Translations = nil
	if len(translations) > 0 {
		d.Translations = translations
	}
	d.Version++
	return d
}

// PutArticle adds an article behind the others, or replaces the one of its id. titles are
// its translations by locale; a locale of the corpus that has none keeps the one it had
// of the same title, and else shows the title as it is, for a corpus is translated whole.
func PutArticle(c policy.Corpus, a policy.Article, titles map[string]string) policy.Corpus {
	old, known := c.Article(a.ID)
	same := known && old.Title == a.Title
	c.Articles = put(c.Articles, a, func(o policy.Article) bool { return o.ID == a.ID }, false)
	c.Translations = translations(c, func(locale string, texts map[string]string) {
		path := articlePath(a.ID)
		switch {
		case titles[locale] != "":
			texts[path] = titles[locale]
		case !same || texts[path] == "":
			texts[path] = a.Title
		}
	})
	c.Version++
	return c
}

// DropArticle takes an article out. ErrNotFound.
func DropArticle(c policy.Corpus, id string) (policy.Corpus, error) {
	if _, ok := c.Article(id); !ok {
		return c, ErrNotFound
	}
	c.Articles = slices.DeleteFunc(slices.Clone(c.Articles), func(a policy.Article) bool { return a.ID == id })
	c.Translations = translations(c, func(_ string, texts map[string]string) { delete(texts, articlePath(id)) })
	c.Version++
	return c, nil
}

// Title is the translation of an article's title, "" where it is none.
func Title(c *policy.Corpus, locale, id string) string {
	text := c.Translations[locale][articlePath(id)]
	if a, ok := c.Article(id); ok && a.Title == text {
		return ""
	}
	return text
}

func articlePath(id string) string { return "article." + id + ".title" }

// translations are a corpus's, copied, each changed by f.
func translations(c policy.Corpus, f func(locale string, texts map[string]string)) map[string]map[string]string {
	if len(c.Translations) == 0 {
		return c.Translations
	}
	all := map[string]map[string]string{}
	for locale, texts := range c.Translations {
		changed := map[string]string{}
		for path, text := range texts {
			changed[path] = text
		}
		f(locale, changed)
		all[locale] = changed
	}
	return all
}
