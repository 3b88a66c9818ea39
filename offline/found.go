package offline

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"

	"lintai/kiosk/request"
)

// found is what could be read out of a damaged queue.
type found struct {
	items    map[int64]foundItem
	tickets  map[string][]any // by digest: digest, request, service
	statuses map[string][]any // by request: request, event, status, at, note
	audit    map[int64][]any  // by sequence: at, event, detail, hash
	retained map[int64]int64  // first → last
	// documents are by kind and version: kind, version, kept_at, head, body; nil
	// when only their index is there.
	documents map[string]map[int64][]any
	meta      map[string]any
	highest   int64 // number that was ever given out, as far as it is known
	counted   bool  // highest is the counter's own word
}

// foundItem is a row of outbox. Its columns are those of the table from id on.
type foundItem struct {
	columns []any
	whole   bool // its body is there and has its hash, or was wiped after delivery
}

const (
	columnID, columnKind, columnSealed, columnHash, columnState = 0, 1, 6, 7, 8
	firstColumns                                                = 12 // of the schema before ages
	allColumns                                                  = 14
)

func newFound() *found {
	return &found{items: map[int64]foundItem{}, tickets: map[string][]any{}, statuses: map[string][]any{}, audit: map[int64][]any{},
		retained: map[int64]int64{}, meta: map[string]any{}, documents: map[string]map[int64][]any{}}
}

// take sorts a row into the table it has the form of; others are passed over. What
// is there already and is whole stays: the newest image of a file is read first.
func (f *found) take(r record) {
	c := r.columns
	switch {
	case r.rowid > 0 && len(c) >= 1+firstColumns && len(c) <= 1+allColumns && c[0] == nil && isItem(c[1:]):
		item := foundItem{columns: c[1:], whole: isWhole(c[1:])}
		for len(item.columns) < allColumns {
			item.columns = append(item.columns, nil)
		}
		if old, ok := f.items[r.rowid]; !ok || !old.whole && item.whole {
			f.items[r.rowid] = item
		}
		f.highest = max(f.highest, r.rowid)
	case r.rowid > 0 && len(c) == 5 && c[0] == nil && is[int64](c[1]) && is[string](c[2]) && is[string](c[3]) && isHash(c[4]):
		if _, ok := f.audit[r.rowid]; !ok && auditable(c[2].(string), c[3].(string)) == nil {
			f.audit[r.rowid] = c[1:]
		}
	case r.rowid > 0 && len(c) == 5 && is[string](c[0]) && is[int64](c[1]) && is[int64](c[2]) && is[[]byte](c[3]) && (c[4] == nil || is[[]byte](c[4])):
		f.takeDocument(c[0].(string), c[1].(int64), c)
	case r.rowid == 0 && len(c) == 3 && is[string](c[0]) && is[int64](c[1]) && is[int64](c[2]):
		f.takeDocument(c[0].(string), c[1].(int64), nil)
	case r.rowid > 0 && len(c) == 2 && c[0] == "outbox" && is[int64](c[1]):
		f.highest, f.counted = max(f.highest, c[1].(int64)), true
	case r.rowid > 0 && len(c) == 2 && c[0] == nil && is[int64](c[1]):
		f.retained[r.rowid] = max(f.retained[r.rowid], c[1].(int64))
	case r.rowid == 0 && len(c) == 3 && isHash(c[0]) && (is[string](c[1]) && is[string](c[2]) || c[1] == nil && c[2] == nil):
		if digest := string(c[0].([]byte)); f.tickets[digest] == nil {
			f.tickets[digest] = c
		}
	case r.rowid == 0 && len(c) == 5 && is[string](c[0]) && is[int64](c[1]) && is[string](c[2]) && is[int64](c[3]) && is[string](c[4]):
		if old, ok := f.statuses[c[0].(string)]; !ok || c[1].(int64) > old[1].(int64) {
			f.statuses[c[0].(string)] = c
		}
	case r.rowid == 0 && len(c) == 2 && is[string](c[0]) && c[1] != nil:
		if key := c[0].(string); f.meta[key] == nil {
			f.meta[key] = c[1]
		}
	}
}

// takeDocument keeps a document; what was seen first of one version stays.
func (f *found) takeDocument(kind string, version int64, c []any) {
	if kind == "" || version < 1 {
		return
	}
	if f.documents[kind] == nil {
		f.documents[kind] = map[int64][]any{}
	}
	if f.documents[kind][version] == nil {
		f.documents[kind][version] = c
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

func isHash(v any) bool {
	b, ok := v.([]byte)
	return ok && len(b) == sha256.Size
}

func isItem(c []any) bool {
	for n, v := range c {
		ok := false
		switch n {
		case columnID, columnKind, columnState, 9:
			ok = is[string](v)
		case 2, 3, 4, 5, 10:
			ok = is[int64](v)
		case columnHash:
			ok = isHash(v)
		case columnSealed, 12:
			ok = v == nil || is[[]byte](v)
		case 11, 13:
			ok = v == nil || is[int64](v)
		}
		if !ok {
			return false
		}
	}
	switch request.Kind(c[columnKind].(string)) {
	case request.KindRequest, request.KindCall, request.KindAttachment:
	default:
		return false
	}
	switch State(c[columnState].(string)) {
	case Saved, Delivered, Conflict, Rejected:
		return c[columnID] != ""
	}
	return false
}

func isWhole(c []any) bool {
	if State(c[columnState].(string)) == Delivered {
		return c[columnSealed] == nil
	}
	body, ok := c[columnSealed].([]byte)
	if !ok {
		return false
	}
	sum := sha256.Sum256(body)
	return bytes.Equal(sum[:], c[columnHash].([]byte))
}

// sorted are the keys of a map in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
