package central_test

import (
	"fmt"
	"testing"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/request"
	"lintai/sync/central"
)

// everyStep is a catalogue with a public service that has a step of every kind,
// and services that are no requests.
const everyStep = `{"version": 3, "services": [
{"code": "every", "name": "样样都问", "tile": "样样都问", "icon": "form", "description": "一句话。", "group": "其他", "keywords": ["样"],
 "personal": ["name", "address", "id_number", "phone"], "purpose": "办理", "retention_days": 30,
 "steps": [
  {"id": "what", "kind": "choose", "title": "什么事？", "label": "什么事", "prompt": "什么事？", "options": [{"id": "a", "name": "甲事", "icon": "form", "needs": ["户口本"]}, {"id": "b", "name": "乙事", "icon": "form", "needs": ["身份证"]}]},
  {"id": "needs", "kind": "requirements", "title": "要带什么", "prompt": "要带什么", "of": "what"},
  {"id": "where", "kind": "place", "title": "在哪里？", "label": "在哪里", "prompt": "在哪里？"},
  {"id": "when", "kind": "slot", "title": "什么时候？", "label": "什么时候", "prompt": "什么时候？", "first_day": 1, "days": 3, "periods": [{"id": "morning", "name": "上午", "icon": "calendar"}, {"id": "afternoon", "name": "下午", "icon": "calendar"}]},
  {"id": "which", "kind": "list", "title": "哪一场？", "label": "哪一场", "prompt": "哪一场？", "source": "activities", "when": {"step": "what", "options": ["a"]}},
  {"id": "people", "kind": "number", "title": "几个人？", "label": "人数", "prompt": "几个人？", "max_digits": 2, "suffix": "人"},
  {"id": "words", "kind": "text", "title": "请说一说", "label": "情况", "prompt": "请说一说", "max_runes": 120},
  {"id": "note", "kind": "voice", "title": "请录音", "label": "录音", "prompt": "请录音", "optional": true},
  {"id": "photo", "kind": "photo", "title": "请拍照", "label": "照片", "prompt": "请拍照", "optional": true},
  {"id": "consent", "kind": "consent", "title": "同意吗？", "label": "身份证号", "prompt": "同意吗？", "field": "id_number"},
  {"id": "who", "kind": "identify", "title": "请放身份证", "prompt": "请放身份证"},
  {"id": "building", "kind": "number", "title": "几号楼？", "label": "楼", "prompt": "几号楼？", "max_digits": 3, "suffix": "号楼", "address": true},
  {"id": "phone", "kind": "number", "title": "电话？", "label": "电话", "prompt": "电话？", "min_digits": 11, "max_digits": 11, "field": "phone", "optional": true},
  {"id": "old", "kind": "ticket", "title": "哪一件？", "label": "诉求", "prompt": "哪一件？"},
  {"id": "stars", "kind": "rating", "title": "几颗星？", "label": "评分", "prompt": "几颗星？"}
 ]},
{"code": "lookup", "kind": "lookup", "name": "查进度", "tile": "查进度", "icon": "progress", "description": "一句话。", "group": "其他", "keywords": ["查"]},
{"code": "policy", "kind": "policy", "name": "政策", "tile": "政策", "icon": "policy", "description": "一句话。", "group": "其他", "keywords": ["政策"]}
]}`

const oneSquare = `{"version": 1, "places": [{"id": "square", "name": "中心广场"}],
"activities": [{"id": "clinic", "name": "义诊", "place": "中心广场", "start": "2026-12-01T09:00:00+08:00", "end": "2026-12-01T11:00:00+08:00"}]}`

func everyHouse(t *testing.T) *house {
	t.Helper()
	services, err := catalog.Parse([]byte(everyStep))
	if err != nil {
		t.Fatal(err)
	}
	places, err := community.Parse([]byte(oneSquare))
	if err != nil {
		t.Fatal(err)
	}
	return setup(t, func(c *central.Config) { c.Catalog, c.Community = services, places })
}

