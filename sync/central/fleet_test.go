package central_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/staffcode"
	"lintai/sync/central/fleet"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

const (
	olderImage = "2026.11.1-1"
	newerImage = "2026.11.22-1" // of fleet/testdata
)

// computer is a terminal's word on itself, where it is an appliance.
func (h *house) computer(kiosk int, image string, change ...func(*wire.Health)) wire.Health {
	warm, worn, written, free := 47, 3, int64(18_200), int64(9_400)
	word := wire.Health{Kiosk: kiosk, DeviceTime: h.clock.Now(), Devices: []wire.Device{}, System: &wire.System{
		Image: image, Slot: "A", BootReason: "power", Uptime: 1000, Celsius: &warm, WornPercent: &worn, WrittenMB: &written, FreeMB: &free}}
	for _, c := range change {
		c(&word)
	}
	return word
}

// answered has a terminal say its word, and gives what it is answered.
func (h *house) answered(who *http.Client, word wire.Health) wire.HealthAnswer {
	h.t.Helper()
	return decode[wire.HealthAnswer](h.t, h.terminal(who, "POST", wire.PathHealth, word), http.StatusOK)
}

// bundle adds the bundle of newerImage, with so many bytes more in its middle.
func (h *house) bundle(more int) (body []byte, address string) {
	h.t.Helper()
	small, err := os.ReadFile("fleet/testdata/small.raucb")
	if err != nil {
		h.t.Fatal(err)
	}
	body = slices.Concat(small[:10_000], make([]byte, more), small[10_000:])
	if _, err := h.central.AddUpdate(h.t.Context(), bytes.NewReader(body), int64(len(body))); err != nil {
		h.t.Fatal(err)
	}
	return body, fmt.Sprintf("%s%x", wire.PathUpdates, sha256.Sum256(body))
}

// fetch asks for a bundle, or what is behind its first bytes.
func (h *house) fetch(who *http.Client, address, ranges string) *http.Response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), "GET", h.door.URL+address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if ranges != "" {
		r.Header.Set("Range", ranges)
	}
	return h.do(who, r)
}

// Central can ask three things of a terminal, and say nothing about how. Whoever adds a
// fourth decides here.
func TestOrdersAreThreeWordsWithoutArguments(t *testing.T) {
	want := []string{"restart", "restart_machine", "logs"}
	if !slices.Equal(fleet.Kinds, want) {
		t.Errorf("kinds %v", fleet.Kinds)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../wire/fleet.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Order") {
			word, _ := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			named = append(named, word)
		}
		return true
	})
	if !slices.Equal(named, want) {
		t.Errorf("wire has %v", named)
	}
	fields := func(v any) (names []string) {
		for f := range reflect.TypeOf(v).Fields() {
			names = append(names, f.Name+" "+f.Type.String())
		}
		return names
	}
	if got := fields(wire.Order{}); !slices.Equal(got, []string{"ID int64", "Kind string"}) {
		t.Errorf("an order has %v", got)
	}
	if got := fields(wire.UpdateOffer{}); !slices.Equal(got, []string{"Version string", "Size int64", "SHA256 string"}) {
		t.Errorf("an offer has %v", got)
	}
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	b := h.staff()
	for _, kind := range []string{"", "run", "restart; reboot", "RESTART", "/bin/sh"} {
		if r := b.post("/console/terminals/12/orders", url.Values{"kind": {kind}, "sure": {"yes"}}); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %s", kind, r.Status)
		}
	}
	if got := h.answered(h.me, h.computer(12, olderImage)).Orders; got != nil {
		t.Errorf("it is told %+v", got)
	}
}

