package policy

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestDefault(t *testing.T) {
	c := Default()
	a, ok := c.Article("residence")
	if !ok || a.Topic != "papers" || !strings.Contains(a.Source, "国务院令第663号") {
		t.Fatalf("residence: %+v", a)
	}
	if _, ok := c.Article("nothing"); ok {
		t.Error("found an article that does not exist")
	}
	if topic, ok := c.Topic("papers"); !ok || topic.Name != "证件" {
		t.Errorf("papers: %+v", topic)
	}
	if _, ok := c.Topic("nothing"); ok {
		t.Error("found a topic that does not exist")
	}
}

// A topic is one screen of tiles, and so are the topics.
func TestDefaultFitsOneScreenEach(t *testing.T) {
	c := Default()
	const tiles = 6
	if len(c.Topics) > tiles {
		t.Errorf("%d topics", len(c.Topics))
	}
	total := 0
	for _, topic := range c.Topics {
		n := len(c.ByTopic(topic.ID, day("2026-11-22")))
		if n == 0 || n > tiles {
			t.Errorf("topic %s: %d articles", topic.ID, n)
		}
		total += n
	}
	if total != len(c.Articles) {
		t.Errorf("%d of %d articles stand behind a topic", total, len(c.Articles))
	}
}

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, time.FixedZone("", 8*3600))
	if err != nil {
		panic(err)
	}
	return t
}

func TestValidAt(t *testing.T) {
	limited := Article{Date: day("2020-01-01"), Until: day("2021-01-01").Add(-time.Second)}
	open := Article{Date: day("2020-01-01")}
	for _, tt := range []struct {
		name    string
		article Article
		at      time.Time
		want    bool
	}{
		{"before it is in force", limited, day("2019-12-31"), false},
		{"on its first day", limited, day("2020-01-01"), true},
		{"on its last day", limited, day("2020-12-31"), true},
		{"the day after", limited, day("2021-01-01"), false},
		{"without an end", open, day("2099-01-01"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.article.ValidAt(tt.at); got != tt.want {
				t.Errorf("valid: %v", got)
			}
		})
	}
}

func TestByTopicLeavesOutWhatIsOver(t *testing.T) {
	c := Default()
	has := func(at string) bool {
		for _, a := range c.ByTopic("insurance", day(at)) {
			if a.ID == "pension" {
				return true
			}
		}
		return false
	}
	if !has("2029-12-31") || has("2030-01-01") {
		t.Error("the fifteen years of the pension end with 2029")
	}
}

func TestParseNamesTheMistake(t *testing.T) {
	good, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, from, to, want string }{
		{"misspelt key", `"title"`, `"titel"`, "titel"},
		{"no version", `"version":1`, `"version":0`, "version"},
		{"bad topic id", `"id":"elder"`, `"id":"Elder!"`, "Elder!"},
		{"same topic twice", `"id":"aid"`, `"id":"elder"`, "elder"},
		{"topic without a name", `"name":"养老"`, `"name":""`, "name"},
		{"bad article id", `"id":"residence"`, `"id":"居住证"`, "居住证"},
		{"same article twice", `"id":"residence_use"`, `"id":"residence"`, "residence"},
		{"article of no topic", `"topic":"papers"`, `"topic":"paper"`, "paper"},
		{"no title", `"title":"居住证怎么办？"`, `"title":" "`, "title"},
		{"empty keyword", `"暂住证"`, `""`, "keywords"},
		{"keyword twice", `"暂住证"`, `"办居住证"`, "办居住证"},
		{"empty paragraph", `"（一）最低生活保障家庭成员；"`, `""`, "paragraph 2"},
		{"line break in a paragraph", `"（一）最低生活保障家庭成员；"`, `"（一）最低生活\n保障家庭成员；"`, "cannot be shown"},
		{"space around a paragraph", `"（一）最低生活保障家庭成员；"`, `" （一）最低生活保障家庭成员；"`, "space"},
		{"no source", `"source":"《居住证暂行条例》（国务院令第663号）"`, `"source":""`, "source"},
		{"no date", `"date":"2016-01-01T00:00:00+08:00"`, `"date":"0001-01-01T00:00:00Z"`, "date"},
		{"date that is none", `"date":"2016-01-01T00:00:00+08:00"`, `"date":"2016-13-01T00:00:00+08:00"`, "2016-13-01"},
		{"ends before it begins", `"until":"2029-12-31`, `"until":"2009-12-31`, "until"},
		{"link without encryption", `"until":"2029-12-31T23:59:59+08:00"`, `"link":"http://example.org/"`, "https"},
		{"translation of nothing", `"article.will.title"`, `"article.wills.title"`, "article.will"},
		{"empty translation", `"How do I write a valid will?"`, `""`, "article.will.title"},
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

func TestParseRefusesWhatLeadsNowhere(t *testing.T) {
	article := `{"id":"a","topic":"t","title":"问","paragraphs":["答。"],"source":"法","date":"2020-01-01T00:00:00+08:00"}`
	for _, tt := range []struct{ name, doc, want string }{
		{"no articles", `{"version":1,"topics":[{"id":"t","name":"题"}],"articles":[]}`, "no articles"},
		{"topic without articles", `{"version":1,"topics":[{"id":"t","name":"题"},{"id":"u","name":"空"}],"articles":[` + article + `]}`, "topic u"},
		{"no paragraphs", `{"version":1,"topics":[{"id":"t","name":"题"}],"articles":[` + strings.Replace(article, `["答。"]`, `[]`, 1) + `]}`, "paragraphs"},
		{"text after the document", `{"version":1,"topics":[{"id":"t","name":"题"}],"articles":[` + article + `]} more`, "after"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse([]byte(tt.doc)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTranslatedChangesTitlesAndNeverTheLaw(t *testing.T) {
	c := Default()
	before, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Translated("en")
	if topic, _ := e.Topic("papers"); topic.Name != "Papers" {
		t.Errorf("topic: %q", topic.Name)
	}
	a, _ := e.Article("residence")
	if a.Title != "How do I get a residence permit?" || !strings.HasPrefix(a.Paragraphs[0], "第二条 ") || !strings.HasPrefix(a.Source, "《") {
		t.Errorf("article: %+v", a)
	}
	if c.Translated("fr") != c {
		t.Error("a locale without translations gives the corpus itself")
	}
	after, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("translating changed the corpus itself")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(defaultDocument))
	f.Add([]byte(`{"version":1,"topics":[],"articles":[]}`))
	f.Add([]byte(`{"version":1,"topics":[{"id":"t","name":"题"}],"articles":[{"id":"a","topic":"t","title":"问","paragraphs":["答。"],"source":"法","date":"2020-01-01T00:00:00+08:00"}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc)
		if err != nil {
			return
		}
		if c.check() != nil {
			t.Error("accepted what does not pass its check")
		}
		for locale := range c.Translations {
			if err := c.Translated(locale).check(); err != nil {
				t.Errorf("its translation does not pass: %v", err)
			}
		}
		for i := range c.Articles {
			if got, want := joined(c.Articles[i].Pages(80)), strings.Join(c.Articles[i].Paragraphs, ""); got != want {
				t.Errorf("pages hold %q of %q", got, want)
			}
		}
	})
}
