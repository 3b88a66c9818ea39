package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// certified: what he asked for goes through three offices in the console while he is
// away; then his slip before the scanner brings the certificate out of the printer, and whoever is
// shown it asks central's public page whether it is real.
func (w *walker) certified() []step {
	var address string // in the QR code of the certificate
	return []step{
		{"the clerk takes his certificate on: it goes to 物业, 居委会 and 街道 without him", "", func(context.Context) error {
			if err := w.staff.follows("居住证明"); err != nil {
				return err
			}
			if err := w.staff.presses(`#move button[value="accepted"]`); err != nil {
				return err
			}
			return errors.Join(w.staff.finds(`#case[data-status="working"]`), w.staff.sees("物业→居委会→街道"), w.staffPicture("submitted"))
		}},
		{"物业, 居委会 and 街道 approve, one after the other", "", func(context.Context) error {
			for _, office := range []string{"property", "committee", "street"} {
				if err := w.staff.approves(office); err != nil {
					return err
				}
			}
			if err := w.staff.finds(`#case[data-status="done"]`); err != nil {
				return err
			}
			return w.staffPicture("certified")
		}},
		{"he comes back with his slip: his certificate is ready", "certificate-ready", all(
			w.after(func(ctx context.Context) error { return w.house.scan(ctx, w.applied.qr) }, "progress"),
			w.reads("可以领取", "在这里打印"))},
		{"he has it printed", "certificate-printed", all(w.tapTo("paper", "progress"), w.takeSlip, w.reads("证明打好了"))},
		{"it says what it is and who approved it, and no whole name", "", func(ctx context.Context) (err error) {
			if address, err = w.readCertificate(ctx); err != nil {
				return err
			}
			return w.leaves(ctx)
		}},
		{"whoever is shown it asks central's page: it is genuine", "", func(context.Context) error {
			if err := w.staff.opens(address); err != nil {
				return err
			}
			for _, words := range []string{"属实", "居住证明", "街道"} {
				if err := w.staff.sees(words); err != nil {
					return err
				}
			}
			return w.publicPicture("verify")
		}},
		{"another code is not", "", func(context.Context) error {
			forged, err := forge(address)
			if err == nil {
				err = w.staff.opens(forged)
			}
			return errors.Join(err, w.staff.finds(".problem"), w.publicPicture("verify-forged"))
		}},
		{"staff read that it came out of the terminal", "", func(context.Context) error {
			if err := w.staff.opens(w.house.address() + "/console?status=done"); err != nil {
				return err
			}
			return w.staffReads("居住证明", "已在终端打印")
		}},
	}
}

// readCertificate reads the paper that was taken last as an outsider does, and returns the address
// in its QR code.
func (w *walker) readCertificate(ctx context.Context) (string, error) {
	address, err := scanned(ctx, w.out, w.papers)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(w.out, fmt.Sprintf("slip-%d.txt", w.papers)))
	if err != nil {
		return "", err
	}
	p := paper{text: string(text)}
	for _, words := range []string{"居住证明", "司**", "物业", "居委会", "街道", "/verify"} {
		if !strings.Contains(p.text, words) {
			return "", fmt.Errorf("the certificate does not say %q:\n%s", words, p.text)
		}
	}
	if !strings.HasPrefix(address, w.house.address()+"/verify?code=") {
		return "", fmt.Errorf("the certificate's QR code says %q", address)
	}
	return address, p.keepsSilentOf(everybody())
}

// forge changes the code of a certificate's address.
func forge(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	code := []byte(u.Query().Get("code"))
	if len(code) < 2 {
		return "", fmt.Errorf("%q has no code", address)
	}
	if code[0]++; code[0] == '9'+1 || code[0] > 'Y' {
		code[0] = '2'
	}
	u.RawQuery = url.Values{"code": {string(code)}}.Encode()
	return u.String(), nil
}

// approves presses 审核通过 of an office on the open case and waits for the page that follows.
func (s *staff) approves(office string) error {
	form := fmt.Sprintf(`details.act[data-action="approved"]:has(input[name="step"][value=%q])`, office)
	if err := s.presses(form + " .buttons button"); err != nil {
		return err
	}
	return s.comes("the end of "+office, fmt.Sprintf(`document.querySelector(%q) === null && document.querySelector("#case") !== null`, form))
}

// opens goes to an address.
func (s *staff) opens(address string) error {
	return s.do("opening "+address, chromedp.Navigate(address))
}

// publicPicture keeps a page that everybody may see.
func (w *walker) publicPicture(name string) error {
	return w.staff.picture(filepath.Join(w.out, w.pictureName("public-"+name)))
}
