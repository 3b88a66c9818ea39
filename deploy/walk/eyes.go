package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// readPicture reads the words of a picture as an eye would, by tesseract: the
// only witness of what is really to be seen on a screen, beside the screen's own
// program. White space is dropped, for Chinese needs none.
func readPicture(ctx context.Context, scratch string, picture *image.RGBA, area image.Rectangle) (string, error) {
	name := filepath.Join(scratch, "read.png")
	if err := writePNG(name, picture.SubImage(area)); err != nil {
		return "", err
	}
	defer os.Remove(name)
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	// One thread: more of them only get in the way of what is being watched.
	// Mode 11: sparse text, in no order.
	out, err := ask(ctx, []string{"OMP_THREAD_LIMIT=1"}, "tesseract", name, "-", "-l", "chi_sim", "--psm", "11")
	if err != nil {
		return "", err
	}
	return dense(out), nil
}

func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// seen checks that the words are among what was read.
func seen(read string, words ...string) error {
	for _, w := range words {
		if !strings.Contains(read, dense(w)) {
			return fmt.Errorf("%q is not to be read on the screen; what is: %s", w, read)
		}
	}
	return nil
}
