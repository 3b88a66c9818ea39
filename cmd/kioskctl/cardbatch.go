package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/hw/sdcard"
	"lintai/kiosk/phrase"
	"lintai/kiosk/roster"
	"lintai/kiosk/settings"
)

// writtenName is the journal of a batch, beside the files: which card was written when,
// and from which words. A row is added only when its card was read back and is whole.
const writtenName = "written.csv"

// cardBatch writes one card after the other.
type cardBatch struct {
	cardWork
	folder  string
	entries []roster.Entry
	written map[int]string // by number: the hash of the file that its card has
}

func writeCards(ctx context.Context, args []string, in io.Reader, out, log io.Writer) error {
	flags := flag.NewFlagSet("card batch", flag.ContinueOnError)
	b := cardBatch{cardWork: cardWork{machine: sdcard.Machine{Root: "/"}, out: out, now: time.Now, eject: true}}
	b.flags(flags)
	flags.StringVar(&b.folder, "dir", "", "`DIR` that \"card prepare\" made")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if b.image == "" || b.folder == "" {
		return fmt.Errorf("%w: kioskctl card batch --image FILE --to DISK --dir DIR", errUsage)
	}
	if b.to == "" {
		return b.offer()
	}
	return b.run(ctx, in)
}

// line is what was typed, or the end of typing.
type line struct {
	text string
	end  bool
}

// lines reads what is typed, so that Ctrl-C is heard while nothing is.
func lines(in io.Reader) <-chan line {
	all := make(chan line)
	go func() {
		s := bufio.NewScanner(in)
		for s.Scan() {
			all <- line{text: strings.TrimSpace(s.Text())}
		}
		all <- line{end: true}
	}()
	return all
}

func (b *cardBatch) run(ctx context.Context, in io.Reader) error {
	var err error
	if b.entries, err = readIndex(b.folder); err != nil {
		return err
	}
	if b.written, err = b.readWritten(); err != nil {
		return err
	}
	// A mistake in any file shows before the first card.
	for _, e := range b.entries {
		if _, err := b.file(e); err != nil {
			return err
		}
	}
	typed := lines(in)
	skipped := map[int]bool{}
	chosen := 0
	for {
		e, left := b.next(skipped, chosen)
		if left == 0 {
			fmt.Fprintln(b.out, phrase.Text("batch.done", "count", strconv.Itoa(len(b.entries)-len(skipped)), "skipped", strconv.Itoa(len(skipped))))
			if len(skipped) > 0 {
				return exitCode(3)
			}
			return nil
		}
		fmt.Fprintln(b.out, phrase.Text("batch.ask", "number", fmt.Sprintf("%03d", e.Number), "place", e.Place, "left", strconv.Itoa(left)))
		var l line
		select {
		case <-ctx.Done():
			l.end = true
		case l = <-typed:
		}
		switch {
		case l.end || l.text == "q":
			fmt.Fprintln(b.out, phrase.Text("batch.left", "left", strconv.Itoa(left)))
			return exitCode(3)
		case l.text == "s":
			skipped[e.Number], chosen = true, 0
			continue
		case l.text != "":
			if chosen = b.choose(l.text); chosen == 0 {
				fmt.Fprintln(b.out, phrase.Text("batch.not_in_list", "typed", l.text))
			}
			continue
		}
		if err := b.one(ctx, e); err != nil {
			if ctx.Err() != nil {
				return err
			}
			fmt.Fprintln(b.out, err)
			fmt.Fprintln(b.out, phrase.Text("batch.again"))
			continue
		}
		delete(skipped, e.Number)
		chosen = 0
		fmt.Fprintln(b.out, phrase.Text("batch.label", "number", fmt.Sprintf("%03d", e.Number), "place", e.Place))
	}
}

// next is the terminal whose card is to be written now, and how many wait.
func (b *cardBatch) next(skipped map[int]bool, chosen int) (next roster.Entry, left int) {
	for _, e := range b.entries {
		text, err := b.file(e)
		has := err == nil && b.written[e.Number] == hashOf(text)
		if chosen != 0 && e.Number == chosen {
			next = e
			left++
			continue
		}
		if has || skipped[e.Number] {
			continue
		}
		if left++; chosen == 0 && next.Number == 0 {
			next = e
		}
	}
	return next, left
}

func (b *cardBatch) choose(typed string) int {
	n, _ := strconv.Atoi(typed)
	for _, e := range b.entries {
		if e.Number == n {
			return n
		}
	}
	return 0
}

func (b *cardBatch) file(e roster.Entry) ([]byte, error) {
	name := filepath.Join(b.folder, e.File)
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s, err := settings.Parse(text)
	if err != nil {
		return nil, errors.New(phrase.Text("card.no_file", "file", name, "problems", err.Error()))
	}
	if s.Terminal.Number != e.Number {
		return nil, errors.New(phrase.Text("batch.other_number", "file", name, "number", strconv.Itoa(s.Terminal.Number), "want", strconv.Itoa(e.Number)))
	}
	return text, nil
}

func hashOf(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

// one writes a terminal's card, unless the card in the reader is one of this batch: then
// nobody changed it.
func (b *cardBatch) one(ctx context.Context, e roster.Entry) error {
	text, err := b.file(e)
	if err != nil {
		return err
	}
	if err := b.changed(ctx, e); err != nil {
		return err
	}
	if err := b.write(ctx, e.File, text); err != nil {
		return err
	}
	b.written[e.Number] = hashOf(text)
	return b.note(e, text)
}

// changed refuses the card of another terminal of this batch, and one that holds what
// it is to hold already.
func (b *cardBatch) changed(ctx context.Context, e roster.Entry) error {
	to, _, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer to.Close()
	card, ok := sdcard.Look(ctx, to)
	if !ok {
		return nil
	}
	holds := hashOf(card.Config)
	for _, other := range b.entries {
		if b.written[other.Number] == holds {
			return errors.New(phrase.Text("batch.same_card", "number", fmt.Sprintf("%03d", other.Number), "place", other.Place, "want", fmt.Sprintf("%03d", e.Number)))
		}
	}
	return nil
}

func (b *cardBatch) readWritten() (map[int]string, error) {
	written := map[int]string{}
	f, err := os.Open(filepath.Join(b.folder, writtenName))
	if errors.Is(err, fs.ErrNotExist) {
		return written, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return written, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		if n, err := strconv.Atoi(row[0]); err == nil && len(row) == 5 {
			written[n] = row[4]
		}
	}
}

// note adds a row to the journal: number, place, when, which reader, hash of the file.
func (b *cardBatch) note(e roster.Entry, text []byte) error {
	f, err := os.OpenFile(filepath.Join(b.folder, writtenName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	if err := w.Write([]string{strconv.Itoa(e.Number), e.Place, b.now().In(phrase.Zone).Format("2006-01-02 15:04:05"), b.to, hashOf(text)}); err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return f.Sync()
}
