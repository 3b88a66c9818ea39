// Package community is what a neighbourhood says about itself, as one document
// on the terminal: its places, activities, notices, telephone numbers and
// opening hours. It works offline; what is over is not shown any more.
//
// The document is JSON, written in Chinese, with translations of its texts
// beside them by their path. What ships inside the binary is true in every
// neighbourhood: the numbers of the public services. A community replaces it by
// its own file.
package community

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Document is one version of it.
type Document struct {
	Version    int        `json:"version"`
	Places     []Place    `json:"places,omitempty"`
	Activities []Activity `json:"activities,omitempty"`
	Notices    []Notice   `json:"notices,omitempty"`
	Contacts   []Contact  `json:"contacts,omitempty"`
	Hours      []Hours    `json:"hours,omitempty"`
	// Translations are texts by locale and path, e.g. "en": {"notice.water.title": …}.
	Translations map[string]map[string]string `json:"translations,omitempty"`
}

// Place is one that everybody here knows by its name.
type Place struct {
	ID     string `json:"id"`
	Name   string `json:"name"` // "3号楼", "小区东门"
	Detail string `json:"detail,omitempty"`
	Icon   string `json:"icon,omitempty"`
}

// Activity is one that residents can join.
type Activity struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"` // "义诊：量血压、测血糖"
	Place  string    `json:"place"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Detail string    `json:"detail,omitempty"` // what to bring, for whom
}

// Notice is an announcement.
type Notice struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Body   string    `json:"body"` // paragraphs end with a line break
	Issuer string    `json:"issuer"`
	Date   time.Time `json:"date"`           // shown from then on
	Until  time.Time `json:"until,omitzero"` // no longer shown from then on; zero: stays
}

// Contact is a telephone number.
type Contact struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number"` // digits, with blanks or hyphens between them
	Hours  string `json:"hours,omitempty"`
}

// Hours are the opening hours of one place.
type Hours struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Text string `json:"text"`
}

//go:embed default.json
var defaultDocument []byte

var parseDefault = sync.OnceValue(func() *Document {
	d, err := Parse(defaultDocument)
	if err != nil {
		panic("community: the built-in document is invalid: " + err.Error())
	}
	return d
})

// Default is the document inside the binary: the numbers of the public services
// and nothing that only one neighbourhood has. It must not be changed.
func Default() *Document { return parseDefault() }

// Parse reads a document and checks it. Unknown keys are errors, so that a
// misspelt "until" cannot keep an old notice on the screen.
func Parse(document []byte) (*Document, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.DisallowUnknownFields()
	var d Document
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("community: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("community: text after the document")
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("community: %w", err)
	}
	return &d, nil
}

// Place finds a place by its id.
func (d *Document) Place(id string) (*Place, bool) {
	return find(d.Places, func(p *Place) string { return p.ID }, id)
}

// Activity finds an activity by its id.
func (d *Document) Activity(id string) (*Activity, bool) {
	return find(d.Activities, func(a *Activity) string { return a.ID }, id)
}

// Notice finds a notice by its id.
func (d *Document) Notice(id string) (*Notice, bool) {
	return find(d.Notices, func(n *Notice) string { return n.ID }, id)
}

func find[T any](all []T, id func(*T) string, wanted string) (*T, bool) {
	for i := range all {
		if id(&all[i]) == wanted {
			return &all[i], true
		}
	}
	return nil, false
}
