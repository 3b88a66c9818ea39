package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/offline"
)

// ctl runs a command line and returns what it prints and its exit code.
func ctl(t *testing.T, args ...string) (out, log string, code int) {
	t.Helper()
	var o, l strings.Builder
	err := run(t.Context(), args, &o, &l)
	code = explain(err, &l)
	return o.String(), l.String(), code
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		nil, {"queue"}, {"queue", "burn"}, {"queue", "check"}, {"queue", "check", "--data", "a", "--config", "b"},
		{"queue", "check", "--data", "a", "b"}, {"queue", "check", "--date", "a"}, {"config", "check"}, {"config", "check", "a", "b"},
	} {
		if out, log, code := ctl(t, args...); code != 2 || out != "" || !strings.Contains(log, "usage") {
			t.Errorf("%v: code %d, out %q, log %q", args, code, out, log)
		}
	}
	if out, _, code := ctl(t, "--help"); code != 0 || out != usage {
		t.Errorf("--help: %d %q", code, out)
	}
}

func TestQueue(t *testing.T) {
	dir := t.TempDir()
	if _, log, code := ctl(t, "queue", "check", "--data", dir); code != 1 || !strings.Contains(log, "queue_missing") || !strings.Contains(log, "kioskctl queue create") {
		t.Errorf("check of no queue: %d %q", code, log)
	}
	if _, log, code := ctl(t, "queue", "create", "--data", filepath.Join(dir, "not-mounted")); code != 1 || !strings.Contains(log, "mounted") {
		t.Errorf("create in no folder: %d %q", code, log)
	}
	if _, log, code := ctl(t, "queue", "create", "--data", dir); code != 0 {
		t.Fatalf("create: %d %q", code, log)
	}
	if _, log, code := ctl(t, "queue", "create", "--data", dir); code != 1 || !strings.Contains(log, offline.ErrExists.Error()) {
		t.Errorf("create over a queue: %d %q", code, log)
	}

	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	q, err := offline.Open(filepath.Join(dir, offline.FileName), private.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for n := range 3 {
		call := request.Call{ID: fmt.Sprintf("0196a5b0-0000-7000-8000-00000000000%d", n), Kiosk: 1, MadeAt: time.Now()}
		if err := q.SaveCall(context.Background(), call); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Settle(t.Context(), []offline.Answer{{ID: "0196a5b0-0000-7000-8000-000000000001", State: offline.Rejected, Reason: "bad_body"}}); err != nil {
		t.Fatal(err)
	}

	// Beside the open queue, as beside a running terminal.
	if out, log, code := ctl(t, "queue", "check", "--data", dir); code != 0 || !strings.Contains(out, "待送达 2 件") || !strings.Contains(out, "不受理 1 件") {
		t.Errorf("check: %d %q %q", code, out, log)
	}
	if out, _, code := ctl(t, "outbox", "list", "--data", dir); code != 0 || strings.Count(out, "\n") != 4 || !strings.Contains(out, "打开后不是完整的诉求") {
		t.Errorf("list: %d\n%s", code, out)
	}
	out, _, code := ctl(t, "outbox", "list", "--json", "--data", dir)
	lines := json.NewDecoder(strings.NewReader(out))
	for n := range 3 {
		var e offline.Entry
		if err := lines.Decode(&e); err != nil || code != 0 || e.Sequence != int64(n+1) || e.Kind != request.KindCall || e.SavedAt.IsZero() {
			t.Errorf("list --json: %d %v %+v", code, err, e)
		}
	}
}

func TestDamagedQueue(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, offline.FileName)
	if _, log, code := ctl(t, "queue", "create", "--data", dir); code != 0 {
		t.Fatal(log)
	}
	if err := os.Truncate(path, 5000); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"queue", "check"}, {"outbox", "list"}, {"outbox", "verify"}} {
		if _, log, code := ctl(t, append(command, "--data", dir)...); code != 1 || !strings.Contains(log, "queue_damaged") {
			t.Errorf("%s: %d %q", command, code, log)
		}
	}
}

func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, offline.FileName)
	if _, log, code := ctl(t, "queue", "create", "--data", dir); code != 0 {
		t.Fatal(log)
	}
	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	q, err := offline.Open(path, private.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		c := request.Call{ID: fmt.Sprintf("0196a5b0-0000-7000-8000-%012d", n), Kiosk: 12, MadeAt: time.Now()}
		if err := q.SaveCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, log, code := ctl(t, "queue", "salvage", "--data", dir); code != 1 || !strings.Contains(log, "queue_busy") {
		t.Errorf("beside a running terminal: %d %q", code, log)
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if out, log, code := ctl(t, "queue", "salvage", "--data", dir); code != 0 || !strings.Contains(out, "读出 30 件") || !strings.Contains(out, "damaged-1") {
		t.Errorf("a sound one: %d %q %q", code, out, log)
	}
	// The page with the first calls is lost.
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, []byte("0196a5b0-0000-7000-8000-000000000002call"))
	if at < 0 {
		t.Fatal("the row is not found in the file")
	}
	at -= at % 4096
	copy(content[at:at+4096], make([]byte, 4096))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, log, code := ctl(t, "queue", "check", "--data", dir); code != 1 || !strings.Contains(log, "queue_damaged") {
		t.Errorf("check: %d %q", code, log)
	}
	out, log, code := ctl(t, "queue", "salvage", "--data", dir, "--json")
	var r offline.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 3 || len(r.Missing) == 0 || r.Items+len(r.Missing) != 30 {
		t.Errorf("salvage: %d %q %q", code, out, log)
	}
	if out, log, code := ctl(t, "queue", "check", "--data", dir); code != 0 {
		t.Errorf("check after it: %d %q %q", code, out, log)
	}
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.toml")
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = \"https://127.0.0.1:8421\"\ncode = \"SECR-ET12-3456-7890\"\n", dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, log, code := ctl(t, "config", "check", file); code != 0 || !strings.Contains(out, "12 号机") || strings.Contains(out, "SECR") {
		t.Errorf("a right one: %d %q %q", code, out, log)
	}
	if _, log, code := ctl(t, "queue", "create", "--config", file); code != 0 {
		t.Errorf("queue create --config: %d %q", code, log)
	}
	if _, err := os.Stat(filepath.Join(dir, offline.FileName)); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(text, "number = 12", "nummer = 12", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config", "check", file}, {"queue", "check", "--config", file}} {
		if _, log, code := ctl(t, args...); code != 1 || !strings.Contains(log, "第 2 行") || !strings.Contains(log, "nummer") {
			t.Errorf("%v of a wrong one: %d %q", args, code, log)
		}
	}
	if _, log, code := ctl(t, "config", "check", filepath.Join(dir, "none.toml")); code != 1 || !strings.Contains(log, "none.toml") {
		t.Errorf("none: %d %q", code, log)
	}
}
