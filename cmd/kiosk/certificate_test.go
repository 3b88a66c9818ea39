package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// press gives the lobby a printer of its own protocol behind the driver of the lobby, on a
// pseudo-terminal.
func (b *lobby) press() *emulate.Printer {
	b.t.Helper()
	profile := printer.Paper80
	machine := emulate.NewPrinter(profile.Dots)
	port := filepath.Join(b.t.TempDir(), "printer")
	line, err := emulate.NewLine(port, machine)
	if err != nil {
		b.t.Fatal(err)
	}
	usable := make(chan struct{}, 64)
	driver := printer.New(printer.Options{Line: printer.Line{Address: port, Baud: 115200}, Profile: profile, Font: slipFont("/", func([]string) {})},
		func(h hw.Health) {
			if h.State == hw.Ready {
				select {
				case usable <- struct{}{}:
				default:
				}
			}
		})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		driver.Run(ctx)
	}()
	b.t.Cleanup(func() {
		stop()
		<-ended
		line.Close()
		machine.Close()
	})
	<-usable
	b.driver = driver
	return machine
}

// The paper that is shown to an office is the one of a printer: what stands on the
// picture, and what another program reads in its QR code, is what central vouches for.
func TestCertificateComesOutOfThePrinter(t *testing.T) {
	b := openLobby(t)
	machine := b.press()
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
	b.approve()
	b.post(visit.Scanned{Text: code.String()})
	b.until("the certificate is offered", offers)
	b.post(visit.PrintPaper{})
	b.until("printed", func(v visit.View) bool { return v.Notice == "证明打好了，请取走。" })
	paper, err := machine.WaitSlip(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"居住证明", "测**", "物业", "居委会", "街道", "c.example/verify"} {
		if !strings.Contains(paper.Page.Text(), want) {
			t.Errorf("the paper does not say %q:\n%s", want, paper.Page.Text())
		}
	}
	for _, secret := range []string{"测试甲", code.String(), string(code)} {
		if strings.Contains(paper.Page.Text(), secret) {
			t.Errorf("the paper says %q", secret)
		}
	}
	address := scanned(t, paper)
	u, err := url.Parse(address)
	if err != nil || u.Host != "c.example" || u.Path != "/verify" {
		t.Fatalf("the QR code says %q, %v", address, err)
	}
	w := httptest.NewRecorder()
	b.office.Handler("https://c.example").ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "属实") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	<-b.line.told
	if got := b.noted(); got != "已在终端打印（12号终端）。" {
		t.Errorf("staff read %q", got)
	}
}

// scanned is what zbarimg reads in the QR code of a printed picture.
func scanned(t *testing.T, s emulate.Slip) string {
	t.Helper()
	picture, err := s.Page.PNG(slipFont("/", func([]string) {}))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "paper.png")
	if err := os.WriteFile(name, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", name).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimSpace(string(out))
}
