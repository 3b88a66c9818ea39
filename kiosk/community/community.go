// Package community is what a neighbourhood says about itself, as one document
// on the terminal: its places, activities, notices, telephone numbers and
// opening hours. It works offline; what is over is not shown any more.
//
// The document is JSON, written in Chinese, with translations of its texts
// beside them by their path.
package community

import (
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
	Body   string    `json:"body"`
	Issuer string    `json:"issuer"`
	Date   time.Time `json:"date"`
	Until  time.Time `json:"until,omitzero"` // zero: stays
}

// Contact is a telephone number.
type Contact struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Hours  string `json:"hours,omitempty"`
}

// Hours are the opening hours of one place.
type Hours struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Text string `json:"text"`
}
