package central_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/grid"
	"lintai/sync/wire"
)

// devices is terminal 12's word on its devices, by a clock that is an hour slow.
func (h *house) devices(all ...wire.Device) wire.Health {
	return wire.Health{Kiosk: 12, DeviceTime: h.clock.Now().Add(-time.Hour), Devices: all}
}

func (h *house) tell(word wire.Health) {
	h.t.Helper()
	if a := decode[wire.HealthAnswer](h.t, h.terminal(h.me, "POST", wire.PathHealth, word), http.StatusOK); a.Protocol != wire.Protocol {
		h.t.Errorf("answer %+v", a)
	}
}

func TestStaffSeeWhatIsWrongWithADevice(t *testing.T) {
	h := setup(t)
	staff := h.staff()
	page := staff.page("/console", http.StatusOK)
	lacks(t, page, "设备正常", "打印机")

	stream := h.stream(staff.client, "/console/stream")
	h.await(stream, "event: hello")
	since := h.clock.Now().Add(-time.Hour - 10*time.Minute) // by the slow clock
	out := wire.Device{Name: "printer", State: "fault", Fault: fault.PaperOut, Since: since}
	h.tell(h.devices(out, wire.Device{Name: "card", State: "ready", Since: since}))
	h.await(stream, "data: terminal")
	page = staff.page("/console", http.StatusOK)
	// The fault began ten minutes ago, whatever the terminal's clock says.
	contains(t, page, "打印机：缺纸", "11月21日 12:20 起", "换上新纸卷")
	lacks(t, page, "设备正常", "读卡器", "paper_out", "设备情况截至")

	// The same again is no news; the paper that is back is.
	h.clock.Add(time.Second)
	h.tell(h.devices(out, wire.Device{Name: "card", State: "ready", Since: since}))
	h.tell(h.devices(wire.Device{Name: "printer", State: "ready", Since: since}))
	h.await(stream, "data: terminal")
	page = staff.page("/console", http.StatusOK)
	contains(t, page, "设备正常")
	lacks(t, page, "缺纸")

	// Of a terminal that fell silent the page says how old its word is.
	h.clock.Add(time.Hour)
	contains(t, staff.page("/console", http.StatusOK), "设备情况截至11月21日 12:30")
}

func TestUnknownDevicesAndFaultsAreShownAsTheyAre(t *testing.T) {
	h := setup(t)
	h.tell(h.devices(wire.Device{Name: "palm_reader", State: "fault", Fault: "too_cold"}))
	contains(t, h.staff().page("/console", http.StatusOK), "palm_reader：too_cold")
}

func TestHealthThatIsRefused(t *testing.T) {
	h := setup(t)
	foreign := h.devices()
	foreign.Kiosk = 13
	personal := h.devices(wire.Device{Name: "张桂兰", State: "ready"})
	for _, tt := range map[string]struct {
		body   any
		status int
	}{
		"another terminal": {foreign, http.StatusForbidden},
		"no word":          {personal, http.StatusBadRequest},
		"no JSON":          {"{", http.StatusBadRequest},
		"too large":        {`{"x":"` + strings.Repeat("a", wire.MaxBodyBytes) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathHealth, tt.body), tt.status)
	}
	decode[wire.Error](t, h.terminal(h.client(nil, nil), "POST", wire.PathHealth, h.devices()), http.StatusUnauthorized)
	decode[wire.Error](t, h.terminal(h.client(nil, nil), "GET", wire.PathHealth, ""), http.StatusUnauthorized)
	if a := decode[wire.HealthAnswer](t, h.terminal(h.me, "GET", wire.PathHealth, ""), http.StatusOK); !a.ServerTime.Equal(h.clock.Now()) {
		t.Errorf("answer %+v", a)
	}
	lacks(t, h.log.String(), "张桂兰")
}

// A terminal says where it stands; central's own list of a grid's terminals wins.
func TestTerminalSaysInWhichGridItStands(t *testing.T) {
	h := setup(t)
	b := h.staff()
	stands := func(says string) string {
		t.Helper()
		word := h.devices()
		word.Grid = says
		h.tell(word)
		return b.page("/console/terminals/12", http.StatusOK)
	}
	lacks(t, stands(""), "所在网格") // an older terminal says nothing
	contains(t, stands("3号楼"), "所在网格", "3号楼", "网格里没有")
	change := func(terminals ...int) {
		t.Helper()
		if _, err := h.store().ChangeGrids(t.Context(), func(b *grid.Book) error {
			b.Put(grid.Grid{ID: "1", Name: "东边网格", Buildings: []grid.Building{{Name: "3号楼"}}})
			b.Put(grid.Grid{ID: "2", Name: "西边网格", Terminals: terminals})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	change()
	contains(t, stands("3号楼"), "所在网格", "东边网格")
	contains(t, stands("西边网格"), "所在网格", "西边网格")
	change(12)
	lacks(t, stands("3号楼"), "东边网格", "网格里没有")
}
