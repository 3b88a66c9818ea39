package guest

import (
	"image"
	"image/color"
	"slices"
)

const (
	// A button is dark and has at least so many dots; no stroke of a letter has.
	leastButton = 12_000
	// What is written has at most this width and height in one piece, in dots.
	mostStroke = 300
)

// patch is a piece of a picture of one kind, all of its dots side by side.
type patch struct {
	dark   bool
	dots   int
	around image.Rectangle
	ink    bool
}

// onButtons is in black what is light and written on something large and dark. The light
// within a letter of a light page lies on a dark stroke too, but that one is small.
func onButtons(p image.Image) image.Image {
	b := p.Bounds()
	width, height := b.Dx(), b.Dy()
	dark := make([]bool, width*height)
	for i := range dark {
		dark[i] = color.GrayModel.Convert(p.At(b.Min.X+i%width, b.Min.Y+i/width)).(color.Gray).Y < 130
	}
	patches, of := patchesOf(dark, width)
	for i := range dark {
		for _, next := range beside(i, width, len(dark)) {
			one, other := &patches[of[i]], patches[of[next]]
			if !one.dark && other.dark && other.dots >= leastButton && one.around.Dx() <= mostStroke && one.around.Dy() <= mostStroke {
				one.ink = true
			}
		}
	}
	inkWithinInk(patches)
	out := image.NewGray(b)
	for i := range dark {
		if !patches[of[i]].ink {
			out.SetGray(b.Min.X+i%width, b.Min.Y+i/width, color.Gray{Y: 255})
		}
	}
	return out
}

// inkWithinInk has what is light within a letter that is ink be ink, too: between the two
// lies only as much of the button as the letter encloses.
func inkWithinInk(patches []patch) {
	var letters []image.Rectangle
	for _, p := range patches {
		if p.ink {
			letters = append(letters, p.around)
		}
	}
	for i, p := range patches {
		if !p.dark && !p.ink && slices.ContainsFunc(letters, p.around.In) {
			patches[i].ink = true
		}
	}
}

// patchesOf takes a picture apart; the second result says of which patch each dot is.
func patchesOf(dark []bool, width int) (patches []patch, of []int) {
	of = make([]int, len(dark))
	for i := range of {
		of[i] = -1
	}
	var left []int
	for begin := range dark {
		if of[begin] >= 0 {
			continue
		}
		n := len(patches)
		patches = append(patches, patch{dark: dark[begin]})
		of[begin] = n
		for left = append(left, begin); len(left) > 0; {
			i := left[len(left)-1]
			left = left[:len(left)-1]
			patches[n].dots++
			patches[n].around = patches[n].around.Union(image.Rect(i%width, i/width, i%width+1, i/width+1))
			for _, next := range beside(i, width, len(dark)) {
				if of[next] < 0 && dark[next] == dark[i] {
					of[next] = n
					left = append(left, next)
				}
			}
		}
	}
	return patches, of
}

// beside is which dots lie left, right, above and below one.
func beside(i, width, dots int) []int {
	all := make([]int, 0, 4)
	if i%width > 0 {
		all = append(all, i-1)
	}
	if i%width < width-1 {
		all = append(all, i+1)
	}
	if i >= width {
		all = append(all, i-width)
	}
	if i+width < dots {
		all = append(all, i+width)
	}
	return all
}
