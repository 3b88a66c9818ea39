// Package policy is the policy corpus on the terminal: articles that answer
// residents' questions in the words of their source, with its name and date.
// Nothing is composed: what a screen shows is a paragraph of an article, or the
// plain word that nothing was found.
package policy

import "time"

// Corpus is one version of the document.
type Corpus struct {
	Version  int       `json:"version"`
	Topics   []Topic   `json:"topics"`
	Articles []Article `json:"articles"`
	// Translations are texts by locale and path, e.g. "en": {"topic.pension.name": …}.
	// Articles are shown in the language of their source.
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
	Date       time.Time `json:"date"`               // of the source
	Until      time.Time `json:"until,omitzero"`     // zero: valid until replaced
	Link       string    `json:"link,omitempty"`     // printed and shown as a QR code
}
