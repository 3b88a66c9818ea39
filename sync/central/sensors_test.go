package central_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/sensor"
	"lintai/sync/central/sensor/emulate"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// broker has a central take devices, and returns where.
func (h *house) broker() string {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.central.ServeMQTT(ctx, l, nil) }()
	h.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Error(err)
		}
	})
	return "tcp://" + l.Addr().String()
}

// device adds a device with a line to a broker.
func (h *house) device(d sensor.Device, broker string) (*emulate.Device, sensor.Key) {
	h.t.Helper()
	key, err := h.central.AddDevice(h.t.Context(), d)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.online(d, key, broker), key
}

func (h *house) online(d sensor.Device, key sensor.Key, broker string) *emulate.Device {
	h.t.Helper()
	line, err := emulate.Connect(d.ID, d.Kind, key, emulate.Options{Broker: broker})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(line.Close)
	return line
}

func (h *house) says(d *emulate.Device, members map[string]any) []byte {
	h.t.Helper()
	body, err := d.Say(members)
	if err != nil {
		h.t.Fatal(err)
	}
	return body
}

func (h *house) store() *store.Store {
	h.t.Helper()
	s, ok := h.central.Office().Store.(*store.Store)
	if !ok {
		h.t.Fatal("central has another store")
	}
	return s
}

var band = sensor.Device{ID: "band-7", Kind: sensor.Wristband, Name: "张桂兰的手环", Place: "幸福里3号楼502室"}

