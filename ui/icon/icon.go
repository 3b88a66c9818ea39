// Package icon holds the terminal's drawings: plain bold strokes on a square of
// 48, drawn for this project. A drawing never stands alone; a word is always
// beside it.
package icon

import (
	"bytes"
	"embed"
	"fmt"
	"image/color"
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
}

var (
	mu     sync.Mutex
	inked  = map[key]fyne.Resource{} // bounded: drawings × colours of the theme
	black  = []byte("#000000")
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

// In returns a drawing in one colour. The same resource comes back for the same
// name and colour, so that the toolkit rasterises it once.
func In(name string, colour color.NRGBA) fyne.Resource {
	if !Has(name) {
		name = Fallback
	}
	mu.Lock()
	defer mu.Unlock()
	k := key{name, colour}
	if resource, ok := inked[k]; ok {
		return resource
	}
	svg, err := drawings.ReadFile("drawings/" + name + suffix)
	if err != nil {
		panic("icon: " + err.Error())
	}
	hex := fmt.Sprintf("#%02x%02x%02x", colour.R, colour.G, colour.B)
	resource := fyne.NewStaticResource(name+"-"+hex[1:]+suffix, bytes.ReplaceAll(svg, black, []byte(hex)))
	inked[k] = resource
	return resource
}
