package open311

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
)

// update is one event of one request, as FixMyStreet's extension has it
// (https://github.com/mysociety/fixmystreet/wiki/Open311-FMS---Complete-Spec).
type update struct {
	XMLName     xml.Name    `json:"-" xml:"request_update"`
	ID          string      `json:"update_id" xml:"update_id"`
	Request     string      `json:"service_request_id" xml:"service_request_id"`
	Status      string      `json:"status" xml:"status"`
	Updated     string      `json:"updated_datetime" xml:"updated_datetime"`
	Description string      `json:"description" xml:"description"`
	MediaURL    optional    `json:"media_url" xml:"media_url"`
	Extended    *attributes `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

type updateList []update

func (u updateList) forJSON() any { return []update(u) }

func (u updateList) forXML() any {
	return struct {
		XMLName xml.Name `xml:"service_request_updates"`
		Updates []update
	}{Updates: u}
}

// updateID names an event: no other has its code and number.
func updateID(code ticket.Code, event int64) string { return fmt.Sprintf("%s-%d", string(code), event) }

// updates lists what happened to requests, oldest first. That a request was made is no
// update of it.
func (a *API) updates(c *call) (document, error) {
	q := channel.UpdateQuery{Services: a.public(), Own: c.channel.Number}
	if err := dates(c, a.Clock(), &q.From, &q.Until); err != nil {
		return nil, err
	}
	if q.Until.IsZero() {
		q.Until = q.From.Add(span + 24*time.Hour)
	}
	if err := pages(c, &q.Limit, &q.Offset); err != nil {
		return nil, err
	}
	found, err := a.Channels.Updates(c.Context(), q)
	if err != nil {
		return nil, err
	}
	extensions := c.parameter("extensions") == "true"
	all := updateList{}
	for _, f := range found {
		if _, ok := a.readable(c, f.Case); !ok || f.Event.Number == 1 {
			continue
		}
		text, ok := words(f.Event, c.mine(f.Case))
		if !ok {
			continue
		}
		u := update{ID: updateID(f.Case.Ticket, f.Event.Number), Request: string(f.Case.Ticket), Status: coarse(f.Event.Status),
			Updated: stamp(f.Event.At), Description: text}
		if extensions {
			u.Extended = &attributes{Status: f.Event.Status}
		}
		all = append(all, u)
	}
	return all, nil
}

// noted is the answer to a POST of an update.
type noted struct {
	XMLName xml.Name `json:"-" xml:"request_update"`
	ID      string   `json:"update_id" xml:"update_id"`
}

func (n noted) forJSON() any { return []noted{n} }

func (n noted) forXML() any {
	return struct {
		XMLName xml.Name `xml:"service_request_updates"`
		Entry   noted
	}{Entry: n}
}

// note takes an update of a channel: what somebody says of a request that is there. Staff
// read it with the case, and it moves nothing; a status that the channel states is a
// word of it.
func (a *API) note(c *call) (document, error) {
	text := strings.TrimSpace(c.form.Get("service_request_id"))
	if text == "" {
		return nil, failure{http.StatusBadRequest, "service_request_id is missing"}
	}
	code, err := ticket.Parse(text)
	if err != nil {
		return nil, failure{http.StatusNotFound, "no such service_request_id"}
	}
	words := tidy(c.form.Get("description"))
	key := c.form.Get("update_id")
	var wrong failures
	switch strings.ToLower(strings.TrimSpace(c.form.Get("status"))) {
	case "", "open":
	case "closed", "fixed":
		words = strings.TrimSpace(phrase.Text("public.says_closed") + "\n" + words)
	default:
		wrong = append(wrong, failure{http.StatusBadRequest, "status must be open or closed"})
	}
	if words == "" {
		wrong = append(wrong, failure{http.StatusBadRequest, "description is missing"})
	}
	if utf8.RuneCountInString(words) > maxDescription {
		wrong = append(wrong, failure{http.StatusBadRequest, "description has at most " + strconv.Itoa(maxDescription) + " characters"})
	}
	if len(key) > maxKey {
		wrong = append(wrong, failure{http.StatusBadRequest, "update_id has at most " + strconv.Itoa(maxKey) + " characters"})
	}
	for _, link := range c.form["media_url"] {
		if link = strings.TrimSpace(link); link == "" {
			continue
		}
		if !isLink(link) {
			wrong = append(wrong, failure{http.StatusBadRequest, "media_url must be an address of the web"})
			continue
		}
		words += "\n" + link
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	done, err := a.Receiver.Note(c.Context(), c.channel, channel.Note{
		Ticket: code, Text: words, Key: key, Content: channel.ContentOf(content(c.form)),
		May: func(filed docket.Case) bool { _, ok := a.readable(c, filed); return ok },
	})
	switch {
	case errors.Is(err, docket.ErrNotFound):
		return nil, failure{http.StatusNotFound, "no such service_request_id"}
	case errors.Is(err, channel.ErrOther):
		return nil, failure{http.StatusBadRequest, "something else was sent under this update_id"}
	case err != nil:
		return nil, err
	}
	return noted{ID: updateID(code, done.Event)}, nil
}
