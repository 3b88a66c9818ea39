package main

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	actions "lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
)

// A resident asks for a certificate, three offices approve it, and with her slip she
// has it printed; whoever is shown the paper scans it and central says that it is real.
func TestCertificateFromTheSlipToThePaper(t *testing.T) {
	b := openLobby(t)
	b.online()
	code, err := ticket.New(12, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id, err := newID()
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{ID: id, Kiosk: 12, Ticket: code, Service: "certificate", MadeAt: time.Now(),
		Person: &request.Person{Name: "测试甲"}, Answers: []request.Answer{{Step: "which", Option: "residence", Text: "居住证明"}}}
	if err := b.queue.SaveRequest(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	b.agent.Sync(t.Context())
	b.until("it arrived", func(v visit.View) bool { return v.Strip.Pending == "刚刚送达 1 件" })
	b.post(visit.Scanned{Text: r.Ticket.String()})
	v := b.until("progress", func(v visit.View) bool { return v.Screen == visit.ScreenProgress })
	if v.Headline == "可以领取" || offers(v) {
		t.Fatalf("before anybody approved: %+v", v)
	}
	b.post(visit.Finish{})

	b.approve()
	b.post(visit.Scanned{Text: r.Ticket.String()})
	v = b.until("progress", func(v visit.View) bool { return v.Screen == visit.ScreenProgress })
	if v.Headline != "可以领取" || !offers(v) {
		t.Fatalf("%+v", v)
	}
	for _, copied := range []bool{false, true} {
		b.post(visit.PrintPaper{})
		b.until("printed", func(v visit.View) bool { return v.Notice == "证明打好了，请取走。" })
		paper := <-b.slips
		text, address := paperText(paper)
		if !strings.Contains(text, "居住证明") || !strings.Contains(text, "街道") || strings.Contains(text, "测试甲") || strings.Contains(text, r.Ticket.String()) ||
			strings.Contains(text, "补打") != copied {
			t.Errorf("a copy: %v; the paper:\n%s", copied, text)
		}
		u, err := url.Parse(address)
		if err != nil || u.Path != "/verify" {
			t.Fatalf("the QR code says %q, %v", address, err)
		}
		w := httptest.NewRecorder()
		b.office.Handler("https://c.example").ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "属实") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		<-b.line.told
		want := "已在终端打印（12号终端）。"
		if copied {
			want = "已在终端补打（12号终端）。"
		}
		if got := b.noted(); got != want {
			t.Errorf("staff read %q, want %q", got, want)
		}
	}
	b.post(visit.Finish{})
}

// offers tells that the paper can be printed.
func offers(v visit.View) bool {
	return slices.ContainsFunc(v.Actions, func(c visit.Control) bool { return c.Event == visit.Event(visit.PrintPaper{}) })
}

// book opens the database of central beside it.
func (b *lobby) book() *store.Store {
	b.t.Helper()
	s, err := store.Open(b.t.Context(), filepath.Join(b.folder, "central.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// approve lets staff approve the first case to its end.
func (b *lobby) approve() {
	b.t.Helper()
	s := b.book()
	defer s.Close()
	work := &actions.Desk{Store: s, Hub: live.NewHub(), Clock: time.Now, Log: b.log}
	events := []docket.Event{{Action: docket.Accept, By: "王芳"}}
	for _, step := range docket.DefaultChains()["certificate"] {
		events = append(events, docket.Event{Action: docket.Approve, By: "李强", Detail: docket.Detail{Step: step}})
	}
	for _, e := range events {
		c, _, err := s.Case(b.t.Context(), 1)
		if err == nil {
			err = work.Act(b.t.Context(), 1, c.Events, e)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// noted is what staff read last of the first case.
func (b *lobby) noted() string {
	b.t.Helper()
	s := b.book()
	defer s.Close()
	_, events, err := s.Case(b.t.Context(), 1)
	if err != nil {
		b.t.Fatal(err)
	}
	return events[len(events)-1].Inner
}

// paperText is what is read on a paper, and in its QR code.
func paperText(s slip.Slip) (text, qr string) {
	for _, block := range s.Blocks {
		switch block := block.(type) {
		case slip.Text:
			text += block.Text + "\n"
		case slip.Pair:
			text += block.Label + "：" + block.Value + "\n"
		case slip.QR:
			qr = block.Data
		}
	}
	return text, qr
}
