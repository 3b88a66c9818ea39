package community

import (
	"fmt"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

var (
	identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,31}$`)
	telephone  = regexp.MustCompile(`^[0-9]+([ -][0-9]+)*$`)
)

// reserved are ids of places that every terminal offers by itself.
var reserved = []string{"home", "other"}

// The longest texts, in characters. They are what a screen of large letters can
// show with paging; Chinese says in one character what English says in three,
// so translations may be three times as long.
const (
	longestName   = 24
	longestLine   = 60
	longestBody   = 1200
	longestNumber = 20
)

func (d *Document) check() error {
	if d.Version < 1 {
		return fmt.Errorf("version must be 1 or more")
	}
	ids := map[string]bool{}
	entry := func(section, id string) error {
		path := section + "." + id
		if !identifier.MatchString(id) || ids[path] {
			return fmt.Errorf("%s %q: the id must be new, in small letters, digits and _", section, id)
		}
		ids[path] = true
		return nil
	}
	for _, p := range d.Places {
		if err := entry("place", p.ID); err != nil {
			return err
		}
		if slices.Contains(reserved, p.ID) {
			return fmt.Errorf("place %s: every terminal offers this one by itself", p.ID)
		}
		if p.Icon != "" && !identifier.MatchString(p.Icon) {
			return fmt.Errorf("place %s: icon %q is no name of a picture", p.ID, p.Icon)
		}
	}
	for _, a := range d.Activities {
		if err := entry("activity", a.ID); err != nil {
			return err
		}
		if a.Start.IsZero() || !a.End.After(a.Start) {
			return fmt.Errorf("activity %s: needs a start and an end after it", a.ID)
		}
	}
	for _, n := range d.Notices {
		if err := entry("notice", n.ID); err != nil {
			return err
		}
		if n.Date.IsZero() || !n.Until.IsZero() && !n.Until.After(n.Date) {
			return fmt.Errorf("notice %s: needs a date, and until must be after it", n.ID)
		}
	}
	for _, c := range d.Contacts {
		if err := entry("contact", c.ID); err != nil {
			return err
		}
		if !telephone.MatchString(c.Number) || len(c.Number) > longestNumber {
			return fmt.Errorf("contact %s: number %q: at most %d digits, with single blanks or hyphens between them", c.ID, c.Number, longestNumber)
		}
	}
	for _, h := range d.Hours {
		if err := entry("hours", h.ID); err != nil {
			return err
		}
	}
	return d.checkTexts()
}

// checkTexts checks every text and its translations. A translation may be
// missing, because a notice about a burst pipe must not wait for a translator:
// it then comes in Chinese. One of a text that does not exist is a mistake.
func (d *Document) checkTexts() error {
	limits := map[string]int{}
	var first error
	d.texts(func(path string, text *string, longest int, needed bool) {
		limits[path] = longest
		if err := checkText(*text, longest, longest == longestBody); err != nil && first == nil {
			first = fmt.Errorf("%s: %w", path, err)
		}
		if needed && *text == "" && first == nil {
			first = fmt.Errorf("%s must not be empty", path)
		}
	})
	if first != nil {
		return first
	}
	for locale, texts := range d.Translations {
		for path, text := range texts {
			longest, known := limits[path]
			if !known {
				return fmt.Errorf("translations %s: %s is no text of this document", locale, path)
			}
			if text == "" {
				return fmt.Errorf("translations %s: %s is empty", locale, path)
			}
			if err := checkText(text, 3*longest, longest == longestBody); err != nil {
				return fmt.Errorf("translations %s: %s: %w", locale, path, err)
			}
		}
	}
	return nil
}

func checkText(text string, longest int, breaks bool) error {
	if n := utf8.RuneCountInString(text); n > longest {
		return fmt.Errorf("%d characters: at most %d", n, longest)
	}
	for _, r := range text {
		if unicode.IsControl(r) && !(breaks && r == '\n') {
			return fmt.Errorf("holds the control character %U", r)
		}
	}
	return nil
}
