package kioskapi

import (
	"context"
	"encoding/json"
	"math"
	"strings"

	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// news makes the events of one terminal's stream. An answer to a call goes out
// itself, before the word that there is something to pull: somebody waits for it.
type news struct {
	api    *API
	kiosk  int
	cursor int64 // of the changes that were looked at
}

// newsOf begins with what changes from now on; the rest is pulled.
func (a *API) newsOf(ctx context.Context, kiosk int) (*news, error) {
	_, head, err := a.Store.Changes(ctx, kiosk, math.MaxInt64, 1)
	return &news{a, kiosk, head}, err
}

func (n *news) event(ctx context.Context, word live.Word) string {
	if word.Kind == live.Documents || word.Kind == live.Orders {
		return streamEvent(word)
	}
	return n.answers(ctx) + streamEvent(word)
}

// answers are the events of the answers since the last time. Where they cannot be
// read, the pull brings them.
func (n *news) answers(ctx context.Context) string {
	changes, _, err := n.api.Store.Changes(ctx, n.kiosk, n.cursor, wire.MaxPull)
	if err != nil {
		n.api.Log.Warn("answers for a stream cannot be read", "kiosk", n.kiosk, "error", err)
		return ""
	}
	var text strings.Builder
	for _, c := range changes {
		n.cursor = c.Cursor
		if c.Answer == nil {
			continue
		}
		if data, err := json.Marshal(c.Answer); err == nil { // one line: JSON escapes breaks
			text.WriteString("event: " + wire.StreamAnswer + "\ndata: " + string(data) + "\n\n")
		}
	}
	return text.String()
}
