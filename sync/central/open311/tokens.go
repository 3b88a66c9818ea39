package open311

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"lintai/sync/central/docket"
)

// tokenEntry is the answer to a token.
type tokenEntry struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id" xml:"service_request_id"`
	Token   string   `json:"token" xml:"token"`
}

func (e tokenEntry) forJSON() any { return []tokenEntry{e} }

func (e tokenEntry) forXML() any {
	return struct {
		XMLName xml.Name `xml:"service_requests"`
		Entry   tokenEntry
	}{Entry: e}
}

// token finds a request by the id that whoever made it gave it. One that is still on
// its way is not there yet: the client asks again.
func (a *API) token(c *call) (document, error) {
	nobody := failure{http.StatusNotFound, "no request has this token, or it has not arrived yet"}
	id, err := uuid.Parse(c.name)
	if err != nil {
		return nil, nobody
	}
	filed, err := a.Channels.CaseByID(c.Context(), id.String())
	if errors.Is(err, docket.ErrNotFound) {
		return nil, nobody
	}
	if err != nil {
		return nil, err
	}
	if _, ok := a.readable(c, filed); !ok {
		return nil, nobody
	}
	return tokenEntry{ID: string(filed.Ticket), Token: id.String()}, nil
}
