package bulletin

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/policy"
)

var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// sound is a document as a terminal reads it.
func sound[T any](t *testing.T, d T, parse func([]byte) (*T, error)) *T {
	t.Helper()
	body, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parse(body)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestNoticesAndNumbers(t *testing.T) {
	before := *community.Default()
	d := PutNotice(before, community.Notice{ID: "water", Title: "停水", Body: "明天停水", Issuer: "物业", Date: day})
	d = PutNotice(d, community.Notice{ID: "gas", Title: "燃气检查", Body: "后天", Issuer: "物业", Date: day})
	d.Translations = map[string]map[string]string{"en": {"notice.water.title": "No water", "notice.gas.title": "Gas", "contact.police.name": "Police"}}
	d = PutNotice(d, community.Notice{ID: "water", Title: "停水改期", Body: "明天停水", Issuer: "物业", Date: day})
	d = PutContact(d, community.Contact{ID: "police", Name: "派出所", Number: "110"})
	got := sound(t, d, community.Parse)
	if got.Version != before.Version+4 || len(got.Notices) != 2 || got.Notices[0].ID != "gas" || got.Notices[1].Title != "停水改期" || got.Contacts[0].Name != "派出所" {
		t.Errorf("%+v", got)
	}
	if en := got.Translations["en"]; len(en) != 1 || en["notice.gas.title"] != "Gas" {
		t.Errorf("translations that stay: %v", en)
	}
	d, err := DropNotice(d, "gas")
	if err != nil {
		t.Fatal(err)
	}
	if d, err = DropContact(d, "police"); err != nil {
		t.Fatal(err)
	}
	if got := sound(t, d, community.Parse); len(got.Notices) != 1 || len(got.Contacts) != len(before.Contacts)-1 || len(got.Translations) != 0 {
		t.Errorf("after dropping: %+v", got)
	}
	if _, err := DropNotice(d, "gas"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if len(community.Default().Notices) != 0 || community.Default().Contacts[0].Name != "报警" {
		t.Error("the document of the program was changed")
	}
}

func TestArticles(t *testing.T) {
	before := *policy.Default()
	a := policy.Article{ID: "bike", Topic: "home", Title: "电动车在哪充电？", Paragraphs: []string{"在车棚。"}, Source: "社区公约", Date: day}
	c := PutArticle(before, a, map[string]string{"en": "Where to charge?"})
	got := sound(t, c, policy.Parse)
	if Title(got, "en", "bike") != "Where to charge?" || len(got.Articles) != len(before.Articles)+1 {
		t.Errorf("added: %q", Title(got, "en", "bike"))
	}
	a.Paragraphs = []string{"在南门车棚。"}
	c = PutArticle(c, a, nil)
	if got := sound(t, c, policy.Parse); Title(got, "en", "bike") != "Where to charge?" {
		t.Error("a translation went though its title stayed")
	}
	a.Title = "电动车充电要钱吗？"
	c = PutArticle(c, a, nil)
	if got := sound(t, c, policy.Parse); Title(got, "en", "bike") != "" || got.Translations["en"]["article.bike.title"] != a.Title {
		t.Error("a translation of another title stayed")
	}
	c, err := DropArticle(c, "bike")
	if err != nil {
		t.Fatal(err)
	}
	sound(t, c, policy.Parse)
	if _, err := DropArticle(c, "bike"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, ok := policy.Default().Translations["en"]["article.bike.title"]; ok {
		t.Error("the corpus of the program was changed")
	}
}
