// Package icon holds the terminal's drawings: plain bold strokes on a square of
// 48, drawn for this project. A drawing never stands alone; a word is always
// beside it.
package icon

import (
	"bytes"
	"embed"
	"fmt"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
)

//go:embed drawings/*.svg
var drawings embed.FS

// Fallback is drawn for a name that the catalogue invented after this program
// was built.
const Fallback = "other"

type key struct {
	name   string
	colour color.NRGBA
	side   int
}

var (
	mu     sync.Mutex
	inked  = map[key]fyne.Resource{} // bounded: drawings × colours of the theme × steps of size
	black  = []byte("#000000")
	stroke = regexp.MustCompile(`stroke-width="([0-9.]+)"`)
)

const (
	grid   = 48 // the square all drawings are made on
	step   = 8  // pixels between two sizes that are drawn apart
	suffix = ".svg"
)

// Has tells whether there is a drawing of this name.
func Has(name string) bool {
	_, err := drawings.ReadFile("drawings/" + name + suffix)
	return err == nil
}

// Names lists all drawings.
func Names() []string {
	entries, err := drawings.ReadDir("drawings")
	if err != nil {
		panic("icon: " + err.Error()) // the files are inside the binary
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), suffix))
	}
	return names
}

// In returns a drawing in one colour, to be shown side pixels wide. The toolkit's
// rasteriser scales lines but not how thick they are, so the thickness is written
// into the drawing for the size it is needed at. The same resource comes back for
// the same request and is rasterised once.
func In(name string, colour color.NRGBA, side float32) fyne.Resource {
	if !Has(name) {
		name = Fallback
	}
	k := key{name, colour, max(step, (int(side)+step/2)/step*step)}
	mu.Lock()
	defer mu.Unlock()
	if resource, ok := inked[k]; ok {
		return resource
	}
	svg, err := drawings.ReadFile("drawings/" + name + suffix)
	if err != nil {
		panic("icon: " + err.Error())
	}
	hex := fmt.Sprintf("#%02x%02x%02x", colour.R, colour.G, colour.B)
	svg = bytes.ReplaceAll(svg, black, []byte(hex))
	svg = stroke.ReplaceAllFunc(svg, func(attribute []byte) []byte {
		width, err := strconv.ParseFloat(string(stroke.FindSubmatch(attribute)[1]), 64)
		if err != nil {
			panic("icon: " + name + ": " + err.Error())
		}
		return fmt.Appendf(nil, `stroke-width="%.1f"`, width*float64(k.side)/grid)
	})
	resource := fyne.NewStaticResource(fmt.Sprintf("%s-%s-%d%s", name, hex[1:], k.side, suffix), svg)
	inked[k] = resource
	return resource
}
