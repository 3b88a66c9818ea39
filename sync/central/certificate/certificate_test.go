package certificate

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

func TestRead(t *testing.T) {
	noon := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	body, err := json.Marshal(request.Request{Service: "certificate", Person: &request.Person{Name: "张桂兰", Address: "别处"}, Address: "幸福里3号楼502室",
		Answers: []request.Answer{{Step: "which", Option: "residence", Text: "别的字"}}})
	if err != nil {
		t.Fatal(err)
	}
	c := docket.Case{Number: 7, Service: "certificate", Body: body, Verification: "0123456789"}
	events := []docket.Event{
		{Action: docket.Submit, At: noon}, {Action: docket.Approve, At: noon, Detail: docket.Detail{Step: docket.Property}},
		{Action: docket.Submit, At: noon}, {Action: docket.Approve, At: noon.Add(time.Hour), Detail: docket.Detail{Step: docket.Committee}},
		{Action: docket.Complete, At: noon.Add(time.Hour)},
	}
	got, err := Read(c, events, catalog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if got.Kind != "居住证明" || got.Holder != "张桂兰" || got.Home != "幸福里3号楼502室" || got.Number != 7 || !got.Made.Equal(noon.Add(time.Hour)) ||
		!slices.Equal(got.Approvals, []Approval{{"居委会", noon.Add(time.Hour)}}) { // those of the chain that was given up do not count
		t.Errorf("%+v", got)
	}
	if m := got.Masked(); m.Holder != "张**" || m.Home != "幸福里3号楼***" || m.Kind != got.Kind || m.Code != got.Code {
		t.Errorf("masked: %+v", m)
	}
	if m := (Certificate{}).Masked(); m.Holder != "" || m.Home != "" {
		t.Errorf("of nobody: %+v", m)
	}
	if _, err := Read(docket.Case{Body: []byte("x")}, nil, catalog.Default()); err == nil {
		t.Error("a body that is none was read")
	}
}
