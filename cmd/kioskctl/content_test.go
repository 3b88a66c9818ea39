package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
)

// TestContentIsCheckedWithItsLines: a technician learns of a mistake in the
// community's documents before a resident sees the built-in ones in their place.
func TestContentIsCheckedWithItsLines(t *testing.T) {
	s := openSite(t)
	folder := filepath.Join(s.dir, "content")
	s.write(strings.Replace(s.text, "[central]", fmt.Sprintf("content = %q\n[central]", folder), 1))
	check := func() (int, string) {
		var out, log bytes.Buffer
		code := explain(run(t.Context(), []string{"config", "check", s.config}, &out, &log), &log)
		return code, log.String()
	}
	if code, text := check(); code != 1 || !strings.Contains(text, folder) {
		t.Errorf("a folder that is not there: exit %d, %s", code, text)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, text := check(); code != 0 {
		t.Errorf("an empty folder: exit %d, %s", code, text)
	}
	if err := os.WriteFile(filepath.Join(folder, content.CommunityFile), []byte("{\n\"version\": 1,\n\"palces\": []}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, text := check(); code != 1 || !strings.Contains(text, "community.json:3: ") || !strings.Contains(text, "palces") {
		t.Errorf("a mistake: exit %d, %s", code, text)
	}
	d, rows := s.examine(false)
	if r := rows[readiness.Content]; d.Verdict != readiness.Ready || r.Fault != fault.ContentInvalid || !strings.Contains(r.Detail, "community.json:3: ") {
		t.Errorf("%s: %+v", d.Verdict, r)
	}
	if text := d.Text(); !strings.Contains(text, "社区内容") || !strings.Contains(text, "kioskctl config check") {
		t.Error(text)
	}
}