// An order is heard of at once, told until it is done, and what became of it stands on
// the page.
func TestTerminalIsAskedToRestart(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	b := h.staff()
	lines := h.stream(h.me, wire.PathStream)
	h.await(lines, "event: changed")
	if r := b.post("/console/terminals/12/orders", url.Values{"kind": {"restart"}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("nobody is sure: %s", r.Status)
	}
	b.does("/console/terminals/12/orders", url.Values{"kind": {"restart"}, "sure": {"yes"}})
	h.await(lines, "event: "+wire.StreamOrders)
	if r := b.post("/console/terminals/12/orders", url.Values{"kind": {"restart"}, "sure": {"yes"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("twice: %s", r.Status)
	}
	contains(t, b.page("/console/terminals/12", 200), "重新启动程序", "等终端来取", "请终端：重新启动程序", "王芳")
	var order wire.Order
	for range 2 {
		answer := h.answered(h.me, h.computer(12, olderImage))
		if len(answer.Orders) != 1 || answer.Orders[0].Kind != wire.OrderRestart {
			t.Fatalf("%+v", answer)
		}
		order = answer.Orders[0]
	}
	contains(t, b.page("/console/terminals/12", 200), "已告诉终端")
	other := h.enrol(13)
	h.answered(other, h.computer(13, olderImage, func(w *wire.Health) { w.Done = []wire.OrderDone{{ID: order.ID}} }))
	done := func(w *wire.Health) { w.Done = []wire.OrderDone{{ID: order.ID, Fault: fault.ApplianceFailed}} }
	if got := h.answered(h.me, h.computer(12, olderImage, done)).Orders; got != nil {
		t.Errorf("it is told again: %+v", got)
	}
	contains(t, b.page("/console/terminals/12", 200), "没有做成", "系统服务没有完成")
	// A terminal that is no appliance can be asked for nothing.
	h.answered(other, h.computer(13, olderImage, func(w *wire.Health) { w.System = nil }))
	if r := b.post("/console/terminals/13/orders", url.Values{"kind": {"restart"}, "sure": {"yes"}}); r.StatusCode != http.StatusConflict {
		t.Error(r.Status)
	}
	lacks(t, b.page("/console/terminals/13", 200), `id="asking"`)
}

func TestLogOfATerminal(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	b := h.staff()
	b.does("/console/terminals/12/orders", url.Values{"kind": {"logs"}, "sure": {"yes"}})
	order := h.answered(h.me, h.computer(12, olderImage)).Orders[0]
	address := wire.PathLogs + strconv.FormatInt(order.ID, 10)
	text := strings.Repeat("level=INFO msg=\"<script>ready\"\n", 4000) + "the last line \xff\n"
	packed, _ := wire.Compress([]byte(text))
	for what, c := range map[string]struct {
		who    *http.Client
		path   string
		body   string
		status int
	}{
		"another terminal": {h.enrol(13), address, string(packed), http.StatusNotFound},
		"no order":         {h.me, wire.PathLogs + "7", string(packed), http.StatusNotFound},
		"no number":        {h.me, wire.PathLogs + "x", string(packed), http.StatusNotFound},
		"no gzip":          {h.me, address, text, http.StatusBadRequest},
		"too large":        {h.me, address, strings.Repeat("a", wire.MaxLogBytes+1), http.StatusRequestEntityTooLarge},
		"nobody":           {h.client(nil, nil), address, string(packed), http.StatusUnauthorized},
	} {
		if r := h.terminal(c.who, "POST", c.path, c.body); r.StatusCode != c.status {
			t.Errorf("%s: %s", what, r.Status)
		}
	}
	decode[wire.HealthAnswer](t, h.terminal(h.me, "POST", address, string(packed)), http.StatusOK)
	if got := h.answered(h.me, h.computer(12, olderImage)).Orders; got != nil {
		t.Errorf("%+v", got)
	}
	page := fmt.Sprint("/console/terminals/12/logs/", order.ID)
	contains(t, b.page("/console/terminals/12", 200), page, "完成")
	shown := read(t, b.post(page, nil))
	contains(t, shown, "&lt;script&gt;ready", "the last line", "只显示最后一段")
	lacks(t, shown, "<script>ready")
	file := b.post(page, url.Values{"as": {"file"}})
	if got := read(t, file); got != text || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d bytes, %v", len(got), file.Header)
	}
	one := b.page("/console/terminals/12", 200)
	if n := strings.Count(one, "看了日志"); n != 2 {
		t.Errorf("noted %d times", n)
	}
	lacks(t, h.colleague("钱审", staff.Auditor).page("/console/terminals/12", 200), page)
	h.clock.Add(fleet.LogLife + time.Hour)
	if err := h.central.SweepFleet(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.signIn()
	if r := b.post(page, nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("a week later: %s", r.Status)
	}
}

// The number on the page opens the menu of this terminal and no other, and of a machine
// that took its place another one does. Each showing is noted.
func TestNumberForTheStaffMenu(t *testing.T) {
	h := setup(t)
	key := h.answered(h.me, h.computer(12, olderImage)).StaffKey
	if len(key) != 32 || bytes.Equal(key, h.answered(h.enrol(13), h.computer(13, olderImage)).StaffKey) || !bytes.Equal(key, h.answered(h.me, h.computer(12, olderImage)).StaffKey) {
		t.Fatalf("key %x", key)
	}
	clerk := h.colleague("陈静", staff.Clerk)
	show := func() string {
		t.Helper()
		text := read(t, clerk.post("/console/terminals/12/staff-number", nil))
		halves := regexp.MustCompile(`<span>(\d{4})</span> <span>(\d{4})</span>`).FindStringSubmatch(text)
		if halves == nil || !strings.Contains(text, `<path d="M0 0h1v1h-1z`) {
			t.Fatalf("no number: %s", text)
		}
		return halves[1] + halves[2]
	}
	if _, ok := staffcode.Verify(key, 12, h.clock.Now(), show()); !ok {
		t.Error("the number does not open the menu")
	}
	answer, private := newRequest(t)
	admitted, err := h.central.Admit(t.Context(), 12, private)
	if err != nil {
		t.Fatal(err)
	}
	fresh := h.answered(h.client(admitted.Certificate, answer), h.computer(12, olderImage)).StaffKey
	if _, ok := staffcode.Verify(key, 12, h.clock.Now(), show()); ok || bytes.Equal(fresh, key) {
		t.Error("the machine that was lost is still opened")
	}
	notes, err := h.store().FleetNotes(t.Context(), 12, 0, 10)
	if err != nil || len(notes) != 2 || notes[0].By != clerk.account() || notes[0].Action != fleet.Numbered {
		t.Errorf("%+v %v", notes, err)
	}
	contains(t, clerk.page("/console/terminals/12", 200), "看了维护菜单的号码", "陈静")
	if _, err := h.central.AddTerminal(t.Context(), 14, "未登记"); err != nil {
		t.Fatal(err)
	}
	if r := clerk.post("/console/terminals/14/staff-number", nil); r.StatusCode != http.StatusConflict {
		t.Error(r.Status)
	}
	dump, err := os.ReadFile(h.folder + "/central.db")
	if err != nil || bytes.Contains(dump, fresh) || bytes.Contains(dump, key) {
		t.Errorf("a key stands in the database, %v", err)
	}
}

// A bundle goes on where the line broke, only to terminals, and only while it may be taken.
func TestBundleByRange(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	body, address := h.bundle(6 << 20)
	if r := h.fetch(h.me, address, ""); r.StatusCode != http.StatusNotFound {
		t.Errorf("before it began: %s", r.Status)
	}
	b := h.staff()
	b.does("/console/updates/"+newerImage+"/start", url.Values{"first_hours": {"1"}, "tenth_hours": {"1"}, "sure": {"yes"}})
	offer := h.answered(h.me, h.computer(12, olderImage)).Offer
	if offer == nil || wire.PathUpdates+offer.SHA256 != address || offer.Size != int64(len(body)) || offer.Version != newerImage {
		t.Fatalf("%+v", offer)
	}
	h.openDoor(200 * time.Millisecond) // a bundle takes longer than the server's limits
	whole := h.fetch(h.me, address, "")
	if got := read(t, whole); got != string(body) || whole.Header.Get("ETag") != strconv.Quote(offer.SHA256) {
		t.Errorf("%d bytes, %s", len(got), whole.Header.Get("ETag"))
	}
	rest := h.fetch(h.me, address, "bytes=6000000-")
	if got := read(t, rest); got != string(body[6000000:]) || rest.StatusCode != http.StatusPartialContent {
		t.Errorf("%s, %d bytes", rest.Status, len(got))
	}
	if r := h.fetch(h.me, address, fmt.Sprintf("bytes=%d-", len(body))); r.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind its end: %s", r.Status)
	}
	if r := h.fetch(h.client(nil, nil), address, ""); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %s", r.Status)
	}
	for _, other := range []string{wire.PathUpdates + "x", wire.PathUpdates + strings.Repeat("0", 64), wire.PathUpdates + "..%2f..%2fcentral.db"} {
		if r := h.fetch(h.me, other, ""); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", other, r.Status)
		}
	}
	b.does("/console/updates/"+newerImage+"/withdraw", url.Values{"sure": {"yes"}})
	if r := h.fetch(h.me, address, ""); r.StatusCode != http.StatusNotFound {
		t.Errorf("withdrawn: %s", r.Status)
	}
}

