package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

var demoSecrets = []secret{{"name", "欧阳小静"}, {"ID number", "11010519491231002X"}}

func TestFindSecretsInEverySpelling(t *testing.T) {
	wide := func(text string, little bool) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(text)) {
			if little {
				out = append(out, byte(u), byte(u>>8))
			} else {
				out = append(out, byte(u>>8), byte(u))
			}
		}
		return out
	}
	base := func(text string) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(text))) }
	tests := []struct {
		name    string
		content []byte
		want    string // "" for clean
	}{
		{"clean", []byte("SQLite format 3\x00 欧阳 小静 11010519491231 002X"), ""},
		{"text", []byte("\x00\x01欧阳小静\x00"), "the name at byte 2, as UTF-8"},
		{"number", []byte("n=11010519491231002X"), "ID number"},
		{"card reader's form", wide("欧阳小静", true), "UTF-16LE"},
		{"network order", wide("11010519491231002X", false), "UTF-16BE"},
		{"printer's form", []byte{0xC5, 0xB7, 0xD1, 0xF4, 0xD0, 0xA1, 0xBE, 0xB2}, "GB 18030"},
		{"escaped", []byte(`{"n":"\u6b27\u9633\u5c0f\u9759"}`), "JSON"},
		{"Base64, at the start", base("欧阳小静，报修"), "Base64"},
		{"Base64, one byte in", base(".欧阳小静，报修"), "Base64"},
		{"Base64, two bytes in", base("..11010519491231002X?"), "Base64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "kiosk.db-wal"), tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := findSecrets(demoSecrets, dir)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if len(found) != 0 {
					t.Errorf("found %v in a clean file", found)
				}
				return
			}
			if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), tt.want) {
				t.Errorf("found %v, want %q", found, tt.want)
			}
			for _, f := range found {
				for _, s := range demoSecrets {
					if strings.Contains(f, s.text) {
						t.Errorf("the finding tells the secret itself: %s", f)
					}
				}
			}
		})
	}
}

// A stretch of a recording is no text, and is found all the same.
func TestFindSecretsInBytes(t *testing.T) {
	dir := t.TempDir()
	note := "OggS\x00\xff\xfe\x80\x81OpusHead\x01\x02\x03\xd0\xd1\xd2"
	if err := os.WriteFile(filepath.Join(dir, "kiosk.db"), []byte("SQLite format 3\x00"+note), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{note[5:]: 1, "\xff\xfe\x80\x82": 0} {
		found, err := findSecrets([]secret{{"note", text}}, dir)
		if err != nil || len(found) != want {
			t.Errorf("%q: found %v, %v", text, found, err)
		}
	}
}

func TestFindSecretsInNothingProvesNothing(t *testing.T) {
	if _, err := findSecrets(demoSecrets, t.TempDir()); err == nil {
		t.Error("an empty directory was called clean")
	}
	if _, err := findSecrets([]secret{{"name", "静"}}, t.TempDir()); err == nil {
		t.Error("a name of one character was looked for")
	}
}
