package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
	"lintai/sync/wire/export"
)

// island is a terminal that never sees a network, and its central.
type island struct {
	t       *testing.T
	dir     string
	config  string
	stick   string
	office  *central.Central
	now     time.Time // central's
	private agent.Identity
}

func openIsland(t *testing.T) *island {
	t.Helper()
	i := &island{t: t, dir: t.TempDir(), stick: t.TempDir(), now: time.Now()}
	i.config = filepath.Join(i.dir, "kiosk.toml")
	var err error
	if i.office, err = central.Open(t.Context(), central.Config{Folder: t.TempDir(), Clock: func() time.Time { return i.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.office.Close() })
	i.enrol(i.office)
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = \"https://127.0.0.1:8421\"\n[sound]\noutput = \"none\"\n", i.dir)
	if err := os.WriteFile(i.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := offline.Create(filepath.Join(i.dir, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *island) enrol(office *central.Central) {
	i.t.Helper()
	identity, err := agent.Introduce(12, func(request []byte) (wire.EnrolAnswer, error) { return office.Admit(i.t.Context(), 12, request) })
	if err == nil {
		err = identity.Save(i.dir)
	}
	if err != nil {
		i.t.Fatal(err)
	}
	i.private = identity
}

// save keeps requests, the last with a photo, and a call.
func (i *island) save(n int) {
	i.t.Helper()
	q, err := offline.Open(filepath.Join(i.dir, offline.FileName), i.private.Seal(), time.Now)
	if err != nil {
		i.t.Fatal(err)
	}
	defer q.Close()
	for k := range n {
		code, err := ticket.New(12, rand.Reader)
		if err != nil {
			i.t.Fatal(err)
		}
		r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", CatalogVersion: 1, MadeAt: time.Now()}
		var photos []request.Attachment
		if k == n-1 {
			a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "image/jpeg", bytes.Repeat([]byte{0xff, 0xd8}, 1000), 0)
			r.Attachments, photos = append(r.Attachments, a.Reference), append(photos, a)
		}
		if err := q.SaveRequest(i.t.Context(), r, photos...); err != nil {
			i.t.Fatal(err)
		}
	}
	if err := q.SaveCall(i.t.Context(), request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, MadeAt: time.Now()}); err != nil {
		i.t.Fatal(err)
	}
}

func (i *island) ctl(want int, args ...string) (out, log string) {
	i.t.Helper()
	out, log, code := ctl(i.t, append(args, "--config", i.config)...)
	if code != want {
		i.t.Fatalf("%v: exit code %d, want %d\n%s%s", args, code, want, out, log)
	}
	return out, log
}

// export exports, and returns the file.
func (i *island) export() string {
	i.t.Helper()
	out, _ := i.ctl(0, "outbox", "export", "--out", i.stick)
	_, rest, _ := strings.Cut(out, i.stick)
	name, _, _ := strings.Cut(rest, "，")
	return i.stick + name
}

func (i *island) bring(name string) (central.Imported, error) {
	i.t.Helper()
	f, err := os.Open(name)
	if err != nil {
		i.t.Fatal(err)
	}
	defer f.Close()
	return i.office.Import(i.t.Context(), f, false)
}

func (i *island) receipt(r export.Receipt) string {
	i.t.Helper()
	var b bytes.Buffer
	if err := i.office.WriteReceipt(&b, r); err != nil {
		i.t.Fatal(err)
	}
	name := filepath.Join(i.stick, "receipt")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		i.t.Fatal(err)
	}
	return name
}