// Those who fetch keep nobody from anything else: a few at once, the others are told when
// to come back, and calls and requests go through.
func TestFetchingTerminalsDrownNothing(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	_, address := h.bundle(64 << 20)
	h.staff().does("/console/updates/"+newerImage+"/start", url.Values{"first": {"12"}, "first_hours": {"1"}, "tenth_hours": {"1"}, "sure": {"yes"}})
	var open []*http.Response
	for kiosk := 21; len(open) < 4; kiosk++ {
		r := h.fetch(h.enrol(kiosk), address, "")
		if r.StatusCode != http.StatusOK {
			t.Fatal(r.Status)
		}
		open = append(open, r)
	}
	sent := h.fetch(h.me, address, "")
	if wait, err := strconv.Atoi(sent.Header.Get("Retry-After")); sent.StatusCode != http.StatusServiceUnavailable || err != nil || wait < 1 {
		t.Fatalf("the fifth: %s, %v", sent.Status, sent.Header)
	}
	h.push(h.call(), h.request())
	for _, r := range open {
		r.Body.Close()
	}
	for range 1000 { // the server notices it soon
		r := h.fetch(h.me, address, "bytes=0-99")
		if r.StatusCode == http.StatusPartialContent {
			if n, err := io.Copy(io.Discard, r.Body); n != 100 || err != nil {
				t.Error(n, err)
			}
			return
		}
		r.Body.Close()
	}
	t.Error("places are not given back")
}

