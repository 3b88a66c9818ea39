package main

import (
	"iter"
	"log/slog"
	"os"

	"lintai/hw/speaker"
	"lintai/kiosk/pack"
)

// openClips opens the folders of prompt packs, the preferred first. One that cannot be
// read is told and left out: the voice then speaks from the next one, or synthesises.
func openClips(folders []string, log *slog.Logger) func(speaker.Sentence) iter.Seq[[]byte] {
	var shelf pack.Shelf
	for _, folder := range folders {
		p, err := pack.Open(os.DirFS(folder))
		if err != nil {
			log.Error("prompt pack not used", "folder", folder, "error", err)
			continue
		}
		shelf = append(shelf, p)
	}
	return func(s speaker.Sentence) iter.Seq[[]byte] { return shelf.Clips(s.Locale, s.Key, s.Text, s.Slow) }
}
