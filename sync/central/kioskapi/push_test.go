package kioskapi

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"lintai/sync/wire"
)

// pushes are bodies that a terminal of any version, or nobody's terminal, may send.
var pushes = []string{
	`{"kiosk":12,"device_time":"2026-11-22T06:00:00+08:00","items":[{"id":"a","kind":"call","sequence":1,"made_at":"1970-01-01T00:00:00Z","age":5,"hash":"00","sealed":"AAEC"},{"uploaded":true}]}`,
	`{"kiosk":12,"items":[],"newer":{"items":[1]}}`, `{"kiosk":12,"items":null}`, `{"items":[null]}`, `{}`, `null`,
	`{"Kiosk":12,"ITEMS":[{"ID":"a"}]}`, `{"items":[{"id":"a"},{"id":"b"}],"items":[{"id":"c"}]}`, `{"kiosk":1,"kiosk":2}`,
	"{\"items\":[{\"id\":\"\xff\"}]}", `{"items":[{"id":"\ud800"}]}`, ` { "items" : [ { } ] } `,
	`{"items":{}}`, `{"items":1}`, `{"items":"[]"}`, `{"items":[1]}`, `{"items":[{"id":1}]}`, `{"items":[{"sealed":"*"}]}`, `{"items":[{"sealed":[1,2]}]}`,
	`{"items":[{}`, `{"items":[{},]}`, `{"items":[`, `{"items":[}`, `{"kiosk":1.5}`, `{} {}`, ``, `[]`,
	`{"items":[` + strings.Repeat("[", 20000),
}

// A push is read as encoding/json reads it: terminals were made for that.
func TestPushIsReadAsEver(t *testing.T) {
	for _, body := range pushes {
		readAsEver(t, []byte(body))
	}
}

func FuzzPush(f *testing.F) {
	for _, body := range pushes {
		f.Add([]byte(body))
	}
	f.Fuzz(readAsEver)
}

func readAsEver(t *testing.T, body []byte) {
	var want wire.Push
	wantErr := json.Unmarshal(body, &want)
	got, err := decodePush(body)
	if len(want.Items) > wire.MaxItems {
		if err == nil {
			t.Errorf("%d items were taken", len(want.Items))
		}
		return
	}
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%.200q: error %v, want %v", body, err, wantErr)
	}
	if err == nil && !reflect.DeepEqual(append([]wire.Item{}, got.Items...), append([]wire.Item{}, want.Items...)) {
		t.Errorf("%.200q: %+v, want %+v", body, got.Items, want.Items)
	}
	if got.Items, want.Items = nil, nil; err == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%.200q: %+v, want %+v", body, got, want)
	}
}

// However little a hundred thousand items weigh, they are refused before there is
// room made for them.
func TestManySmallItemsAreCountedFirst(t *testing.T) {
	for _, item := range []string{"{}", "null", `{"id":"a"}`} {
		body := []byte(`{"kiosk":12,"items":[` + strings.Repeat(item+",", 100_000) + item + `]}`)
		runs := testing.AllocsPerRun(3, func() {
			if f, ok := errorOf(decodePush(body)).(failure); !ok || f.code != "too_large" {
				t.Errorf("items %s: %v", item, f)
			}
		})
		if runs > 2000 {
			t.Errorf("items %s: %v allocations", item, runs)
		}
	}
}

func errorOf(_ wire.Push, err error) error { return err }
