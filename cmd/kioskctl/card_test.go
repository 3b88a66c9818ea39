package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintai/hw/sdcard"
	"lintai/kiosk/settings"
)

// asProgram makes the tests' program kioskctl itself: what is killed must be a process.
const asProgram = "LINTAI_TEST_KIOSKCTL"

func TestMain(m *testing.M) {
	if args := os.Getenv(asProgram); args != "" {
		os.Exit(explain(run(context.Background(), strings.Split(args, "\n"), os.Stdout, os.Stderr), os.Stderr))
	}
	code := m.Run()
	if centralAt != "" {
		os.RemoveAll(centralAt)
	}
	os.Exit(code)
}

// cardImage makes a small card image: partition table, real FAT, real ext4, and noise
// where the systems are.
func cardImage(t *testing.T) string {
	t.Helper()
	const mib = 1 << 20
	image := make([]byte, 24*mib)
	rand.NewChaCha8([32]byte{2}).Read(image[mib : 22*mib])
	binary.LittleEndian.PutUint32(image[440:], sdcard.Label)
	for i, p := range []struct{ kind, start, size uint32 }{{0x0e, 4, 8}, {0x83, 12, 4}, {0x83, 16, 4}, {0x83, 20, 4}} {
		e := image[446+16*i:]
		e[4] = byte(p.kind)
		binary.LittleEndian.PutUint32(e[8:], p.start*mib/512)
		binary.LittleEndian.PutUint32(e[12:], p.size*mib/512)
	}
	image[510], image[511] = 0x55, 0xaa
	for at, make := range map[int][]string{4: {"mkfs.vfat", "-n", "LINTAIBOOT"}, 20: {"mke2fs", "-q", "-t", "ext4"}} {
		part := filepath.Join(t.TempDir(), "part")
		if err := os.WriteFile(part, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(part, int64(map[int]int{4: 8, 20: 4}[at]*mib)); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(make[0], append(make[1:], part)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", make, err, out)
		}
		b, err := os.ReadFile(part)
		if err != nil {
			t.Fatal(err)
		}
		copy(image[at*mib:], b)
	}
	path := filepath.Join(t.TempDir(), "card.img")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func configFile(t *testing.T, values map[string]string) string {
	t.Helper()
	all := map[string]string{"terminal.number": "12", "terminal.place": `"幸福里社区服务站"`, "central.code": `"ABCD-EFGH-JKMN-PQRS"`}
	for key, v := range values {
		all[key] = v
	}
	text, err := settings.Fill(settings.Template, all)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "012.toml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCardIsWrittenAndKnown(t *testing.T) {
	image, card := cardImage(t), filepath.Join(t.TempDir(), "card")
	out, log, code := ctl(t, "card", "write", "--image", image, "--to", card, "--config", configFile(t, nil), "--eject")
	if code != 0 {
		t.Fatal(log)
	}
	for _, want := range []string{"给 12 号终端（幸福里社区服务站）", "写入 100%，", "核对 100%，0.0/0.0 GB，", "写好了，逐字节读回核对无误", "可以直接拔卡了"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q does not say %q", out, want)
		}
	}
	if strings.Contains(out+log, "ABCD") {
		t.Error("the code was shown")
	}
	if out, _, code := ctl(t, "card", "show", "--from", card); code != 0 || out != "12 号终端，幸福里社区服务站；登记码还在；还没有开过机\n" {
		t.Errorf("%d %q", code, out)
	}
	if _, log, code := ctl(t, "card", "show", "--from", "/dev/null"); code != 1 || !strings.Contains(log, "不是邻台的卡") {
		t.Errorf("%d %q", code, log)
	}
}

func TestMistakesInTheFileComeBeforeTheCard(t *testing.T) {
	card := filepath.Join(t.TempDir(), "card")
	_, log, code := ctl(t, "card", "write", "--image", cardImage(t), "--to", card, "--config", configFile(t, map[string]string{"printer.width_mm": "81"}))
	if code != 1 || !strings.Contains(log, "printer.width_mm") || !strings.Contains(log, "58、80") {
		t.Errorf("%d %q", code, log)
	}
	if _, err := os.Stat(card); err == nil {
		t.Error("a card was begun")
	}
}

func TestCardIsNamedByItsDisk(t *testing.T) {
	image := cardImage(t)
	for to, want := range map[string]string{"/dev/there-is-none": "卡插好了吗", "/dev/null": "不是磁盘", "": "请用 --to 指定要写的卡"} {
		_, log, code := ctl(t, "card", "write", "--image", image, "--to", to)
		if code == 0 || !strings.Contains(log, want) {
			t.Errorf("%q: %d %q", to, code, log)
		}
	}
}

// A card on which a terminal lived may hold what residents asked for, and nobody else
// has.
func TestUsedCardIsSpared(t *testing.T) {
	image, card := cardImage(t), filepath.Join(t.TempDir(), "card")
	if _, log, code := ctl(t, "card", "write", "--image", image, "--to", card, "--config", configFile(t, nil)); code != 0 {
		t.Fatal(log)
	}
	// As the terminal's kernel leaves the superblock, by another hand.
	f := card + "?offset=" + "20971520"
	if out, err := exec.Command("debugfs", "-w", "-R", "ssv mtime 20261122080000", f).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before, err := os.ReadFile(card)
	if err != nil {
		t.Fatal(err)
	}
	_, log, code := ctl(t, "card", "write", "--image", image, "--to", card)
	if code != 1 || !strings.Contains(log, "是 12 号终端用过的卡，2026-11-22 16:00 还在用") || !strings.Contains(log, "--used-card 12") {
		t.Errorf("%d %q", code, log)
	}
	if _, _, code := ctl(t, "card", "write", "--image", image, "--to", card, "--used-card", "13"); code != 1 {
		t.Error("another number overwrites it")
	}
	if after, err := os.ReadFile(card); err != nil || !bytes.Equal(after, before) {
		t.Error("the card was touched")
	}
	if _, log, code := ctl(t, "card", "write", "--image", image, "--to", card, "--used-card", "12"); code != 0 {
		t.Error(log)
	}
}

// kill -9 while a card is written: the image comes through a pipe that stands still at
// that moment.
func TestKilledInTheMiddleLeavesNoCard(t *testing.T) {
	image, err := os.ReadFile(cardImage(t))
	if err != nil {
		t.Fatal(err)
	}
	config := configFile(t, nil)
	for _, at := range []int{5 << 20, 13 << 20, 23 << 20} {
		dir := t.TempDir()
		pipe, card := filepath.Join(dir, "pipe"), filepath.Join(dir, "card")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), asProgram+"="+strings.Join([]string{"card", "write", "--image", pipe, "--to", card, "--config", config}, "\n"))
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(image[:at]); err != nil {
			t.Fatal(err)
		}
		// It says that it is on its way, and waits for more that does not come.
		said := bufio.NewScanner(out)
		for said.Scan() && !strings.HasPrefix(said.Text(), "写入 1") && !strings.HasPrefix(said.Text(), "写入 5") && !strings.HasPrefix(said.Text(), "写入 8") {
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, out)
		_ = c.Wait()
		w.Close()
		if _, log, code := ctl(t, "card", "show", "--from", card); code != 1 || !strings.Contains(log, "没有写完") {
			t.Errorf("killed at %d: %d %q", at, code, log)
		}
		head := make([]byte, 512)
		f, err := os.Open(card)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, make([]byte, 512)) {
			t.Errorf("killed at %d: its first sector is %x (%v)", at, head, err)
		}
		f.Close()
		whole := filepath.Join(dir, "card.img")
		if err := os.WriteFile(whole, image, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, log, code := ctl(t, "card", "write", "--image", whole, "--to", card, "--config", config); code != 0 {
			t.Errorf("it cannot be written again: %s", log)
		}
	}
}

func TestProgressSaysRateAndTimeLeft(t *testing.T) {
	now := time.Unix(0, 0)
	var b strings.Builder
	p := newCardProgress(&b, func() time.Time { return now })
	p.show(sdcard.Progress{Stage: sdcard.Writing, Done: 0, Total: 4e9})
	now = now.Add(20 * time.Second)
	p.show(sdcard.Progress{Stage: sdcard.Writing, Done: 5e8, Total: 4e9})
	now = now.Add(20 * time.Second)
	p.show(sdcard.Progress{Stage: sdcard.Writing, Done: 5.1e8, Total: 4e9})
	p.moves = true
	now = now.Add(time.Second)
	p.show(sdcard.Progress{Stage: sdcard.Verifying, Done: 4e9, Total: 4e9})
	p.end()
	want := "写入 12%，0.5/4.0 GB，25.0 MB/s，还要 2 分 20 秒\n\r\x1b[K核对 100%，4.0/4.0 GB，-，还要 -\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
