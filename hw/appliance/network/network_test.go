package network

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// As wpa_cli 2.10 prints it.
const scanned = "bssid / frequency / signal level / flags / ssid\n" +
	"02:00:00:00:00:01\t2412\t-45\t[WPA2-PSK-CCMP][ESS]\t\\xe5\\xb9\\xb8\\xe7\\xa6\\x8f\\xe9\\x87\\x8c\n" +
	"02:00:00:00:00:02\t2437\t-80\t[WPA2-PSK-CCMP][ESS]\t\\xe5\\xb9\\xb8\\xe7\\xa6\\x8f\\xe9\\x87\\x8c\n" +
	"02:00:00:00:00:03\t5180\t-60\t[ESS]\tfree \\\"wifi\\\"\\n\\\\\n" +
	"02:00:00:00:00:04\t5180\t-70\t[WPA2-EAP-CCMP][ESS]\toffice\n" +
	"02:00:00:00:00:05\t5180\t-51\t[WPA3-SAE-CCMP][ESS]\t\\xd0\\xd2\\xb8\\xa3\n" +
	"02:00:00:00:00:06\t5180\t-40\t[WPA2-PSK-CCMP][ESS]\t\n" +
	"02:00:00:00:00:07\t5180\t-40\t[WPA2-PSK-CCMP][ESS]\t\\x00\\x00\\x00\n" +
	"02:00:00:00:00:08\t5180\t-99\t[WPA2-PSK-CCMP][ESS]\ta\tb\\xff\\xfe\n" +
	"Selected interface 'wlan0'\n"

func TestScan(t *testing.T) {
	want := []Found{
		{Raw: []byte("幸福里"), Name: "幸福里", Signal: 100, Usable: true},
		{Raw: []byte("\xd0\xd2\xb8\xa3"), Name: "幸福", Signal: 98, Usable: true},
		{Raw: []byte("free \"wifi\"\n\\"), Name: "free \"wifi\"□\\", Signal: 80, Open: true, Usable: true},
		{Raw: []byte("office"), Name: "office", Signal: 60},
		{Raw: []byte("a\tb\xff\xfe"), Name: "a□b□□", Signal: 2, Usable: true},
	}
	got := Scan(scanned)
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		g := got[i]
		if string(g.Raw) != string(w.Raw) || g.Name != w.Name || g.Signal != w.Signal || g.Open != w.Open || g.Usable != w.Usable {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
}

func TestNoNameOrPasswordLeavesItsLine(t *testing.T) {
	for _, name := range []string{"a\"\n}\nnetwork={", "\x00\xff\n", "幸福里", "\\\"#"} {
		text, err := Supplicant([]byte(name), "pass\"#\\}word")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, "\tssid="+hex.EncodeToString([]byte(name))+"\n") || strings.Contains(text, "pass\"") {
			t.Errorf("%s", text)
		}
		if open, shut := strings.Count(text, "{"), strings.Count(text, "}"); open != shut || open > 2 {
			t.Errorf("%s", text)
		}
	}
}

func TestKeyOfAPassphrase(t *testing.T) {
	// IEEE 802.11-2020, J.4.2, first test vector.
	text, err := Supplicant([]byte("IEEE"), "password")
	if err != nil {
		t.Fatal(err)
	}
	if want := "psk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e\n"; !strings.Contains(text, want) {
		t.Errorf("%s", text)
	}
	if text, err = Supplicant([]byte("x"), ""); err != nil || !strings.Contains(text, "key_mgmt=NONE") {
		t.Errorf("%v %s", err, text)
	}
	if text, err = Supplicant(nil, "never"); err != nil || strings.Contains(text, "network") {
		t.Errorf("%v %s", err, text)
	}
	if text, err = Supplicant([]byte("x"), strings.Repeat("Ab", 32)); err != nil || !strings.Contains(text, "psk="+strings.Repeat("ab", 32)) {
		t.Errorf("%v %s", err, text)
	}
	for _, wrong := range []string{"short", strings.Repeat("x", 64), strings.Repeat("x", 65)} {
		if _, err := Supplicant([]byte("x"), wrong); err == nil || strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := Supplicant(make([]byte, 33), ""); err == nil {
		t.Error("33 bytes of name")
	}
}

func TestANameIsTriedInBothCharacterSets(t *testing.T) {
	text, err := Supplicant([]byte("幸福里"), "12345678")
	if err != nil || !strings.Contains(text, "ssid=e5b9b8e7a68fe9878c\n") || !strings.Contains(text, "ssid=d0d2b8a3c0ef\n") {
		t.Errorf("%v %s", err, text)
	}
	if strings.Count(text, "psk=") != 2 {
		t.Errorf("%s", text)
	}
}

func TestUnit(t *testing.T) {
	text, err := Unit("en*", Ways{Address: "192.168.1.20/24", Gateway: "192.168.1.1", DNS: "223.5.5.5，119.29.29.29"}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Name=en*\n", "Address=192.168.1.20/24\n", "Gateway=192.168.1.1\nMetric=100\n", "DNS=223.5.5.5\nDNS=119.29.29.29\n", "DHCP=no\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if text, err = Unit("wl*", Ways{}, 600); err != nil || !strings.Contains(text, "DHCP=yes\n") || !strings.Contains(text, "RouteMetric=600\n") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, w := range []Ways{{Address: "1.2.3.4"}, {Address: "1.2.3.4/24", Gateway: "x\n[Match]"}, {DNS: "a.b"}, {DNS: "fe80::1%\nx"}} {
		if _, err := Unit("en*", w, 1); err == nil {
			t.Errorf("%+v was taken", w)
		}
	}
}

func TestPassage(t *testing.T) {
	doors := []netip.AddrPort{netip.MustParseAddrPort("203.0.113.5:8421"), netip.MustParseAddrPort("203.0.113.5:8421"), netip.MustParseAddrPort("[2001:db8::1]:443"), netip.MustParseAddrPort("[::ffff:192.0.2.9]:9100")}
	want := "flush set inet lintai central\nflush set inet lintai central6\n" +
		"add element inet lintai central { 203.0.113.5 . 8421 }\nadd element inet lintai central { 192.0.2.9 . 9100 }\nadd element inet lintai central6 { 2001:db8::1 . 443 }\n"
	if got := Passage(doors); sorted(got) != sorted(want) {
		t.Errorf("%s", got)
	}
}

func sorted(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		for j := i + 1; j < len(lines); j++ {
			if lines[j] < lines[i] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "")
}

func FuzzScan(f *testing.F) {
	f.Add(scanned)
	f.Add("00:00:00:00:00:00\t1\t-9223372036854775808\t[\t\\x\\xz\\")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range Scan(text) {
			if n.Name == "" || !utf8.ValidString(n.Name) || strings.ContainsFunc(n.Name, unicode.IsControl) || n.Signal < 0 || n.Signal > 100 || len(n.Raw) > maxName {
				t.Errorf("%+v", n)
			}
			if _, err := Supplicant(n.Raw, ""); err != nil {
				t.Error(err)
			}
		}
	})
}
