package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long the staff page may take to show something.
const patience = 45 * time.Second

// staff is a member of staff in front of a real browser on the staff page.
type staff struct {
	ctx   context.Context // the browser's tab
	close context.CancelFunc
}

// openBrowser starts Debian's chromium without a window, with a profile of its
// own, and keeps it from talking to anybody but central.
func openBrowser(ctx context.Context, state string, logs string) (*staff, error) {
	log, err := os.Create(filepath.Join(logs, "chromium.log"))
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"),
		chromedp.UserDataDir(filepath.Join(state, "browser")),
		chromedp.WindowSize(1280, 900),
		chromedp.CombinedOutput(log),
		chromedp.WSURLReadTimeout(patience),
	}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "disable-extensions",
		"disable-default-apps", "metrics-recording-only", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("lang", "zh-CN"))
	allocator, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(allocator)
	s := &staff{ctx: tab, close: func() {
		// Cancel asks the browser to close and waits for it, so that it is gone
		// before its profile is.
		ctx, cancel := context.WithTimeout(tab, 10*time.Second)
		defer cancel()
		_ = chromedp.Cancel(ctx)
		endTab()
		endAllocator()
		log.Close()
	}}
	// The first action starts the browser.
	if err := chromedp.Do(tab); err != nil {
		s.close()
		return nil, fmt.Errorf("chromium: %w", err)
	}
	return s, nil
}

// do runs actions within the staff's patience.
func (s *staff) do(what string, actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		return fmt.Errorf("staff page: %s: %w", what, err)
	}
	return nil
}

func (s *staff) open(address string) error {
	return s.do("open", chromedp.Navigate(address))
}

// containing is the innermost element of a kind that shows a text, whatever
// the white space.
func containing(element, text string) string {
	// XPath 1.0 has no escape for quotes; our words hold none.
	return fmt.Sprintf(`//%s[contains(translate(normalize-space(.), ' ', ''), '%s')]`, element, strings.ReplaceAll(text, " ", ""))
}

// sees waits until a text is to be seen. The page is never loaded anew here: it
// must change by itself.
func (s *staff) sees(text string) error {
	return s.do("waiting to see "+text, chromedp.WaitVisible(containing("body", text)))
}

// presses clicks the button (or link) that bears a text.
func (s *staff) presses(text string) error {
	button := containing("*[self::button or self::a or self::summary]", text)
	return s.do("pressing "+text, chromedp.WaitVisible(button), chromedp.Click(button))
}

// picture saves the page as the staff sees it.
func (s *staff) picture(name string) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return fmt.Errorf("staff page: picture: %w", err)
	}
	return os.WriteFile(name, png, 0o644)
}
