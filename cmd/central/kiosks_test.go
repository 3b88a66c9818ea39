package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintai/kiosk/roster"
	"lintai/sync/central/sheet"
)

func command(t *testing.T, args ...string) (out, log string, err error) {
	t.Helper()
	var o, l strings.Builder
	err = run(t.Context(), args, &o, &l)
	return o.String(), l.String(), err
}

func codesIn(t *testing.T, file string) map[int]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := sheet.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := roster.ReadCodes(rows)
	if err != nil {
		t.Fatal(err)
	}
	m := map[int]string{}
	for _, c := range codes {
		if c.Address != "https://central.example:8421" {
			t.Errorf("terminal %d would call %q", c.Number, c.Address)
		}
		m[c.Number] = c.Code
	}
	return m
}

func TestCodesForAList(t *testing.T) {
	dir := t.TempDir()
	list, to, data := filepath.Join(dir, "fleet.csv"), filepath.Join(dir, "codes.csv"), filepath.Join(dir, "central")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	add := func(more ...string) (string, string, error) {
		t.Helper()
		return command(t, append([]string{"kiosk", "add", "--data", data, "--csv", list, "--out", to, "--address", "https://central.example:8421"}, more...)...)
	}
	write("编号,地点,电话\n12,幸福里,1\n13,平安里,2\n")
	if _, _, err := add(); err == nil {
		t.Error("a mistyped folder became a central")
	}
	if _, _, err := command(t, "kiosk", "add", "--data", data, "--number", "1", "--name", "First"); err != nil {
		t.Fatal(err)
	}
	write("编号,地点\n12,幸福里\n0,平安里\n")
	if _, _, err := add(); err == nil || !strings.Contains(err.Error(), "第 3 行“编号”") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("codes were made for half a list")
	}
	write("编号,地点,电话\n12,幸福里,1\n13,平安里,2\n")
	out, log, err := add()
	if err != nil {
		t.Fatal(err)
	}
	first := codesIn(t, to)
	if len(first) != 2 || first[12] == first[13] {
		t.Errorf("%d codes", len(first))
	}
	for _, code := range first {
		if strings.Contains(out+log, code) {
			t.Error("a code was shown")
		}
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	// Again, with one more: what was made is not made again.
	write("number,place\n14,East\n13,平安里\n")
	if _, log, err := add(); err != nil || !strings.Contains(log, "1 codes made, 2 kept") {
		t.Errorf("%v %s", err, log)
	}
	second := codesIn(t, to)
	if second[12] != first[12] || second[13] != first[13] || second[14] == "" {
		t.Error("codes changed")
	}
	// The file is lost: nobody can show the codes again, and none is made in silence.
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	write("number,place\n13,平安里\n15,West\n")
	if _, _, err := add(); err == nil || !strings.Contains(err.Error(), "terminals 13 exist") || !strings.Contains(err.Error(), "nothing was made") {
		t.Errorf("%v", err)
	}
	if list, _, err := command(t, "kiosk", "list", "--data", data); err != nil || strings.Contains(list, "West") {
		t.Errorf("%v %s", err, list)
	}
	if _, _, err := add("--renew"); err != nil {
		t.Fatal(err)
	}
	if third := codesIn(t, to); third[13] == first[13] || third[13] == "" || third[15] == "" {
		t.Error("no new code")
	}
	// Into a pipe, as "kioskctl card prepare" has it.
	write("number,place\n16,North\n")
	out, _, err = command(t, "kiosk", "add", "--data", data, "--csv", list, "--out", "-")
	if err != nil || !strings.Contains(out, "登记码") {
		t.Errorf("%v %.40q", err, out)
	}
	if _, _, err := command(t, "kiosk", "add", "--data", data, "--csv", list); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("%v", err)
	}
}
