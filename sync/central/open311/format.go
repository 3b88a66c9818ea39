package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"strings"
	"time"
)

// format is the extension of an address.
type format string

const (
	asJSON format = "json"
	asXML  format = "xml"
)

// document is an answer that can be written in both formats.
type document interface {
	forJSON() any
	forXML() any
}

// failure is a refusal that the caller is told.
type failure struct {
	status      int
	description string
}

func (f failure) Error() string { return f.description }

// failures are all that is wrong with a request. The first one's status counts.
type failures []failure

func (f failures) Error() string { return f[0].description }

// errorDocument is the specification's form of an error.
type errorDocument failures

type errorEntry struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

func (e errorDocument) entries() []errorEntry {
	var all []errorEntry
	for _, f := range e {
		all = append(all, errorEntry{f.status, f.description})
	}
	return all
}

func (e errorDocument) forJSON() any { return e.entries() }

func (e errorDocument) forXML() any {
	return struct {
		XMLName xml.Name     `xml:"errors"`
		Errors  []errorEntry `xml:"error"`
	}{Errors: e.entries()}
}

// reply writes an answer and returns its status.
func (a *API) reply(w http.ResponseWriter, c *call, f format, d document, err error) int {
	status := http.StatusOK
	if err != nil {
		var one failure
		var all failures
		switch {
		case errors.As(err, &all):
		case errors.As(err, &one):
			all = failures{one}
		default:
			if c.Context().Err() == nil {
				a.Log.Error("open311 not served", "route", c.Pattern, "error", err)
			}
			all = failures{{http.StatusServiceUnavailable, "the service is unavailable, try again later"}}
		}
		status, d = all[0].status, errorDocument(all)
	}
	body, err := encode(f, d)
	if err != nil {
		a.Log.Error("open311 answer not encoded", "route", c.Pattern, "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return http.StatusInternalServerError
	}
	contentType := "application/json; charset=utf-8"
	if f == asXML {
		contentType = "text/xml; charset=utf-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Access-Control-Allow-Origin", "*") // public and without cookies
	w.WriteHeader(status)
	w.Write(body) // a caller that is gone asks again
	return status
}

func encode(f format, d document) ([]byte, error) {
	if f == asXML {
		body, err := xml.MarshalIndent(d.forXML(), "", "  ")
		return append([]byte(xml.Header), body...), err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(d.forJSON())
	return b.Bytes(), err
}

// stamp writes a time as the specification has it: W3C format, UTC, without
// fractions.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// list splits a comma-separated parameter; nil when it was not given.
func list(c *call, name string) []string {
	text := c.parameter(name)
	if text == "" {
		return nil
	}
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
