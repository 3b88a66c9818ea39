package open311

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"lintai/sync/central/channel"
	"lintai/sync/central/limit"
)

// maxForm is the largest body of a POST: a description of 4000 characters, each nine
// bytes in a form, and as much again for the rest.
const maxForm = 96 << 10

var errTooMuch = failure{http.StatusTooManyRequests, "too many requests, try again in a second"}

// admit finds out who asks, and whether that is not too often. A GET needs no key: with
// a wrong one it shows what everybody may see.
func (a *API) admit(w http.ResponseWriter, c *call) (document, error) {
	if c.Method == http.MethodPost {
		var err error
		if c.form, err = readForm(w, c.Request); err != nil {
			return nil, err
		}
	}
	key := channel.Key(c.form.Get("api_key"))
	if key == "" {
		key = channel.Key(c.parameter("api_key"))
	}
	if key != "" {
		if !a.Guesses.Allowed(c.Request) {
			return nil, late(w)
		}
		var err error
		c.channel, err = a.Channels.ChannelByKey(c.Context(), key.Hash())
		switch {
		case errors.Is(err, channel.ErrNotFound):
			a.Guesses.Wrong(c.Request)
		case err != nil:
			return nil, err
		default:
			a.noteUse(c)
		}
	}
	switch {
	case c.known() && !a.Keys.Take(strconv.Itoa(c.channel.Number)):
		return nil, late(w)
	case !c.known() && !a.Addresses.Take(limit.Address(c.Request)):
		return nil, late(w)
	case c.known() || c.Method != http.MethodPost:
		return nil, nil
	case key == "":
		return nil, failure{http.StatusForbidden, "api_key is missing"}
	}
	return nil, failure{http.StatusForbidden, "the api_key is not known, or was revoked"}
}

// noteUse notes that a channel's key is in use. Nobody is refused because that failed.
func (a *API) noteUse(c *call) {
	now := a.Clock().UTC()
	if now.Sub(c.channel.UsedAt) < channel.UseEvery {
		return
	}
	if err := a.Channels.UseChannel(c.Context(), c.channel.Number, now); err != nil {
		a.Log.Warn("the use of a key is not noted", "channel", c.channel.Number, "error", err)
	}
}

func late(w http.ResponseWriter) error {
	w.Header().Set("Retry-After", "1")
	return errTooMuch
}

// readForm reads the body of a POST, which GeoReport wants as a form and in UTF-8.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, failure{http.StatusBadRequest, "Content-Type must be application/x-www-form-urlencoded; files cannot be sent, only a media_url"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, failure{http.StatusBadRequest, "the request is too large"}
		}
		return nil, failure{http.StatusBadRequest, "the request could not be read"}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, failure{http.StatusBadRequest, "the form is not well encoded"}
	}
	for name, values := range form {
		for _, v := range values {
			if !utf8.ValidString(v) || !utf8.ValidString(name) {
				return nil, failure{http.StatusBadRequest, "the form is not in UTF-8"}
			}
		}
	}
	return form, nil
}
