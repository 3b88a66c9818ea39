package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"
)

// What the neighbourhood of the demonstration says about itself. Its days are
// counted from the day of the demonstration: {{at 2 `09:00`}} is a time, {{day 2}}
// and {{english 2}} a date in words.
//
//go:embed content/community.json
var communityTemplate string

// writeContent writes the documents of the demonstration's neighbourhood into a
// directory, for the terminal's key "content".
func writeContent(dir string, now time.Time) error {
	text, err := communityAt(now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "community.json"), []byte(text), 0o600)
}

// communityAt is the community's document on a day.
func communityAt(now time.Time) (string, error) {
	china := time.FixedZone("", 8*60*60)
	year, month, today := now.In(china).Date()
	midnight := func(days int) time.Time { return time.Date(year, month, today+days, 0, 0, 0, 0, china) }
	t, err := template.New("community.json").Funcs(template.FuncMap{
		"at": func(days int, clock string) (string, error) {
			c, err := time.Parse("15:04", clock)
			if err != nil {
				return "", fmt.Errorf("%q is no time of day: %w", clock, err)
			}
			return midnight(days).Add(time.Duration(c.Hour())*time.Hour + time.Duration(c.Minute())*time.Minute).Format(time.RFC3339), nil
		},
		"day":     func(days int) string { return midnight(days).Format("1月2日") },
		"english": func(days int) string { return midnight(days).Format("2 January") },
	}).Parse(communityTemplate)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, nil); err != nil {
		return "", err
	}
	return b.String(), nil
}