// A terminal that will never see a network again: everything arrives by stick,
// once, and the terminal learns of it by stick.
func TestStickThereAndBack(t *testing.T) {
	i := openIsland(t)
	if out, _ := i.ctl(0, "outbox", "export", "--out", i.stick); !strings.Contains(out, "没有写文件") {
		t.Errorf("an empty queue: %s", out)
	}
	i.save(3)
	before, _ := i.ctl(0, "outbox", "list", "--json")
	name := i.export()
	if after, _ := i.ctl(0, "outbox", "list", "--json"); states(after) != states(before) {
		t.Errorf("the export changed the queue:\n%s\n%s", before, after)
	}
	entries, err := os.ReadDir(i.stick)
	if err != nil || len(entries) != 1 {
		t.Fatalf("on the stick: %v, %v", entries, err)
	}
	if second := i.export(); second == name {
		t.Error("the second export replaced the first")
	}
	text, err := os.ReadFile(name)
	if err != nil || bytes.Contains(text, []byte("repair")) {
		t.Error("the file can be read by everybody", err)
	}
	// Its certificate expired long ago: without a line it could not be renewed.
	i.now = i.now.Add(300 * 24 * time.Hour)
	done, err := i.bring(name)
	if err != nil || done.Items != 5 || done.Outcomes[wire.Created] != 5 || done.Kiosk != 12 {
		t.Fatalf("%+v, %v", done, err)
	}
	again, err := i.bring(name)
	if err != nil || again.Outcomes[wire.Duplicate] != 5 {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	i.save(1)
	receipt := i.receipt(again.Receipt)
	if out, _ := i.ctl(0, "outbox", "settle", "--receipt", receipt); !strings.Contains(out, "处理了 5 件，还有 3 件") {
		t.Errorf("settled: %s", out)
	}
	if out, _ := i.ctl(0, "outbox", "settle", "--receipt", receipt); !strings.Contains(out, "处理了 0 件，还有 3 件") {
		t.Errorf("settled again: %s", out)
	}
	if out, _ := i.ctl(0, "outbox", "verify"); !strings.Contains(out, "全部完好") {
		t.Errorf("verify: %s", out)
	}
}

// states leaves ages out of a list.
func states(list string) string {
	var b strings.Builder
	for _, line := range strings.Split(list, "\n") {
		head, _, _ := strings.Cut(line, `,"age_seconds"`)
		b.WriteString(head + "\n")
	}
	return b.String()
}

// Nothing of a file is filed that is not what a terminal of this central signed.
func TestSpoiledSticksChangeNothing(t *testing.T) {
	i := openIsland(t)
	i.save(4)
	name := i.export()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	swapped := bytes.Join([][]byte{lines[0], lines[2], lines[1], bytes.Join(lines[3:], nil)}, nil)
	changed := bytes.Clone(text)
	changed[len(text)/2] ^= 1
	elsewhere := openIsland(t)
	elsewhere.save(2)
	foreign, err := os.ReadFile(elsewhere.export())
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		text []byte
		want error
	}{
		"cut":               {text[:len(text)*2/3], export.ErrCut},
		"changed":           {changed, export.ErrForged},
		"in another order":  {swapped, export.ErrForged},
		"another terminal":  {bytes.Replace(text, []byte(`"kiosk":12`), []byte(`"kiosk":13`), 1), central.ErrForeignExport},
		"another central's": {foreign, central.ErrForeignExport},
		"no export":         {[]byte("a holiday photo"), export.ErrFormat},
	} {
		spoiled := filepath.Join(i.stick, "spoiled")
		if err := os.WriteFile(spoiled, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := i.bring(spoiled); err == nil || !strings.Contains(err.Error(), c.want.Error()) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	// Not one was filed: all are new now.
	if done, err := i.bring(name); err != nil || done.Outcomes[wire.Created] != 6 {
		t.Errorf("%+v, %v", done, err)
	}
	if err := i.office.Revoke(t.Context(), 12); err != nil {
		t.Fatal(err)
	}
	if _, err := i.bring(name); err == nil || !strings.Contains(err.Error(), central.ErrRevokedExport.Error()) {
		t.Errorf("of a revoked terminal: %v", err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if done, err := i.office.Import(t.Context(), f, true); err != nil || done.Outcomes[wire.Duplicate] != 6 {
		t.Errorf("of a revoked terminal that somebody vouches for: %+v, %v", done, err)
	}
}

func TestReceiptsThatDoNotCount(t *testing.T) {
	i, other := openIsland(t), openIsland(t)
	i.save(2)
	done, err := i.bring(i.export())
	if err != nil {
		t.Fatal(err)
	}
	foreign := other.receipt(done.Receipt)
	elsewhere := done.Receipt
	elsewhere.Kiosk = 13
	for what, c := range map[string]struct{ file, says string }{
		"another central's":  {foreign, "changed after it was signed"},
		"another terminal's": {i.receipt(elsewhere), "13 号机"},
		"none":               {i.config, "no such file"},
	} {
		if _, log := i.ctl(1, "outbox", "settle", "--receipt", c.file); !strings.Contains(log, c.says) {
			t.Errorf("%s: %s", what, log)
		}
	}
	if out, _ := i.ctl(0, "outbox", "list"); strings.Count(out, "待送达") != 4 {
		t.Errorf("something was settled:\n%s", out)
	}
	// The running terminal has the queue: it must be stopped.
	q, err := offline.Open(filepath.Join(i.dir, offline.FileName), i.private.Seal(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if _, log := i.ctl(1, "outbox", "settle", "--receipt", i.receipt(done.Receipt)); !strings.Contains(log, "停下终端程序") {
		t.Errorf("beside a running terminal: %s", log)
	}
	// It can be exported beside it all the same.
	i.export()
}

// What can be read of a damaged queue goes onto the stick, and the rest is named.
func TestExportOfADamagedQueue(t *testing.T) {
	i := openIsland(t)
	i.save(150)
	path := filepath.Join(i.dir, offline.FileName)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, 4*4096), info.Size()/2/4096*4096); err != nil {
		t.Fatal(err)
	}
	f.Close()
	out, log := i.ctl(3, "outbox", "export", "--out", i.stick)
	if !strings.Contains(log, "读不出") {
		t.Errorf("%s%s", out, log)
	}
	names, err := filepath.Glob(filepath.Join(i.stick, "*.export"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%v, %v", names, err)
	}
	done, err := i.bring(names[0])
	if err != nil || done.Outcomes[wire.Created] < 80 || done.Outcomes[wire.Created] >= 152 {
		t.Errorf("%+v, %v", done.Outcomes, err)
	}
	t.Logf("of 152 items %d arrived", done.Items)
	for _, command := range []string{"list", "verify"} {
		want := map[string]int{"list": 3, "verify": 1}[command]
		i.ctl(want, "outbox", command)
	}
}

// A stick that is full, or is not there, leaves nothing half-made on it.
func TestStickThatTakesNothing(t *testing.T) {
	i := openIsland(t)
	i.save(1)
	if _, log := i.ctl(1, "outbox", "export", "--out", filepath.Join(i.stick, "not-there")); !strings.Contains(log, "not-there") {
		t.Error(log)
	}
	if err := os.Remove(filepath.Join(i.dir, agent.IdentityFile)); err != nil {
		t.Fatal(err)
	}
	if _, log := i.ctl(1, "outbox", "export", "--out", i.stick); !strings.Contains(log, "登记") {
		t.Error(log)
	}
	if entries, err := os.ReadDir(i.stick); err != nil || len(entries) > 0 {
		t.Errorf("%v was left, %v", entries, err)
	}
}
