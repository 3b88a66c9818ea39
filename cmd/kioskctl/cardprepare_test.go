package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lintai/kiosk/settings"
	"lintai/sync/central/sheet"
)

const centralAddress = "https://central.example.cn:8421"

// centralAt is where central was built; the last test takes it away.
var centralAt string

var centralBuilt = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lintai-central-")
	if err != nil {
		return "", err
	}
	centralAt = dir
	out, err := exec.Command("go", "build", "-o", dir, "lintai/cmd/central").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return dir, nil
})

// realCentral puts the real program into the path and makes a central with one terminal.
func realCentral(t *testing.T) (data string) {
	t.Helper()
	dir, err := centralBuilt()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	data = filepath.Join(t.TempDir(), "central")
	if out, err := exec.Command("central", "kiosk", "add", "--data", data, "--number", "1", "--name", "First").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return data
}

func TestPrepareMakesAFileForEachRow(t *testing.T) {
	data := realCentral(t)
	dir := t.TempDir()
	list, to := filepath.Join(dir, "fleet.csv"), filepath.Join(dir, "cards")
	write := func(text string) {
		t.Helper()
		gb, err := simplifiedchinese.GBK.NewEncoder().String(text) // as Excel saves it in China
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(list, []byte(gb), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	prepare := func(more ...string) (string, string, int) {
		t.Helper()
		return ctl(t, append([]string{"card", "prepare", "--csv", list, "--out", to, "--central", centralAddress, "--central-data", data}, more...)...)
	}
	codes := func() map[int]string {
		t.Helper()
		entries, err := readIndex(to)
		if err != nil {
			t.Fatal(err)
		}
		m := map[int]string{}
		for _, e := range entries {
			name := filepath.Join(to, e.File)
			s, err := readSettings(name)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", name, info.Mode(), err)
			}
			if s.Terminal.Number != e.Number || s.Terminal.Place != e.Place || s.Central.Address != centralAddress {
				t.Errorf("%+v", s)
			}
			m[e.Number] = s.Central.Code
		}
		return m
	}
	write("编号,地点,打印机\r\n12,幸福里,/dev/usb/lp0\r\n13,平安里,lp0\r\n")
	if _, log, code := prepare(); code != 1 || !strings.Contains(log, "第 3 行“打印机”") || !strings.Contains(log, "什么都没有生成") {
		t.Errorf("%d %s", code, log)
	}
	if left, _ := os.ReadDir(to); len(left) > 0 {
		t.Errorf("%v was made", left)
	}
	write("编号,地点,打印机\r\n12,幸福里,/dev/usb/lp0\r\n13,平安里,\r\n")
	out, log, code := prepare()
	if code != 0 || !strings.Contains(out, "做好了 2 台终端的文件") || !strings.Contains(out, "新登记码 2 个，沿用 0 个") {
		t.Fatalf("%d %s%s", code, out, log)
	}
	first := codes()
	for _, c := range first {
		if c == "" || strings.Contains(out+log, c) {
			t.Error("a code is missing, or was shown")
		}
	}
	for _, name := range []string{indexName, labelsName} {
		text, err := os.ReadFile(filepath.Join(to, name))
		if err != nil || bytes.Contains(text, []byte(first[12])) || !bytes.Contains(text, []byte("平安里")) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	// Again, corrected and with one more: codes that were made are kept.
	write("编号,地点,打印机\r\n14,东门,\r\n12,幸福里,/dev/usb/lp1\r\n13,平安里二区,\r\n")
	if out, log, code := prepare(); code != 0 || !strings.Contains(out, "新登记码 1 个，沿用 2 个") {
		t.Fatalf("%d %s%s", code, out, log)
	}
	second := codes()
	if second[12] != first[12] || second[13] != first[13] || second[14] == "" {
		t.Error("codes changed")
	}
	if s, err := readSettings(filepath.Join(to, "012.toml")); err != nil || s.Printer.Port != "/dev/usb/lp1" {
		t.Errorf("%v %v", s, err)
	}
	// A dead card gets a new code, the others keep theirs.
	if out, log, code := prepare("--renew", "13"); code != 0 || !strings.Contains(out, "新登记码 1 个，沿用 2 个") {
		t.Fatalf("%d %s%s", code, out, log)
	}
	if third := codes(); third[13] == second[13] || third[12] != second[12] {
		t.Error("not the code of 13 changed")
	}
	// A file that was lost: central made its code and cannot show it again.
	if err := os.Remove(filepath.Join(to, "014.toml")); err != nil {
		t.Fatal(err)
	}
	if _, log, code := prepare(); code != 1 || !strings.Contains(log, "terminals 14 exist") || !strings.Contains(log, "中心没有给出登记码，什么都没有生成") {
		t.Errorf("%d %s", code, log)
	}
	if left, err := filepath.Glob(filepath.Join(to, ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("drafts are left: %v", left)
	}
}

// Central is elsewhere: its list of codes comes by stick, and the list of terminals is a
// workbook.
func TestPrepareWithCodesFromElsewhere(t *testing.T) {
	data := realCentral(t)
	dir := t.TempDir()
	list, codes, to := filepath.Join(dir, "fleet.xlsx"), filepath.Join(dir, "codes.csv"), filepath.Join(dir, "cards")
	var book bytes.Buffer
	if err := sheet.Write(&book, sheet.XLSX, [][]string{{"编号", "地点", "语言", "备注"}, {"7", "北门", "中文", "三楼"}, {"8", "南门", "", ""}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, book.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, log, code := ctl(t, "card", "prepare", "--csv", list, "--out", to)
	if code != 1 || !strings.Contains(log, "7、8 号还没有登记码") || !strings.Contains(log, "central kiosk add --data DIR --csv") {
		t.Errorf("%d %s", code, log)
	}
	if out, err := exec.Command("central", "kiosk", "add", "--data", data, "--csv", list, "--out", codes).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, log, code := ctl(t, "card", "prepare", "--csv", list, "--out", to, "--codes", codes); code != 1 || !strings.Contains(log, "没有中心网址") {
		t.Errorf("%d %s", code, log)
	}
	for range 2 {
		if _, log, code := ctl(t, "card", "prepare", "--csv", list, "--out", to, "--codes", codes, "--central", centralAddress); code != 0 {
			t.Errorf("%d %s", code, log)
		}
	}
	text, err := os.ReadFile(filepath.Join(to, "007.toml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.Parse(text)
	if err != nil || s.Terminal.Place != "北门" || len(s.Terminal.Languages) != 1 || !bytes.Contains(text, []byte("用“记事本”就能改")) {
		t.Errorf("%+v %v", s, err)
	}
}
