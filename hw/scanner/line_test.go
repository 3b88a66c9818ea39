package scanner_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"lintai/hw/scanner"
)

func split(in string, pause bool) []string {
	var s scanner.Splitter
	var out []string
	for _, b := range []byte(in) {
		if code, ok := s.Add(b); ok {
			out = append(out, code)
		}
	}
	if pause {
		if code, ok := s.End(); ok {
			out = append(out, code)
		}
	}
	return out
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 512)
	for _, c := range []struct {
		name, in string
		pause    bool
		want     []string
	}{
		{"carriage return", "12345678\r", false, []string{"12345678"}},
		{"line feed", "12345678\n", false, []string{"12345678"}},
		{"both", "12345678\r\n", false, []string{"12345678"}},
		{"tab", "12345678\t", false, []string{"12345678"}},
		{"no tail, then a pause", "12345678", true, []string{"12345678"}},
		{"no tail and no pause yet", "12345678", false, nil},
		{"three in a row", "111111\r\n222222\r333333\n", false, []string{"111111", "222222", "333333"}},
		{"empty lines", "\r\n\r\n\t", true, nil},
		{"framed in STX and ETX", "\x0212345678\x03\r", false, []string{"12345678"}},
		{"an address with a query", "https://example.org/t?c=12345678\r", false, []string{"https://example.org/t?c=12345678"}},
		{"Chinese in UTF-8", "工单12\r", false, []string{"工单12"}},
		{"noise of a wrong speed", "\xff\xfe\x80\x81\r", false, nil},
		{"control characters inside", "1234\x005678\r", false, nil},
		{"noise, then a code", "\xff\xfe\x80\r12345678\r", false, []string{"12345678"}},
		{"too short", "12\r", false, nil},
		{"the longest", long + "\r", false, []string{long}},
		{"too long, dropped to its end", long + "y\r12345678\r", false, []string{"12345678"}},
		{"too long without an end", long + long, true, nil},
	} {
		if got := split(c.in, c.pause); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzSplitter(f *testing.F) {
	for _, seed := range []string{"12345678\r\n", "\xff\x00\t", "\x02abc\x03\r", strings.Repeat("x", 600)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		codes := split(in, true)
		for _, code := range codes {
			if len(code) < 3 || len(code) > 512 || !utf8.ValidString(code) || strings.ContainsAny(code, "\r\n\t\x00") {
				t.Fatalf("%q is no code", code)
			}
		}
		// Whatever came before, the next line is understood.
		if got := split(in+"\r12345678\r", false); len(got) == 0 || got[len(got)-1] != "12345678" {
			t.Fatalf("after %q a code is lost", in)
		}
	})
}
