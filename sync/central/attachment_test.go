package central_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

// attach names an attachment in the request and returns its body.
func attach(r *request.Request, step, mediaType string, data []byte, seconds int) request.AttachmentBody {
	a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), mediaType, data, seconds)
	a.Step = step
	r.Attachments = append(r.Attachments, a.Reference)
	return request.AttachmentBody{ID: a.ID, Kiosk: r.Kiosk, Request: r.ID, Type: mediaType, Data: data}
}

// voice is a second of silence as a terminal records it.
func voice() []byte {
	const rate = 16000
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+2*rate)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	for _, v := range []uint16{2, 16} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	return append(b, make([]byte, 2*rate)...)
}

func photo(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for x := range 640 {
		for y := range 480 {
			picture.Set(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// appeal is a request with a voice note and a photo, by an ID card and with help.
func (h *house) appeal() (r request.Request, note, picture request.AttachmentBody) {
	r = h.request()
	r.Service = "appeal"
	r.Answers = []request.Answer{{Step: "words", Text: "楼道灯坏了一个月"}}
	r.Person.IDNumber, r.Person.Phone, r.Person.Token = "110101195001011234", "13800001234", strings.Repeat("ab", 16)
	r.Behalf, r.Language, r.RatingCode = "1234", "en", "4711"
	note = attach(&r, "words", "audio/wav", voice(), 1)
	picture = attach(&r, "photo", "image/jpeg", photo(h.t), 0)
	return r, note, picture
}

func TestCasePageShowsWhatTheResidentLeft(t *testing.T) {
	h := setup(t)
	r, note, picture := h.appeal()
	h.push(r, picture)
	b := h.staff()
	text := b.page("/console/cases/1", 200)
	contains(t, text, "附件还在路上", "/console/attachments/"+picture.ID, "楼道灯坏了一个月", "张桂兰", "13800001234",
		"110***********1234", "工作人员 1234 代办", "英语")
	lacks(t, text, "110101195001011234", r.Person.Token, "4711", "<audio")
	h.push(note)
	text = b.page("/console/cases/1", 200)
	contains(t, text, `<audio controls preload="metadata" src="/console/attachments/`+note.ID+`?case=1"`, "1 秒", `<img class="thumb" src="/console/attachments/`+picture.ID+`?case=1"`)
	lacks(t, text, "附件还在路上")
	lacks(t, b.page("/console", 200), "13800001234", "110***", "张桂兰")
}

func TestAttachmentsAreServedSafely(t *testing.T) {
	h := setup(t)
	r, note, picture := h.appeal()
	h.push(picture, note, r)
	b := h.staff()
	for _, a := range []request.AttachmentBody{note, picture} {
		answer := b.get("/console/attachments/" + a.ID)
		if body := read(t, answer); body != string(a.Data) || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, %d bytes", a.Type, answer.Status, len(body))
		}
		for name, want := range map[string]string{
			"Content-Type": a.Type, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Cross-Origin-Resource-Policy": "same-origin", "Content-Disposition": "inline",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", a.Type, name, got, want)
			}
		}
		if csp := answer.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox;") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: policy %q", a.Type, csp)
		}
		if r := h.browser().get("/console/attachments/" + a.ID); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in" {
			t.Errorf("%s without signing in: %s", a.Type, r.Status)
		}
		decode[wire.Error](t, h.terminal(h.me, "GET", "/kiosk/v1/attachments/"+a.ID, nil), http.StatusNotFound)
	}
	part, err := http.NewRequestWithContext(t.Context(), "GET", h.server.URL+"/console/attachments/"+note.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	part.Header.Set("Range", "bytes=4-7")
	if answer := b.send(part); answer.StatusCode != http.StatusPartialContent || read(t, answer) != string(note.Data[4:8]) {
		t.Errorf("a part: %s", answer.Status)
	}
	for _, id := range []string{"x", uuid.NewString(), "..%2F..%2Fcentral.db"} {
		b.page("/console/attachments/"+id, http.StatusNotFound)
	}
	lacks(t, h.log.String(), base64.StdEncoding.EncodeToString(picture.Data[:60]), "13800001234")
}

// An attachment that came before its request is held against it when shown.
func TestAttachmentThatTheRequestDoesNotName(t *testing.T) {
	h := setup(t)
	r, note, picture := h.appeal()
	other := note
	other.Data = append(bytes.Clone(note.Data), 0)
	h.push(other)
	h.push(r, picture)
	text := h.staff().page("/console/cases/1", 200)
	contains(t, text, "收到的附件与诉求对不上", "/console/attachments/"+picture.ID)
	lacks(t, text, "<audio")
}

func TestAttachmentsOfAQuarantinedRequest(t *testing.T) {
	h := setup(t)
	first := h.request()
	h.push(first)
	r, note, _ := h.appeal()
	r.Ticket = first.Ticket
	h.push(note)
	decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, wire.Push{Kiosk: 12, Items: []wire.Item{h.item(r)}}), http.StatusOK)
	contains(t, h.staff().page("/console/quarantine/1", 200), "/console/attachments/"+note.ID, "附件还在路上")
}

