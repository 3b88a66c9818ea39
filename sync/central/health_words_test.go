package central_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lintai/sync/wire"
)

func hash(letter string) string { return strings.Repeat(letter, 64) }

// audit tells central the head of an audit log, and the entry that it knew.
func (h *house) audit(sequence int64, letter string, told ...string) int64 {
	h.t.Helper()
	word := h.devices()
	word.Audit = &wire.AuditHealth{Sequence: sequence, Hash: hash(letter)}
	if len(told) > 0 {
		word.Audit.ToldSequence, word.Audit.ToldHash = 7, hash(told[0])
	}
	return decode[wire.HealthAnswer](h.t, h.terminal(h.me, "POST", wire.PathHealth, word), http.StatusOK).AuditSequence
}

// A log that was cut is marked for staff until one of them has seen to it,
// whatever the terminal says meanwhile.
func TestCutAuditLogIsMarkedUntilItIsAcknowledged(t *testing.T) {
	h := setup(t)
	staff := h.staff()
	if n := h.audit(7, "a"); n != 7 {
		t.Errorf("central knows %d", n)
	}
	if n := h.audit(9, "b"); n != 7 {
		t.Errorf("a longer log that does not show what was known: central knows %d", n)
	}
	if n := h.audit(9, "b", "a"); n != 9 {
		t.Errorf("a log that grew: central knows %d", n)
	}
	lacks(t, staff.page("/console/terminals", http.StatusOK), "运行记录")
	stream := h.stream(staff.client, "/console/stream")
	h.await(stream, "event: hello")
	h.audit(3, "c")
	h.await(stream, "data: terminal")
	for _, page := range []string{"/console", "/console/terminals"} {
		contains(t, staff.page(page, http.StatusOK), "运行记录少了一截")
	}
	h.audit(9, "b")
	contains(t, staff.page("/console/terminals", http.StatusOK), "运行记录少了一截")
	if r := staff.post("/console/terminals/12/audit", url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("acknowledge: %s", r.Status)
	}
	lacks(t, staff.page("/console/terminals", http.StatusOK), "运行记录")
	if n := h.audit(9, "d"); n != 9 {
		t.Errorf("central knows %d", n)
	}
	contains(t, staff.page("/console/terminals", http.StatusOK), "运行记录被改动过")
	if r := staff.post("/console/terminals/99/audit", url.Values{}); r.StatusCode != http.StatusNotFound {
		t.Errorf("acknowledge for no terminal: %s", r.Status)
	}
	contains(t, h.log.String(), "alarm=audit_cut", "alarm=audit_rewritten")
}

// The complaint: how do I know that a device has fully synced?
func TestStaffKnowWhetherATerminalHasFullySynced(t *testing.T) {
	h := setup(t)
	staff := h.staff()
	h.tell(h.devices())
	lacks(t, staff.page("/console/terminals", http.StatusOK), "待送达", "全部送达")
	word := h.devices()
	age := (26 * time.Hour).Milliseconds()
	word.Queue = &wire.QueueHealth{Waiting: 41, Attachments: 3, Held: 2, Oldest: time.Unix(100, 0), OldestAge: &age, LowSpace: true}
	word.Versions = map[string]string{"program": "v1.2.3", "catalog": "7"}
	h.tell(word)
	contains(t, staff.page("/console/terminals", http.StatusOK), "待送达 41 件", "附件 3 份", "最早一件已等 26 小时", "11月20日 10:30",
		"需要核对 2 件", "空间不足", "v1.2.3", "服务目录", "时钟差 1 小时")
	contains(t, staff.page("/console", http.StatusOK), "待送达 41 件")

	// Without an age the terminal's clock counts, as far as it is wrong.
	word.Queue = &wire.QueueHealth{Attachments: 1, Oldest: word.DeviceTime.Add(-10 * time.Minute)}
	h.tell(word)
	contains(t, staff.page("/console/terminals", http.StatusOK), "附件 1 份", "最早一件已等 10 分钟", "12:20")
	word.Queue = &wire.QueueHealth{}
	h.tell(word)
	page := staff.page("/console/terminals", http.StatusOK)
	contains(t, page, "全部送达")
	lacks(t, page, "待送达", "需要核对", "空间不足")
}

// A terminal whose card was replaced enrols with a new code, and its log begins anew: that
// is no alarm. The same machine's log that is another is one, before and after.
func TestAuditLogOfAReplacedCard(t *testing.T) {
	h := setup(t)
	staff := h.staff()
	alarmed := func() bool {
		t.Helper()
		return strings.Contains(staff.page("/console/terminals", http.StatusOK), "运行记录")
	}
	h.audit(7, "a")
	h.me = h.admit(12).Client
	if n := h.audit(2, "b"); n != 2 || alarmed() {
		t.Errorf("a replaced card: central knows %d, alarm %v", n, alarmed())
	}
	contains(t, h.log.String(), "begins anew")
	if h.audit(2, "c"); !alarmed() {
		t.Error("the log of the new machine is another, and nobody is told")
	}
	if r := staff.post("/console/terminals/12/audit", url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("acknowledge: %s", r.Status)
	}
	// A renewed certificate is the same enrolment's.
	if n := h.audit(7, "d"); n != 2 {
		t.Errorf("a log that grew and does not show what was known: central knows %d", n)
	}
	key, request := newRequest(t)
	renewed := decode[wire.RenewAnswer](t, h.terminal(h.me, "POST", wire.PathRenew, wire.Renew{Kiosk: 12, Request: request}), http.StatusOK)
	h.me = h.client(renewed.Certificate, key)
	if h.audit(1, "e"); !alarmed() {
		t.Error("a renewed certificate covers up a log that was cut")
	}
}
