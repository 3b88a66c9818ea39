// Package page holds what all pages of central have in common: the headers that
// tie a page to its own host, and times and words as residents and staff read
// them.
package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

// When writes a time as people read it now: with its year, unless that is this year; ""
// for the zero time.
func When(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	layout := phrase.ID("page.time")
	if t.In(phrase.Zone).Year() != now.In(phrase.Zone).Year() {
		layout = "page.moment"
	}
	return t.In(phrase.Zone).Format(phrase.Text(layout))
}

// Date writes a day, with its year; "" for the zero time.
func Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(phrase.Zone).Format(phrase.Text("page.date"))
}

// Moment writes a time with its year, for what is read or printed long afterwards; "" for
// the zero time.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(phrase.Zone).Format(phrase.Text("page.moment"))
}

// Status is the word for a status.
func Status(s docket.Status) string { return phrase.Text(phrase.ID("status." + string(s))) }

// Stars draws a rating: ★★★☆☆.
func Stars(n int) string {
	n = max(0, min(n, 5))
	return strings.Repeat("★", n) + strings.Repeat("☆", 5-n)
}

// Functions are what templates may call; Templates know the year that when asks for.
var Functions = template.FuncMap{"phrase": phrase.Text, "when": Moment, "date": Date, "moment": Moment, "status": Status, "stars": Stars, "section": section}

// sections are those that templates build an id of: {{section "reason." .Reason}}.
var sections = map[string]bool{"matter_kind.": true, "matter_outcome.": true, "access.": true, "access_why.": true, "reason.": true, "problem.": true, "urgency.": true, "unrated.": true, "action.": true, "category.": true, "concern.": true, "department.": true, "duplicate.": true, "role.": true, "role_means.": true, "account_action.": true, "callout_which.": true, "sensor_kind.": true, "sensor_which.": true}

func section(prefix string, key any) (string, error) {
	id := phrase.ID(prefix + fmt.Sprint(key))
	if !sections[prefix] || !phrase.Has(id) {
		return "", fmt.Errorf("page: no phrase %s", id)
	}
	return phrase.Text(id), nil
}

// policy lets a page load from its own host only, and run nothing that stands
// in the page itself: a text that slips through escaping stays a text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard sets the headers of every page. Referrer-Policy is same-origin rather
// than none: a browser that hides the referrer also hides the Origin that tells
// our own forms from others'.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}

// Asset serves a file that is part of the program. A browser keeps it, asks each time
// whether it is still the same, and is sent it again only when it is not. A file that is
// not there panics, at the program's start.
func Asset(files fs.FS, name string) http.HandlerFunc {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		http.ServeFileFS(w, r, files, name)
	}
}

// Write renders a template whole before the first byte goes out, so that a
// mistake in it is an error and not half a page. Pages are not cacheable.
func Write(w http.ResponseWriter, status int, t *Templates, name string, data any, now time.Time) error {
	var b bytes.Buffer
	if err := t.Execute(&b, name, data, now); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // a browser that is gone asks again
	return nil
}