// A rollout as staff see it: begun, stopped by a terminal that went back, gone on with,
// withdrawn.
func TestRolloutOnThePages(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	other := h.enrol(13)
	h.answered(other, h.computer(13, olderImage))
	h.bundle(0)
	b, auditor := h.staff(), h.colleague("钱审", staff.Auditor)
	const page = "/console/updates/" + newerImage
	contains(t, b.page("/console/updates", 200), newerImage, "lintai-rpi4", "还没开始", "放入更新包")
	contains(t, b.page(page, 200), `id="start"`)
	for what, c := range map[string]struct {
		form url.Values
		want int
	}{
		"nobody is sure":   {url.Values{"first_hours": {"1"}, "tenth_hours": {"1"}}, http.StatusBadRequest},
		"no such terminal": {url.Values{"first": {"99"}, "first_hours": {"1"}, "tenth_hours": {"1"}, "sure": {"yes"}}, http.StatusConflict},
		"no hours":         {url.Values{"first": {"12"}, "first_hours": {"0"}, "tenth_hours": {"1"}, "sure": {"yes"}}, http.StatusConflict},
	} {
		if r := b.post(page+"/start", c.form); r.StatusCode != c.want {
			t.Errorf("%s: %s", what, r.Status)
		}
	}
	b.does(page+"/start", url.Values{"first": {"12"}, "first_hours": {"24"}, "tenth_hours": {"72"}, "sure": {"yes"}})
	contains(t, b.page(page, 200), "进行中", "在等 12 号终端", "等它联系", `id="stop"`, "观察 24 小时")
	if h.answered(other, h.computer(13, olderImage)).Offer != nil || h.answered(h.me, h.computer(12, olderImage)).Offer == nil {
		t.Fatal("another is first")
	}
	h.clock.Add(time.Hour)
	h.answered(h.me, h.computer(12, newerImage, func(w *wire.Health) { w.System.Trial = true }))
	contains(t, b.page(page, 200), "试运行，自检中")
	back := func(w *wire.Health) { w.System.BootReason = "fallback" }
	h.answered(h.me, h.computer(12, olderImage, back))
	stopped := b.page(page, 200)
	contains(t, stopped, "已停下", "12 号终端装上新版本后没有通过自检", "请先查看这台终端", `id="go-on"`, "已退回旧版本")
	contains(t, b.page("/console/updates", 200), "12 号终端装上新版本后没有通过自检")
	contains(t, b.page("/console/terminals?which=trouble", 200), `data-terminal="12"`, "新版本没通过自检")
	lacks(t, b.page("/console/terminals?which=trouble", 200), `data-terminal="13"`)
	lacks(t, auditor.page(page, 200), `id="go-on"`, `id="withdraw"`)
	b.does(page+"/go-on", url.Values{"sure": {"yes"}})
	h.answered(other, h.computer(13, olderImage))
	if err := h.central.SweepFleet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.answered(other, h.computer(13, olderImage)).Offer == nil || h.answered(h.me, h.computer(12, olderImage, back)).Offer != nil {
		t.Error("it did not go on with another")
	}
	h.answered(other, h.computer(13, newerImage))
	contains(t, b.page(page, 200), "观察中", "再过 24 小时轮到下一批")
	b.does(page+"/withdraw", url.Values{"sure": {"yes"}})
	contains(t, b.page(page, 200), "已撤回", "开始更新", "继续更新", "撤回版本")
	if r := b.post(page+"/go-on", url.Values{"sure": {"yes"}}); r.StatusCode != http.StatusConflict {
		t.Error(r.Status)
	}
}

