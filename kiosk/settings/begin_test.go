package settings

import (
	"strings"
	"testing"

	"lintai/kiosk/slip"
)

func TestNumberAndPlaceMayBeAskedForAtAFirstStart(t *testing.T) {
	place := "place = \"幸福里社区服务站\"\n"
	for name, c := range map[string]struct {
		number, place string
		fine          bool
	}{
		"there":          {"number = 12\n", place, true},
		"missing":        {"", "", true},
		"as shipped":     {"number = 0\n", "place = \"\"\n", true},
		"a bad number":   {"number = -3\n", place, false},
		"a text":         {"number = \"\"\n", place, false},
		"a number":       {"number = 12\n", "place = 0\n", false},
		"a long place":   {"number = 12\n", "place = \"" + strings.Repeat("里", 21) + "\"\n", false},
		"number = 99999": {"number = 99999\n", place, false},
	} {
		text := strings.Replace(strings.Replace(valid(t), "number = 12\n", c.number, 1), place, c.place, 1)
		if s, err := Begin([]byte(text)); (err == nil) != c.fine {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if _, err := Begin([]byte(strings.Replace(valid(t), "baud = 9600", "baud = 1", 1))); err == nil || !strings.Contains(err.Error(), "printer.baud") {
		t.Error(err)
	}
}

func TestSaysWhatStandsInTheFile(t *testing.T) {
	s, err := Parse([]byte(valid(t) + "[panel]\nrotation = 0\n[network]\nwifi = \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"panel.rotation": true, "network.wifi": false, "terminal.languages": false, "central.code": true} {
		if s.Says(key) != want {
			t.Errorf("%s: %v", key, !want)
		}
	}
}

func TestPrinterOfABrokenFile(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		port     string
		baud     int
	}{
		"broken elsewhere":  {"number = 12", "number = \"12\"", "/dev/serial/by-id/printer", 9600},
		"no TOML elsewhere": {"number = 12", "number = = 12", "/dev/serial/by-id/printer", 9600},
		"its own speed":     {"baud = 9600", "baud = 96000", "/dev/serial/by-id/printer", 115200},
		"half its speed":    {"baud = 9600", "baud = ", "/dev/serial/by-id/printer", 115200},
		"its port":          {"\"/dev/serial/by-id/printer\"", "\"by-id\"", "", 9600},
		"half its port":     {"\"/dev/serial/by-id/printer\"", "\"/dev/serial", "", 9600},
		"its section":       {"[printer]", "[printer", "/dev/serial/by-id/printer", 9600},
		"no section":        {"[printer]", "[drucker]", "", 115200},
	} {
		p, ok := PrinterOf([]byte(strings.Replace(valid(t), c.from, c.to, 1)))
		if p.Port != c.port || p.Baud != c.baud || ok != (c.port != "") || p.WidthMM != 80 {
			t.Errorf("%s: %+v, %v", name, p, ok)
		}
	}
	if _, ok := PrinterOf(nil); ok {
		t.Error("an empty file has a printer")
	}
}

func TestSlipOfMistakesNamesLineAndCure(t *testing.T) {
	_, err := Parse([]byte(strings.Replace(strings.Replace(valid(t), "SECR-ET12-3456-7890", "SECR-ET12", 1), "baud = 9600", "baud = 1", 1)))
	problems := err.(Problems)
	var all strings.Builder
	for _, b := range problems.Slip("kiosk.toml").Blocks {
		switch b := b.(type) {
		case slip.Text:
			all.WriteString(b.Text + "\n")
		case slip.Pair:
			all.WriteString(b.Label + b.Value + "\n")
		}
	}
	for _, want := range []string{"第 10 行 central.code", "第 14 行 printer.baud", "9600、19200", "kiosk.toml", "插回来开机"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in\n%s", want, all.String())
		}
	}
	if strings.Contains(all.String(), "SECR") {
		t.Error("a secret is on the slip")
	}
	if blocks := make(Problems, 20).Slip("x").Blocks; len(blocks) > 2*onSlip+8 {
		t.Errorf("%d blocks", len(blocks))
	}
}
