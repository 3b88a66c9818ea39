package catalog

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDefault(t *testing.T) {
	c := Default()
	svc, ok := c.Service("repair")
	if !ok || svc.Tile != "我要报修" || !svc.Allows(Name) || !svc.Allows(Address) {
		t.Fatalf("repair: %+v", svc)
	}
	st, ok := svc.Step("what")
	if !ok || len(st.Options) != MaxTiles {
		t.Fatalf("what: %+v", st)
	}
	if o, ok := st.Option("lift"); !ok || o.Name != "电梯" {
		t.Errorf("lift: %+v", o)
	}
	if _, ok := c.Service("nothing"); ok {
		t.Error("found a service that does not exist")
	}
}

func TestParseNamesTheMistake(t *testing.T) {
	good, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, from, to, want string }{
		{"misspelt key", `"title"`, `"titel"`, "titel"},
		{"unknown kind", `"kind":"choose"`, `"kind":"guess"`, "guess"},
		{"same option twice", `"id":"power"`, `"id":"water"`, "water"},
		{"unknown personal field", `["name","address"]`, `["name","id_number"]`, "id_number"},
		{"personal data without a purpose", `"purpose":"上门维修"`, `"purpose":""`, "purpose"},
		{"kept for ever", `"retention_days":180`, `"retention_days":0`, "retention_days"},
		{"unknown urgency", `"urgency":"soon"`, `"urgency":"now"`, "urgency"},
		{"too many digits", `"max_digits":3`, `"max_digits":30`, "max_digits"},
		{"no version", `"version":2`, `"version":0`, "version"},
		{"silent step", `"prompt":"请问坏在哪里？"`, `"prompt":""`, "prompt"},
		{"bad code", `"code":"repair"`, `"code":"Repair!"`, "Repair!"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(string(good), tt.from, tt.to, 1)
			if bad == string(good) {
				t.Fatal("the test changes nothing")
			}
			if _, err := Parse([]byte(bad)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestParseRefusesTextAfterTheDocument(t *testing.T) {
	if _, err := Parse(append([]byte(defaultDocument), "more"...)); err == nil {
		t.Error("accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(defaultDocument))
	f.Add([]byte(`{"version":1,"services":[]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc)
		if err == nil && c.check() != nil {
			t.Error("accepted what does not pass its check")
		}
	})
}
