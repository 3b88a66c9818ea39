package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

func TestEnrol(t *testing.T) {
	s := openSite(t)
	path := filepath.Join(s.dir, agent.IdentityFile)
	if out, log, code := ctl(t, "enrol", "--config", s.config); code != 0 || !strings.Contains(out, "不用再登记") {
		t.Errorf("enrolled before: %d %q %q", code, out, log)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, log, code := ctl(t, "enrol", "--config", s.config); code != 1 || !strings.Contains(log, "not_enrolled") || !strings.Contains(log, "central kiosk add") {
		t.Errorf("no code: %d %q", code, log)
	}
	if d, rows := s.examine(false); d.Verdict != readiness.Cannot || rows[readiness.Central].Fault != fault.NotEnrolled {
		t.Errorf("%s:\n%s", d.Verdict, d.Text())
	}
	wrong := wire.NewCode().String()
	if _, log, code := ctl(t, "enrol", "--config", s.config, "--code", wrong); code != 1 || !strings.Contains(log, "code_refused") || strings.Contains(log, wrong) {
		t.Errorf("a wrong code: %d %q", code, log)
	}
	e, err := s.central.RenewCode(t.Context(), 12)
	if err != nil {
		t.Fatal(err)
	}
	s.write(strings.Replace(s.text, "[card]", "code = \""+e.Code.String()+"\"\n[card]", 1))
	if out, log, code := ctl(t, "enrol", "--config", s.config); code != 0 || !strings.Contains(out, "12 号机") || !strings.Contains(out, path) {
		t.Errorf("%d %q %q", code, out, log)
	}
	if d, rows := s.examine(false); rows[readiness.Central].Fault != fault.None {
		t.Errorf("%s:\n%s", d.Verdict, d.Text())
	}
	s.write(strings.Replace(s.text, "number = 12", "number = 13", 1))
	if _, log, code := ctl(t, "enrol", "--config", s.config); code != 1 || !strings.Contains(log, "number_mismatch") {
		t.Errorf("another number: %d %q", code, log)
	}
	if _, rows := s.examine(false); rows[readiness.Central].Fault != fault.NumberMismatch {
		t.Errorf("%+v", rows[readiness.Central])
	}
	for _, args := range [][]string{{"enrol"}, {"enrol", "--config", s.config, "more"}} {
		if _, _, code := ctl(t, args...); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
}
