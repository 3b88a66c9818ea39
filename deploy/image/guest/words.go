package guest

import (
	"context"
	"errors"
	"fmt"
	"image"
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

// looks are the ways in which tesseract takes a page apart: sparse text, one block,
// columns. Each misreads a character now and then, and a different one.
var looks = []string{"11", "6", "3"}

// Read reads a picture as an eye would, all ways of looking one after the other until
// found is content with the words so far.
func Read(ctx context.Context, scratch string, p image.Image, found func([]word) bool) error {
	name := filepath.Join(scratch, "read.png")
	if err := Keep(name, p); err != nil {
		return err
	}
	defer os.Remove(name)
	var all []word
	for _, look := range looks {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		cmd := exec.CommandContext(ctx, "tesseract", name, "-", "-l", "chi_sim", "--psm", look, "tsv")
		cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
		out, err := cmd.Output()
		cancel()
		if err != nil {
			return fmt.Errorf("tesseract: %w", err)
		}
		words, err := readTSV(string(out), look)
		if err != nil {
			return err
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

// locate finds where a text stands, within one line.
func locate(words []word, text string) (image.Rectangle, bool) {
	want := dense(text)
	for i := range words {
		var line string
		var at image.Rectangle
		for j := i; j < len(words) && words[j].line == words[i].line; j++ {
			line += words[j].text
			at = at.Union(words[j].at)
			if strings.Contains(line, want) {
				// The words before it are not of it.
				for k := i; k < j && strings.Contains(strings.TrimPrefix(line, words[k].text), want); k++ {
					line = strings.TrimPrefix(line, words[k].text)
					at = image.Rectangle{}
					for _, w := range words[k+1 : j+1] {
						at = at.Union(w.at)
					}
				}
				return at, true
			}
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

// Text is all that is to be read in a picture, line by line, without white space; it is
// looked at in each way.
func Text(ctx context.Context, scratch string, p image.Image) (string, error) {
	var text string
	err := Read(ctx, scratch, p, func(words []word) bool {
		text = joined(words)
		return len(words) > 60 // one look is enough of a page with much on it
	})
	return text, err
}
