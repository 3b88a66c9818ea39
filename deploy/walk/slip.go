package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/kiosk/ticket"
)

// paper is a slip as the resident holds it.
type paper struct {
	text string
	qr   string // what an independent reader sees in the QR code
	code ticket.Code
}

// readSlip reads DIR/slip-n as an outsider: the QR code from the picture, by
// zbarimg, and the text.
func readSlip(ctx context.Context, dir string, n int) (paper, error) {
	out, err := scanned(ctx, dir, n)
	if err != nil {
		return paper{}, err
	}
	text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("slip-%d.txt", n)))
	if err != nil {
		return paper{}, err
	}
	p := paper{text: string(text), qr: out}
	if p.code, err = ticket.ParseScan(p.qr); err != nil {
		return p, fmt.Errorf("the QR code of slip %d says %q: %w", n, p.qr, err)
	}
	return p, nil
}

// scanned is what another program reads in the one QR code of DIR/slip-n.
func scanned(ctx context.Context, dir string, n int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	picture := filepath.Join(dir, fmt.Sprintf("slip-%d.png", n))
	out, err := ask(ctx, nil, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture)
	if out = strings.TrimSpace(out); err == nil && strings.Contains(out, "\n") {
		err = fmt.Errorf("slip %d has more than one QR code: %q", n, out)
	}
	return out, err
}

// says checks that the slip's text holds each of the words, and that the code
// in its text is the one in its QR code.
func (p paper) says(words ...string) error {
	for _, w := range append(words, p.code.String()) {
		if !strings.Contains(p.text, w) {
			return fmt.Errorf("the slip does not say %q:\n%s", w, p.text)
		}
	}
	return nil
}

// keepsSilentOf checks that what lies in the tray or in a bin tells nobody who
// was here.
func (p paper) keepsSilentOf(secrets []secret) error {
	for _, s := range secrets {
		if strings.Contains(p.text, s.text) {
			return fmt.Errorf("the slip tells the %s", s.what)
		}
	}
	return nil
}
