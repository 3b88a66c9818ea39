package central_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

// photo is a request with a large photo: its item, and that of the photo with the
// sealed body apart.
func (h *house) photo() (whole, photo wire.Item, body []byte) {
	h.t.Helper()
	r := h.request()
	a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "image/jpeg", bytes.Repeat([]byte("jpeg"), 150_000), 0)
	r.Attachments = append(r.Attachments, a.Reference)
	photo = h.item(request.AttachmentBody{ID: a.ID, Kiosk: 12, Request: r.ID, Type: a.Type, Data: a.Data})
	body, photo.Sealed, photo.Uploaded = photo.Sealed, nil, true
	return h.item(r), photo, body
}

func (h *house) piece(who *http.Client, hash string, offset, size int, data []byte) wire.UploadAnswer {
	h.t.Helper()
	path := fmt.Sprintf("%s%s?offset=%d&size=%d", wire.PathUploads, hash, offset, size)
	return decode[wire.UploadAnswer](h.t, h.terminal(who, "POST", path, string(data)), http.StatusOK)
}

func (h *house) came(who *http.Client, hash string) wire.UploadAnswer {
	h.t.Helper()
	return decode[wire.UploadAnswer](h.t, h.terminal(who, "GET", wire.PathUploads+hash, ""), http.StatusOK)
}

func (h *house) outcome(items ...wire.Item) []wire.ItemAnswer {
	h.t.Helper()
	return decode[wire.PushAnswer](h.t, h.terminal(h.me, "POST", wire.PathPush, wire.Push{Kiosk: 12, DeviceTime: h.clock.Now(), Items: items}), http.StatusOK).Answers
}

// "Success shown but media missing": an item whose body is not here whole is not
// filed, and nothing of the body is asked for twice.
func TestComplaintSuccessShownButMediaMissing(t *testing.T) {
	h := setup(t)
	r, photo, body := h.photo()
	at := func(what string, got wire.UploadAnswer, offset int, complete bool) {
		t.Helper()
		if got.Protocol != wire.Protocol || got.Offset != int64(offset) || got.Complete != complete {
			t.Fatalf("%s: %+v, want %d %v", what, got, offset, complete)
		}
	}
	is := func(what string, want wire.Outcome) {
		t.Helper()
		if got := h.outcome(photo)[0]; got.Outcome != want || got.ID != photo.ID {
			t.Fatalf("%s: %+v, want %s", what, got, want)
		}
	}
	h.outcome(r)
	is("before the body", wire.Missing)
	at("not begun", h.came(h.me, photo.Hash), 0, false)
	first := body[:wire.UploadPiece]
	at("first", h.piece(h.me, photo.Hash, 0, len(body), first), len(first), false)
	is("with half a body", wire.Missing)
	at("again", h.piece(h.me, photo.Hash, 0, len(body), first), len(first), false)
	at("a gap", h.piece(h.me, photo.Hash, len(first)+5, len(body), body[len(first)+5:len(first)+9]), len(first), false)
	other := h.enrol(13)
	at("another terminal's", h.came(other, photo.Hash), 0, false)

	// A piece that breaks off counts as far as it came.
	more := body[len(first) : len(first)+1000]
	u, err := url.Parse(h.door.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", u.Host, h.me.Transport.(*http.Transport).TLSClientConfig)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s%s?offset=%d&size=%d HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n%s",
		wire.PathUploads, photo.Hash, len(first), len(body), more)
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil) // the door says that it broke off, once it is kept
	if err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Fatalf("%v %v", answer, err)
	}
	conn.Close()
	came := h.came(h.me, photo.Hash)
	at("after a piece that broke off", came, len(first)+len(more), false)

	for offset := int(came.Offset); offset < len(body); {
		end := min(len(body), offset+wire.UploadPiece)
		got := h.piece(h.me, photo.Hash, offset, len(body), body[offset:end])
		at("piece", got, end, end == len(body))
		offset = end
	}
	is("with its body", wire.Created)
	is("again", wire.Duplicate)
	at("filed", h.came(h.me, photo.Hash), len(body), true)
	photo.Sealed, photo.Uploaded = body, false
	is("in one piece", wire.Duplicate)
}