// A long list is narrowed, sorted and turned over.
func TestListOfManyTerminals(t *testing.T) {
	h := setup(t)
	for kiosk := 100; kiosk < 140; kiosk++ {
		warm := kiosk - 60
		h.answered(h.enrol(kiosk), h.computer(kiosk, olderImage, func(w *wire.Health) {
			w.System.Celsius = &warm
			switch kiosk {
			case 104: // an update that is over is not under way
				w.System.Update = &wire.UpdateState{State: "failed", Version: "2026.12.1-1", Fault: fault.UpdateUndone}
			case 105:
				w.System.Update = &wire.UpdateState{State: "installed", Version: "2026.12.1-1"}
			case 117:
				w.System.Image = newerImage
				w.System.Update = &wire.UpdateState{State: "fetching", Version: "2026.12.1-1", Percent: 40}
			}
		}))
	}
	b := h.staff()
	shown := func(address string) (all []string) {
		t.Helper()
		for _, m := range regexp.MustCompile(`<section class="card[^"]*" data-terminal="(\d+)"`).FindAllStringSubmatch(b.page(address, 200), -1) {
			all = append(all, m[1])
		}
		return all
	}
	first, second := shown("/console/terminals"), shown("/console/terminals?page=1")
	if len(first) != 24 || len(second) != 17 || first[0] != "12" || second[16] != "139" {
		t.Errorf("%v, %v", first, second)
	}
	for address, want := range map[string]string{
		"?q=117": "117", "?which=updating": "105 117", "?q=" + newerImage: "117", "?sort=warm&which=trouble": "139 138 137 136 135 104", "?q=none": "", "?which=silent&q=12": "12",
	} {
		if got := strings.Join(shown("/console/terminals"+address), " "); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	if got := shown("/console/terminals?sort=warm"); got[0] != "139" || slices.Contains(got, "12") {
		t.Errorf("the warmest: %v", got)
	}
	if got := shown("/console/terminals?sort=version"); got[0] != "12" {
		t.Errorf("the oldest: %v", got)
	}
	contains(t, b.page("/console/terminals?q=117", 200), "正在下载 2026.12.1-1 40 %", "57 °C", "已用寿命 3 %", "累计写入 18 GB", "剩余 9400 MB", "A 区", "通电启动")
}

// Two processes on one database: what is asked at one is heard of at the other, whose
// terminals fetch a file that was added at the first.
func TestFleetOfTwoProcesses(t *testing.T) {
	one, config := onDatabase(t)
	two := one.beside(config)
	key := one.answered(one.me, one.computer(12, olderImage)).StaffKey
	if !bytes.Equal(key, two.answered(two.me, two.computer(12, olderImage)).StaffKey) {
		t.Error("the two give different keys")
	}
	lines := two.stream(two.me, wire.PathStream)
	two.await(lines, "event: changed")
	b := one.staff()
	b.does("/console/terminals/12/orders", url.Values{"kind": {"logs"}, "sure": {"yes"}})
	two.await(lines, "event: "+wire.StreamOrders)
	if got := two.answered(two.me, two.computer(12, olderImage)).Orders; len(got) != 1 {
		t.Errorf("%+v", got)
	}
	body, address := one.bundle(3 << 20)
	b.does("/console/updates/"+newerImage+"/start", url.Values{"first_hours": {"1"}, "tenth_hours": {"1"}, "sure": {"yes"}})
	if two.answered(two.me, two.computer(12, olderImage)).Offer == nil {
		t.Fatal("the other offers nothing")
	}
	for range 2 { // the first time it is made of the database's pieces
		if got := read(t, two.fetch(two.me, address, "")); got != string(body) {
			t.Errorf("%d bytes", len(got))
		}
	}
	if _, err := os.Stat(filepath.Join(two.folder, "updates")); err != nil {
		t.Error(err)
	}
}
