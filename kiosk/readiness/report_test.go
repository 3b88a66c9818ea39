package readiness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC) // in Beijing

func report(rows ...Row) Report {
	r := Report{At: noon, Terminal: 12, Place: "幸福里社区服务站", Source: FromTerminal, Rows: rows}
	r.Judge()
	return r
}

func TestVerdictFollowsTheGravestFault(t *testing.T) {
	row := func(code fault.Code) Row { return Row{Name: "printer", State: "ready", Fault: code} }
	for _, tt := range []struct {
		faults []fault.Code
		want   Verdict
		exit   int
	}{
		{nil, Ready, 0},
		{[]fault.Code{fault.None, fault.None}, Ready, 0},
		{[]fault.Code{fault.PaperNearEnd}, Ready, 0},
		{[]fault.Code{fault.PaperOut}, Degraded, 3},
		{[]fault.Code{fault.NoCentral, fault.PaperNearEnd}, Degraded, 3},
		{[]fault.Code{"of_tomorrow"}, Degraded, 3},
		{[]fault.Code{fault.PaperOut, fault.QueueMissing, fault.None}, Cannot, 1},
		{[]fault.Code{fault.QueueDamaged}, Cannot, 1},
		{[]fault.Code{fault.ConfigInvalid}, Cannot, 1},
		{[]fault.Code{fault.FSReadOnly, fault.PaperOut}, Cannot, 1},
	} {
		var rows []Row
		for _, c := range tt.faults {
			rows = append(rows, row(c))
		}
		if r := report(rows...); r.Verdict != tt.want || r.Verdict.ExitCode() != tt.exit {
			t.Errorf("%v: %s, exit %d", tt.faults, r.Verdict, r.Verdict.ExitCode())
		}
	}
}

// Every published fault is told in words, with what to do.
func TestTextSaysWhatToDo(t *testing.T) {
	for _, entry := range fault.List {
		text := report(Row{Name: "printer", Port: "/dev/lp", State: "fault", Fault: entry.Code, Since: noon.Add(-time.Hour), Detail: "of the driver"}).Text()
		for _, want := range []string{"12 号机", "幸福里社区服务站", "打印机", "/dev/lp", entry.Meaning, string(entry.Code), entry.Cure, "2026-11-21 11:00", "of the driver"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the report does not say %q:\n%s", entry.Code, want, text)
			}
		}
	}
}

func TestTextOfATerminalThatIsWell(t *testing.T) {
	text := report(Part(Queue, "/data/kiosk.db", fault.None, ""), Row{Name: "card", State: "ready", Port: "/dev/card"},
		Row{Name: "scanner", State: StateNone}, Row{Name: "palm_reader", State: "thinking"}).Text()
	for _, want := range []string{"✓ 请求数据库", "✓ 身份证读卡器", "- 扫码器         未配置", "palm_reader", "thinking", "可以正常办事"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "✗") || strings.Contains(text, "!") {
		t.Errorf("marks trouble:\n%s", text)
	}
}

func TestSlipNamesNoPortsAndNoDetails(t *testing.T) {
	s := report(Row{Name: "printer", Port: "/dev/lp", State: "fault", Fault: fault.Cutter, Detail: "secret words"},
		Row{Name: "card", Port: "/dev/card", State: "ready"}).Slip()
	text := fmt.Sprintf("%+v", s)
	for _, want := range []string{"设备检查单", "幸福里社区服务站", "{Label:打印机 Value:切刀卡住}", "{Label:身份证读卡器 Value:就绪}", "取出卡纸", "2026-11-21 12:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the slip does not say %q: %s", want, text)
		}
	}
	for _, unwanted := range []string{"/dev/", "secret"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("the slip says %q", unwanted)
		}
	}
	last, ok := s.Blocks[len(s.Blocks)-1].(slip.Text)
	if !ok || !strings.Contains(last.Text, "可以办事") {
		t.Errorf("it ends with %+v", s.Blocks[len(s.Blocks)-1])
	}
}

func TestRowsStandInTheirOrder(t *testing.T) {
	r := report(Row{Name: "palm_reader"}, Row{Name: "speaker"}, Row{Name: "card"}, Part(Queue, "", fault.None, ""), Part(Board, "", fault.ClockUnset, "a"), Part(Board, "", fault.Overtemp, "b"))
	r.Sort()
	var names []string
	for _, row := range r.Rows {
		names = append(names, row.Name+row.Detail)
	}
	if got := strings.Join(names, " "); got != "queue boarda boardb card speaker palm_reader" {
		t.Error(got)
	}
}
