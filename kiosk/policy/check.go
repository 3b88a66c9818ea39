package policy

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

const (
	// longestLink still gives a QR code that a telephone reads off a slip.
	longestLink = 200
	// earliest is older than any law in force; a date before it is a slip of the pen.
	earliest = 1949
)

func (c *Corpus) check() error {
	if c.Version < 1 {
		return fmt.Errorf("version must be 1 or more")
	}
	if len(c.Topics) == 0 || len(c.Articles) == 0 {
		return fmt.Errorf("no topics or no articles")
	}
	empty := map[string]bool{} // topics that no article is behind
	for i, t := range c.Topics {
		if _, twice := empty[t.ID]; twice || !identifier.MatchString(t.ID) {
			return fmt.Errorf("topic %d: id %q: must be new, in small letters, digits and _", i+1, t.ID)
		}
		empty[t.ID] = true
		if err := t.check(); err != nil {
			return fmt.Errorf("topic %s: %w", t.ID, err)
		}
	}
	seen := map[string]bool{}
	for i := range c.Articles {
		a := &c.Articles[i]
		if seen[a.ID] || !identifier.MatchString(a.ID) {
			return fmt.Errorf("article %d: id %q: must be new, in small letters, digits and _", i+1, a.ID)
		}
		seen[a.ID] = true
		if _, ok := empty[a.Topic]; !ok {
			return fmt.Errorf("article %s: there is no topic %q", a.ID, a.Topic)
		}
		empty[a.Topic] = false
		if err := a.check(); err != nil {
			return fmt.Errorf("article %s: %w", a.ID, err)
		}
	}
	for _, t := range c.Topics {
		if empty[t.ID] {
			return fmt.Errorf("topic %s: no article is behind it", t.ID)
		}
	}
	return c.checkTranslations()
}

func (t *Topic) check() error {
	if err := checkText("name", t.Name); err != nil {
		return err
	}
	if t.Detail != "" {
		return checkText("detail", t.Detail)
	}
	return nil
}

func (a *Article) check() error {
	if err := checkText("title", a.Title); err != nil {
		return err
	}
	if err := checkText("source", a.Source); err != nil {
		return err
	}
	for i, k := range a.Keywords {
		if err := checkText("keywords", k); err != nil {
			return err
		}
		if slices.Contains(a.Keywords[:i], k) {
			return fmt.Errorf("keywords: %q twice", k)
		}
	}
	if len(a.Paragraphs) == 0 {
		return fmt.Errorf("paragraphs: none")
	}
	for i, p := range a.Paragraphs {
		if err := checkText(fmt.Sprintf("paragraph %d", i+1), p); err != nil {
			return err
		}
	}
	if a.Date.Year() < earliest {
		return fmt.Errorf("date: the day since which the source holds must be given")
	}
	if !a.Until.IsZero() && a.Until.Before(a.Date) {
		return fmt.Errorf("until %s: before its date %s", a.Until.Format(time.DateOnly), a.Date.Format(time.DateOnly))
	}
	if a.Link != "" {
		u, err := url.Parse(a.Link)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(a.Link) > longestLink {
			return fmt.Errorf("link %q: an address with https, of at most %d bytes", a.Link, longestLink)
		}
	}
	return nil
}

// checkText refuses what would leave an empty place on the screen, and characters
// that nobody sees: a line is broken by the screen, not by the document.
func checkText(what, text string) error {
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("%s must not be empty", what)
	}
	if text != strings.TrimSpace(text) {
		return fmt.Errorf("%s: space at its begin or end", what)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, invisible) {
		return fmt.Errorf("%s: has a character that cannot be shown", what)
	}
	return nil
}

func invisible(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) }
