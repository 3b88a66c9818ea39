package main

import (
	"log/slog"

	"lintai/hw/handwriting"
	"lintai/kiosk/policy"
	"lintai/kiosk/terminal"
	"lintai/offline/search"
)

// openHandwriting finds the reader of handwriting; nil where it is not installed,
// and the screen then offers the keyboard only.
func openHandwriting(log *slog.Logger) terminal.Handwriting {
	reader, err := handwriting.Open("", "")
	if err != nil {
		log.Info("no handwriting", "error", err)
		return nil
	}
	return reader
}

// openPolicies makes the corpus searchable; close frees its memory. Without the
// index there are still the topics to look through.
func openPolicies(corpus *policy.Corpus, log *slog.Logger) (policies terminal.Policies, close func()) {
	index, err := search.Open(corpus)
	if err != nil {
		log.Error("policies cannot be searched", "error", err)
		return nil, func() {}
	}
	return index, func() { _ = index.Close() }
}
