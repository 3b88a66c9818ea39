package community

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is a document with one entry of each kind.
const sample = `{
  "version": 3,
  "places": [{"id": "east_gate", "name": "小区东门", "detail": "靠近菜场", "icon": "gate"}],
  "activities": [{"id": "singing", "name": "合唱队", "place": "活动室", "start": "2030-05-06T09:00:00+08:00", "end": "2030-05-06T10:30:00+08:00", "detail": "自带水杯"}],
  "notices": [{"id": "water", "title": "停水通知", "body": "五月六日上午停水。\n请提前存水。", "issuer": "居委会", "date": "2030-05-05T08:00:00+08:00", "until": "2030-05-07T00:00:00+08:00"}],
  "contacts": [{"id": "office", "name": "居委会", "number": "010-5550 0112", "hours": "工作日"}],
  "hours": [{"id": "office", "name": "居委会", "text": "周一到周五，九点到五点"}],
  "translations": {"en": {"place.east_gate.name": "East gate", "notice.water.title": "Water off"}}
}`

func parse(t *testing.T, document string) *Document {
	t.Helper()
	d, err := Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDefaultHoldsOnlyWhatIsTrueAnywhere(t *testing.T) {
	d := Default()
	if len(d.Places)+len(d.Activities)+len(d.Notices)+len(d.Hours) > 0 {
		t.Error("the built-in document tells of one neighbourhood")
	}
	numbers := map[string]string{}
	for _, c := range d.Contacts {
		numbers[c.Number] = c.Name
	}
	for number, name := range map[string]string{"110": "报警", "119": "火警和救援", "120": "急救", "12345": "政务服务便民热线"} {
		if numbers[number] != name {
			t.Errorf("%s is %q", number, numbers[number])
		}
	}
	english := d.Translations["en"]
	for path := range d.Texts() {
		if english[path] == "" {
			t.Errorf("%s is not there in English", path)
		}
	}
}

func TestParseNamesTheMistake(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"no version", `"version": 3`, `"version": 0`, "version"},
		{"misspelt key", `"until"`, `"untill"`, "untill"},
		{"bad id", `"id": "singing"`, `"id": "Sing!"`, "Sing!"},
		{"no id", `"id": "east_gate"`, `"id": ""`, "place"},
		{"place that every terminal has", `{"id": "east_gate", "name"`, `{"id": "home", "name"`, "home"},
		{"the same place twice", `"places": [`, `"places": [{"id": "east_gate", "name": "东门"}, `, "east_gate"},
		{"the same telephone twice", `"contacts": [`, `"contacts": [{"id": "office", "name": "物业", "number": "1"}, `, "office"},
		{"a picture from outside", `"icon": "gate"`, `"icon": "../gate"`, "icon"},
		{"place without a name", `"name": "小区东门"`, `"name": ""`, "place.east_gate.name"},
		{"activity without a name", `"name": "合唱队"`, `"name": ""`, "activity.singing.name"},
		{"activity without a place", `"place": "活动室"`, `"place": ""`, "activity.singing.place"},
		{"activity without a start", `"start": "2030-05-06T09:00:00+08:00", `, ``, "singing"},
		{"ends before it begins", `T10:30:00`, `T08:30:00`, "singing"},
		{"no such day", `2030-05-06T09`, `2030-02-31T09`, "2030-02-31"},
		{"notice without words", `"body": "五月六日上午停水。\n请提前存水。"`, `"body": ""`, "notice.water.body"},
		{"notice without a title", `"title": "停水通知"`, `"title": ""`, "notice.water.title"},
		{"notice of nobody", `"issuer": "居委会"`, `"issuer": ""`, "notice.water.issuer"},
		{"notice without a date", `"date": "2030-05-05T08:00:00+08:00", `, ``, "water"},
		{"over before it began", `"until": "2030-05-07`, `"until": "2030-05-04`, "water"},
		{"words among the digits", `"number": "010-5550 0112"`, `"number": "010 转 3"`, "010 转 3"},
		{"no digits", `"number": "010-5550 0112"`, `"number": ""`, "office"},
		{"too many digits", `"number": "010-5550 0112"`, `"number": "010555001120105550011"`, "20"},
		{"telephone of nobody", `"name": "居委会", "number"`, `"name": "", "number"`, "contact.office.name"},
		{"never open", `"text": "周一到周五，九点到五点"`, `"text": ""`, "hours.office.text"},
		{"a name that no tile can hold", `"name": "合唱队"`, `"name": "` + strings.Repeat("很", 25) + `"`, "25 characters"},
		{"a line break in a name", `"name": "合唱队"`, `"name": "合唱\n队"`, "U+000A"},
		{"a control character in the words", `请提前存水`, `请提前\u001b存水`, "U+001B"},
		{"translates what is not there", `"notice.water.title": "Water off"`, `"notice.gas.title": "Gas off"`, "notice.gas.title"},
		{"translates into nothing", `"Water off"`, `""`, "notice.water.title"},
		{"a translation that is too long", `"Water off"`, `"` + strings.Repeat("very ", 15) + `long"`, "79 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(sample, tt.from, tt.to, 1)
			if bad == sample {
				t.Fatal("the test changes nothing")
			}
			if _, err := Parse([]byte(bad)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that names %q", err, tt.want)
			}
		})
	}
	parse(t, sample)
	if _, err := Parse([]byte(sample + "{}")); err == nil {
		t.Error("text after the document was accepted")
	}
}

