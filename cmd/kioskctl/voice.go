package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"lintai/hw/speaker/sound"
	"lintai/kiosk/catalog"
	"lintai/kiosk/pack"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/ui/voice"
)

// exitStale is the exit code of packs with clips that are missing or stale.
const exitStale = exitCode(3)

// voiceFlags are those of every voice command.
type voiceFlags struct {
	*flag.FlagSet
	locale, catalog *string
}

func newVoiceFlags(name string, log io.Writer) voiceFlags {
	f := voiceFlags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	f.SetOutput(log)
	f.locale = f.String("locale", "", "one `language` only: zh-CN or en")
	f.catalog = f.String("catalog", "", "the community's catalogue `FILE`, instead of the built-in one")
	return f
}

func (f voiceFlags) parse(args []string) error {
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return f.wrong("%v", err)
	}
	if *f.locale != "" && !slices.Contains(pack.Locales, phrase.Locale(*f.locale)) {
		return f.wrong("no language %q: zh-CN or en", *f.locale)
	}
	return nil
}

func (f voiceFlags) wrong(format string, args ...any) error {
	return fmt.Errorf("%w: kioskctl %s: %s", errUsage, f.Name(), fmt.Sprintf(format, args...))
}

// locales are those asked for.
func (f voiceFlags) locales() []phrase.Locale {
	if *f.locale != "" {
		return []phrase.Locale{phrase.Locale(*f.locale)}
	}
	return pack.Locales
}

// script is what is to be spoken in a locale.
func (f voiceFlags) script(l phrase.Locale) ([]pack.Line, error) {
	c := catalog.Default()
	if *f.catalog != "" {
		document, err := os.ReadFile(*f.catalog)
		if err != nil {
			return nil, err
		}
		if c, err = catalog.Parse(document); err != nil {
			return nil, fmt.Errorf("%s: %w", *f.catalog, err)
		}
	}
	var lines []pack.Line
	for _, say := range visit.Script(c, l) {
		_, spelling := voice.Spell(l, say.Text)
		lines = append(lines, pack.Line{Key: say.Key, Text: say.Text, Spelling: spelling})
	}
	return lines, nil
}

func voiceScript(args []string, out, log io.Writer) error {
	flags := newVoiceFlags("voice script", log)
	if err := flags.parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return flags.wrong("unexpected %q", flags.Arg(0))
	}
	for _, l := range flags.locales() {
		lines, err := flags.script(l)
		if err != nil {
			return err
		}
		for _, line := range lines {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", l, line.Key, line.Text, line.Spelling)
		}
	}
	return nil
}

// openPack opens the pack in a folder. A folder is opened as a root, so that no link
// in it leads out of it.
func openPack(dir string) (*pack.Pack, func(), error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	p, err := pack.Open(root.FS())
	if err != nil {
		root.Close()
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return p, func() { root.Close() }, nil
}

func voiceCheck(ctx context.Context, args []string, out, log io.Writer) error {
	flags := newVoiceFlags("voice check", log)
	if err := flags.parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return flags.wrong("give the folder of a pack")
	}
	var shelf pack.Shelf
	for _, dir := range flags.Args() {
		p, closePack, err := openPack(dir)
		if err != nil {
			return err
		}
		defer closePack()
		shelf = append(shelf, p)
	}
	playable := func(file []byte) error {
		s, err := sound.Decode(ctx, file)
		if err == nil && len(s.Samples) == 0 {
			err = sound.ErrFormat
		}
		return err
	}
	bad, sentences := 0, 0
	for _, l := range flags.locales() {
		lines, err := flags.script(l)
		if err != nil {
			return err
		}
		sentences += len(lines)
		found, err := shelf.Check(l, lines, playable)
		if err != nil {
			return err
		}
		for _, f := range found {
			where := "-"
			if f.Pack >= 0 {
				where = flags.Arg(f.Pack)
			}
			fmt.Fprintf(out, "%-8s  %s/%s/%s  %s  %s\n", f.Problem, f.Locale, f.Rate, f.Key, where, explainClip(f.Problem))
			if !f.Problem.Warning() {
				bad++
			}
		}
	}
	fmt.Fprintln(out, phrase.Text("voice_pack.checked", "sentences", strconv.Itoa(sentences), "bad", strconv.Itoa(bad)))
	if bad > 0 {
		return exitStale
	}
	return nil
}

func explainClip(p pack.Problem) string {
	switch p {
	case pack.Missing:
		return phrase.Text("voice_pack.missing")
	case pack.Stale:
		return phrase.Text("voice_pack.stale")
	case pack.Misread:
		return phrase.Text("voice_pack.misread")
	case pack.Damaged:
		return phrase.Text("voice_pack.damaged")
	case pack.Unsigned:
		return phrase.Text("voice_pack.unsigned")
	}
	return phrase.Text("voice_pack.unused")
}

func voiceSign(args []string, out, log io.Writer) error {
	flags := newVoiceFlags("voice sign", log)
	if err := flags.parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 || *flags.locale == "" {
		return flags.wrong("give --locale and the folder of a pack")
	}
	l, dir, keys := flags.locales()[0], flags.Arg(0), flags.Args()[1:]
	lines, err := flags.script(l)
	if err != nil {
		return err
	}
	p, closePack, err := openPack(dir)
	if err != nil {
		return err
	}
	defer closePack()
	m, signed := p.Sign(l, lines, keys)
	for _, key := range keys {
		if !slices.Contains(signed, key) {
			return fmt.Errorf("%s: no recording of %s/%s", dir, l, key)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, string(l), pack.ManifestName), m.Encode(), 0o644); err != nil {
		return err
	}
	for _, key := range signed {
		fmt.Fprintln(out, key)
	}
	fmt.Fprintln(out, phrase.Text("voice_pack.signed", "count", strconv.Itoa(len(signed))))
	return nil
}
