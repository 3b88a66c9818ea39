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

// signIn opens the one-time address that central printed, which carries its code,
// and sets the administrator's password.
func (s *staff) signIn(address, password string) error {
	return s.do("sign in", chromedp.Navigate(address),
		chromedp.SendKeys(chromedp.CSS("#invitation input[name=password]"), password),
		chromedp.SendKeys(chromedp.CSS("#invitation input[name=again]"), password),
		chromedp.Click(chromedp.CSS("#invitation button")),
		chromedp.WaitVisible(chromedp.CSS("#cases")))
}

// containing finds elements of a kind that show a text, whatever the white
// space, as XPath.
func containing(element, text string) string {
	// XPath 1.0 has no escape for quotes; our words hold none.
	return fmt.Sprintf(`//%s[contains(translate(normalize-space(.), ' ', ''), '%s')]`, element, strings.ReplaceAll(text, " ", ""))
}

// sees waits until a text is to be seen. The page is never loaded anew here: it
// must change by itself.
func (s *staff) sees(text string) error {
	return s.do("waiting to see "+text, chromedp.WaitVisible(containing("body", text)))
}

// evaluates runs a script on the page and returns the text that it comes to.
func (s *staff) evaluates(what, script string) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		err = fmt.Errorf("staff page: %s: %w", what, err)
	}
	return text, err
}

// comes waits until a condition holds on the page, as a script.
func (s *staff) comes(what, condition string) error {
	return eventually(s.ctx, patience, func() error {
		text, err := s.evaluates(what, "String("+condition+")")
		if err == nil && text != "true" {
			err = fmt.Errorf("staff page: %s does not come", what)
		}
		return err
	})
}

// finds waits until an element, as CSS, is to be seen.
func (s *staff) finds(css string) error {
	return s.do("waiting for "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// follows clicks the link that shows a text.
func (s *staff) follows(text string) error {
	link := containing("a", text)
	return s.do("following "+text, chromedp.WaitVisible(link), chromedp.Click(link))
}

// presses clicks an element, as CSS.
func (s *staff) presses(css string) error {
	return s.do("pressing "+css, chromedp.WaitVisible(chromedp.CSS(css)), chromedp.Click(chromedp.CSS(css)))
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
