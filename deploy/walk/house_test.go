package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"lintai/kiosk/seal"
	"lintai/kiosk/settings"
)

// The file that the demonstration writes is one that a terminal takes.
func TestConfigTextIsTaken(t *testing.T) {
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{bin: "/opt/lintai/bin", state: t.TempDir(), port: "8311"}
	snippet := fmt.Sprintf("[central]\naddress = %q\npublic_address = %q\ntoken = \"t0ken\"\npublic_key = %q\n", h.address(), h.address(), key.Public())
	for name, p := range map[string]panel{"lobby": lobby, "desk": desk} {
		t.Run(name, func(t *testing.T) {
			s, err := settings.Parse([]byte(h.configText(snippet, p)))
			if err != nil {
				t.Fatal(err)
			}
			if s.Terminal.Number != 12 || s.Terminal.Data != h.kioskData() || s.Terminal.Content != h.content() || s.Central.Address != h.address() {
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
