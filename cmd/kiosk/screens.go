package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"

	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/ui"
	"lintai/ui/gallery"
)

// screenPanels are the screens that a terminal is made for.
var screenPanels = []ui.Panel{
	{PxPerMM: 4.0, Width: 1080, Height: 1920},
	{PxPerMM: 5.6, Width: 1920, Height: 1080},
	{PxPerMM: 5.9, Width: 1280, Height: 800},
}

var sizeNames = map[visit.Size]string{visit.SizeStandard: "standard", visit.SizeLarge: "large", visit.SizeLargest: "largest"}

// pictured is the JSON beside a picture of a screen.
type pictured struct {
	Screen  visit.Screen      `json:"screen"`
	Texts   []picturedText    `json:"texts"`
	Targets []traceTarget     `json:"targets"`
	Faults  []string          `json:"faults"` // what a resident could not read or touch; see ui.Drawing
	Manner  map[string]string `json:"manner"`
}

type picturedText struct {
	Words    string  `json:"words"`
	X        float32 `json:"x"`
	Y        float32 `json:"y"`
	W        float32 `json:"w"`
	H        float32 `json:"h"`
	MM       float32 `json:"mm"` // of the em
	Contrast float64 `json:"contrast"`
}

// drawScreens paints every screen in every size, contrast, panel and language
// into a folder: DIR/1080x1920/zh-CN/large-high/confirm.png, with a JSON of its
// texts and targets beside each. It needs no display. It returns the number of
// pictures and of faults found in them.
func drawScreens(dir string) (pictures, faults int, err error) {
	out := newEncoder()
	defer func() {
		if failed := out.close(); err == nil {
			err = failed
		}
	}()
	for _, p := range screenPanels {
		studio := ui.NewStudio(p)
		for _, locale := range []phrase.Locale{phrase.Chinese, phrase.English} {
			for size := range visit.SizeLargest + 1 {
				for _, contrast := range []bool{false, true} {
					name, high := sizeNames[size], "normal"
					if contrast {
						name, high = name+"-high", "high"
					}
					to := filepath.Join(dir, fmt.Sprintf("%dx%d", p.Width, p.Height), string(locale), name)
					if err := os.MkdirAll(to, 0o755); err != nil {
						return pictures, faults, err
					}
					shots, err := gallery.Screens(gallery.Manner{Manner: visit.Manner{Locale: locale, Size: size, Contrast: contrast}, Room: ui.Room(p)})
					if err != nil {
						return pictures, faults, err
					}
					for _, shot := range shots {
						d := studio.Draw(shot.View)
						about := describe(d)
						about.Manner = map[string]string{"locale": string(locale), "size": sizeNames[size], "contrast": high}
						out.write(filepath.Join(to, shot.Name), studio.Picture(), about)
						pictures, faults = pictures+1, faults+len(about.Faults)
					}
				}
			}
		}
	}
	return pictures, faults, nil
}

func describe(d ui.Drawing) pictured {
	about := pictured{Screen: d.View.Screen, Texts: []picturedText{}, Targets: []traceTarget{}, Faults: append([]string{}, d.Faults()...)}
	for _, t := range d.Texts {
		about.Texts = append(about.Texts, picturedText{t.Words, t.X, t.Y, t.W, t.H, t.Size / d.Panel.PxPerMM, t.Contrast})
	}
	for _, t := range d.Targets {
		about.Targets = append(about.Targets, traceTarget(t))
	}
	return about
}

// encoder writes pictures while the next ones are painted.
type encoder struct {
	jobs chan func() error
	done sync.WaitGroup
	mu   sync.Mutex
	err  error // the first
}

func newEncoder() *encoder {
	e := &encoder{jobs: make(chan func() error, 4)}
	for range 2 {
		e.done.Go(func() {
			for job := range e.jobs {
				if err := job(); err != nil {
					e.mu.Lock()
					if e.err == nil {
						e.err = err
					}
					e.mu.Unlock()
				}
			}
		})
	}
	return e
}

func (e *encoder) write(path string, picture image.Image, about pictured) {
	e.jobs <- func() error {
		text, err := json.MarshalIndent(about, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(path+".json", append(text, '\n'), 0o644); err != nil {
			return err
		}
		file, err := os.Create(path + ".png")
		if err != nil {
			return err
		}
		fast := png.Encoder{CompressionLevel: png.BestSpeed}
		if err := fast.Encode(file, picture); err != nil {
			file.Close()
			return err
		}
		return file.Close()
	}
}

func (e *encoder) close() error {
	close(e.jobs)
	e.done.Wait()
	return e.err
}