func TestOpen311AsksWhatOtherChannelsCanAnswer(t *testing.T) {
	h := everyHouse(t)
	definition := decode[map[string]any](t, h.browser().get("/open311/v2/services/every.json"), 200)
	var got []string
	for i, a := range definition["attributes"].([]any) {
		at := a.(map[string]any)
		values, _ := at["values"].([]any)
		got = append(got, fmt.Sprint(at["code"], " ", at["datatype"], " ", at["required"], " ", len(values)))
		if at["order"] != float64(i+1) {
			t.Errorf("%v stands at %d", at, i+1)
		}
	}
	want := []string{"what singlevaluelist true 2", "where singlevaluelist true 3", "when singlevaluelist true 6", "which singlevaluelist false 1", "people string true 0",
		"words text true 0", "building string true 0", "old string true 0", "stars singlevaluelist true 5", "rating_code string false 0"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("attributes\n%v, want\n%v", got, want)
	}
	text := h.browser().page("/open311/v2/services.xml", 200)
	contains(t, text, "every")
	lacks(t, text, "lookup", "policy")
	for _, code := range []string{"lookup", "policy"} {
		h.open311("services/"+code+".json", 404)
	}
}

// Whatever a terminal sends as text, other channels see what was chosen alone.
func TestOpen311TellsChoicesAndNoWords(t *testing.T) {
	h := everyHouse(t)
	r := h.request()
	r.Service = "every"
	r.Answers = []request.Answer{
		{Step: "what", Option: "b", Text: "乙事SECRET"}, {Step: "where", Option: "square", Text: "SECRET"},
		{Step: "when", Option: "2026-11-23.afternoon", Text: "SECRET"}, {Step: "which", Option: "clinic", Text: "SECRET"},
		{Step: "people", Text: "3人"}, {Step: "words", Text: "SECRET张桂兰"}, {Step: "note", Text: "SECRET"}, {Step: "photo", Text: "SECRET"},
		{Step: "consent", Option: "yes", Text: "SECRET"}, {Step: "building", Text: "86号楼"}, {Step: "phone", Text: "13800001234"},
		{Step: "old", Text: "SECRET"}, {Step: "stars", Option: "1", Text: "SECRET"},
	}
	r.Behalf, r.RatingCode = "8642", "9753"
	attach(&r, "note", "audio/wav", voice(), 1)
	hostile := h.request()
	hostile.Service = "every"
	hostile.Answers = []request.Answer{
		{Step: "what", Option: "SECRET"}, {Step: "where", Option: "SECRET"}, {Step: "when", Option: "SECRET.morning"}, {Step: "when", Option: "2026-11-23.SECRET"},
		{Step: "which", Option: "SECRET"}, {Step: "people", Text: "13800001234人"}, {Step: "people", Text: "SECRET"}, {Step: "people", Text: "-1人"},
	}
	h.push(r, hostile)
	all := h.open311("requests.json", 200)
	if len(all) != 2 {
		t.Fatalf("%d requests", len(all))
	}
	for i, want := range map[string]string{
		string(r.Ticket):       "什么事：乙事；在哪里：中心广场；什么时候：2026-11-23 下午；哪一场：义诊；人数：3人",
		string(hostile.Ticket): "什么时候：上午",
	} {
		found := false
		for _, got := range all {
			if got["service_request_id"] == i {
				found = true
				if got["description"] != want {
					t.Errorf("description %v, want %s", got["description"], want)
				}
			}
		}
		if !found {
			t.Errorf("%s is not listed", i)
		}
	}
	for _, path := range []string{"requests.json?extensions=true", "requests.xml", "requests/" + string(r.Ticket) + ".json"} {
		text := h.browser().page("/open311/v2/"+path, 200)
		lacks(t, text, "SECRET", "张桂兰", "13800001234", "86号楼", "8642", "9753", "audio")
	}
	lacks(t, h.browser().page("/t/"+string(r.Ticket), 200), "SECRET", "张桂兰", "13800001234", "9753")
}
