package settings

import (
	"maps"
	"testing"
)

func TestPortsOfTheDevicesThatTheFileNames(t *testing.T) {
	s, err := Parse([]byte(valid(t) + "[button]\nbench = \"/tmp/button.sock\"\n[nfc]\nspi = \"/dev/spidev0.0\"\nreset = \"GPIO25\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"printer": "/dev/serial/by-id/printer", "button": "/tmp/button.sock", "speaker": "alsa", "nfc": "/dev/spidev0.0"}
	if got := s.Ports(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.Sound.Output, s.Button = "none", Button{Pin: "GPIO17"}
	s.NFC = NFC{Serial: Serial{Port: "/dev/ttyUSB1"}}
	s.Microphone.Device, s.Camera.Device = "default", "/dev/video0"
	want = map[string]string{"printer": "/dev/serial/by-id/printer", "button": "GPIO17", "nfc": "/dev/ttyUSB1", "microphone": "default", "camera": "/dev/video0"}
	if got := s.Ports(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.Camera = Camera{Bench: "/tmp/camera.sock"}
	want["camera"] = "/tmp/camera.sock"
	if got := s.Ports(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
