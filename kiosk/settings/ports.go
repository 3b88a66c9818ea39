package settings

// Ports tells where each device of the file is, by the names under which health
// tells of them. A device that the file does not name is not among them.
func (s *Settings) Ports() map[string]string {
	ports := map[string]string{
		"card": s.Card.Port, "printer": s.Printer.Port, "scanner": s.Scanner.Port, "nfc": s.NFC.Port, "button": s.Button.Pin,
		"microphone": s.Microphone.Device, "camera": s.Camera.Device,
	}
	if s.Button.Bench != "" {
		ports["button"] = s.Button.Bench
	}
	ports["presence"] = s.Presence.Pin
	if s.Presence.Bench != "" {
		ports["presence"] = s.Presence.Bench
	}
	if s.Camera.Bench != "" {
		ports["camera"] = s.Camera.Bench
	}
	if s.NFC.SPI != "" {
		ports["nfc"] = s.NFC.SPI
	}
	if s.Sound.Output != "none" {
		ports["speaker"] = s.Sound.Output
	}
	for name, port := range ports {
		if port == "" {
			delete(ports, name)
		}
	}
	return ports
}
