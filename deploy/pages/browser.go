package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a page may take before it is given up.
const patience = time.Minute

// Sizes of screens: an old PC's, and a telephone's.
const (
	deskWidth, deskHeight   = 1280, 900
	phoneWidth, phoneHeight = 375, 740
)

// browser is Debian's chromium without a window, with a profile of its own.
type browser struct {
	tab    context.Context
	close  context.CancelFunc
	ticket string // the first that stood on a page

	mu   sync.Mutex
	said []string // errors and warnings since they were last taken
}

func openBrowser(ctx context.Context, profile, logs string) (*browser, error) {
	log, err := os.Create(filepath.Join(logs, "chromium-"+filepath.Base(profile)+".log"))
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.UserDataDir(profile),
		chromedp.WindowSize(deskWidth, deskHeight), chromedp.CombinedOutput(log), chromedp.WSURLReadTimeout(patience),
	}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "disable-extensions",
		"disable-default-apps", "metrics-recording-only", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, endAllocator := chromedp.NewExecAllocator(ctx, append(options, chromedp.Flag("lang", "zh-CN"))...)
	tab, endTab := chromedp.NewContext(allocator)
	b := &browser{tab: tab, close: func() {
		ctx, cancel := context.WithTimeout(tab, 10*time.Second)
		defer cancel()
		_ = chromedp.Cancel(ctx) // waits for the browser, so that it is gone before its profile
		endTab()
		endAllocator()
		log.Close()
	}}
	if err := chromedp.Do(tab); err != nil {
		b.close()
		return nil, fmt.Errorf("chromium: %w", err)
	}
	messages := chromedp.Console(tab)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.said = append(b.said, m.String())
			b.mu.Unlock()
		}
	}()
	return b, nil
}

func (b *browser) do(what string, actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// complaints are what was written to the console since it was asked last.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.said
	b.said = nil
	return all
}

// measured is what a page's own clock and its elements say.
type measured struct {
	Title  string
	Server float64 // ms until the first byte
	FCP    float64 // ms until something is to be seen; -1: nothing in ten seconds
	Bytes  int     // of the page and all that it brings
	HTML   int     // of the page alone
	Wide   int     // px that its content needs
	Links  []string
	Ticket string
}

// measure is a script. Streams do not count: they bring nothing until something happens.
const measure = `(async () => {
  const fcp = await new Promise(done => {
    new PerformanceObserver(list => { for (const e of list.getEntriesByName("first-contentful-paint")) done(e.startTime) }).observe({type: "paint", buffered: true});
    setTimeout(() => done(-1), 10000);
  });
  const page = performance.getEntriesByType("navigation")[0];
  let bytes = page.encodedBodySize;
  for (const r of performance.getEntriesByType("resource")) if (!r.name.endsWith("/stream")) bytes += r.encodedBodySize;
  const links = [...document.querySelectorAll("nav.menu a, main a[href]:not([download])")].map(a => new URL(a.getAttribute("href"), location).href);
  const ticket = document.body.innerText.match(/\b\d{4} \d{4} \d{4}\b/);
  return JSON.stringify({Title: document.title, Server: page.responseStart, FCP: fcp, Bytes: bytes, HTML: page.encodedBodySize,
    Wide: document.documentElement.scrollWidth, Links: links, Ticket: ticket ? ticket[0].replaceAll(" ", "") : ""});
})()`

func (b *browser) measure() (m measured, err error) {
	ctx, cancel := context.WithTimeout(b.tab, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](measure, chromedp.EvalAwaitPromise))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(text), &m)
}

// open loads a page some times and then looks at it on a telephone.
func (b *browser) open(who, address, path string, o options) (visit, []string, error) {
	v := visit{Who: who, Path: path}
	b.complaints()
	if err := b.do(path, chromedp.EmulateViewport(deskWidth, deskHeight)); err != nil {
		return v, nil, err
	}
	var loads []measured
	for range o.loads {
		ctx, cancel := context.WithTimeout(b.tab, patience)
		answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(address+path))
		cancel()
		switch {
		case err != nil && strings.Contains(err.Error(), "net::ERR_ABORTED"):
			return v, nil, errSaved
		case err != nil:
			return v, nil, fmt.Errorf("%s: %w", path, err)
		}
		v.Status = int(answer.Status)
		m, err := b.measure()
		if err != nil {
			return v, nil, fmt.Errorf("%s: %w", path, err)
		}
		loads = append(loads, m)
	}
	slices.SortFunc(loads, func(a, b measured) int { return int(a.FCP*1000) - int(b.FCP*1000) })
	middle := loads[len(loads)/2]
	v.Title, v.Server, v.FCP, v.Bytes, v.HTML = middle.Title, middle.Server, middle.FCP, middle.Bytes, middle.HTML
	if err := b.picture(o, who, path, "desk"); err != nil {
		return v, nil, err
	}
	if err := b.do(path, chromedp.EmulateViewport(phoneWidth, phoneHeight, chromedp.EmulateMobile)); err != nil {
		return v, nil, err
	}
	m, err := b.measure()
	if err != nil {
		return v, nil, fmt.Errorf("%s: %w", path, err)
	}
	v.Wide, v.Said = m.Wide, b.complaints()
	if b.ticket == "" {
		b.ticket = m.Ticket
	}
	return v, m.Links, b.picture(o, who, path, "phone")
}

func (b *browser) picture(o options, who, path, on string) error {
	if !o.pictures {
		return nil
	}
	ctx, cancel := context.WithTimeout(b.tab, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return fmt.Errorf("picture of %s: %w", path, err)
	}
	name := strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(strings.Trim(path, "/"))
	return os.WriteFile(filepath.Join(o.out, strings.ReplaceAll(who, " ", "-")+"."+name+"."+on+".png"), png, 0o644)
}
