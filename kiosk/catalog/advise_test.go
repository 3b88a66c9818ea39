package catalog

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDefaultNeedsNoAdvice(t *testing.T) {
	for _, advice := range Default().Advise() {
		t.Error(advice)
	}
}

func TestAdviseFindsWhatIsHardToReadOrHear(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"long tile", `"tile":"反映问题"`, `"tile":"反映问题提建议"`, "appeal.tile: 7 characters, at most 6"},
		{"long title", `"title":"什么坏了？"`, `"title":"请问您家里是什么东西坏了？"`, "repair.what.title: 13 characters, at most 12"},
		{"two questions", `"title":"什么坏了？"`, `"title":"坏了？什么坏了？"`, "more than one thing"},
		{"long option", `"name":"单元门口"`, `"name":"单元大门的门口"`, "repair.place.gate.name: 7 characters"},
		{"long detail", `"detail":"漏水 停水 堵塞"`, `"detail":"漏水 停水 堵塞 水压低"`, "repair.what.water.detail: 12 characters"},
		{"long need", `"本人身份证"`, `"本人身份证的原件和正反两面的复印件"`, "certificate.which.residence.needs.0: 17"},
		{"long hint", `"hint":"由工作人员来按。没有人就按呼叫。"`, `"hint":"由工作人员来按，居民不用管这一页，请把它让给工作人员。"`, "zh-CN behalf.staff.hint:"},
		{"long label", `"label":"楼号"`, `"label":"您住的楼的号"`, ""},
		{"half a sentence", `"prompt":"请问坏在哪里？"`, `"prompt":"请问坏在哪里"`, "no whole sentence"},
		{"bracket", `"prompt":"请问坏在哪里？"`, `"prompt":"请问坏在哪里（家里）？"`, `'（'`},
		{"digit", `"prompt":"请问坏在哪里？"`, `"prompt":"请问坏在3号楼吗？"`, `the digit '3'`},
		{"letter", `"prompt":"请问坏在哪里？"`, `"prompt":"请问坏在B座吗？"`, `the letter 'B'`},
		{"optional and silent about it", `不想说，请按跳过。`, `不想说就算了。`, ""},
		{"two options of one name", `"name":"楼道"`, `"name":"家里"`, "repair.place.stairs.name: is the name of another"},
		{"some pictures", `"icon":"water"`, `"icon":""`, "5 of 6 options have a picture"},
		{"English tile", `"repair.tile":"Repairs"`, `"repair.tile":"Something is broken"`, "en repair.tile: 19 characters, at most 18"},
		{"English option", `"repair.place.gate.name":"Entrance"`, `"repair.place.gate.name":"Entrance of block"`, "en repair.place.gate.name: 17"},
		{"English detail", `"repair.urgency.normal.detail":"Whenever you have time"`, `"repair.urgency.normal.detail":"Whenever you happen to come by"`, "en repair.urgency.normal.detail: 30"},
		{"English prompt", `"repair.place.prompt":"Where is it broken?"`, `"repair.place.prompt":"Where is it broken"`, "en repair.place.prompt: is no whole sentence"},
		{"field that nobody asks for", `"personal":["name","address"],"purpose":"安排维修"`, `"personal":["name","address","phone"],"purpose":"安排维修"`, "repair: may take phone"},
		{"nothing to be found by", `"keywords":["进度","查询","办好了吗","小票","回执"]`, `"keywords":[]`, "lookup: has no keywords"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(changed(t, tt.from, tt.to))
			if err != nil {
				t.Fatal(err)
			}
			advice := strings.Join(c.Advise(), "\n")
			if tt.want == "" && advice != "" || !strings.Contains(advice, tt.want) {
				t.Errorf("advice %q, want %q", advice, tt.want)
			}
		})
	}
}

func TestAdviseMissesAWayToPassOver(t *testing.T) {
	c := copyOf(t)
	svc, _ := c.Service("rating")
	st, _ := svc.Step("words")
	st.Prompt, st.Hint = "还想说点什么吗？", ""
	delete(c.Translations["en"], "rating.words.hint")
	if advice := strings.Join(c.Advise(), "\n"); !strings.Contains(advice, "zh-CN rating.words: may be passed over") {
		t.Errorf("advice %q", advice)
	}
}

func TestAdviseMissesWhatAnOptionNeeds(t *testing.T) {
	c := copyOf(t)
	svc, _ := c.Service("certificate")
	st, _ := svc.Step("which")
	st.Options[2].Needs = nil
	if advice := strings.Join(c.Advise(), "\n"); !strings.Contains(advice, "certificate.needs: has nothing to show for alone") {
		t.Errorf("advice %q", advice)
	}
}

// changed is the built-in catalogue with one text replaced.
func changed(t *testing.T, from, to string) []byte {
	t.Helper()
	good, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(good), from, to, 1)
	if bad == string(good) {
		t.Fatal("the test changes nothing")
	}
	return []byte(bad)
}

// copyOf is the built-in catalogue, to be changed.
func copyOf(t *testing.T) *Catalog {
	t.Helper()
	document, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
