package kioskapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"lintai/sync/central/intake"
	"lintai/sync/wire"
)

func (a *API) push(w http.ResponseWriter, r *http.Request, kiosk int) error {
	body, err := a.receive(w, r, kiosk, wire.MaxBodyBytes)
	if err != nil {
		return err
	}
	done, err := a.bodies.turn(r.Context())
	if err != nil {
		return err
	}
	defer done()
	if body, err = plain(body, r.Header.Get("Content-Encoding")); err != nil {
		return err
	}
	push, err := decodePush(body)
	if err != nil {
		return err
	}
	if err := ofAnother(kiosk, push.Kiosk, "push"); err != nil {
		return err
	}
	answers, err := a.Receiver.Push(r.Context(), kiosk, push)
	if errors.Is(err, intake.ErrTooLarge) {
		return tooLarge(wire.MaxSealedBytes)
	}
	if err != nil {
		return err
	}
	if a.Answered != nil {
		for _, one := range answers {
			a.Answered(string(one.Outcome))
		}
	}
	now := a.Clock().UTC()
	if !push.DeviceTime.IsZero() {
		a.Presence.Offset(r.Context(), kiosk, now.Sub(push.DeviceTime))
	}
	a.reply(w, http.StatusOK, wire.PushAnswer{Protocol: wire.Protocol, ServerTime: now, Answers: answers})
	return nil
}

// plain undoes the encoding of a body.
func plain(body []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "", "identity":
		return body, nil
	case wire.EncodingGzip:
		body, err := wire.Decompress(body, wire.MaxBodyBytes)
		switch {
		case errors.Is(err, wire.ErrTooLarge):
			return nil, tooLarge(wire.MaxBodyBytes)
		case err != nil:
			return nil, failure{http.StatusBadRequest, "bad_request", "the body is not one whole gzip member"}
		}
		return body, nil
	}
	return nil, failure{http.StatusUnsupportedMediaType, "bad_request", "bodies are plain or gzip"}
}

// decodePush reads a push. Keys that it does not know are let through: a newer
// terminal may say more. A few bytes of JSON can become many items, so they are
// counted before there is room made for them.
func decodePush(body []byte) (wire.Push, error) {
	var counted struct {
		wire.Push
		Items items `json:"items"`
	}
	// As encoding/json reads it, in a third of its time.
	if err := json.Unmarshal(body, &counted, jsonv1.DefaultOptionsV1()); err != nil {
		if errors.Is(err, errManyItems) {
			return wire.Push{}, failure{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a push has at most %d items", wire.MaxItems)}
		}
		// Without the decoder's words: they may quote the body.
		return wire.Push{}, failure{http.StatusBadRequest, "bad_request", "the body is not one push as JSON"}
	}
	push := counted.Push
	push.Items = counted.Items
	return push, nil
}

type items []wire.Item

var errManyItems = errors.New("kioskapi: more items than a push may have")

// UnmarshalJSONFrom reads one array of at most wire.MaxItems.
func (all *items) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*all = nil // as for any key that comes twice: the last one counts
	switch t, err := d.ReadToken(); {
	case err != nil:
		return err
	case t.Kind() == 'n':
		return nil
	case t.Kind() != '[':
		return errors.New("kioskapi: items are an array")
	}
	for d.PeekKind() != ']' {
		if len(*all) == wire.MaxItems {
			return errManyItems
		}
		var i wire.Item
		if err := json.UnmarshalDecode(d, &i); err != nil {
			return err
		}
		*all = append(*all, i)
	}
	_, err := d.ReadToken()
	return err
}
