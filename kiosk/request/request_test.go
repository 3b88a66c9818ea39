package request

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestEncode(t *testing.T) {
	r := Request{
		ID: "id", Kiosk: 12, Ticket: "001212345678", Service: "repair", CatalogVersion: 1,
		Answers: []Answer{{Step: "what", Option: "water", Text: "水"}}, Urgency: "urgent", Address: "3号楼501室",
		Person: &Person{Name: "测试甲"}, MadeAt: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC),
	}
	b, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Request
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("%s reads as %+v, %v", b, back, err)
	}
	if _, err := Encode(Call{ID: "id"}); err != nil {
		t.Error(err)
	}
	if _, err := Encode("something else"); err == nil {
		t.Error("encoded a body that is none")
	}
}
