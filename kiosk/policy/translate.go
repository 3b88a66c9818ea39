package policy

import (
	"fmt"
	"slices"
)

// Translated returns the corpus with topics and titles in another locale. Ids,
// paragraphs and sources stay as they are. A locale without translations gives
// the corpus itself.
func (c *Corpus) Translated(locale string) *Corpus {
	texts, ok := c.Translations[locale]
	if !ok {
		return c
	}
	t := *c
	t.Topics, t.Articles = slices.Clone(c.Topics), slices.Clone(c.Articles)
	t.texts(func(path string, text *string) {
		if translated, ok := texts[path]; ok {
			*text = translated
		}
	})
	return &t
}

// texts visits every text that is translated, with its path: "topic.elder.name",
// "article.residence.title".
func (c *Corpus) texts(visit func(path string, text *string)) {
	for i := range c.Topics {
		t := &c.Topics[i]
		visit("topic."+t.ID+".name", &t.Name)
		if t.Detail != "" {
			visit("topic."+t.ID+".detail", &t.Detail)
		}
	}
	for i := range c.Articles {
		visit("article."+c.Articles[i].ID+".title", &c.Articles[i].Title)
	}
}

// checkTranslations refuses a locale that lacks a text or translates one that
// does not exist: half a translation leaves a resident with two languages.
func (c *Corpus) checkTranslations() error {
	for locale, texts := range c.Translations {
		known := map[string]bool{}
		var mistake error
		c.texts(func(path string, _ *string) {
			known[path] = true
			text, ok := texts[path]
			switch {
			case mistake != nil:
			case !ok:
				mistake = fmt.Errorf("%s is missing", path)
			default:
				mistake = checkText(path, text)
			}
		})
		if mistake != nil {
			return fmt.Errorf("translations %s: %w", locale, mistake)
		}
		for path := range texts {
			if !known[path] {
				return fmt.Errorf("translations %s: %s is no text of this corpus", locale, path)
			}
		}
	}
	return nil
}
