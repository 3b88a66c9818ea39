package offline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"testing"

	"github.com/google/uuid"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
)

// attach makes an attachment and names it in the request.
func (b *bench) attach(r *request.Request, step, mediaType string, data []byte) request.Attachment {
	a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), mediaType, data, 3)
	a.Step = step
	r.Attachments = append(r.Attachments, a.Reference)
	return a
}

// rows counts the items and tickets in the file.
func (b *bench) rows(t *testing.T) (items, tickets int) {
	t.Helper()
	must(t, b.db.QueryRow(`SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM tickets)`).Scan(&items, &tickets))
	return items, tickets
}

func TestAttachmentsAreSealedItemsOfTheirOwn(t *testing.T) {
	b := setup(t)
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/ogg", []byte("OggS voice"))
	photo := b.attach(&r, "photo", "image/jpeg", bytes.Repeat([]byte{0xFF}, request.MaxAttachment))
	must(t, b.SaveRequest(t.Context(), r, note, photo))
	c := b.saveCall(t)
	late := b.saveRequest(t)
	b.reopen(t)

	items := b.next(t)
	want := []string{c.ID, r.ID, late.ID, note.ID, photo.ID}
	if len(items) != len(want) {
		t.Fatalf("the queue holds %v, want %v", ids(items), want)
	}
	for i, item := range items {
		if item.ID != want[i] {
			t.Fatalf("the queue holds %v, want calls, requests and then attachments: %v", ids(items), want)
		}
	}
	for i, a := range []request.Attachment{note, photo} {
		item := items[3+i]
		plain, err := seal.Ring{b.private}.Open(seal.Envelope{ID: a.ID, Kind: request.KindAttachment, Kiosk: kioskNumber}, item.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		var body request.AttachmentBody
		must(t, json.Unmarshal(plain, &body))
		sum := sha256.Sum256(body.Data)
		if body.ID != a.ID || body.Kiosk != kioskNumber || body.Request != r.ID || body.Type != a.Type || hex.EncodeToString(sum[:]) != r.Attachments[i].SHA256 {
			t.Errorf("attachment %d opens to id %s, terminal %d, request %s, type %s, %d bytes", i, body.ID, body.Kiosk, body.Request, body.Type, len(body.Data))
		}
	}
	if n := b.pending(t); n != 3 {
		t.Errorf("%d matters wait, want a call and two requests", n)
	}
	b.settle(t, r.ID, Delivered)
	b.settle(t, late.ID, Delivered)
	b.settle(t, c.ID, Delivered)
	if n, left := b.pending(t), len(b.next(t)); n != 0 || left != 2 {
		t.Errorf("%d matters and %d items wait, want the two attachments alone", n, left)
	}
	i, err := Inspect(t.Context(), b.path)
	must(t, err)
	defer i.Close()
	counts, err := i.Counts(t.Context())
	if want := (Counts{Delivered: 3, Attachments: 2}); err != nil || counts != want {
		t.Errorf("counts %+v (%v), want %+v", counts, err, want)
	}
}

func TestRetryWithAttachmentsFilesNothingTwice(t *testing.T) {
	b := setup(t)
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/wav", []byte("RIFF"))
	must(t, b.SaveRequest(t.Context(), r, note))
	if err := b.SaveRequest(t.Context(), r, note); !errors.Is(err, terminal.ErrIDTaken) {
		t.Errorf("the same request again: %v", err)
	}
	// Another request that brings the same attachment: the ids are not its own,
	// and the retry must not be told that it is safe.
	other := b.request(t)
	other.Attachments = r.Attachments
	if err := b.SaveRequest(t.Context(), other, note); err == nil || errors.Is(err, terminal.ErrIDTaken) {
		t.Errorf("an attachment of another request: %v", err)
	}
	// A ticket that is taken keeps nothing of it all, and the next try does.
	third := b.request(t)
	photo := b.attach(&third, "photo", "image/jpeg", []byte{0xFF, 0xD8})
	fresh := third.Ticket
	third.Ticket = r.Ticket
	if err := b.SaveRequest(t.Context(), third, photo); !errors.Is(err, terminal.ErrTicketTaken) {
		t.Errorf("a ticket that is taken: %v", err)
	}
	if items, tickets := b.rows(t); items != 2 || tickets != 1 {
		t.Errorf("%d items and %d tickets after refusals, want 2 and 1", items, tickets)
	}
	third.Ticket = fresh
	must(t, b.SaveRequest(t.Context(), third, photo))
}

func TestAttachmentsThatDoNotBelong(t *testing.T) {
	b := setup(t)
	for name, change := range map[string]func(r *request.Request, a *request.Attachment){
		"not named":    func(r *request.Request, a *request.Attachment) { r.Attachments = nil },
		"another hash": func(r *request.Request, a *request.Attachment) { a.Data = []byte("other") },
		"another type": func(r *request.Request, a *request.Attachment) { a.Type = "image/jpeg" },
		"another step": func(r *request.Request, a *request.Attachment) { a.Step = "photo" },
		"no id":        func(r *request.Request, a *request.Attachment) { a.ID, r.Attachments[0].ID = "", "" },
		"no bytes": func(r *request.Request, a *request.Attachment) {
			*a = request.NewAttachment(a.ID, a.Type, nil, 3)
			r.Attachments[0] = a.Reference
		},
		"too many bytes": func(r *request.Request, a *request.Attachment) {
			*a = request.NewAttachment(a.ID, a.Type, make([]byte, request.MaxAttachment+1), 3)
			r.Attachments[0] = a.Reference
		},
	} {
		r := b.request(t)
		a := b.attach(&r, "describe", "audio/wav", []byte("RIFF"))
		change(&r, &a)
		if err := b.SaveRequest(t.Context(), r, a); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	named := b.request(t)
	b.attach(&named, "describe", "audio/wav", []byte("RIFF"))
	if err := b.SaveRequest(t.Context(), named); err == nil {
		t.Error("a request was saved without the attachment that it names")
	}
	if items, tickets := b.rows(t); items != 0 || tickets != 0 {
		t.Errorf("%d items and %d tickets were kept", items, tickets)
	}
}

func TestFullDiskKeepsAllOrNothing(t *testing.T) {
	b := setup(t)
	first := b.saveRequest(t)
	var pages int
	must(t, b.db.QueryRow(`PRAGMA page_count`).Scan(&pages))
	// Room for a request, and not for what belongs to it.
	if _, err := b.db.Exec(`PRAGMA max_page_count = ` + strconv.Itoa(pages+60)); err != nil {
		t.Fatal(err)
	}
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/wav", make([]byte, 100_000))
	photo := b.attach(&r, "photo", "image/jpeg", make([]byte, 100_000))
	err := b.SaveRequest(t.Context(), r, note, photo)
	if !errors.Is(err, ErrFull) || FaultOf(err) != fault.QueueFull {
		t.Fatalf("saving on a full disk gave %v", err)
	}
	if items, tickets := b.rows(t); items != 1 || tickets != 1 {
		t.Errorf("%d items and %d tickets, want those of the first request", items, tickets)
	}
	if _, ok, err := b.Progress(t.Context(), r.Ticket); ok || err != nil {
		t.Errorf("the ticket of what was not saved is known (%v)", err)
	}
	// The resident goes on without the photo, and then it fits.
	r.Attachments = r.Attachments[:1]
	must(t, b.SaveRequest(t.Context(), r, note))
	if _, ok, err := b.Progress(t.Context(), first.Ticket); !ok || err != nil {
		t.Errorf("the first request is gone (%v)", err)
	}
}

// A terminal that was in use before there were attachments keeps all it has.
func TestQueueOfTheFirstSchemaIsCarriedOver(t *testing.T) {
	b := setup(t)
	must(t, b.Close())
	old, err := connect(b.path, readWrite)
	must(t, err)
	// Back to the first schema, as it was published.
	for _, statement := range []string{`DROP TABLE statuses`, `DROP TABLE tickets`, `DROP TABLE outbox`, `DROP TABLE documents`, `DROP TABLE audit`, `DROP TABLE retained`} {
		_, err := old.Exec(statement)
		must(t, err)
	}
	_, first, _ := bytes.Cut([]byte(migrations[0]), []byte(") STRICT, WITHOUT ROWID;")) // without meta, which stays
	_, err = old.Exec(string(first) + `PRAGMA user_version = 1;
		INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash) VALUES
			('gone', 'call', 12, 0, 1, 1, x'00', x'00'), ('old', 'request', 12, 1, 1, 1, x'01', x'02');
		INSERT INTO tickets (digest, request, service) VALUES (x'03', 'old', 'repair');
		INSERT INTO statuses (request, event, status, at, note) VALUES ('old', 2, 'accepted', 5, '好');
		DELETE FROM outbox WHERE id = 'gone';
		INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash) VALUES ('last', 'call', 12, 0, 1, 1, x'00', x'00');
		DELETE FROM outbox WHERE id = 'last'`)
	must(t, err)
	must(t, old.Close())

	b.open(t)
	waiting := b.next(t)
	if len(waiting) != 1 || waiting[0].ID != "old" || waiting[0].Sequence != 2 || !bytes.Equal(waiting[0].Sealed, []byte{1}) {
		t.Fatalf("after the migration %+v waits", waiting)
	}
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/wav", []byte("RIFF"))
	must(t, b.SaveRequest(t.Context(), r, note))
	if got := b.next(t)[1].Sequence; got != 4 {
		t.Errorf("the next item has sequence %d: one was reused or skipped", got)
	}
	var fine bool
	must(t, b.db.QueryRow(`SELECT (SELECT count(*) FROM pragma_foreign_key_check) = 0`).Scan(&fine))
	if !fine {
		t.Error("the references do not hold, or are not watched any more")
	}
	b.reopen(t)
}

func TestCancelledSaveKeepsNoAttachment(t *testing.T) {
	b := setup(t)
	r := b.request(t)
	note := b.attach(&r, "describe", "audio/wav", []byte("RIFF"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.SaveRequest(ctx, r, note); !errors.Is(err, context.Canceled) {
		t.Errorf("save with a cancelled context: %v", err)
	}
	if items, tickets := b.rows(t); items != 0 || tickets != 0 {
		t.Errorf("%d items and %d tickets were kept", items, tickets)
	}
}
