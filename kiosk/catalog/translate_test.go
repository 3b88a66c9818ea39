package catalog

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// English must not be Chinese in disguise.
func TestEnglishHasNoChinese(t *testing.T) {
	for path, text := range Default().Translated("en").Texts() {
		if i := strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }); i >= 0 {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// Whatever the texts are, translating changes nothing but them: the same steps
// in the same order, the same ids, urgencies, conditions and allow-lists.
func TestTranslatedChangesTextsOnly(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 4))
	for range 50 {
		c, before := copyOf(t), copyOf(t)
		texts := map[string]string{}
		for path := range c.Texts() {
			texts[path] = fmt.Sprintf("text %d", random.Uint32())
		}
		for _, d := range []*Catalog{c, before} {
			d.Translations["xx"] = texts
		}
		translated := c.Translated("xx")
		if err := translated.check(); err != nil {
			t.Fatal(err)
		}
		if got := translated.Texts(); !reflect.DeepEqual(got, texts) {
			t.Fatal("texts of the translation are missing in it")
		}
		if !reflect.DeepEqual(c, before) {
			t.Fatal("translating changed the catalogue itself")
		}
		blank(translated)
		blank(before)
		if !reflect.DeepEqual(translated, before) {
			t.Fatal("translating changed more than texts")
		}
	}
}

func blank(c *Catalog) { c.texts(func(_ string, text *string) { *text = "x" }) }

func TestTranslatedIntoAnUnknownLocaleIsTheCatalogueItself(t *testing.T) {
	if c := Default(); c.Translated("fr") != c || c.Translated(Chinese) != c {
		t.Error("it is another one")
	}
}

// Each path is one text's: two that share one would be translated alike.
func TestPathsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	Default().texts(func(path string, _ *string) {
		if seen[path] {
			t.Errorf("%s twice", path)
		}
		seen[path] = true
	})
}
