package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"lintai/kiosk/staffcode"
)

var (
	invitation  = regexp.MustCompile(`/invitation#(\S+)`)
	formToken   = regexp.MustCompile(`name="token" value="([^"]+)"`)
	staffNumber = regexp.MustCompile(`<span>(\d{4})</span> <span>(\d{4})</span>`)
)

// menu opens the staff menu and leaves it.
func (l *lobby) menu(ctx context.Context) error {
	if err := l.opensMenu(ctx); err != nil {
		return err
	}
	return l.leavesMenu(ctx)
}

// opensMenu opens the staff menu as a clerk does: with a number that central's page shows
// her, held before the scanner as a QR code. The terminal needs no line for that.
func (l *lobby) opensMenu(ctx context.Context) error {
	number, err := l.staffNumber(ctx)
	if err != nil {
		return err
	}
	if err := l.pressesBetween(ctx, panelHeight*3/4, panelHeight*7/8, "工作人员"); err != nil {
		return err
	}
	if err := l.shows(ctx, "number-for-menu", "工作人员口令"); err != nil {
		return err
	}
	if _, err := l.devbench(ctx, "scan", staffcode.Scan(number)); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "工作人员菜单"); err != nil {
		return err
	}
	// It is kept before it is read whole: nobody is there, and the menu closes by itself.
	if err := l.keep(ctx, "menu"); err != nil {
		return err
	}
	_, err = l.sees(ctx, "测试设备")
	return err
}

// staffNumber has a new clerk sign in at central and ask for the number of terminal 12.
func (l *lobby) staffNumber(ctx context.Context) (string, error) {
	l.clerks++
	out, err := l.operator(ctx, "account", "add", "--login", fmt.Sprintf("clerk%d", l.clerks), "--name", "文员甲", "--role", "clerk")
	if err != nil {
		return "", err
	}
	code := invitation.FindStringSubmatch(out)
	if code == nil {
		return "", errors.New("central account add printed no address with a code")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Jar: jar}
	const password = "menu-of-the-boot-test"
	if _, err := l.sends(ctx, client, "/invitation", url.Values{"code": {code[1]}, "password": {password}, "again": {password}}); err != nil {
		return "", err
	}
	page, err := l.sends(ctx, client, "/console/terminals/12", nil)
	if err != nil {
		return "", err
	}
	token := formToken.FindStringSubmatch(page)
	if token == nil {
		return "", errors.New("the terminal's page has no form")
	}
	page, err = l.sends(ctx, client, "/console/terminals/12/staff-number", url.Values{"token": {token[1]}})
	if err != nil {
		return "", err
	}
	number := staffNumber.FindStringSubmatch(page)
	if number == nil {
		return "", errors.New("central's page shows no number")
	}
	l.report.step("central shows a clerk the number of terminal 12", "")
	return number[1] + number[2], nil
}

// sends sends a form of central's, or opens a page where there is none.
func (l *lobby) sends(ctx context.Context, client *http.Client, path string, form url.Values) (string, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1:"+l.port+path, body)
	if err != nil {
		return "", err
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return string(page), err
}