func TestUploadOfOtherBytesIsThrownAway(t *testing.T) {
	h := setup(t)
	_, photo, body := h.photo()
	wrong := bytes.Clone(body[:70_000])
	if got := h.piece(h.me, photo.Hash, 0, len(wrong), wrong); got.Offset != 0 || got.Complete {
		t.Errorf("other bytes: %+v", got)
	}
	if got := h.outcome(photo)[0]; got.Outcome != wire.Missing {
		t.Errorf("other bytes: %+v", got)
	}
	for _, path := range []string{"x?offset=0&size=1", photo.Hash + "?size=1", photo.Hash + "?offset=-1&size=1", photo.Hash + "?offset=0"} {
		decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathUploads+path, "x"), http.StatusBadRequest)
	}
	tooMuch := fmt.Sprintf("%s%s?offset=0&size=%d", wire.PathUploads, photo.Hash, wire.MaxUploadBytes+1)
	decode[wire.Error](t, h.terminal(h.me, "POST", tooMuch, "x"), http.StatusRequestEntityTooLarge)
	large := fmt.Sprintf("%s%s?offset=0&size=%d", wire.PathUploads, photo.Hash, wire.MaxUploadBytes)
	decode[wire.Error](t, h.terminal(h.me, "POST", large, strings.Repeat("x", wire.UploadPiece+1)), http.StatusRequestEntityTooLarge)
}

func (h *house) compressed(body []byte) *http.Response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), "POST", h.door.URL+wire.PathPush, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Encoding", "gzip")
	return h.do(h.me, r)
}

func TestCompressedPush(t *testing.T) {
	h := setup(t)
	text, err := json.Marshal(wire.Push{Kiosk: 12, DeviceTime: h.clock.Now(), Items: []wire.Item{h.item(h.request()), h.item(h.call())}})
	if err != nil {
		t.Fatal(err)
	}
	sent, compressed := wire.Compress(text)
	got := decode[wire.PushAnswer](t, h.compressed(sent), http.StatusOK)
	if !compressed || len(got.Answers) != 2 || got.Answers[0].Outcome != wire.Created || got.Answers[1].Outcome != wire.Created {
		t.Errorf("%+v", got)
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	if e := decode[wire.Error](t, h.compressed(bomb.Bytes()), http.StatusRequestEntityTooLarge); e.Code != "too_large" {
		t.Errorf("a bomb: %+v", e)
	}
	decode[wire.Error](t, h.compressed(text), http.StatusBadRequest) // not compressed at all
	// Half a member says anything of its size.
	if cut := h.compressed(sent[:len(sent)/2]); cut.StatusCode != http.StatusBadRequest && cut.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("half a body: %s", cut.Status)
	}
}

// The answer to a call is on the stream itself.
func TestAnswerIsOnTheStream(t *testing.T) {
	h := setup(t)
	call := h.call()
	h.push(call)
	lines := h.stream(h.me, wire.PathStream)
	h.await(lines, "event: changed")
	staff := h.staff()
	if r := staff.post("/console/calls/"+call.ID+"/answer", url.Values{"answer": {"coming"}}); r.StatusCode >= 400 {
		t.Fatalf("answer: %s", r.Status)
	}
	h.await(lines, "event: answer")
	var answer wire.Answer
	data, ok := strings.CutPrefix(<-lines, "data: ")
	if err := json.Unmarshal([]byte(data), &answer); !ok || err != nil || answer.CallID != call.ID || answer.Answer != "coming" || answer.Words == "" {
		t.Errorf("%q: %+v", data, answer)
	}
	h.await(lines, "event: changed")
}
