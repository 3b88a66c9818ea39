package settings

import (
	"maps"
	"testing"
)

func TestPortsOfTheDevicesThatTheFileNames(t *testing.T) {
	s, err := Parse([]byte(valid(t) + "[button]\nbench = \"/tmp/button.sock\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"printer": "/dev/serial/by-id/printer", "button": "/tmp/button.sock", "speaker": "alsa"}
	if got := s.Ports(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.Sound.Output, s.Button = "none", Button{Pin: "GPIO17"}
	s.Microphone.Device, s.Camera.Device = "default", "/dev/video0"
	want = map[string]string{"printer": "/dev/serial/by-id/printer", "button": "GPIO17", "microphone": "default", "camera": "/dev/video0"}
	if got := s.Ports(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
