package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/readiness"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/offline"
)

// running is a terminal's socket that answers with what a test sets.
func running(t *testing.T, dir string, answer func(readiness.Question) *readiness.Sync) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(dir, readiness.SocketName))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var q readiness.Question
			if json.NewDecoder(conn).Decode(&q) == nil {
				json.NewEncoder(conn).Encode(readiness.Snapshot{At: time.Now(), Sync: answer(q)})
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
}

// folder is a data folder with calls in its queue; its name is short enough for a
// socket.
func folder(t *testing.T, calls ...string) (dir string, q *offline.Queue) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ctl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := offline.Create(filepath.Join(dir, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if q, err = offline.Open(filepath.Join(dir, offline.FileName), private.Public(), time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	for _, id := range calls {
		if err := q.SaveCall(t.Context(), request.Call{ID: id, Kiosk: 1, MadeAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	return dir, q
}

const (
	firstID  = "0196a5b0-0000-7000-8000-000000000001"
	secondID = "0196a5b0-0000-7000-8000-000000000002"
)

func TestSyncWithoutATerminal(t *testing.T) {
	dir, _ := folder(t, firstID, secondID)
	for _, command := range []string{"status", "now"} {
		out, log, code := ctl(t, "sync", command, "--data", dir)
		if code != 1 || !strings.Contains(out, "终端程序没有运行") || !strings.Contains(out, "待送达 2 件") || log != "" {
			t.Errorf("%s: %d\n%s%s", command, code, out, log)
		}
	}
	out, _, code := ctl(t, "sync", "status", "--json", "--data", dir)
	var s standing
	if err := json.Unmarshal([]byte(out), &s); err != nil || code != 1 || s.Running || s.Queue.Waiting != 2 || s.Queue.OldestAge == nil {
		t.Errorf("%d %v %+v", code, err, s)
	}
}

// What is said, and with which exit code, is never more than central has said.
func TestSyncSaysWhatIsTrue(t *testing.T) {
	age, offset, minute := 7200.0, 1.04, time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	empty := &readiness.Waiting{}
	waiting := &readiness.Waiting{Waiting: 3, Attachments: 2, OldestAge: &age}
	for _, tt := range []struct {
		name    string
		command string
		sync    readiness.Sync
		code    int
		says    []string
		not     []string
	}{
		{"all is well", "status", readiness.Sync{Online: true, LastExchange: minute, ClockOffset: &offset, Queue: empty, Versions: map[string]string{"program": "1.2", "catalog_known": "9"}},
			0, []string{"在线", "2026-11-22 12:00:00", "没有待送达", "程序：1.2", "1.0"}, []string{"原因", "catalog_known"}},
		{"sending", "status", readiness.Sync{Online: true, Queue: waiting, Sending: []string{firstID}}, 3, []string{"待送达 3 件，附件 2 份", "最早一件已等 2 小时", "正在送 1 件", "还没有联系上"}, nil},
		{"no line", "status", readiness.Sync{Trouble: "stranger", Since: minute, Queue: empty}, 3, []string{"不通", "上网认证页面", "12:00:00 起"}, []string{"在线"}},
		{"held", "status", readiness.Sync{Online: true, Queue: &readiness.Waiting{Held: 2, LowSpace: true}}, 3, []string{"需要工作人员核对 2 件", "空间不足"}, nil},
		{"all sent", "now", readiness.Sync{Online: true, Queue: empty, Attempt: &readiness.Attempt{Delivered: 5, Finished: true}}, 0, []string{"已全部送达（这次 5 件）"}, nil},
		{"time ran out", "now", readiness.Sync{Online: true, Queue: waiting, Attempt: &readiness.Attempt{Delivered: 1}}, 3, []string{"不能算已送达", "还有 5 件"}, []string{"✓"}},
		{"time ran out with nothing left", "now", readiness.Sync{Online: true, Queue: empty, Attempt: &readiness.Attempt{}}, 3, []string{"不能算已送达"}, []string{"✓"}},
		{"failed", "now", readiness.Sync{Queue: waiting, Attempt: &readiness.Attempt{Trouble: "unreachable", Delivered: 2}}, 1, []string{"没有送完：连不上中心", "送达 2 件，还有 5 件"}, []string{"✓"}},
		{"a trouble of tomorrow", "now", readiness.Sync{Queue: waiting, Attempt: &readiness.Attempt{Trouble: "of_tomorrow"}}, 1, []string{"of_tomorrow"}, []string{"✓"}},
		{"not all was taken", "now", readiness.Sync{Online: true, Queue: waiting, Attempt: &readiness.Attempt{Finished: true}}, 3, []string{"还有 5 件没有送达"}, []string{"✓"}},
		{"an older terminal", "now", readiness.Sync{Online: true, Queue: empty}, 1, nil, []string{"✓"}},
		{"the queue fails", "now", readiness.Sync{Online: true, Attempt: &readiness.Attempt{Finished: true}}, 3, []string{"读不出"}, []string{"✓"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, _ := folder(t)
			running(t, dir, func(q readiness.Question) *readiness.Sync {
				if string(q.Sync) != tt.command {
					t.Errorf("asked %q", q.Sync)
				}
				return &tt.sync
			})
			out, _, code := ctl(t, "sync", tt.command, "--data", dir)
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
			for _, unwanted := range tt.not {
				if strings.Contains(out, unwanted) {
					t.Errorf("it says %q:\n%s", unwanted, out)
				}
			}
			if code != tt.code {
				t.Errorf("exit code %d, want %d\n%s", code, tt.code, out)
			}
		})
	}
}

func TestSyncAsksATerminalThatKnowsNothingOfIt(t *testing.T) {
	dir, _ := folder(t, firstID)
	running(t, dir, func(readiness.Question) *readiness.Sync { return nil })
	if out, _, code := ctl(t, "sync", "now", "--data", dir); code != 1 || !strings.Contains(out, "没有回答") || !strings.Contains(out, "待送达 1 件") {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestOutboxShowsEachState(t *testing.T) {
	dir, q := folder(t, firstID, secondID, "0196a5b0-0000-7000-8000-000000000003", "0196a5b0-0000-7000-8000-000000000004")
	if err := q.Settle(t.Context(), []offline.Answer{{ID: "0196a5b0-0000-7000-8000-000000000003", State: offline.Conflict, Reason: "id_taken"},
		{ID: "0196a5b0-0000-7000-8000-000000000004", State: offline.Delivered}}); err != nil {
		t.Fatal(err)
	}
	running(t, dir, func(readiness.Question) *readiness.Sync { return &readiness.Sync{Sending: []string{secondID}} })
	out, _, code := ctl(t, "outbox", "list", "--data", dir)
	for _, want := range []string{"已保存，待送达", "正在送达", "内容冲突", "同一编号已有另一份内容", "已送达", "已等 不到 1 分钟", "呼叫"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("list: %d, it does not say %q\n%s", code, want, out)
		}
	}
	for _, id := range []string{secondID, "2"} {
		if out, _, code := ctl(t, "outbox", "show", id, "--data", dir); code != 0 || !strings.Contains(out, secondID) || !strings.Contains(out, "校验值") {
			t.Errorf("show %s: %d\n%s", id, code, out)
		}
	}
	if _, log, code := ctl(t, "outbox", "show", "99", "--data", dir); code != 1 || !strings.Contains(log, "99") {
		t.Errorf("show of nothing: %d %s", code, log)
	}
	out, _, code = ctl(t, "outbox", "show", firstID, "--json", "--data", dir)
	var one item
	if err := json.Unmarshal([]byte(out), &one); err != nil || code != 0 || one.State != offline.Saved || one.Age == nil {
		t.Errorf("show --json: %d %v %+v", code, err, one)
	}
}

func TestOutboxVerifyAndAudit(t *testing.T) {
	dir, q := folder(t, firstID, secondID)
	out, _, code := ctl(t, "outbox", "verify", "--data", dir)
	if code != 0 || !strings.Contains(out, "读到 2 件，核对了 2 份密文") || !strings.Contains(out, "✓ 全部完好") {
		t.Errorf("verify: %d\n%s", code, out)
	}
	out, _, code = ctl(t, "audit", "verify", "--data", dir)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	head := lines[len(lines)-1]
	if code != 0 || !strings.HasPrefix(head, "2:") {
		t.Fatalf("audit: %d\n%s", code, out)
	}
	if err := q.Audit(t.Context(), "tried", "here"); err != nil {
		t.Fatal(err)
	}
	if out, _, code := ctl(t, "audit", "verify", "--head", head, "--data", dir); code != 0 || !strings.Contains(out, "共 3 条") {
		t.Errorf("a log that grew: %d\n%s", code, out)
	}
	if out, _, code := ctl(t, "audit", "show", "--data", dir); code != 0 || strings.Count(out, "\n") != 3 || !strings.Contains(out, "tried") {
		t.Errorf("show: %d\n%s", code, out)
	}
	zeros := strings.Repeat("00", 32)
	for given, want := range map[string]string{"2:" + zeros: "被改写过", "9:" + zeros: "被截短"} {
		out, _, code := ctl(t, "audit", "verify", "--head", given, "--data", dir)
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: %d\n%s", given, code, out)
		}
		out, _, _ = ctl(t, "audit", "verify", "--head", given, "--json", "--data", dir)
		var h logHead
		if err := json.Unmarshal([]byte(out), &h); err != nil || h.Sound || h.Sequence != 3 {
			t.Errorf("%v %+v", err, h)
		}
	}
	for _, given := range []string{"2", "x:" + zeros, "2:00", "-1:" + zeros} {
		if _, _, code := ctl(t, "audit", "verify", "--head", given, "--data", dir); code != 2 {
			t.Errorf("--head %s: %d", given, code)
		}
	}
}
