package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strings"

	"golang.org/x/image/draw"
)

// What is typed on the terminal's keyboard, and how.
const (
	complaint         = "楼梯灯不亮"
	complaintSpelling = "loutidengbuliang"
	question          = "居住证"
	questionSpelling  = "juzhuzheng"
)

// typeDigits types on the keypad, each digit after the one before is shown.
func (w *walker) typeDigits(digits string) func(context.Context) error {
	return w.typeKeys(strings.Split(digits, "")...)
}

// typeKeys types keys of a keypad or keyboard, each after the one before is shown.
func (w *walker) typeKeys(keys ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, k := range keys {
			view, _ := w.trace.view()
			if err := w.tapTo("key."+k, view.String())(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// writes types pinyin and chooses words for it until the field has the text: it
// reads what the candidates are and takes the longest that fits, as a person does.
func (w *walker) writes(spelling, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := w.typeKeys(strings.Split(spelling, "")...)(ctx); err != nil {
			return err
		}
		for rest := text; rest != ""; {
			word, err := w.choosesWord(ctx, rest)
			if err != nil {
				return err
			}
			rest = strings.TrimPrefix(rest, word)
		}
		return nil
	}
}

// choosesWord takes the longest candidate that the text begins with, and returns
// it. It turns the pages of candidates until there is one.
func (w *walker) choosesWord(ctx context.Context, text string) (string, error) {
	var seen []string
	for range 6 {
		best, at := "", ""
		labels, err := w.candidates(ctx, text)
		if err != nil {
			return "", err
		}
		for id, label := range labels {
			seen = append(seen, label)
			if label != "" && len(label) > len(best) && strings.HasPrefix(text, label) {
				best, at = label, id
			}
		}
		view, _ := w.trace.view()
		if best != "" {
			return best, w.tapTo(at, view.String())(ctx)
		}
		if _, more := view.target("word.more"); !more {
			break
		}
		if err := w.tapTo("word.more", view.String())(ctx); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("none of the words that are offered begins %q: %q", text, seen)
}

// candidates reads the words that are offered, by the ids of their keys, and looks
// no further when it has found the one that is wanted.
func (w *walker) candidates(ctx context.Context, wanted string) (map[string]string, error) {
	picture, err := w.screen.settled(ctx)
	if err != nil {
		return nil, err
	}
	view, _ := w.trace.view()
	labels := map[string]string{}
	for _, t := range view.Targets {
		if !strings.HasPrefix(t.ID, "word.") || t.ID == "word.more" {
			continue
		}
		// One line of text; the key's edge is left out, it would be read as a stroke.
		const edge = 12
		key := image.Rect(int(t.X)+edge, int(t.Y)+edge, int(t.X+t.W)-edge, int(t.Y+t.H)-edge)
		if key.Empty() {
			continue
		}
		label, err := readPicture(ctx, w.house.state, "chi_sim", "7", framed(picture.SubImage(key)))
		if err != nil {
			return nil, err
		}
		if labels[t.ID] = label; label == wanted {
			break
		}
	}
	if len(labels) == 0 {
		return nil, errors.New("no words are offered")
	}
	return labels, nil
}

// framed puts a picture onto a larger white sheet: text that touches the edge is
// hard to read.
func framed(p image.Image) image.Image {
	const margin = 40
	b := p.Bounds()
	sheet := image.NewRGBA(image.Rect(0, 0, b.Dx()+2*margin, b.Dy()+2*margin))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(sheet, image.Rect(margin, margin, margin+b.Dx(), margin+b.Dy()), p, b.Min, draw.Src)
	return sheet
}
