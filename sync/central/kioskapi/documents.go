package kioskapi

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/publish"
	"lintai/sync/wire"
)

// documents lists the documents that are in force for a terminal.
func (a *API) documents(w http.ResponseWriter, r *http.Request, kiosk int) error {
	all, err := a.Store.Documents(r.Context())
	if err != nil {
		return err
	}
	answer := wire.Documents{Protocol: wire.Protocol, ServerTime: a.Clock().UTC(), Documents: []wire.Document{}}
	for _, d := range docket.InForce(all, kiosk) {
		answer.Documents = append(answer.Documents, d.Document)
	}
	a.reply(w, http.StatusOK, answer)
	return nil
}

var errDocument = failure{http.StatusNotFound, "bad_request", "there is no such document for this terminal"}

// documentTime is how long a whole body may be on its way; a terminal asks for
// pieces, which take some seconds each.
const documentTime = 5 * time.Minute

// document gives a body, or a range of it.
func (a *API) document(w http.ResponseWriter, r *http.Request, kiosk int) error {
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil {
		return errDocument
	}
	all, err := a.Store.Documents(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(d docket.Document) bool {
		return string(d.Kind) == r.PathValue("kind") && d.Version == version && (d.Kiosk == 0 || d.Kiosk == kiosk) && !d.Ended
	})
	if i < 0 {
		return errDocument
	}
	d := all[i]
	body := publish.NewReader(r.Context(), a.Store, d.Document)
	if d.Size > 0 {
		// Once the answer has begun it is too late to say that there is none.
		_, err := a.Store.ReadDocument(r.Context(), docket.Hash(d.SHA256), 0)
		if errors.Is(err, docket.ErrNotFound) {
			return errDocument
		}
		if err != nil {
			return err
		}
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(documentTime)); err != nil {
		a.Log.Debug("a document keeps the server's limit of time", "error", err)
	}
	w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(d.SHA256)))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, body)
	return nil
}

// learnVersions notes which documents a terminal has. Central signs the next one
// above that, also when it was put back from a backup and has forgotten some. A
// word that nobody could have heard from this central is cut down: versions must
// not run out because one terminal says so.
func (a *API) learnVersions(ctx context.Context, kiosk int, told map[string]string) error {
	has := map[wire.DocumentKind]int64{}
	for _, kind := range wire.DocumentKinds {
		if n := max(number(told[string(kind)]), number(told[string(kind)+wire.KnownSuffix])); n > 0 {
			has[kind] = n
		}
	}
	if len(has) == 0 {
		return nil
	}
	all, err := a.Store.Documents(ctx)
	if err != nil {
		return err
	}
	for kind, version := range has {
		newest := docket.NewestVersion(all, kind)
		if version <= newest {
			continue
		}
		known, err := a.Store.ToldVersions(ctx)
		if err != nil {
			return err
		}
		version = min(version, newest+forgotten)
		if version <= known[kind].Version {
			continue
		}
		if err := a.Store.ToldVersion(ctx, kind, version, kiosk); err != nil {
			return err
		}
		a.Log.Warn("a terminal has a newer document than central, which was put back from a backup: publish again", "kiosk", kiosk, "kind", string(kind), "version", version, "newest", newest)
	}
	return nil
}

// forgotten is how many versions a central may have lost, at most.
const forgotten = 10_000

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// hears tells which words make an event of a terminal's stream.
func hears(word live.Word, kiosk int) bool {
	switch word.Kind {
	case live.Changes, live.Orders:
		return word.Kiosk == kiosk
	case live.Documents:
		return word.Kiosk == 0 || word.Kiosk == kiosk
	case live.Everything: // of another process words were lost
		return true
	}
	return false
}

// streamEvent is the event of a word.
func streamEvent(word live.Word) string {
	const changed = "event: changed\ndata: changed"
	const documents = "event: " + wire.StreamDocuments + "\ndata: changed"
	const orders = "event: " + wire.StreamOrders + "\ndata: orders"
	switch word.Kind {
	case live.Documents:
		return documents
	case live.Orders:
		return orders
	case live.Everything:
		return changed + "\n\n" + documents + "\n\n" + orders
	}
	return changed
}
