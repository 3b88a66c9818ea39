// Package gallery shows every screen of a terminal as visits make them: invented
// residents are led through every service, and each screen on the way is kept.
// It is what the pictures of the manual are drawn from, and what the screens are
// measured by: a screen that no visit reaches is not in it, and one that is
// missing here fails a test.
package gallery

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/policy"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// Sample is a view with the name of the situation it shows.
type Sample struct {
	Name string
	View visit.View
}

// Invented people and places: nothing of a real resident.
const (
	name    = "欧阳样例"
	address = "虚构市样板区示范路九十九号幸福里社区示例花园三期"
	number  = "110101194901010017"
	code    = ticket.Code("001212345678")
	// LongAddress is as long as an ID card's can be: 70 characters.
	LongAddress = "虚构省样板自治州示范市榜样区模范街道幸福里社区示例大道九千九百九十九号院内东北角第三排平房后侧第二十八号楼第十六单元三千二百零八室靠楼梯口的那一户住宅"
)

// begin is the moment at which all visits of the gallery are made.
var begin = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// Rules are those of a terminal that has everything, in a community that has
// something on. composer may be nil.
func Rules(composer visit.Composer) visit.Rules {
	r := visit.DefaultRules()
	r.Place, r.Phone, r.PublicAddress = "幸福里社区服务站", "010-5550 1234", "https://c.example"
	r.Composer, r.Handwriting, r.CardLookUp = composer, true, true
	doc := *community.Default()
	doc.Places = []community.Place{
		{ID: "b1", Name: "1号楼", Icon: "home"}, {ID: "b2", Name: "2号楼", Icon: "home"}, {ID: "b3", Name: "3号楼", Icon: "home"},
		{ID: "gate", Name: "小区东门", Icon: "gate"}, {ID: "garden", Name: "中心花园", Detail: "凉亭旁边", Icon: "yard"}, {ID: "shed", Name: "自行车棚", Icon: "yard"},
	}
	doc.Notices = []community.Notice{
		{ID: "water", Title: "3月5日停水通知", Issuer: "幸福里社区居委会", Date: begin.AddDate(0, 0, -1), Body: "因为检修管道，3月5日上午8点到下午5点，1号楼到3号楼停水。请提前存水，关好水龙头。停水期间有困难的老人，请打社区电话或在本机呼叫工作人员，网格员会送水上门。"},
		{ID: "clinic", Title: "社区医院周六义诊", Issuer: "社区卫生服务站", Date: begin.AddDate(0, 0, -3), Body: "周六上午在社区活动室量血压、测血糖，不收费。"},
	}
	for i, a := range []string{"义诊：量血压、测血糖", "老年大学书法课", "智能手机学习班", "周末合唱团", "邻里包饺子", "健康讲座：护好膝盖", "端午包粽子"} {
		start := time.Date(2026, 3, 7+3*i, 9, 0, 0, 0, phrase.Zone)
		doc.Activities = append(doc.Activities, community.Activity{ID: fmt.Sprint("a", i+1), Name: a, Place: "社区活动室", Start: start, End: start.Add(2 * time.Hour)})
	}
	doc.Hours = []community.Hours{{ID: "desk", Name: "社区服务站", Text: "星期一到星期五，上午8点半到12点，下午1点半到5点半"}}
	r.Community = &doc
	return r
}

// story is one visit.
type story struct {
	rules   visit.Rules
	manner  visit.Manner
	state   visit.State
	now     time.Time
	samples []Sample
	effects []visit.Effect
}

// All leads residents through everything in one manner: language, size, contrast.
func All(rules visit.Rules, manner visit.Manner) []Sample {
	var all []Sample
	for _, tell := range []func(*story){
		repair, withoutDevices, unsaved, lookUp, appeal, words, certificate, activity, homeService, policies, information, rating, behalf, manners, calls, idle,
	} {
		s := &story{rules: rules, manner: manner}
		s.begin()
		tell(s)
		all = append(all, s.samples...)
	}
	return append(all, Sample{"out_of_service", visit.OutOfService(rules.Place, rules.Phone, fault.ConfigInvalid,
		"第 12 行 panel.px_per_mm：要一个 1.5 到 20 之间的数，现在是 “四”\n第 20 行 printer.width_mm：只能是 58 或 80")})
}

