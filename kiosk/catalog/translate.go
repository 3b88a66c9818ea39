package catalog

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Translated returns the catalogue in another locale. Services, steps and ids
// stay as they are; only texts change. A locale without translations gives the
// catalogue itself.
func (c *Catalog) Translated(locale string) *Catalog {
	texts, ok := c.Translations[locale]
	if !ok {
		return c
	}
	t := *c
	t.Services = slices.Clone(c.Services)
	for i := range t.Services {
		t.Services[i].Steps = slices.Clone(t.Services[i].Steps)
		for j := range t.Services[i].Steps {
			st := &t.Services[i].Steps[j]
			st.Options, st.Periods = slices.Clone(st.Options), slices.Clone(st.Periods)
			for k := range st.Options {
				st.Options[k].Needs = slices.Clone(st.Options[k].Needs)
			}
		}
	}
	t.texts(func(path string, text *string) {
		if translated, ok := texts[path]; ok {
			*text = translated
		}
	})
	return &t
}

// texts visits every text that a resident reads or hears, with its path:
// "repair.tile", "repair.what.title", "repair.what.water.name",
// "certificate.which.residence.needs.0".
func (c *Catalog) texts(visit func(path string, text *string)) {
	one := func(path string, text *string) {
		if *text != "" {
			visit(path, text)
		}
	}
	options := func(path string, all []Option) {
		for i := range all {
			o := &all[i]
			one(path+"."+o.ID+".name", &o.Name)
			one(path+"."+o.ID+".detail", &o.Detail)
			for j := range o.Needs {
				one(fmt.Sprintf("%s.%s.needs.%d", path, o.ID, j), &o.Needs[j])
			}
		}
	}
	for i := range c.Services {
		s := &c.Services[i]
		one(s.Code+".name", &s.Name)
		one(s.Code+".tile", &s.Tile)
		one(s.Code+".description", &s.Description)
		one(s.Code+".awaits", &s.Awaits)
		one(s.Code+".purpose", &s.Purpose)
		for j := range s.Steps {
			st := &s.Steps[j]
			path := s.Code + "." + st.ID
			one(path+".title", &st.Title)
			one(path+".label", &st.Label)
			one(path+".prompt", &st.Prompt)
			one(path+".hint", &st.Hint)
			one(path+".suffix", &st.Suffix)
			options(path, st.Options)
			options(path, st.Periods)
		}
	}
}

// checkTranslations refuses a locale that lacks a text or translates one that
// does not exist: half a translation leaves a resident with two languages.
func (c *Catalog) checkTranslations() error {
	for locale, texts := range c.Translations {
		known := map[string]bool{}
		var missing string
		c.texts(func(path string, _ *string) {
			known[path] = true
			if _, ok := texts[path]; !ok && missing == "" {
				missing = path
			}
		})
		if missing != "" {
			return fmt.Errorf("translations %s: %s is missing", locale, missing)
		}
		for path, text := range texts {
			switch {
			case !known[path]:
				return fmt.Errorf("translations %s: %s is no text of this catalogue", locale, path)
			case text == "" && !strings.HasSuffix(path, ".suffix"):
				// A suffix may be one word in Chinese and none elsewhere.
				return fmt.Errorf("translations %s: %s is empty", locale, path)
			}
			if err := checkCharacters(text); err != nil {
				return fmt.Errorf("translations %s: %s: %w", locale, path, err)
			}
		}
	}
	return nil
}

// checkOwnTexts checks the texts that the document itself holds.
func (c *Catalog) checkOwnTexts() error {
	var first error
	c.texts(func(path string, text *string) {
		if err := checkCharacters(*text); err != nil && first == nil {
			first = fmt.Errorf("%s: %w", path, err)
		}
	})
	return first
}

// checkCharacters refuses what would reach a screen, a voice or a printer as a
// command and not as a word.
func checkCharacters(text string) error {
	for _, r := range text {
		if unicode.IsControl(r) {
			return fmt.Errorf("holds the control character %U", r)
		}
	}
	return nil
}

// Texts lists every text that a resident reads or hears, by its path.
func (c *Catalog) Texts() map[string]string {
	all := map[string]string{}
	c.texts(func(path string, text *string) { all[path] = *text })
	return all
}
