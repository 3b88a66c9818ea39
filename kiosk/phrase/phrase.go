// Package phrase is the one string catalogue: every word that residents and
// staff read or hear, in Simplified Chinese, in zh-CN.toml, and what residents
// meet at a terminal also in English, in en.toml. Texts of services are not here: they are data of the catalogue.
//
// A text may hold {names} that are filled in by Text.
package phrase

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// ID names a text, e.g. "home.title".
type ID string

// Locale is a language and region, as BCP 47 writes it.
type Locale string

const (
	// Chinese is the language of the house: complete, and what staff read.
	Chinese Locale = "zh-CN"
	// English has every word that a resident meets at a terminal, and no other.
	English Locale = "en"
)

//go:embed zh-CN.toml
var chinese []byte

//go:embed en.toml
var english []byte

var texts = mustLoad(chinese)

var translations = map[Locale]map[ID]string{English: mustLoad(english)}

// In is Text in a locale. What has no text there comes in Chinese: better a word
// in the wrong language than none.
func In(l Locale, id ID, pairs ...string) string {
	if text, ok := translations[l][id]; ok {
		return fill(text, pairs)
	}
	return Text(id, pairs...)
}

func mustLoad(doc []byte) map[ID]string {
	var sections map[string]map[string]string
	if err := toml.Unmarshal(doc, &sections); err != nil {
		panic("phrase: " + err.Error())
	}
	m := map[ID]string{}
	for section, entries := range sections {
		for key, text := range entries {
			m[ID(section+"."+key)] = text
		}
	}
	return m
}

// Text returns the text of an id, with {name} replaced by the value that
// follows the name in pairs: Text("saved.code", "code", "0012 3456 7891").
// An unknown id is a mistake of the programmer and panics; a test finds every
// id used in the module.
func Text(id ID, pairs ...string) string {
	text, ok := texts[id]
	if !ok {
		panic(fmt.Sprintf("phrase: no text for %q", id))
	}
	return fill(text, pairs)
}

func fill(text string, pairs []string) string {
	if len(pairs) == 0 {
		return text
	}
	replacements := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replacements = append(replacements, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(replacements...).Replace(text)
}

// Has tells whether an id has a text.
func Has(id ID) bool {
	_, ok := texts[id]
	return ok
}

// IDs returns every id of the catalogue.
func IDs() []ID {
	all := make([]ID, 0, len(texts))
	for id := range texts {
		all = append(all, id)
	}
	return all
}
