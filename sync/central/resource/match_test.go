package resource

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/grid"
)

var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, phrase.Zone)

// The needs and the resources of the seed's example, and its scores.
func TestTheSeedsExample(t *testing.T) {
	resources := []Resource{
		{ID: "1", Name: "社区医疗站", Keywords: []string{"看病", "体检", "慢性病"}, Capacity: 1},
		{ID: "2", Name: "就业指导中心", Keywords: []string{"找工作", "培训", "简历"}, Capacity: 1},
		{ID: "3", Name: "老年活动室", Keywords: []string{"娱乐", "聊天", "活动"}, Capacity: 1},
		{ID: "4", Name: "维修服务队", Keywords: []string{"水电", "家电", "维修", "水管", "漏水"}, Capacity: 1},
	}
	for text, want := range map[string]string{
		"老人需要定期体检和慢性病管理": "1 1.00",
		"年轻人想找工作，需要职业培训": "2 1.00",
		"家里水管漏水，需要紧急维修":  "4 1.00",
		"体检以后想聊天":        "1 0.50 3 0.50",
		"没有这样的事":         "",
	} {
		got := ""
		for _, m := range Rank(Need{Text: text, At: monday}, resources, nil) {
			got += fmt.Sprintf(" %s %.2f", m.ID, m.Keywords)
		}
		if got != want && got != " "+want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestPartsOfTheScore(t *testing.T) {
	r := Resource{ID: "a", Name: "a", Keywords: []string{"维修", "水管"}, Capacity: 4, Place: grid.Point{Latitude: 30, Longitude: 120},
		Hours: []grid.Shift{{Weekday: time.Monday, Span: grid.Span{From: 9 * 60, Until: 17 * 60}}}}
	need := Need{Text: "水管要维修", Place: grid.Point{Latitude: 30.0045, Longitude: 120}, At: monday}
	one := func(n Need, r Resource, taken int) Match {
		t.Helper()
		all := Rank(n, []Resource{r}, map[string]int{"a": taken})
		if len(all) != 1 {
			t.Fatalf("%d matches", len(all))
		}
		return all[0]
	}
	m := one(need, r, 1)
	if m.Keywords != 1 || m.Metres < 495 || m.Metres > 505 || math.Abs(m.Distance-0.5) > 0.01 || m.Free != 0.75 || m.Places != 3 || m.Hours != 1 {
		t.Errorf("%+v", m)
	}
	if want := 0.6 + 0.1 + 0.075 + 0.1; math.Abs(m.Score-want) > 0.01 {
		t.Errorf("score %f, want %f", m.Score, want)
	}
	if full := one(need, r, 9); full.Places != 0 || full.Free != 0 {
		t.Errorf("%+v", full)
	}
	need.At = monday.Add(-2 * time.Hour)
	if closed := one(need, r, 0); closed.OpenNow || closed.Hours != 0 {
		t.Errorf("%+v", closed)
	}
	r.Off = true
	if all := Rank(need, []Resource{r}, nil); len(all) != 0 {
		t.Error("what is off is not proposed")
	}
}

func TestKeywords(t *testing.T) {
	got := Keywords("楼上漏水，水管也坏了", Defaults())
	if want := []string{"楼上漏水", "水管"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

// Whatever the need: scores are 0 to 1 and the sum of their parts, in order, and more
// keywords, nearer, freer or open never make a score smaller.
func TestScores(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"看病", "维修", "送餐", "找工作", "聊天", "困难"}
	for range 2000 {
		var resources []Resource
		taken := map[string]int{}
		for i := range 1 + random.IntN(6) {
			r := Resource{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Capacity: 1 + random.IntN(5)}
			for _, w := range words {
				if random.IntN(3) == 0 {
					r.Keywords = append(r.Keywords, w)
				}
			}
			if random.IntN(2) == 0 {
				r.Place = grid.Point{Latitude: 30 + random.Float64()/50, Longitude: 120}
			}
			if random.IntN(2) == 0 {
				r.Hours = []grid.Shift{{Weekday: time.Weekday(random.IntN(7)), Span: grid.Span{From: 60, Until: 1380}}}
			}
			taken[r.ID] = random.IntN(6)
			resources = append(resources, r)
		}
		need := Need{At: monday, Place: grid.Point{Latitude: 30, Longitude: 120}}
		for _, w := range words {
			if random.IntN(2) == 0 {
				need.Text += w + "，"
			}
		}
		before := math.Inf(1)
		full := false
		for _, m := range Rank(need, resources, taken) {
			sum := WeightKeywords*m.Keywords + WeightDistance*m.Distance + WeightFree*m.Free + WeightHours*m.Hours
			if m.Score <= 0 || m.Score > 1.000001 || math.Abs(sum-m.Score) > 1e-9 || len(m.Met) == 0 {
				t.Fatalf("%+v", m)
			}
			if m.Places == 0 && !full {
				full, before = true, math.Inf(1)
			}
			if m.Score > before || full != (m.Places == 0) {
				t.Fatal("out of order")
			}
			before = m.Score
		}
	}
}

func TestDefaultsAreFit(t *testing.T) {
	for _, r := range Defaults() {
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}