func TestLookUps(t *testing.T) {
	d := parse(t, sample)
	if p, ok := d.Place("east_gate"); !ok || p.Name != "小区东门" {
		t.Errorf("place: %+v", p)
	}
	if a, ok := d.Activity("singing"); !ok || a.Name != "合唱队" {
		t.Errorf("activity: %+v", a)
	}
	if n, ok := d.Notice("water"); !ok || n.Title != "停水通知" {
		t.Errorf("notice: %+v", n)
	}
	for _, found := range []bool{second(d.Place("home")), second(d.Activity("water")), second(d.Notice(""))} {
		if found {
			t.Error("found what is not there")
		}
	}
}

func second[T any](_ T, ok bool) bool { return ok }

func TestTranslatedChangesTextsOnly(t *testing.T) {
	d := parse(t, sample)
	before := parse(t, sample)
	english := d.Translated("en")
	if english.Places[0].Name != "East gate" || english.Notices[0].Title != "Water off" {
		t.Errorf("not translated: %+v %+v", english.Places[0], english.Notices[0])
	}
	if english.Places[0].Detail != "靠近菜场" || english.Activities[0].Name != "合唱队" {
		t.Error("what has no translation does not come in Chinese")
	}
	if !reflect.DeepEqual(d, before) {
		t.Error("translating changed the document itself")
	}
	if d.Translated("fr") != d {
		t.Error("a locale without translations is not the document itself")
	}
	// With the texts taken away, both are the same.
	for _, c := range []*Document{english, before} {
		c.texts(func(_ string, text *string, _ int, _ bool) { *text = "" })
	}
	if !reflect.DeepEqual(english, before) {
		t.Error("translating changed more than texts")
	}
}

func at(hour int) time.Time { return time.Date(2030, 5, 6, hour, 0, 0, 0, time.UTC) }

func TestUpcomingIsWhatHasNotBegun(t *testing.T) {
	d := &Document{Activities: []Activity{
		{ID: "evening", Start: at(19), End: at(20)},
		{ID: "morning", Start: at(8), End: at(9)},
		{ID: "noon_b", Start: at(12), End: at(13)},
		{ID: "noon_a", Start: at(12), End: at(14)},
	}}
	for _, tt := range []struct {
		name string
		now  time.Time
		want []string
	}{
		{"before the first", at(7), []string{"morning", "noon_a", "noon_b", "evening"}},
		{"at the minute it begins", at(8), []string{"noon_a", "noon_b", "evening"}},
		{"during one", at(12).Add(time.Minute), []string{"evening"}},
		{"after the last", at(21), nil},
		{"the clock was never set", time.Time{}, []string{"morning", "noon_a", "noon_b", "evening"}},
	} {
		var got []string
		for _, a := range d.Upcoming(tt.now) {
			got = append(got, a.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if d.Activities[0].ID != "evening" {
		t.Error("the document itself was sorted")
	}
}

func TestCurrentIsWhatHasBegunAndIsNotOver(t *testing.T) {
	d := &Document{Notices: []Notice{
		{ID: "rules", Date: at(1)},
		{ID: "water", Date: at(8), Until: at(12)},
		{ID: "power", Date: at(9), Until: at(10)},
		{ID: "party", Date: at(18), Until: at(22)},
	}}
	for _, tt := range []struct {
		name string
		now  time.Time
		want []string
	}{
		{"before all", at(0), nil},
		{"at the minute it begins", at(8), []string{"water", "rules"}},
		{"newest first", at(9), []string{"power", "water", "rules"}},
		{"at the minute it ends", at(10), []string{"water", "rules"}},
		{"what has no end stays", at(23), []string{"rules"}},
		{"the clock was never set", time.Time{}, []string{"party", "power", "water", "rules"}},
	} {
		var got []string
		for _, n := range d.Current(tt.now) {
			got = append(got, n.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if d.Notices[0].ID != "rules" {
		t.Error("the document itself was sorted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample), "en")
	f.Add(defaultDocument, "en")
	f.Add([]byte(`{"version":1}`), "")
	f.Fuzz(func(t *testing.T, document []byte, locale string) {
		d, err := Parse(document)
		if err != nil {
			return
		}
		if err := d.check(); err != nil {
			t.Fatalf("accepted what does not pass its check: %v", err)
		}
		translated := d.Translated(locale)
		if len(translated.Texts()) != len(d.Texts()) {
			t.Errorf("translated into %q it has other texts", locale)
		}
		if got := d.Upcoming(time.Time{}); len(got) != len(d.Activities) {
			t.Errorf("%d of %d activities without a clock", len(got), len(d.Activities))
		}
		if got := d.Current(time.Time{}); len(got) != len(d.Notices) {
			t.Errorf("%d of %d notices without a clock", len(got), len(d.Notices))
		}
	})
}
