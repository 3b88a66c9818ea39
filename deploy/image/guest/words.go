package guest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// word is something that was read, and where.
type word struct {
	line string // number of the line that it is of
	text string
	at   image.Rectangle
}

// look is a way to look at a page: how tesseract takes it apart (11 sparse text, 6 one
// block), and what of the picture is taken for ink. Words in a light button on a dark
// wall are of the wall's tone, and are read only once they alone are black.
type look struct {
	layout string
	ink    func(luma int) bool // nil: the picture as it is
	// half: half as large. Words of a hand's height are read worse than those of a page.
	half bool
	// button: only what is light on something large and dark, such as a button.
	button bool
}

var looks = []look{
	{layout: "11", ink: func(luma int) bool { return luma < 48 }, half: true},
	{layout: "6", button: true},
	// A dark wall is ink, too: what is dark on a light patch of it is framed then.
	{layout: "11", ink: func(luma int) bool { return luma < 64 }, half: true},
	{layout: "11"},
	{layout: "11", ink: func(luma int) bool { return luma > 232 }, half: true},
	{layout: "11", ink: func(luma int) bool { return luma < 48 }},
	{layout: "6"},
}

// inked is a picture in black and white, by the brightness of its dots from 0 to 255.
func inked(p image.Image, ink func(luma int) bool) image.Image {
	if ink == nil {
		return p
	}
	out := image.NewGray(p.Bounds())
	for y := p.Bounds().Min.Y; y < p.Bounds().Max.Y; y++ {
		for x := p.Bounds().Min.X; x < p.Bounds().Max.X; x++ {
			tone := color.GrayModel.Convert(p.At(x, y)).(color.Gray)
			if !ink(int(tone.Y)) {
				out.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return out
}

// halved is a picture of half the width and height, each dot the mean of four.
func halved(p image.Image) image.Image {
	b := p.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()/2, b.Dy()/2))
	for y := range b.Dy() / 2 {
		for x := range b.Dx() / 2 {
			var sum [3]uint32
			for i := range 4 {
				r, g, bl, _ := p.At(b.Min.X+2*x+i%2, b.Min.Y+2*y+i/2).RGBA()
				sum[0], sum[1], sum[2] = sum[0]+r>>8, sum[1]+g>>8, sum[2]+bl>>8
			}
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / 4), uint8(sum[1] / 4), uint8(sum[2] / 4), 255})
		}
	}
	return out
}

// Read reads a picture as an eye would, all ways of looking one after the other until
// found is content with the words so far.
func Read(ctx context.Context, scratch string, p image.Image, found func([]word) bool) error {
	name := filepath.Join(scratch, "read.png")
	defer os.Remove(name)
	var all []word
	for i, l := range looks {
		seen := inked(p, l.ink)
		if l.button {
			seen = onButtons(p)
		}
		if l.half {
			seen = halved(seen)
		}
		if err := Keep(name, seen); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		cmd := exec.CommandContext(ctx, "tesseract", name, "-", "-l", "chi_sim", "--psm", l.layout, "tsv")
		cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
		out, err := cmd.Output()
		cancel()
		if err != nil {
			return fmt.Errorf("tesseract: %w", err)
		}
		words, err := readTSV(string(out), strconv.Itoa(i))
		if err != nil {
			return err
		}
		for i := range words {
			if l.half {
				words[i].at = image.Rectangle{words[i].at.Min.Mul(2), words[i].at.Max.Mul(2)}
			}
		}
		if all = append(all, words...); found(all) {
			return nil
		}
	}
	return nil
}

// readTSV reads tesseract's table: level, page, block, paragraph, line, word, left, top,
// width, height, confidence, text.
func readTSV(table, look string) ([]word, error) {
	var words []word
	for i, row := range strings.Split(strings.TrimSpace(table), "\n") {
		cells := strings.Split(row, "\t")
		if i == 0 || len(cells) < 12 || strings.TrimSpace(cells[11]) == "" {
			continue
		}
		var n [4]int
		for j := range n {
			var err error
			if n[j], err = strconv.Atoi(cells[6+j]); err != nil {
				return nil, fmt.Errorf("tesseract's row %d: %w", i, err)
			}
		}
		words = append(words, word{look + ":" + strings.Join(cells[1:5], "."), dense(cells[11]), image.Rect(n[0], n[1], n[0]+n[2], n[1]+n[3])})
	}
	return words, nil
}

func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// locate finds where a text stands, within one line. Of four characters one may have been
// misread.
func locate(words []word, text string) (image.Rectangle, bool) {
	want := []rune(dense(text))
	for i := 0; i < len(words); {
		var line []rune
		var of []word // the word that each character is of
		for id := words[i].line; i < len(words) && words[i].line == id; i++ {
			for _, r := range words[i].text {
				line, of = append(line, r), append(of, words[i])
			}
		}
		for from := 0; from+len(want) <= len(line); from++ {
			wrong := 0
			for k, r := range want {
				if line[from+k] != r {
					wrong++
				}
			}
			if wrong > len(want)/4 {
				continue
			}
			var at image.Rectangle
			for _, w := range of[from : from+len(want)] {
				at = at.Union(w.at)
			}
			return at, true
		}
	}
	return image.Rectangle{}, false
}

func joined(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && w.line != words[i-1].line {
			b.WriteByte('\n')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// NotRead is what a picture does not show.
type NotRead struct{ Want, Read string }

func (n *NotRead) Error() string {
	return fmt.Sprintf("%q is not to be read on the screen; what is: %s", n.Want, n.Read)
}

// Find reads where each of some texts stands in a picture.
func Find(ctx context.Context, scratch string, p image.Image, texts ...string) ([]image.Rectangle, error) {
	if len(texts) == 0 {
		return nil, errors.New("nothing to be looked for")
	}
	places := make([]image.Rectangle, len(texts))
	missing, read := "", ""
	err := Read(ctx, scratch, p, func(words []word) bool {
		missing, read = "", joined(words)
		for i, t := range texts {
			var ok bool
			if places[i], ok = locate(words, t); !ok {
				missing = t
				return false
			}
		}
		return true
	})
	if err == nil && missing != "" {
		err = &NotRead{missing, read}
	}
	return places, err
}

// FindAny tells which of some texts stands in a picture, the one that is read first, and
// where.
func FindAny(ctx context.Context, scratch string, p image.Image, texts ...string) (which int, at image.Rectangle, err error) {
	which, read := -1, ""
	err = Read(ctx, scratch, p, func(words []word) bool {
		read = joined(words)
		for i, t := range texts {
			if place, ok := locate(words, t); ok {
				which, at = i, place
				return true
			}
		}
		return false
	})
	if err == nil && which < 0 {
		err = &NotRead{strings.Join(texts, " or "), read}
	}
	return which, at, err
}

// Text is all that is to be read in a picture, line by line, without white space; it is
// looked at in each way.
func Text(ctx context.Context, scratch string, p image.Image) (string, error) {
	var text string
	err := Read(ctx, scratch, p, func(words []word) bool {
		text = joined(words)
		return false
	})
	return text, err
}
