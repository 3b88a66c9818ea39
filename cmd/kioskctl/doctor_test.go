package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw/emulate/bench"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/kiosk/slip"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// site is a terminal's machine: a bench of devices, a central, a file, a queue.
type site struct {
	t       *testing.T
	dir     string
	config  string
	bench   *bench.Bench
	server  *httptest.Server
	central *central.Central
	text    string
}

func openSite(t *testing.T) *site {
	t.Helper()
	dir, err := os.MkdirTemp("", "ctl") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &site{t: t, dir: dir, config: filepath.Join(dir, "kiosk.toml")}
	if s.bench, err = bench.Start(filepath.Join(dir, "b"), bench.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.bench.Close)
	c, err := central.Open(t.Context(), central.Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s.central = c
	identity, err := agent.Introduce(12, func(request []byte) (wire.EnrolAnswer, error) { return c.Admit(t.Context(), 12, request) })
	if err != nil {
		t.Fatal(err)
	}
	if err := identity.Save(dir); err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewUnstartedServer(c.KioskHandler("https://c.example"))
	s.server.TLS = c.KioskTLS()
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	s.text = fmt.Sprintf(`[terminal]
number = 12
place = "幸福里"
data = %q
[central]
address = %q
[card]
port = "%[3]s/b/card"
[printer]
port = "%[3]s/b/printer"
[scanner]
port = "%[3]s/b/scanner"
[button]
bench = "%[3]s/b/button.sock"
[sound]
output = "none"
`, dir, s.server.URL, dir)
	s.write(s.text)
	if err := offline.Create(filepath.Join(dir, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) write(text string) {
	s.t.Helper()
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) hand(r bench.Request) bench.Reply {
	s.t.Helper()
	reply, err := s.bench.Do(s.t.Context(), r)
	if err != nil {
		s.t.Fatalf("%s: %v", r.Do, err)
	}
	return reply
}

// examine is the doctor on a board that tells nothing.
func (s *site) examine(print bool) (d diagnosis, rows map[string]readiness.Row) {
	s.t.Helper()
	d = examine(s.t.Context(), s.config, print, filepath.Join(s.dir, "no-board"))
	rows = map[string]readiness.Row{}
	for _, r := range d.Rows {
		rows[r.Name] = r
	}
	return d, rows
}

func TestDoctorOpensTheDevicesOfATerminalThatDoesNotRun(t *testing.T) {
	s := openSite(t)
	d, rows := s.examine(true)
	if d.Verdict != readiness.Ready || d.Source != readiness.FromDevices {
		t.Fatalf("%s from %s:\n%s", d.Verdict, d.Source, d.Text())
	}
	for _, name := range []string{"card", "printer", "scanner", "button"} {
		if r := rows[name]; r.State != "ready" || r.Port == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if rows["speaker"].State != readiness.StateNone || d.Queue == nil || d.ClockOffset == nil {
		t.Errorf("speaker %+v, queue %v, clock %v", rows["speaker"], d.Queue, d.ClockOffset)
	}
	if d.Printed == nil || d.Printed.Outcome != slip.Printed {
		t.Fatalf("slip: %+v", d.Printed)
	}
	if text := s.hand(bench.Request{Do: "printer slip", Slip: 1}).Slip.Text; !strings.Contains(text, "设备检查单") || !strings.Contains(text, "可以正常办事") {
		t.Errorf("slip:\n%s", text)
	}

	// Something is missing: it serves all the same, and says what to do.
	s.hand(bench.Request{Do: "unplug", Device: "card"})
	s.hand(bench.Request{Do: "printer set", Set: map[string]string{"paper": "out"}})
	s.server.Close()
	d, rows = s.examine(true)
	if d.Verdict != readiness.Degraded || rows["card"].Fault != fault.Unplugged || rows["printer"].Fault != fault.PaperOut || rows["central"].Fault != fault.NoCentral {
		t.Errorf("%s:\n%s", d.Verdict, d.Text())
	}
	if d.Printed == nil || d.Printed.Outcome != slip.NotPrinted || ofSlip(*d.Printed) != "检查单没有打出来：缺纸。" {
		t.Errorf("slip: %+v", d.Printed)
	}
	if !strings.Contains(d.Text(), "换上新纸卷") {
		t.Errorf("does not say what to do:\n%s", d.Text())
	}
}

func TestDoctorOfATerminalThatCannotServe(t *testing.T) {
	s := openSite(t)
	none := s.text[:strings.Index(s.text, "[card]")] + "[sound]\noutput = \"none\"\n"
	for name, tt := range map[string]struct {
		prepare func()
		want    fault.Code
	}{
		"a mistake in the file": {func() { s.write(strings.Replace(none, "number", "nummer", 1)) }, fault.ConfigInvalid},
		"no file":               {func() { os.Remove(s.config) }, fault.ConfigInvalid},
		"no queue": {func() {
			s.write(strings.Replace(none, fmt.Sprintf("data = %q", s.dir), fmt.Sprintf("data = %q", t.TempDir()), 1))
		}, fault.QueueMissing},
		"a damaged queue": {func() {
			dir := t.TempDir()
			os.WriteFile(filepath.Join(dir, offline.FileName), []byte("rubbish"), 0o600)
			s.write(strings.Replace(none, fmt.Sprintf("data = %q", s.dir), fmt.Sprintf("data = %q", dir), 1))
		}, fault.QueueDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			tt.prepare()
			var out, log bytes.Buffer
			code := explain(run(t.Context(), []string{"doctor", "--config", s.config, "--json"}, &out, &log), &log)
			var d diagnosis
			if err := json.Unmarshal(out.Bytes(), &d); err != nil {
				t.Fatal(err, out.String())
			}
			found := false
			for _, r := range d.Rows {
				found = found || r.Fault == tt.want
			}
			if code != 1 || !found || d.Verdict != readiness.Cannot || log.Len() > 0 {
				t.Errorf("exit %d, %q\n%s", code, log.String(), d.Text())
			}
			if strings.Contains(out.String(), "number =") {
				t.Error("the file's text is in the report")
			}
		})
	}
}

// A terminal that runs is asked, and prints the slip itself.
func TestDoctorAsksTheRunningTerminal(t *testing.T) {
	s := openSite(t)
	l, err := net.Listen("unix", filepath.Join(s.dir, readiness.SocketName))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asked := make(chan readiness.Question, 2)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var q readiness.Question
			if json.NewDecoder(conn).Decode(&q) == nil {
				asked <- q
				json.NewEncoder(conn).Encode(readiness.Snapshot{At: time.Now(), Printed: &slip.Result{Outcome: slip.Printed, Method: "process_id"},
					Devices: []readiness.Row{{Name: "printer", State: "ready", Fault: fault.PaperNearEnd}, {Name: "board", State: "ready"}}})
			}
			conn.Close()
		}
	}()
	d, rows := s.examine(true)
	if d.Source != readiness.FromTerminal || rows["printer"].Fault != fault.PaperNearEnd || d.Verdict != readiness.Ready {
		t.Errorf("%s:\n%s", d.Source, d.Text())
	}
	if _, asked := rows["card"]; asked {
		t.Error("a device was opened beside the running terminal")
	}
	if q := <-asked; q.Print != nil {
		t.Error("printed before everything was known")
	}
	if q := <-asked; q.Print == nil || q.Print.Verdict != readiness.Ready || q.Print.Terminal != 12 {
		t.Errorf("asked to print %+v", q.Print)
	}
	if n := strings.Count(d.Text(), "主板"); n != 1 {
		t.Errorf("the board stands there %d times:\n%s", n, d.Text())
	}
}

func TestDoctorUsage(t *testing.T) {
	for _, args := range [][]string{{"doctor"}, {"doctor", "--config"}, {"doctor", "--config", "a", "b"}, {"doctor", "--colour"}} {
		if out, log, code := ctl(t, args...); code != 2 || out != "" || !strings.Contains(log, "usage") {
			t.Errorf("%v: code %d, out %q, log %q", args, code, out, log)
		}
	}
}
