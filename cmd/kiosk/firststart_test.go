package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw/appliance"
	"lintai/hw/appliance/edit"
	"lintai/hw/emulate/bench"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
)

// technician is somebody before a terminal's window, with a desk of devices and a
// stand-in for the computer's service, which writes the real file.
type technician struct {
	*front
	config  string
	desk    *bench.Bench
	service *service
}

const lobbyPassword = "1234567a"

func newTechnician(t *testing.T, text string, devices ...string) *technician {
	t.Helper()
	h := &technician{config: filepath.Join(t.TempDir(), "kiosk.toml")}
	folder := t.TempDir()
	var err error
	if h.desk, err = bench.Start(folder, bench.Options{Font: slipFont("/", func([]string) {})}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.desk.Close)
	for _, d := range devices {
		key, port := "port", d
		if d == bench.Button {
			key, port = "bench", "button.sock"
		}
		text += fmt.Sprintf("[%s]\n%s = %q\n", d, key, filepath.Join(folder, port))
	}
	if err := os.WriteFile(h.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.service = newService(t, appliance.Status{Image: "2026.11.22-1", Slot: "A", BootReason: appliance.BootPower})
	h.service.answer = h.answer
	return h
}

// answer does what the service does, as far as a technician sees it. The service's own
// lock is held.
func (h *technician) answer(q appliance.Question) (a appliance.Answer) {
	change := func(set map[string]string, erase []string) {
		text, err := os.ReadFile(h.config)
		if err == nil {
			text, err = edit.Apply(text, set, erase)
		}
		if err == nil {
			err = os.WriteFile(h.config, text, 0o600)
		}
		if err != nil {
			a.Fault, a.Detail = fault.ApplianceFailed, err.Error()
		}
	}
	switch q.Verb {
	case appliance.VerbKeep:
		change(q.Values, nil)
	case appliance.VerbErase:
		change(nil, q.Keys)
	case appliance.VerbNetworks:
		a.Networks = []appliance.WiFi{{Name: "lobby", Signal: 80}, {Name: "guests", Signal: 50, Open: true}}
	case appliance.VerbJoin:
		h.service.status.Online, h.service.status.Faults = false, nil
		if q.Network.Password == lobbyPassword {
			h.service.status.Online, h.service.status.WiFi, h.service.status.Address = true, q.Network.WiFi, "192.168.7.20"
		} else {
			h.service.status.Faults = []appliance.Trouble{{Fault: fault.NetworkRefused, Detail: "lobby: wrong key"}}
		}
	}
	return a
}

func (h *technician) switchOn(t *testing.T) {
	h.front = openFront(t, h.config, applianceEnv+"="+h.service.socket)
}

// goes touches a target of a step until another step comes, which must be this one.
func (h *technician) goes(id, step string) {
	h.t.Helper()
	from, screen := h.view.Step, h.view.Screen
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for h.touch(id); h.view.Step != step; {
		select {
		case v, ok := <-h.views:
			if h.view = v; !ok {
				h.t.Fatalf("never asked: %s", step)
			}
		case <-again.C:
			if h.view.Step == from && h.view.Screen == screen && h.offers(id) {
				h.touch(id)
			}
		}
	}
}

func (h *technician) offers(id string) bool {
	for _, target := range h.view.Targets {
		if target.ID == id {
			return true
		}
	}
	return false
}

// presses touches keys, each after the screen has taken the one before.
func (h *technician) presses(ids ...string) {
	h.t.Helper()
	again := time.NewTicker(keyAgain)
	defer again.Stop()
	for _, id := range ids {
		for answered := false; !answered; {
			again.Reset(keyAgain)
			h.touch(id)
			select {
			case v, ok := <-h.views:
				if h.view, answered = v, true; !ok {
					h.t.Fatal("a key was not answered")
				}
			case <-again.C:
			}
		}
	}
}

func (h *technician) keys(text string) {
	h.t.Helper()
	for _, r := range text {
		h.presses("key." + string(r))
	}
}

// hand does something at a device.
func (h *technician) hand(do bench.Request) bench.Reply {
	h.t.Helper()
	reply, err := h.desk.Do(h.t.Context(), do)
	if err != nil {
		h.t.Fatal(err)
	}
	return reply
}

// sees waits until the step that is shown offers a control.
func (h *technician) sees(id string) {
	h.t.Helper()
	for !h.offers(id) {
		v, ok := <-h.views
		if h.view = v; !ok {
			h.t.Fatalf("never offered: %s", id)
		}
	}
}

func TestAFirstStartInAWindow(t *testing.T) {
	b := newBeginner(t)
	data := b.s.Terminal.Data
	if err := offline.Create(filepath.Join(data, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	code := b.code(12)
	h := newTechnician(t, fmt.Sprintf("# 二号楼\n[terminal]\nnumber = 0\nplace = \"\"\ndata = %q\n[central]\naddress = %q\ncode = %q\n[panel]\nfullscreen = false\n[sound]\noutput = \"none\"\n", data, b.s.Central.Address, code),
		bench.Printer, bench.Card, bench.Scanner, bench.Button)
	h.switchOn(t)
	h.secrets = []string{code, lobbyPassword}
	h.on(visit.ScreenOutOfService)
	h.goes("setup", "turn")
	h.presses("turn.up")
	h.sees("next")
	h.goes("next", "touch")
	h.presses("mark.1", "mark.2", "mark.3")
	h.goes("mark.4", "language")
	h.goes("language.chinese", "network")
	h.sees("net.0")
	h.goes("net.0", "password")
	h.keys("1234567b")
	h.goes("next", "way")
	h.goes("way.given", "password") // refused, in words
	h.presses("key.erase")
	h.keys("a")
	h.goes("next", "way")
	h.goes("way.given", "number")
	h.keys("12")
	h.goes("next", "place")
	h.goes("place.0", "enrol")
	h.goes("next", "test.printer")
	h.sees("next")
	h.goes("next", "test.card") // it came out
	h.hand(bench.Request{Do: "card tap"})
	h.sees("next")
	h.goes("next", "test.scanner")
	h.hand(bench.Request{Do: "scan", Code: "LINTAI"})
	h.sees("next")
	h.goes("next", "test.button")
	h.hand(bench.Request{Do: "button press", Seconds: 0.3})
	h.sees("next")
	h.goes("next", "report")
	h.insist("next", visit.ScreenStart)

	text, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if s.Terminal.Number != 12 || s.Terminal.Place != phrase.Text("setup_place.station") || s.Panel.Rotation != 0 || !s.Says("panel.rotation") || len(s.Terminal.Languages) != 1 {
		t.Errorf("%+v", s)
	}
	if strings.Contains(string(text), code) || strings.Contains(string(text), lobbyPassword) || !strings.HasPrefix(string(text), "# 二号楼\n") {
		t.Errorf("the file holds a secret, or lost a comment:\n%s", text)
	}
	if i, err := agent.LoadIdentity(data); err != nil || i.Kiosk != 12 {
		t.Errorf("%d, %v", i.Kiosk, err)
	}
	test, report := h.hand(bench.Request{Do: "printer slip", Slip: 1, Seconds: 5}).Slip, h.hand(bench.Request{Do: "printer slip", Slip: 2, Seconds: 5}).Slip
	if !strings.Contains(test.Text, phrase.Text("setup_slip.test_title")) || !strings.Contains(report.Text, phrase.Text("doctor.slip_title")) {
		t.Errorf("%s\n%s", test.Text, report.Text)
	}
	keepPicture(t, "report.png", report.PNG)
	if p := readProgress(s); !p.Done || p.Results["card"].Verdict != "passed" || p.Results["button"].Verdict != "passed" {
		t.Errorf("%+v", p)
	}
}

// A terminal in service, whose staff asked for the tests, stands at the first of them
// when its program comes back, and serves again after the last.
func TestDevicesAreTriedOnceMore(t *testing.T) {
	b := newBeginner(t)
	data := b.s.Terminal.Data
	if err := offline.Create(filepath.Join(data, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	code := b.code(12)
	h := newTechnician(t, fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = %q\ncode = %q\n[panel]\nfullscreen = false\n[sound]\noutput = \"none\"\n", data, b.s.Central.Address, code), bench.Button)
	s := &settings.Settings{}
	s.Terminal.Data = data
	if err := testDevices(s); err != nil {
		t.Fatal(err)
	}
	h.switchOn(t)
	h.secrets = []string{code}
	h.on(visit.ScreenSetupReport) // who it is, with the code of the file
	h.goes("next", "test.button")
	h.hand(bench.Request{Do: "button press", Seconds: 0.3})
	h.sees("next")
	h.goes("next", "report")
	h.insist("next", visit.ScreenStart)
	if p := readProgress(s); !p.Done || p.Results["button"].Verdict != "passed" {
		t.Errorf("%+v", p)
	}
	if h.service.had(appliance.VerbErase) != 1 {
		t.Errorf("asked %+v", h.service.asked)
	}
}

// keepPicture keeps a slip for eyes, where LINTAI_SLIPS says.
func keepPicture(t *testing.T, name string, png []byte) {
	t.Helper()
	if folder := os.Getenv("LINTAI_SLIPS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMistakesComeOnPaperOnce(t *testing.T) {
	h := newTechnician(t, "[terminal]\nnumber = \"zwölf\"\nplace = \"幸福里\"\ndata = \"data\"\n[panel]\nfullscreen = false\nrotation = 45\n[network]\nwifi = \"lobby\"\npassword = \"geheim\"\n[sound]\noutput = \"none\"\n", bench.Printer)
	h.switchOn(t)
	h.secrets = []string{"geheim"}
	h.on(visit.ScreenOutOfService)
	s := h.hand(bench.Request{Do: "printer slip", Slip: 1, Seconds: 30}).Slip
	flat := strings.Join(strings.Fields(s.Text), "")
	for _, want := range []string{"第2行terminal.number", "第4行terminal.data", "第7行panel.rotation", "0、90、180、270", "第10行network.password", "kiosk.toml"} {
		if !strings.Contains(flat, want) {
			t.Errorf("no %s on\n%s", want, s.Text)
		}
	}
	if strings.Contains(flat, "geheim") {
		t.Error("a secret is on paper")
	}
	keepPicture(t, "mistakes.png", s.PNG)
	// Another mistake, another slip; and none for the same one in between.
	text, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.config, []byte(strings.Replace(string(text), "rotation = 45", "rotation = 90", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	second := h.hand(bench.Request{Do: "printer slip", Slip: 2, Seconds: 30}).Slip
	if strings.Contains(second.Text, "rotation") || !strings.Contains(second.Text, "terminal.data") {
		t.Error(second.Text)
	}
}
