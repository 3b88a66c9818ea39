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

// looks are the ways in which tesseract takes a page apart: sparse text, one
// block, columns. Each misreads a character now and then, and a different one;
// a person looks twice, too.
var looks = []string{"11", "6", "3"}

// readPicture reads the words of a picture as an eye would, by tesseract: the
// only witness of what is really to be seen on a screen, beside the screen's own
// program. White space is dropped, for Chinese needs none.
func readPicture(ctx context.Context, scratch, language, look string, picture image.Image) (string, error) {
	name := filepath.Join(scratch, "read.png")
	if err := writePNG(name, picture); err != nil {
		return "", err
	}
	defer os.Remove(name)
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	// One thread: more of them only get in the way of what is being watched.
	out, err := ask(ctx, []string{"OMP_THREAD_LIMIT=1"}, "tesseract", name, "-", "-l", language, "--psm", look)
	return dense(out), err
}

// readWords looks at a picture, and once more in another way, until it has read
// each of the words.
func readWords(ctx context.Context, scratch, language string, picture image.Image, words ...string) error {
	var lines []string
	var missing error
	for _, look := range looks {
		read, err := readPicture(ctx, scratch, language, look, picture)
		if err != nil {
			return err
		}
		lines = append(lines, read)
		if missing = seen(strings.Join(lines, "\n"), words...); missing == nil {
			return nil
		}
	}
	return missing
}

func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// seen checks that each of the words is among what was read.
func seen(read string, words ...string) error {
	for _, w := range words {
		if !strings.Contains(read, dense(w)) {
			return fmt.Errorf("%q is not to be read on the screen; what is: %s", w, read)
		}
	}
	return nil
}