// The largest attachment is one push.
func TestLargestAttachmentIsTaken(t *testing.T) {
	h := setup(t)
	r := h.request()
	large := attach(&r, "photo", "image/jpeg", bytes.Repeat([]byte{0xFF}, request.MaxAttachment), 0)
	h.push(r)
	h.push(large)
	if answer := h.staff().get("/console/attachments/" + large.ID); len(read(t, answer)) != request.MaxAttachment {
		t.Error("other bytes came back")
	}
}

// rating is a rating of a request.
func (h *house) rating(of request.Request, stars int) request.Request {
	r := h.request()
	r.Service, r.Person, r.Address, r.Urgency = "rating", nil, "", ""
	r.Answers = []request.Answer{{Step: "ticket", Text: of.Ticket.String()}, {Step: "stars", Text: "星"}, {Step: "words", Text: "灯又坏了"}}
	r.Rating = &request.Rating{Ticket: of.Ticket, RatingCode: of.RatingCode, Stars: stars}
	return r
}

func (b *browser) finish(number, events int) {
	b.h.t.Helper()
	for i, status := range []string{"accepted", "working", "done"} {
		b.move(number, events+i, status, "好了")
	}
}

func TestRatingOnTheCasePage(t *testing.T) {
	h := setup(t)
	r, _, _ := h.appeal()
	h.push(r)
	b := h.staff()
	b.finish(1, 1)
	good, bad := h.rating(r, 5), h.rating(r, 1)
	said := attach(&bad, "words", "audio/wav", voice(), 1)
	h.push(good)
	contains(t, b.page("/console/cases/1", 200), "★★★★★", "灯又坏了", `data-status="rated"`)
	public := h.browser().page("/t/"+string(r.Ticket), 200)
	contains(t, public, "已完成")
	lacks(t, public, "★", "灯又坏了", "居民")
	ticket := func() wire.Ticket {
		return decode[wire.Ticket](t, h.terminal(h.me, "GET", wire.PathTickets+string(r.Ticket), nil), http.StatusOK)
	}
	if got := ticket(); got.Status != "done" || got.Word != "rated" || got.Note != "好了" {
		t.Errorf("after a good rating the terminal hears %+v", got)
	}
	h.push(bad, said)
	text := b.page("/console/cases/1", 200)
	contains(t, text, "★☆☆☆☆", `data-status="accepted"`, "/console/attachments/"+said.ID, `value="working"`, "我们重新为您办理", "居民评价")
	lacks(t, text, "4711")
	if got := ticket(); got.Status != "accepted" || got.Note != "您对办理结果不满意，我们重新为您办理。" {
		t.Errorf("after a bad rating the terminal hears %+v", got)
	}
	pull := decode[wire.Pull](t, h.terminal(h.me, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
	if last := pull.Changes[len(pull.Changes)-1].Status; last == nil || last.RequestID != r.ID || last.Event != 7 || last.Status != "accepted" {
		t.Errorf("the terminal is told %+v", pull.Changes)
	}
	// The public track goes back: it is not done, and not even worked on.
	public = h.browser().page("/t/"+string(r.Ticket), 200)
	if strings.Count(public, `class="ahead"`) != 2 || strings.Count(public, `aria-current="step"`) != 1 {
		t.Errorf("the track after opening again: %s", public)
	}
	b.move(1, 7, "working", "")
	b.move(1, 8, "done", "")
	// The rating's own slip leads somewhere too.
	contains(t, h.browser().page("/t/"+string(good.Ticket), 200), "已完成")
}

func TestUnfiledRatingsWaitForStaff(t *testing.T) {
	h := setup(t)
	r, _, _ := h.appeal()
	h.push(r)
	b := h.staff()
	wrong := h.rating(r, 1)
	wrong.Rating.RatingCode = "0000"
	h.push(wrong)
	contains(t, b.page("/console", 200), "没有计入的评价", "评价码不对", "★☆☆☆☆", `data-rating="1"`)
	contains(t, b.page("/console/ratings/1", 200), "评价码不对", "灯又坏了", r.Ticket.String())
	lacks(t, b.page("/console/cases/1", 200), "灯又坏了")
	if answer := h.browser().get("/console/ratings/1"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("without signing in: %s", answer.Status)
	}
	if answer := b.post("/console/ratings/1/handle", url.Values{}); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("handle: %s", answer.Status)
	}
	lacks(t, b.page("/console", 200), "没有计入的评价")
	contains(t, b.page("/console/ratings/1", 200), "已由工作人员处理", "王芳")
	b.page("/console/ratings/9", http.StatusNotFound)
	early := h.rating(r, 2)
	h.push(early)
	contains(t, b.page("/console/cases/1", 200), "诉求还没有办完", "★★☆☆☆", fmt.Sprintf(`data-rating="%d"`, 2))
}
