package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Found is a network within reach.
type Found struct {
	Raw    []byte // its name on the air
	Name   string // its name for people: never empty, no control characters
	Signal int    // percent
	Open   bool   // without a password
	// Usable: with the kinds of passwords that a terminal knows, which are not those of
	// a company's accounts (802.1X) and not WEP.
	Usable bool
}

// maxFound bounds a list; no lobby has as many.
const maxFound = 64

// Scan reads what "wpa_cli scan_results" prints: the strongest first, each name once.
// Networks that hide their name are left out.
func Scan(text string) []Found {
	var all []Found
	for line := range strings.Lines(text) {
		// bssid / frequency / signal level / flags / ssid
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 5)
		if len(f) != 5 || strings.Count(f[0], ":") != 5 {
			continue
		}
		level, err := strconv.Atoi(f[2])
		raw := unescape(f[4])
		if err != nil || len(raw) == 0 || len(raw) > maxName || strings.Trim(string(raw), "\x00") == "" {
			continue
		}
		n := Found{Raw: raw, Name: Name(raw), Signal: min(max(2*(level+100), 0), 100)}
		n.Open, n.Usable = access(f[3])
		if n.Name != "" {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Signal, a.Signal), cmp.Compare(a.Name, b.Name))
	})
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(n Found) bool {
		again := seen[n.Name]
		seen[n.Name] = true
		return again
	})
	return all[:min(len(all), maxFound)]
}

// access reads flags such as [WPA2-PSK-CCMP][WPS][ESS].
func access(flags string) (open, usable bool) {
	switch {
	case strings.Contains(flags, "PSK"), strings.Contains(flags, "SAE"):
		return false, true
	case strings.Contains(flags, "WPA"), strings.Contains(flags, "RSN"), strings.Contains(flags, "WEP"), strings.Contains(flags, "OWE"):
		return false, false
	}
	return true, true
}

// Name is a network's name for people: UTF-8, else GBK; what is neither, or no sign
// that can be drawn, is a box.
func Name(raw []byte) string {
	text := string(raw)
	if !utf8.Valid(raw) {
		if gbk, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err == nil {
			text = string(gbk)
		}
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '□'
		}
		return r
	}, text)
}

// unescape undoes how wpa_supplicant prints a name: \\ \" \e \n \r \t \xHH.
func unescape(text string) []byte {
	var raw []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			raw = append(raw, text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n':
			raw = append(raw, '\n')
		case 'r':
			raw = append(raw, '\r')
		case 't':
			raw = append(raw, '\t')
		case 'e':
			raw = append(raw, 0x1b)
		case 'x':
			if i+2 < len(text) {
				if b, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
					raw = append(raw, byte(b))
					i += 2
				}
			}
		default:
			raw = append(raw, text[i])
		}
	}
	return raw
}

// Pairs reads lines of name=value, as "wpa_cli status" and "systemctl show" print them.
func Pairs(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			all[name] = v
		}
	}
	return all
}

// Unescape is the name in a status line, which is printed as scans print it.
func Unescape(text string) []byte { return unescape(text) }