func (s *story) begin() {
	s.state, s.now = visit.New(s.rules), begin
	s.feed(visit.Tick{Now: s.now}, visit.LinkChanged{Online: true})
}

// wake begins a visit in the gallery's manner.
func (s *story) wake() *story {
	if s.manner.Locale == phrase.Chinese {
		s.feed(visit.Wake{})
	} else {
		s.feed(visit.Speak{Locale: s.manner.Locale})
	}
	s.feed(visit.Ease{})
	for range s.manner.Size {
		s.feed(visit.Adjust{What: visit.Larger})
	}
	if s.manner.Contrast {
		s.feed(visit.Adjust{What: visit.Contrast})
	}
	return s.feed(visit.Ease{})
}

func (s *story) feed(events ...visit.Event) *story {
	for _, e := range events {
		s.state, s.effects = visit.Update(s.state, e)
	}
	return s
}

func (s *story) wait(d time.Duration) *story {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Second)
		s.feed(visit.Tick{Now: s.now})
	}
	return s
}

// keep keeps the screen as it is. The start screen, before anybody chose, is
// shown in the gallery's manner too.
func (s *story) keep(name string) *story {
	v := visit.Look(s.state)
	v.Manner.Size, v.Manner.Contrast = s.manner.Size, s.manner.Contrast
	s.samples = append(s.samples, Sample{name, v})
	return s
}

// keepPages keeps every page of the screen.
func (s *story) keepPages(name string) *story {
	s.keep(name)
	for page := 2; ; page++ {
		v := visit.Look(s.state)
		if v.Pager == nil || v.Pager.Later.Disabled {
			return s
		}
		s.feed(v.Pager.Later.Event).keep(fmt.Sprint(name, "-", page))
	}
}

func (s *story) digits(text string) *story {
	for i := range len(text) {
		s.feed(visit.Digit{Digit: text[i]})
	}
	return s
}

func (s *story) letters(text string) *story {
	for _, r := range text {
		s.feed(visit.Letter{Rune: r})
	}
	return s
}

// tap touches what stands first among the tiles, rows or candidates.
func (s *story) tap() *story {
	v := visit.Look(s.state)
	switch {
	case v.Keyboard != nil && len(v.Keyboard.Candidates) > 0:
		return s.feed(v.Keyboard.Candidates[0].Event)
	case len(v.Tiles) > 0:
		return s.feed(v.Tiles[0].Event)
	case len(v.Items) > 0:
		return s.feed(v.Items[0].Event)
	}
	return s
}

func (s *story) start(service string) *story { return s.wake().feed(visit.Start{Service: service}) }

func (s *story) picks(options ...string) *story {
	for _, o := range options {
		s.feed(visit.Pick{Option: o})
	}
	return s
}

func (s *story) card() *story {
	return s.feed(visit.CardRead{Person: request.Person{Name: name, Address: address, IDNumber: number, Token: "token"}})
}

// printed ends whatever print job is under way.
func (s *story) printed(result slip.Result) *story {
	for job := range int64(4) {
		s.feed(visit.Printed{Job: job, Result: result})
	}
	return s
}

// take answers the microphone or camera effect that was just asked for.
func (s *story) take(a request.Attachment) *story {
	for _, e := range s.effects {
		switch e := e.(type) {
		case visit.StartNote:
			s.wait(7*time.Second).keep("record-running").feed(visit.Stop{}, visit.Recorded{Take: e.Take, Note: a})
		case visit.TakePicture:
			s.feed(visit.Taken{Take: e.Take, Picture: a})
		}
	}
	return s
}

// picture is a photo of nothing: two fields of colour.
func picture() request.Attachment {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{90, 140, 190, 255}
			if y > 300 || (x-320)*(x-320)+(y-240)*(y-240) < 90*90 {
				c = color.RGBA{120, 110, 90, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	// Encoding into memory cannot fail.
	_ = jpeg.Encode(&b, img, nil)
	return request.NewAttachment("picture", "image/jpeg", b.Bytes(), 0)
}

// article is one that has a source and several pages.
func article(c *policy.Corpus) *policy.Article {
	best := &c.Articles[0]
	for i := range c.Articles {
		if len(c.Articles[i].Paragraphs) > len(best.Paragraphs) {
			best = &c.Articles[i]
		}
	}
	return best
}
