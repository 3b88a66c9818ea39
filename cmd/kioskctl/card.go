package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"lintai/hw/sdcard"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
)

// cardWork is what the card commands have in common: which computer this is, which
// image, which disk, and what the technician typed so that it may be overwritten.
type cardWork struct {
	machine sdcard.Machine
	image   string
	to      string
	typed   string // --yes-this-disk
	used    string // --used-card
	eject   bool
	out     io.Writer
	now     func() time.Time
}

func writeCard(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("card write", flag.ContinueOnError)
	w := cardWork{machine: sdcard.Machine{Root: "/"}, out: out, now: time.Now}
	w.flags(flags)
	config := flags.String("config", "", "the terminal's `FILE`, which goes onto the card as kiosk.toml")
	flags.StringVar(&w.used, "used-card", "", "`NUMBER` of the terminal whose card is overwritten with all that waits on it")
	flags.BoolVar(&w.eject, "eject", false, "put the card out when it is written")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if w.image == "" {
		return fmt.Errorf("%w: kioskctl card write --image FILE --to DISK [--config FILE]", errUsage)
	}
	if w.to == "" {
		return w.offer()
	}
	var text []byte
	if *config != "" {
		var err error
		if text, err = os.ReadFile(*config); err != nil {
			return err
		}
	}
	return w.write(ctx, *config, text)
}

func (w *cardWork) flags(flags *flag.FlagSet) {
	flags.StringVar(&w.image, "image", "", "the card image, a `FILE`, as it is or packed (.zst, .xz, .gz)")
	flags.StringVar(&w.to, "to", "", "the card: a `DISK` (/dev/sdb), or a file")
	flags.StringVar(&w.typed, "yes-this-disk", "", "`NAME` of a disk (sdb) that is written although it cannot be pulled out")
}

// offer names the cards that could be meant.
func (w *cardWork) offer() error {
	lines := []string{phrase.Text("card.choose")}
	for _, d := range w.machine.Disks() {
		lines = append(lines, phrase.Text("card.choose_row", "disk", d.Path, "size", sdcard.Gigabytes(d.Size), "model", d.Model))
	}
	if len(lines) == 1 {
		lines = append(lines, phrase.Text("card.choose_none"))
	}
	return fmt.Errorf("%w: %s", errUsage, strings.Join(lines, "\n"))
}

// open opens the card, or the file for one, after all looks at whether it may be
// overwritten.
func (w *cardWork) open(ctx context.Context) (sdcard.Target, sdcard.Disk, error) {
	d := sdcard.Disk{}
	info, err := os.Stat(w.to)
	device := strings.HasPrefix(w.to, "/dev/") || err == nil && info.Mode()&fs.ModeDevice != 0
	if device {
		d, err = w.machine.Find(w.to)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, d, errors.New(phrase.Text("card.no_target", "disk", w.to))
		}
		if err != nil {
			return nil, d, err
		}
		if err := w.machine.Check(d, w.typed); err != nil {
			return nil, d, err
		}
	}
	open := sdcard.OpenFile
	path := w.to
	if device {
		open, path = sdcard.OpenDevice, d.Path
	}
	to, err := open(path)
	if err != nil {
		return nil, d, err
	}
	if !device {
		d = sdcard.Disk{Path: path}
	}
	if err := w.spare(ctx, to); err != nil {
		to.Close()
		return nil, d, err
	}
	return to, d, nil
}

// spare refuses a card on which a terminal has lived: requests may wait there that are
// nowhere else.
func (w *cardWork) spare(ctx context.Context, to sdcard.Target) error {
	card, ok := sdcard.Look(ctx, to)
	if !ok || card.Lived.IsZero() {
		return nil
	}
	number := "0"
	if s, err := settings.Parse(card.Config); err == nil {
		number = fmt.Sprint(s.Terminal.Number)
	}
	if w.used == number {
		return nil
	}
	return &sdcard.Problem{ID: "sdcard.used", Pairs: []string{"disk", to.Path(), "number", number, "time", card.Lived.In(phrase.Zone).Format("2006-01-02 15:04")}}
}

// write writes one card; text is its kiosk.toml, from the file called name, or nil.
func (w *cardWork) write(ctx context.Context, name string, text []byte) error {
	place := ""
	if text != nil {
		s, err := settings.Parse(text)
		if err != nil {
			return errors.New(phrase.Text("card.no_file", "file", name, "problems", err.Error()))
		}
		place = phrase.Text("card.for", "number", fmt.Sprint(s.Terminal.Number), "place", s.Terminal.Place)
	}
	image, err := sdcard.OpenImage(ctx, w.image)
	if err != nil {
		return w.ended(ctx, err)
	}
	defer image.Close()
	to, d, err := w.open(ctx)
	if err != nil {
		return err
	}
	defer to.Close()
	size := d.Size
	if size == 0 {
		size = image.Layout.End
	}
	fmt.Fprintln(w.out, phrase.Text("card.writes", "disk", to.Path(), "model", d.Model, "size", sdcard.Gigabytes(size), "image", w.image))
	if place != "" {
		fmt.Fprintln(w.out, place)
	}
	began := w.now()
	p := newCardProgress(w.out, w.now)
	result, err := sdcard.Write(ctx, to, image, text, p.show)
	p.end()
	if err != nil {
		return w.ended(ctx, err)
	}
	fmt.Fprintln(w.out, phrase.Text("card.written", "size", sdcard.Gigabytes(result.Bytes), "skipped", sdcard.Gigabytes(result.Skipped),
		"time", inWords(w.now().Sub(began)), "sum", fmt.Sprintf("%x", result.SHA256)))
	if w.eject {
		word := phrase.Text("card.pull")
		if sdcard.Eject(to) {
			word = phrase.Text("card.ejected")
		}
		fmt.Fprintln(w.out, word)
	}
	return nil
}

// ended says what Ctrl-C left behind.
func (w *cardWork) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New(phrase.Text("card.interrupted"))
	}
	return err
}

func showCard(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("card show", flag.ContinueOnError)
	from := flags.String("from", "", "the card: a `DISK` (/dev/sdb), or a file")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if *from == "" {
		return fmt.Errorf("%w: kioskctl card show --from DISK", errUsage)
	}
	target, err := sdcard.OpenToRead(*from)
	if err != nil {
		return err
	}
	defer target.Close()
	card, ok := sdcard.Look(ctx, target)
	if !ok {
		return errors.New(phrase.Text("card.shows_nothing"))
	}
	fmt.Fprintln(out, cardInWords(card))
	return nil
}

// cardInWords says whose card it is. The code on it is not shown.
func cardInWords(card sdcard.Card) string {
	lived := phrase.Text("card.never_lived")
	if !card.Lived.IsZero() {
		lived = phrase.Text("card.lived", "time", card.Lived.In(phrase.Zone).Format("2006-01-02 15:04"))
	}
	s, err := settings.Parse(card.Config)
	if err != nil {
		return phrase.Text("card.shows_no_config", "lived", lived)
	}
	code := phrase.Text("card.code_gone")
	if s.Central.Code != "" {
		code = phrase.Text("card.code_there")
	}
	return phrase.Text("card.shows", "number", fmt.Sprint(s.Terminal.Number), "place", s.Terminal.Place, "code", code, "lived", lived)
}
