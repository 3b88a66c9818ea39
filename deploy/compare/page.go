package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"lintai/kiosk/visit"
)

const (
	service       = "repair" // whose tile is touched
	terminalPlace = "幸福里社区服务站"
	stripHeight   = 28 * pxPerMM
)

//go:embed page.html
var pageText string

// pageScreen is one screen of the page.
type pageScreen struct {
	ID string
	visit.View
	Place image.Rectangle // of the tiles
	Rows  int
	At    places
}

// pageScreens are the terminal's own views: start, both pages of the home
// screen, and the first question of the service.
func pageScreens(where places, now time.Time) []pageScreen {
	rules := visit.DefaultRules()
	rules.Place = terminalPlace
	state := visit.New(rules)
	var all []pageScreen
	after := func(id string, place image.Rectangle, events ...visit.Event) {
		for _, e := range events {
			state, _ = visit.Update(state, e)
		}
		v := visit.Look(state)
		all = append(all, pageScreen{ID: id, View: v, Place: place, Rows: (len(v.Tiles) + 1) / 2, At: where})
	}
	after("start", image.Rectangle{}, visit.Tick{Now: now}, visit.LinkChanged{Online: true})
	after("home", where.tiles, visit.Wake{})
	after("more", where.tiles, visit.Turn{By: 1})
	after("next", where.options, visit.Turn{By: -1}, visit.Start{Service: service})
	return all
}

// leads is where a control of the page goes to; empty: it is drawn and pressed,
// and leads nowhere.
func leads(screen, control string) string {
	switch {
	case screen == "home" && control == "tile."+service:
		return "next"
	case screen == "home" && control == "page.later":
		return "more"
	case screen == "more" && (control == "page.earlier" || control == "bar.back"), screen == "next" && control == "bar.back":
		return "home"
	case screen == "home" && control == "bar.back":
		return "start"
	case screen == "start" && control == "wake":
		return "home"
	}
	return ""
}

var comment = regexp.MustCompile(`(?s)<\?xml.*?\?>|<!--.*?-->`)

// writePage makes the page, with the drawings inside.
func writePage(name, drawings string, where places) error {
	icon := func(name string) (template.HTML, error) {
		if name == "" {
			return "", nil
		}
		svg, err := os.ReadFile(filepath.Join(drawings, name+".svg"))
		if err != nil {
			return "", err
		}
		svg = comment.ReplaceAll(svg, nil)
		return template.HTML(bytes.ReplaceAll(svg, []byte("#000000"), []byte("currentColor"))), nil
	}
	t, err := template.New("page").Funcs(template.FuncMap{"icon": icon, "leads": leads}).Parse(pageText)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := t.Execute(&page, pageScreens(where, time.Now())); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return os.WriteFile(name, page.Bytes(), 0o644)
}
