package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/hw/speaker"
	"lintai/kiosk/phrase"
)

func TestPacksAreAskedInTheirOrder(t *testing.T) {
	folder := func(content string) string {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "zh-CN/normal"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "zh-CN/normal/home.prompt.ogg"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dialect, built, broken := folder("dialect"), folder("built"), folder("broken")
	if err := os.WriteFile(filepath.Join(broken, "zh-CN/manifest.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	clips := openClips([]string{broken, filepath.Join(broken, "not-there"), dialect, built}, slog.New(slog.NewTextHandler(&said, nil)))
	var got []string
	for file := range clips(speaker.Sentence{Key: "home.prompt", Text: "您好", Locale: phrase.Chinese}) {
		got = append(got, string(file))
	}
	if strings.Join(got, " ") != "dialect built" {
		t.Errorf("%q", got)
	}
	if strings.Count(said.String(), "prompt pack not used") != 2 {
		t.Errorf("the log says %q", said.String())
	}
}
