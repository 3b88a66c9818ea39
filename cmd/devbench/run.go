package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"lintai/hw"
	"lintai/hw/emulate/bench"
	"lintai/hw/printer/dots"
	"lintai/ui/font"
)

// wholeFont is where Debian's fonts-noto-cjk puts a font with every character that
// a slip may hold.
const wholeFont = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

// serve is "devbench run".
func serve(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	dir := f.String("dir", bench.DefaultDir(), "")
	fontFile := f.String("font", wholeFont, "")
	paper := f.Int("paper", 80, "")
	scanner := f.String("scanner", "line", "")
	pageAt := f.String("page", "", "")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return fmt.Errorf("run takes no %q: %w", words[0], errUsage)
	}
	given := false
	f.Visit(func(f *flag.Flag) { given = given || f.Name == "font" })
	glyphs, err := slipFont(*fontFile, given)
	if err != nil {
		return err
	}
	b, err := bench.Start(*dir, bench.Options{Font: glyphs, PaperMM: *paper, Scanner: *scanner})
	if err != nil {
		return err
	}
	defer b.Close()
	ready := fmt.Sprintf("bench ready in %s\n", *dir)
	if *pageAt != "" {
		address, end, err := showPage(b, *pageAt)
		if err != nil {
			return err
		}
		defer end()
		ready = fmt.Sprintf("bench page at http://%s/\n", address) + ready
	}
	io.WriteString(out, ready)
	<-ctx.Done()
	return nil
}

// slipFont reads the font of the slips' pictures. When the usual one is not
// installed, the terminal's own has all common characters.
func slipFont(name string, given bool) (*dots.Font, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		if given {
			return nil, fmt.Errorf("font: %w", err)
		}
		return dots.Parse(font.Regular())
	}
	glyphs, err := dots.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	return glyphs, nil
}

// paced is "devbench paced".
func paced(ctx context.Context, args []string, in io.Reader) error {
	f := flag.NewFlagSet("paced", flag.ContinueOnError)
	name := f.String("out", "", "")
	words, err := parse(f, args)
	if err != nil {
		return err
	}
	if *name == "" || len(words) > 0 {
		return fmt.Errorf("paced needs --out FILE and nothing else: %w", errUsage)
	}
	return bench.Pace(ctx, in, *name, hw.SystemClock{})
}
