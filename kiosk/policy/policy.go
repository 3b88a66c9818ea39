// Package policy is the policy corpus on the terminal: articles that answer
// residents' questions in the words of their source, with its name and date.
// Nothing is composed: what a screen shows is a paragraph of an article, or the
// plain word that nothing was found.
//
// The corpus inside the binary quotes national laws and regulations only, word for
// word under the numbers of their articles: what holds in every community.
// Amounts, counters and opening hours differ from place to place and are not in
// it. A community replaces it with its own corpus (content/policy.json), and
// answers for it: whoever puts up a terminal compares each article with the law
// of that day.
package policy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Corpus is one version of the document.
type Corpus struct {
	Version  int       `json:"version"`
	Topics   []Topic   `json:"topics"`
	Articles []Article `json:"articles"`
	// Translations are texts by locale and path, e.g. "en": {"topic.pension.name": …,
	// "article.residence.title": …}. Paragraphs and sources stay in the language of
	// their source: a translated law would not be the law.
	Translations map[string]map[string]string `json:"translations,omitempty"`
}

// Topic is a tile behind which articles stand.
type Topic struct {
	ID     string `json:"id"`
	Name   string `json:"name"` // "养老"
	Detail string `json:"detail,omitempty"`
	Icon   string `json:"icon,omitempty"`
}

// Article answers one question.
type Article struct {
	ID         string    `json:"id"`
	Topic      string    `json:"topic"`
	Title      string    `json:"title"`              // as a resident would ask: "高龄津贴怎么领？"
	Keywords   []string  `json:"keywords,omitempty"` // further words that lead here
	Paragraphs []string  `json:"paragraphs"`         // in the words of the source
	Source     string    `json:"source"`             // document and issuer
	Date       time.Time `json:"date"`               // since when the source holds in these words
	Until      time.Time `json:"until,omitzero"`     // the last moment; zero: valid until replaced
	Link       string    `json:"link,omitempty"`     // shown as a QR code beside the text
}

//go:embed default.json
var defaultDocument []byte

var parseDefault = sync.OnceValue(func() *Corpus {
	c, err := Parse(defaultDocument)
	if err != nil {
		panic("policy: the built-in corpus is invalid: " + err.Error())
	}
	return c
})

// Default is the corpus inside the binary. It must not be changed.
func Default() *Corpus { return parseDefault() }

// Parse reads a corpus and checks it. Unknown keys are errors, so that a misspelt
// one cannot silently drop the day on which an article ends.
func Parse(document []byte) (*Corpus, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.DisallowUnknownFields()
	var c Corpus
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("policy: text after the document")
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return &c, nil
}

// Topic finds a topic by its id.
func (c *Corpus) Topic(id string) (*Topic, bool) {
	for i := range c.Topics {
		if c.Topics[i].ID == id {
			return &c.Topics[i], true
		}
	}
	return nil, false
}

// Article finds an article by its id, whether it is valid or not.
func (c *Corpus) Article(id string) (*Article, bool) {
	for i := range c.Articles {
		if c.Articles[i].ID == id {
			return &c.Articles[i], true
		}
	}
	return nil, false
}

// ByTopic lists the articles of a topic that are valid at a time, in the order of
// the document.
func (c *Corpus) ByTopic(topic string, at time.Time) []*Article {
	var all []*Article
	for i := range c.Articles {
		if a := &c.Articles[i]; a.Topic == topic && a.ValidAt(at) {
			all = append(all, a)
		}
	}
	return all
}

// ValidAt tells whether the article holds at a time: not before the date of its
// source, nor after its end.
func (a *Article) ValidAt(t time.Time) bool {
	return !t.Before(a.Date) && (a.Until.IsZero() || !t.After(a.Until))
}
