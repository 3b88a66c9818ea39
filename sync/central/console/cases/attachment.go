package cases

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
)

// attachment serves the bytes of one. They came from outside: the browser is told
// what they are, may take them for nothing else, and runs nothing in them.
func (a *Area) attachment(r *console.Request) error {
	if !seesAll(r.Who) {
		if err := a.shownTo(r); err != nil {
			return err
		}
	}
	one, err := a.Reader.Store.Attachment(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !slices.Contains(docket.AttachmentTypes, one.Type) {
		return docket.ErrNotFound
	}
	read := privacy.Read{Part: privacy.OfAttachment, Subject: one.ID}
	if a.shownTo(r) == nil { // else it stands on the page of no case
		read.Case, _ = strconv.ParseInt(r.URL.Query().Get("case"), 10, 64)
	}
	if err := r.Reads(read); err != nil {
		return err
	}
	h := r.Writer.Header()
	h.Set("Content-Type", one.Type)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	// In parts where the browser asks so: a voice note can be wound back.
	http.ServeContent(r.Writer, r.Request, "", one.ReceivedAt, bytes.NewReader(one.Data))
	return nil
}

// shownTo finds nothing unless the attachment stands on the page of a case that she
// who asks may see; the link on that page names the case.
func (a *Area) shownTo(r *console.Request) error {
	number, err := strconv.ParseInt(r.URL.Query().Get("case"), 10, 64)
	if err != nil {
		return docket.ErrNotFound
	}
	f, events, err := a.Reader.Store.Case(r.Context(), number)
	if err != nil {
		return err
	}
	if !sees(r.Who, f) {
		return docket.ErrNotFound
	}
	body, err := f.Request()
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Record != nil && slices.Contains(e.Record.Photos, r.PathValue("id")) {
			return nil
		}
	}
	named := body.Attachments
	ratings, err := a.Reader.Store.Ratings(r.Context(), number)
	if err != nil {
		return err
	}
	for _, rating := range ratings {
		said, err := rating.Request()
		if err != nil {
			return err
		}
		named = append(named, said.Attachments...)
	}
	for _, one := range named {
		if one.ID == r.PathValue("id") {
			return nil
		}
	}
	return docket.ErrNotFound
}
