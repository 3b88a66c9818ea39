package service

import (
	"strings"
	"testing"
	"unicode"
)

func FuzzLogLine(f *testing.F) {
	f.Add(entry("stdout", "lintai-kiosk.service", `"visit ended"`))
	f.Add(entry("kernel", "", `"\u001b[2J\n"`))
	f.Add(`{"__REALTIME_TIMESTAMP":"-9","_TRANSPORT":"kernel","PRIORITY":"\n","MESSAGE":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		line, ok := logLine([]byte(text))
		if ok && (strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || strings.ContainsFunc(line[:len(line)-1], unicode.IsControl)) {
			t.Errorf("%q", line)
		}
	})
}

func FuzzSticks(f *testing.F) {
	f.Add(`{"blockdevices":[{"name":"sdb","type":"disk","tran":"usb","hotplug":true,"fstype":"exfat","label":"x","mountpoints":[null]}]}`)
	f.Add(`{"blockdevices":[{"name":"sda","type":"disk","tran":"usb","hotplug":true,"children":[{"name":"sda1","fstype":"vfat","mountpoints":["/"]}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		found, err := sticksIn(text)
		for _, p := range found {
			if err != nil || !strings.HasPrefix(p.name, "sd") || strings.ContainsAny(p.name, "/. ") || stickOptions[p.kind] == "" || strings.ContainsFunc(p.label, func(r rune) bool { return r < ' ' }) {
				t.Errorf("%+v %v", p, err)
			}
		}
	})
}
