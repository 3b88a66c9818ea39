package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/offline"
)

// deadCard is the card of a terminal that was cut off with a request in its queue, the
// last of it still in the write-ahead log.
func deadCard(t *testing.T) string {
	t.Helper()
	card := filepath.Join(t.TempDir(), "card")
	if _, log, code := ctl(t, "card", "write", "--image", cardImage(t), "--to", card, "--config", configFile(t, nil)); code != 0 {
		t.Fatal(log)
	}
	live := t.TempDir()
	if err := offline.Create(filepath.Join(live, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	q, err := offline.Open(filepath.Join(live, offline.FileName), private.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for n := range 3 {
		if err := q.SaveCall(context.Background(), request.Call{ID: fmt.Sprintf("0196a5b0-0000-7000-8000-00000000000%d", n), Kiosk: 12, MadeAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir() // as it lies there at that moment, beside the open queue
	if out, err := exec.Command("cp", "-a", live, filepath.Join(root, "kiosk")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	part := filepath.Join(t.TempDir(), "part")
	if out, err := exec.Command("mke2fs", "-q", "-t", "ext4", "-d", root, part, "4M").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(card, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 20<<20); err != nil {
		t.Fatal(err)
	}
	return card
}

func TestQueueComesOffADeadCard(t *testing.T) {
	card, to := deadCard(t), filepath.Join(t.TempDir(), "rescued")
	before, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	out, log, code := ctl(t, "card", "rescue", "--from", card, "--out", to)
	if code != 0 || !strings.Contains(out, "待送达 3 件") || !strings.Contains(out, "旧卡没有改动") {
		t.Fatalf("%d %s%s", code, out, log)
	}
	if after, err := os.ReadFile(card); err != nil || string(after) != string(before) {
		t.Error("the card was changed")
	}
	if out, log, code := ctl(t, "outbox", "list", "--config", filepath.Join(to, "kiosk.toml")); code != 0 || strings.Count(out, "\n") != 4 {
		t.Errorf("%d %s%s", code, out, log)
	}
	for _, name := range []string{"kiosk", "kiosk.toml"} {
		if info, err := os.Stat(filepath.Join(to, name)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	if _, log, code := ctl(t, "card", "rescue", "--from", card, "--out", to); code != 1 || !strings.Contains(log, "不是空目录") {
		t.Errorf("over what was rescued before: %d %s", code, log)
	}
}

func TestFileSystemOfADeadCardIsMended(t *testing.T) {
	card, to := deadCard(t), filepath.Join(t.TempDir(), "rescued")
	// Of the first superblock, what says which kind of ext4 this is.
	f, err := os.OpenFile(card, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, 64), 20<<20+1024+0x60); err != nil {
		t.Fatal(err)
	}
	f.Close()
	out, log, code := ctl(t, "card", "rescue", "--from", card, "--out", to)
	if code != 0 || !strings.Contains(out, "文件系统有损坏，拷贝已修复") || !strings.Contains(out, "待送达 3 件") {
		t.Errorf("%d %s%s", code, out, log)
	}
}

func TestRescueThatIsStoppedLeavesNothing(t *testing.T) {
	card, to := deadCard(t), filepath.Join(t.TempDir(), "rescued")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := run(ctx, []string{"card", "rescue", "--from", card, "--out", to}, &out, &out); err == nil || !strings.Contains(err.Error(), "已中断，旧卡没有改动") {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(to); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}

func TestCardWithoutATerminalsDataIsSaid(t *testing.T) {
	card, to := filepath.Join(t.TempDir(), "card"), filepath.Join(t.TempDir(), "rescued")
	if _, log, code := ctl(t, "card", "write", "--image", cardImage(t), "--to", card); code != 0 {
		t.Fatal(log)
	}
	if _, log, code := ctl(t, "card", "rescue", "--from", card, "--out", to); code != 1 || !strings.Contains(log, "没有终端的数据") {
		t.Errorf("%d %s", code, log)
	}
	if _, log, code := ctl(t, "card", "rescue", "--from", "/dev/there-is-none", "--out", filepath.Join(to, "x")); code != 1 || !strings.Contains(log, "卡插好了吗") {
		t.Errorf("%d %s", code, log)
	}
	if _, log, code := ctl(t, "card", "rescue", "--from", os.Args[0], "--out", filepath.Join(to, "y")); code != 1 || !strings.Contains(log, "不是终端的卡") {
		t.Errorf("%d %s", code, log)
	}
}
