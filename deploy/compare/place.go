package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"strings"
	"time"
)

// view is a line of the terminal's trace: a screen that was laid out, with its
// targets in pixels of the window, which fills the display.
type view struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Screen  string    `json:"screen"`
	Targets []struct {
		ID         string
		X, Y, W, H float64
	} `json:"targets"`
}

// lastView reads the last view of a trace, which may still be written to: a line
// without an end is none yet.
func lastView(trace string) (view, error) {
	f, err := os.Open(trace)
	if err != nil {
		return view{}, err
	}
	defer f.Close()
	var last view
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var v view
		if err := json.Unmarshal(line, &v); err != nil {
			return view{}, fmt.Errorf("trace: %w", err)
		}
		if v.Kind == "view" {
			last = v
		}
	}
	if last.Kind == "" {
		return view{}, errors.New("the terminal has shown nothing yet")
	}
	return last, nil
}

func (v view) union(prefix string) (image.Rectangle, error) {
	var all image.Rectangle
	for _, t := range v.Targets {
		if strings.HasPrefix(t.ID, prefix) {
			round := func(f float64) int { return int(math.Round(f)) }
			all = all.Union(image.Rect(round(t.X), round(t.Y), round(t.X+t.W), round(t.Y+t.H)))
		}
	}
	if all.Empty() || !all.In(whole) {
		return all, fmt.Errorf("screen %s has %v for %s", v.Screen, all, prefix)
	}
	return all, nil
}

func (v view) rect(id string) (image.Rectangle, error) { return v.union(id) }

func centre(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

// places are where the terminal has what is touched, and so where the page has it.
type places struct {
	wake    image.Rectangle // the start screen's invitation, or all that wakes
	alone   image.Rectangle // the call button of the start screen
	tiles   image.Rectangle // all tiles of the home screen
	tile    image.Rectangle // the first service
	Gap     int             // between two tiles
	Pager   image.Rectangle // both buttons of the pager
	bar     image.Rectangle // all of the bar
	back    image.Rectangle
	options image.Rectangle // the tiles of the next screen
}

// take notes where the home screen has its targets.
func (p *places) take(home view) (err error) {
	for _, t := range []struct {
		into   *image.Rectangle
		prefix string
	}{{&p.tiles, "tile."}, {&p.tile, "tile." + service}, {&p.bar, "bar."}, {&p.back, "bar.back"}, {&p.Pager, "page."}} {
		if *t.into, err = home.union(t.prefix); err != nil {
			return err
		}
	}
	p.Gap = p.tiles.Dx() - 2*p.tile.Dx()
	// The way to an earlier page cannot be touched on the first one; it lies on
	// the other side.
	p.Pager.Min.X = p.tiles.Min.X
	return nil
}
