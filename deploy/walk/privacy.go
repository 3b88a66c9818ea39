package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// secret is something of a resident that must not be readable at rest.
type secret struct {
	what string // "name", for the report; the value itself is never reported
	text string
}

// spelling is one way in which a text may stand in a file.
type spelling struct {
	how   string
	bytes []byte
}

// spellings are the forms that a program leaves behind: as text, as the ID
// reader says it (UTF-16), as the printer is told it (GB 18030), as JSON escapes
// and as Base64 does it, which has three forms by where the text begins.
func spellings(text string) []spelling {
	units := utf16.Encode([]rune(text))
	var little, big []byte
	var escaped strings.Builder
	for _, u := range units {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
	}
	all := []spelling{
		{"UTF-8", []byte(text)},
		{"UTF-16LE", little},
		{"UTF-16BE", big},
		{"JSON", []byte(escaped.String())},
	}
	if gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text)); err == nil {
		all = append(all, spelling{"GB 18030", gb})
	}
	for shift := range 3 {
		shifted := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
		// The first and last group also hold neighbours of the text.
		begin := (shift*8 + 5) / 6
		end := (shift + len(text)) * 8 / 6
		all = append(all, spelling{"Base64", []byte(shifted[begin:end])})
	}
	return all
}

// findSecrets reads every file below the directories and returns where a secret
// is readable. It fails when there is no file: then it would have proved nothing.
func findSecrets(secrets []secret, dirs ...string) ([]string, error) {
	type needle struct {
		what, how string
		bytes     []byte
	}
	var needles []needle
	for _, s := range secrets {
		if len([]rune(s.text)) < 2 {
			return nil, fmt.Errorf("the %s of the demonstration is too short to be looked for", s.what)
		}
		for _, sp := range spellings(s.text) {
			needles = append(needles, needle{s.what, sp.how, sp.bytes})
		}
	}
	var found []string
	looked := 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if len(content) > 0 {
				looked++
			}
			for _, n := range needles {
				if at := bytes.Index(content, n.bytes); at >= 0 {
					found = append(found, fmt.Sprintf("%s: the %s at byte %d, as %s", filepath.Base(name), n.what, at, n.how))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if looked == 0 {
		return nil, fmt.Errorf("no file to look into below %s", strings.Join(dirs, ", "))
	}
	return found, nil
}
