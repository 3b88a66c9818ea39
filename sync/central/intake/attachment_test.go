package intake_test

import (
	"bytes"
	"encoding/json"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// attach names an attachment in the request and returns its body.
func attach(r *request.Request, mediaType string, data []byte) request.AttachmentBody {
	a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), mediaType, data, 5)
	r.Attachments = append(r.Attachments, a.Reference)
	return request.AttachmentBody{ID: a.ID, Kiosk: r.Kiosk, Request: r.ID, Type: mediaType, Data: data}
}

func (b *bench) attachments(id string) []docket.Attachment {
	b.t.Helper()
	all, err := b.Store.Attachments(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestAttachmentBeforeAndAfterItsRequest(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	voice, photo := attach(&r, "audio/wav", []byte("RIFF")), attach(&r, "image/jpeg", bytes.Repeat([]byte{7}, request.MaxAttachment))
	before, after := b.item(1, voice), b.item(3, photo)
	b.expect("before the request", before, wire.Created, "")
	b.expect("the request", b.item(2, r), wire.Created, "")
	watcher := b.Hub.Watch(func(w live.Word) bool { return w.Kind == live.Case })
	b.expect("after it", after, wire.Created, "")
	<-watcher.Signal()
	if words := watcher.Take(); len(words) != 1 || words[0].ID != "1" {
		t.Errorf("the page of the case is told %v", words)
	}
	for range 2 {
		b.expect("again", before, wire.Duplicate, "")
		b.expect("again", after, wire.Duplicate, "")
	}
	came := b.attachments(r.ID)
	if len(came) != 2 || !came[0].Is(r.Attachments[0]) || !came[1].Is(r.Attachments[1]) {
		t.Errorf("attachments %+v", came)
	}
	if n := len(b.kept()); n != 0 {
		t.Errorf("%d items in quarantine", n)
	}
}

func TestAttachmentsThatAreKeptAside(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	sound := attach(&r, "audio/wav", []byte("RIFF"))
	taken := attach(&r, "audio/wav", []byte("taken"))
	b.expect("request", b.item(1, r), wire.Created, "")
	b.expect("first", b.item(2, taken), wire.Created, "")
	change := func(f func(*request.AttachmentBody)) wire.Item {
		a := sound
		f(&a)
		plain, err := request.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		return b.sealed(seal.Envelope{ID: sound.ID, Kind: request.KindAttachment, Kiosk: 12}, 9, plain)
	}
	taken.Data = []byte("other")
	for _, c := range []struct {
		name    string
		item    wire.Item
		outcome wire.Outcome
		reason  docket.Reason
	}{
		{"other bytes", change(func(a *request.AttachmentBody) { a.Data = []byte("RIFX") }), wire.Rejected, docket.ReasonNotNamed},
		{"another type", change(func(a *request.AttachmentBody) { a.Type = "image/jpeg" }), wire.Rejected, docket.ReasonNotNamed},
		{"a page", change(func(a *request.AttachmentBody) { a.Type = "text/html" }), wire.Rejected, docket.ReasonBadBody},
		{"a drawing that may hold script", change(func(a *request.AttachmentBody) { a.Type = "image/svg+xml" }), wire.Rejected, docket.ReasonBadBody},
		{"no bytes", change(func(a *request.AttachmentBody) { a.Data = nil }), wire.Rejected, docket.ReasonBadBody},
		{"too many bytes", change(func(a *request.AttachmentBody) { a.Data = make([]byte, request.MaxAttachment+1) }), wire.Rejected, docket.ReasonBadBody},
		{"of no request", change(func(a *request.AttachmentBody) { a.Request = "x" }), wire.Rejected, docket.ReasonBadBody},
		{"another id inside", change(func(a *request.AttachmentBody) { a.ID = r.ID }), wire.Rejected, docket.ReasonDisagrees},
		{"another terminal inside", change(func(a *request.AttachmentBody) { a.Kiosk = 13 }), wire.Rejected, docket.ReasonDisagrees},
		{"no JSON", b.sealed(seal.Envelope{ID: sound.ID, Kind: request.KindAttachment, Kiosk: 12}, 9, []byte("x")), wire.Rejected, docket.ReasonBadBody},
		{"an id that was filed", b.item(2, taken), wire.Conflict, docket.ReasonIDTaken},
	} {
		for range 2 {
			b.expect(c.name, c.item, c.outcome, c.reason)
		}
		if kept := b.kept(); len(kept) == 0 || !bytes.Equal(kept[0].Sealed, c.item.Sealed) {
			t.Errorf("%s: not kept as it came", c.name)
		}
	}
	b.expect("the sound one after all that", b.item(3, sound), wire.Created, "")
	if n := len(b.attachments(r.ID)); n != 2 {
		t.Errorf("%d attachments", n)
	}
}

// In whatever order and however often they come, everything is there once.
func TestAttachmentsInAnyOrder(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(4, 4))
	for range 8 {
		b := setup(t)
		r := aRequest(t)
		items := []wire.Item{b.item(2, attach(&r, "audio/ogg", []byte("OggS"))), b.item(3, attach(&r, "image/jpeg", []byte{1})), b.item(4, attach(&r, "image/jpeg", []byte{2}))}
		items = append(items, b.item(1, r))
		items = append(items, items...)
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		for len(items) > 0 {
			n := 1 + random.IntN(len(items))
			for _, a := range b.push(items[:n]...) {
				if a.Outcome != wire.Created && a.Outcome != wire.Duplicate {
					t.Fatalf("%+v", a)
				}
			}
			items = items[n:]
		}
		if cases, came := len(b.cases()), len(b.attachments(r.ID)); cases != 1 || came != 3 {
			t.Fatalf("%d cases, %d attachments", cases, came)
		}
	}
}

func TestNothingOfAnAttachmentInTheLog(t *testing.T) {
	b := setup(t)
	r := aRequest(t)
	r.Person.Token = "0123456789abcdef0123456789abcdef"
	voice := attach(&r, "audio/wav", []byte("张桂兰说"))
	b.push(b.item(1, r), b.item(2, voice))
	plain, _ := json.Marshal(voice.Data)
	for _, secret := range []string{"张桂兰", string(plain), r.Person.Token, voice.ID} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if c := b.cases()[0]; c.Card != r.Person.Token {
		t.Errorf("the case has the card token %q", c.Card)
	}
}
