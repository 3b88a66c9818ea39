package main

import (
	"path/filepath"
	"strconv"
	"testing"

	"lintai/kiosk/settings"
)

// The file that the demonstration writes is one that a terminal takes.
func TestConfigTextIsTaken(t *testing.T) {
	h := &house{bin: "/opt/lintai/bin", state: t.TempDir(), port: "8311"}
	snippet := "[central]\naddress = \"https://127.0.0.1:8312\"\ncode = \"ABCD-EFGH-JKMN-PQRS\"\n"
	for name, p := range map[string]panel{"lobby": lobby, "desk": desk} {
		t.Run(name, func(t *testing.T) {
			s, err := settings.Parse([]byte(h.configText(snippet, p)))
			if err != nil {
				t.Fatal(err)
			}
			if s.Terminal.Number != 12 || s.Terminal.Data != h.kioskData() || s.Terminal.Content != h.content() || s.Central.Address != "https://127.0.0.1:8312" || s.Central.Code == "" {
				t.Errorf("read back: %+v", s)
			}
			if s.Panel.FullScreen != p.fullScreen || s.Panel.Width != p.width || s.Panel.PxPerMM != p.pxPerMM {
				t.Errorf("panel: %+v, want %+v", s.Panel, p)
			}
			if want := filepath.Join(h.benchDir(), "card"); s.Card.Port != want || s.Sound.Output != "alsa" ||
				s.Microphone.Device != benchMicrophone || s.Camera.Bench != filepath.Join(h.benchDir(), "camera.sock") {
				t.Errorf("devices: %+v", s)
			}
		})
	}
}

func TestPortsAreNotThoseThatSystemsGiveOut(t *testing.T) {
	for range 20 {
		one, other, err := freePorts()
		if err != nil || one == other {
			t.Fatalf("%s, %s: %v", one, other, err)
		}
		for _, port := range []string{one, other} {
			if n, err := strconv.Atoi(port); err != nil || n < firstPort || n >= lastPort {
				t.Errorf("port %s", port)
			}
		}
	}
}