// A press of a wristband rings for the worker of the grid where its wearer lives, as a
// press at a terminal does; whoever answers reads whose it is and where.
func TestWristbandRingsForTheWorkerWhereItsWearerLives(t *testing.T) {
	h := setup(t)
	clerk, far, near := h.colleague("王芳", staff.Clerk), h.colleague("李强", staff.Worker), h.colleague("赵敏", staff.Worker)
	h.grids(far, near)
	_, err := h.store().ChangeGrids(t.Context(), func(b *grid.Book) error {
		g, _ := b.Grid("2")
		g.Buildings = []grid.Building{{Name: "幸福里3号楼"}}
		b.Put(g)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	line, _ := h.device(band, h.broker())
	page := h.stream(near.client, "/console/stream")
	h.await(page, "event: hello")
	h.says(line, map[string]any{"call": true})
	h.await(page, "data: call")
	calls, err := h.store().OpenCalls(t.Context())
	if err != nil || len(calls) != 1 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	id := calls[0].ID
	expect(t, "a press", id, map[*browser]string{near: "rings", far: "quiet", clerk: "quiet"})
	text := near.page("/console/calls/"+id, http.StatusOK)
	contains(t, text, "张桂兰的手环（幸福里3号楼502室）")
	lacks(t, text, "终端编号 0", "终端号 0")
	near.answer(id, "coming", http.StatusSeeOther)
	expect(t, "answered", id, map[*browser]string{near: "", far: ""})
	contains(t, clerk.page("/console", http.StatusOK), "张桂兰的手环（幸福里3号楼502室）")
	contains(t, clerk.page("/console/sensors/band-7", http.StatusOK), "有人按下呼叫，已响铃", "/console/calls/"+id)
}

// Two processes on one database: whichever a device speaks to, and if it says the same to
// both, a fault is one case, and what it counts at one it has counted at the other.
func TestDeviceSpeaksToEitherProcess(t *testing.T) {
	one, config := onDatabase(t)
	two := one.beside(config)
	first, second := one.broker(), two.broker()
	bin := sensor.Device{ID: "bin-3", Kind: sensor.Bin, Name: "东侧垃圾桶", Place: "幸福里3号楼"}
	here, key := one.device(bin, first)
	page := two.stream(one.staff().client, "/console/stream")
	two.await(page, "event: hello")
	body := one.says(here, emulate.Faulty(sensor.Bin))
	two.await(page, "data: case") // the other process's pages hear of it
	there := two.online(bin, key, second)
	for _, at := range []*emulate.Device{there, here} {
		if err := at.Send("lintai/devices/bin-3", body, false); err != nil {
			t.Error(err)
		}
	}
	two.says(there, map[string]any{"fill": 93}) // after it began anew
	cases, err := one.store().Cases(t.Context(), docket.CaseQuery{})
	if err != nil || len(cases) != 1 || cases[0].Assignee != docket.ToDepartment(docket.Sanitation) {
		t.Errorf("%+v %v", cases, err)
	}
	d, err := one.store().Device(t.Context(), "bin-3")
	if err != nil || d.Values[sensor.Fill] != 93 || len(d.Boots) != 1 {
		t.Errorf("%+v %v", d, err)
	}
	one.clock.Add(25 * time.Hour)
	for _, h := range []*house{one, two, one} {
		if err := h.central.SweepSensors(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if cases, err = one.store().Cases(t.Context(), docket.CaseQuery{}); err != nil || len(cases) != 2 {
		t.Errorf("%d cases after it fell silent, %v", len(cases), err)
	}
}

func TestPagesOfDevices(t *testing.T) {
	h := setup(t)
	b := h.staff()
	broker := h.broker()
	contains(t, b.page("/console/sensors", http.StatusOK), "没有这样的设备")
	bin, _ := h.device(sensor.Device{ID: "bin-3", Kind: sensor.Bin, Name: "东侧<b>垃圾桶", Place: "幸福里3号楼"}, broker)
	h.device(sensor.Device{ID: "lamp-1", Kind: sensor.Lamp, Name: "南门路灯", Place: "南门"}, broker)
	for range 20 {
		h.clock.Add(20 * time.Minute)
		h.says(bin, map[string]any{"fill": 50, "battery": 80})
	}
	h.clock.Add(20 * time.Minute)
	h.says(bin, map[string]any{"fill": 84.5})
	b.signIn() // hours later
	list := b.page("/console/sensors", http.StatusOK)
	contains(t, list, "东侧&lt;b&gt;垃圾桶", "装满程度 84.5 %", "电量 80 %", "<polyline", `data-standing="fault"`, "南门路灯", "还没有上报过")
	lacks(t, b.page("/console/sensors?which=faults", http.StatusOK), "南门路灯")
	one := b.page("/console/sensors/bin-3", http.StatusOK)
	contains(t, one, "超限，已报", "上限 80 %", "/console/cases/1", "<polyline")
	contains(t, b.page("/console/cases/1", http.StatusOK), "已装满 84.5%（上限 80%）", "东侧&lt;b&gt;垃圾桶", "规则 bin_full")

	b.does("/console/sensors/lamp-1/mute", url.Values{"hours": {"8"}})
	contains(t, b.page("/console/sensors?which=muted", http.StatusOK), "南门路灯", "免打扰")
	b.does("/console/sensors/lamp-1/mute", url.Values{"hours": {"0"}})
	lacks(t, b.page("/console/sensors?which=muted", http.StatusOK), "南门路灯")
	for path, want := range map[string]int{"/console/sensors/lamp-9/mute": 404, "/console/sensors/LAMP/mute": 404, "/console/sensors/lamp-1/mute": 400} {
		if r := b.post(path, url.Values{"hours": {"-1"}}); r.StatusCode != want {
			t.Errorf("%s: %s", path, r.Status)
		}
	}

	// The document: a mistake is shown beside what was typed; a rule counts at once.
	r := b.post("/console/sensor-rules", url.Values{"text": {"[[rule]]\nid = \"x\"\n"}})
	contains(t, read(t, r), "规则文件有错", "rule 1", "id = &#34;x&#34;")
	b.does("/console/sensor-rules", url.Values{"text": {strings.Replace(sensor.DefaultDocument, "for = \"10m\"", "for = \"0s\"", 1)}})
	lamp := h.online(sensor.Device{ID: "lamp-1", Kind: sensor.Lamp}, h.key("lamp-1"), broker)
	h.says(lamp, map[string]any{"out": true})
	contains(t, b.page("/console/sensors/lamp-1", http.StatusOK), "不亮", "超限，已报")
	b.does("/console/sensor-rules", url.Values{"default": {"yes"}})
	contains(t, b.page("/console/sensor-rules", http.StatusOK), "内置的规则", "bin_full")
}

// key gives a device another key.
func (h *house) key(id string) sensor.Key {
	h.t.Helper()
	d, err := h.store().Device(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.central.RevokeDevice(h.t.Context(), id); err != nil {
		h.t.Fatal(err)
	}
	key, err := h.central.AddDevice(h.t.Context(), d)
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

// Terminals are told of free spaces among the opening hours, roughly, and only when it
// is another word; what staff wrote there stays.
func TestFreeSpacesAreToldToTerminals(t *testing.T) {
	h := setup(t)
	publish := `{"version":5,"contacts":[{"id":"a","name":"居委会","number":"123"}],"hours":[{"id":"office","name":"居委会","text":"八点到五点"}]}`
	if _, err := h.central.Publish(t.Context(), wire.DocumentCommunity, 0, []byte(publish)); err != nil {
		t.Fatal(err)
	}
	lot, _ := h.device(sensor.Device{ID: "lot-east", Kind: sensor.Parking, Name: "东门停车场", Place: "东门", Spaces: 60}, h.broker())
	versions := func() (n int64) {
		t.Helper()
		if err := h.central.AnnounceSpaces(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, _, err := h.central.Documents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Kind == wire.DocumentCommunity {
				n = max(n, d.Version)
			}
		}
		return n
	}
	before := versions()
	said := map[int64]bool{before: true}
	for _, step := range []struct {
		free int
		want string
		same bool
	}{{34, "有 20 个以上空位", false}, {41, "有 20 个以上空位", true}, {3, "只剩几个空位", false}, {0, "已停满", false}} {
		h.clock.Add(10 * time.Minute)
		h.says(lot, map[string]any{"free": step.free})
		if v := versions(); said[v] != step.same {
			t.Errorf("%d free: version %d", step.free, v)
		} else {
			said[v] = true
		}
		if hours := h.central.Community().Hours; len(hours) != 2 || hours[0].Text != "八点到五点" || hours[1].Text != step.want || hours[1].Name != "东门停车场空车位" {
			t.Errorf("%+v", hours)
		}
	}
	h.clock.Add(2 * time.Hour)
	versions()
	if hours := h.central.Community().Hours; len(hours) != 2 || hours[1].Text != "暂时不知道有没有空位" {
		t.Errorf("%+v", hours)
	}
	if err := h.central.RevokeDevice(t.Context(), "lot-east"); err != nil {
		t.Fatal(err)
	}
	versions()
	if hours := h.central.Community().Hours; len(hours) != 1 {
		t.Errorf("%+v", hours)
	}
}
