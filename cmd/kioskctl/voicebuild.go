package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"lintai/hw/speaker/sound"
	"lintai/kiosk/pack"
	"lintai/kiosk/phrase"
	"lintai/ui/voice"
)

func voiceBuild(ctx context.Context, args []string, out, log io.Writer) error {
	flags := newVoiceFlags("voice build", log)
	dir := flags.String("out", "", "`DIR` of the pack; what was built there before is renewed")
	if err := flags.parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() > 0 {
		return flags.wrong("give --out DIR, and nothing else")
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return err
	}
	for _, l := range flags.locales() {
		lines, err := flags.script(l)
		if err != nil {
			return err
		}
		b := build{dir: *dir, locale: l, began: time.Now()}
		if err := b.run(ctx, lines); err != nil {
			return err
		}
		fmt.Fprintln(out, phrase.Text("voice_pack.built", "folder", filepath.Join(*dir, string(l)),
			"clips", strconv.Itoa(b.made+b.kept), "made", strconv.Itoa(b.made),
			"megabytes", fmt.Sprintf("%.1f", float64(b.bytes)/1e6), "seconds", fmt.Sprintf("%.1f", time.Since(b.began).Seconds())))
	}
	return nil
}

// build makes one locale of a pack.
type build struct {
	dir    string
	locale phrase.Locale
	began  time.Time

	mu         sync.Mutex
	manifest   pack.Manifest
	made, kept int
	bytes      int64
	err        error
}

// run makes the locale's folder anew beside the one that is there, and then puts it
// in its place: a build that is broken off leaves the pack as it was.
func (b *build) run(ctx context.Context, lines []pack.Line) error {
	before, closePack, err := openPack(b.dir)
	if err != nil {
		return err
	}
	defer closePack()
	if before.Recordings(b.locale) {
		return fmt.Errorf("%s holds recordings of %s, which a build would delete; give another folder", b.dir, b.locale)
	}
	target, fresh := filepath.Join(b.dir, string(b.locale)), filepath.Join(b.dir, string(b.locale)+".new")
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0)+1)
	for _, r := range pack.Rates {
		if err := os.MkdirAll(filepath.Join(fresh, string(r)), 0o755); err != nil {
			return err
		}
		for _, line := range lines {
			slots <- struct{}{}
			workers.Go(func() {
				defer func() { <-slots }()
				if err := b.clip(ctx, before, fresh, r, line); err != nil {
					b.mu.Lock()
					b.err = errors.Join(b.err, err)
					b.mu.Unlock()
					cancel()
				}
			})
		}
	}
	workers.Wait()
	if b.err != nil {
		return b.err
	}
	if err := os.WriteFile(filepath.Join(fresh, pack.ManifestName), b.manifest.Encode(), 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return os.Rename(fresh, target)
}

// clip makes one clip, or takes the one that was built of the same words before.
func (b *build) clip(ctx context.Context, before *pack.Pack, fresh string, r pack.Rate, line pack.Line) error {
	if ctx.Err() != nil {
		return nil // another clip failed
	}
	file, extension, kept := before.Made(b.locale, r, line)
	if !kept {
		speaker, spelling := voice.Spell(b.locale, line.Text)
		s, err := sound.Synthesise(ctx, speaker, spelling, r == pack.Slow)
		if err == nil && len(s.Samples) == 0 {
			err = fmt.Errorf("%s: nothing to hear in %q", line.Key, line.Text)
		}
		if err != nil {
			return err
		}
		if file, extension, err = sound.Encode(ctx, sound.Level(s)); err != nil {
			return err
		}
	}
	name, err := pack.File(b.locale, r, line.Key, extension)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, string(r), filepath.Base(name)), file, 0o644); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.manifest.Set(r, line.Key, pack.NewEntry(line.Text, line.Spelling))
	b.bytes += int64(len(file))
	if kept {
		b.kept++
	} else {
		b.made++
	}
	return nil
}
