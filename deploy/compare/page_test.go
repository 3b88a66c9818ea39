package main

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/kiosk/catalog"
)

func somewhere() places {
	return places{
		wake: image.Rect(0, 112, 1080, 1750), alone: image.Rect(20, 1770, 1060, 1900), tiles: image.Rect(30, 240, 1050, 1600),
		tile: image.Rect(30, 240, 532, 680), Gap: 16, Pager: image.Rect(30, 1620, 1050, 1720), bar: image.Rect(20, 1770, 1060, 1900),
		back: image.Rect(20, 1770, 200, 1900), options: image.Rect(30, 240, 1050, 1700),
	}
}

// The page is an honest equal only as long as all that the terminal shows is on it.
func TestPageHasAllOfTheHomeScreen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "page.html")
	if err := writePage(name, "../../ui/icon/drawings", somewhere()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, s := range catalog.Default().Services {
		if n := strings.Count(page, "<b>"+s.Tile+"</b>"); n != 1 {
			t.Errorf("%s stands %d times on the page", s.Tile, n)
		}
	}
	first, _ := catalog.Default().Service(service)
	for _, o := range first.Steps[0].Options {
		if !strings.Contains(page, "<b>"+o.Name+"</b><small>"+o.Detail+"</small>") {
			t.Errorf("the page does not offer %s", o.Name)
		}
	}
	drawn := len(catalog.Default().Services) + len(first.Steps[0].Options)
	if n := strings.Count(page, "<svg"); n <= drawn {
		t.Errorf("%d drawings for %d tiles and the bar", n, drawn)
	}
	for _, way := range []string{"start", "home", "more", "next"} {
		if !strings.Contains(page, `<section id="`+way+`"`) || !strings.Contains(page, `data-to="`+way+`"`) {
			t.Errorf("there is no %s screen, or no way to it", way)
		}
	}
	if !strings.Contains(page, "left:30px;top:240px;width:1020px;height:1360px;gap:16px") {
		t.Error("the tiles are not where the terminal has them")
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the template refused a value")
	}
}

func TestPageWithoutADrawingIsNone(t *testing.T) {
	if err := writePage(filepath.Join(t.TempDir(), "page.html"), t.TempDir(), somewhere()); err == nil {
		t.Error("a page was made without drawings")
	}
}
