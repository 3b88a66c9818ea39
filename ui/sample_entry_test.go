package ui

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"lintai/kiosk/visit"
)

// key is a control of the keyboard.
func key(id, label string, event visit.Event) visit.Control {
	return visit.Control{ID: id, Label: label, Event: event}
}

// letters are the rows of a keyboard.
func letters(rows ...string) [][]visit.Control {
	var all [][]visit.Control
	for _, row := range rows {
		var keys []visit.Control
		for _, r := range row {
			keys = append(keys, key("key."+string(r), string(r), visit.Letter{Rune: r}))
		}
		all = append(all, keys)
	}
	return all
}

func someWords(words ...string) []visit.Control {
	var all []visit.Control
	for i, word := range words {
		all = append(all, key(fmt.Sprint("word.", i+1), word, visit.Choose{Candidate: i}))
	}
	return all
}

// samplePicture is a JPEG as a camera makes it: an invented wall with a wet spot.
func samplePicture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{0xD8, 0xCF, 0xBD, 0xFF}
			if dx, dy := x-360, y-200; dx*dx+2*dy*dy < 16000 {
				c = color.RGBA{0x8A, 0x7A, 0x5F, 0xFF}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// entrySamples are views of the screens on which residents read, type, write,
// speak, take pictures and give stars.
func entrySamples(t *testing.T) []sample {
	t.Helper()
	base := visit.Look(newStory(t).feed(visit.Wake{}).state)
	var all []sample
	add := func(name string, v visit.View) {
		v.Bar, v.Strip, v.Prompt = base.Bar, base.Strip, visit.Say{Key: "sample", Text: "请看屏幕。"}
		all = append(all, sample{name, v})
	}
	next := visit.Control{ID: "next", Label: "写好了", Icon: "ok", Event: visit.Next{}}
	skip := visit.Control{ID: "skip", Label: "跳过", Icon: "skip", Event: visit.Skip{}}
	back := visit.Control{ID: "back", Label: "回到列表", Event: visit.Back{}}
	pager := &visit.Pager{
		Page: 1, Pages: 2,
		Earlier: visit.Control{ID: "page.earlier", Label: "上一页", Icon: "previous", Event: visit.Turn{By: -1}, Disabled: true},
		Later:   visit.Control{ID: "page.later", Label: "下一页", Icon: "next", Event: visit.Turn{By: 1}},
	}

	// Lists and articles.
	var five []visit.Control
	for i, a := range [][2]string{
		{"义诊：量血压、测血糖", "3月5日 周四 上午九点，社区活动室"}, {"智能手机课：挂号和付款", "3月6日 周五 下午两点，二楼教室"},
		{"清洁楼道志愿活动", "3月7日 周六 上午八点半，3号楼前"}, {"书法小组", "每周一 下午三点，活动室"}, {"重阳饺子宴", "3月9日 周一 上午十点，食堂"},
	} {
		five = append(five, visit.Control{ID: fmt.Sprint("item.", i+1), Label: a[0], Detail: a[1], Icon: "calendar", Event: visit.Open{Item: fmt.Sprint(i)}})
	}
	add("list-five", visit.View{Screen: visit.ScreenList, Title: "您想参加哪一个活动？", Items: five, Pager: pager})
	add("list-two", visit.View{Screen: visit.ScreenList, Title: "找到的政策", Hint: "点一条，看全文。", Items: five[:2], Actions: []visit.Control{back}})
	add("list-empty", visit.View{Screen: visit.ScreenList, Title: "社区公告", Notice: "现在没有公告。", Actions: []visit.Control{back}})
	text := []string{"年满八十周岁、有本市户口的老人，可以按月领取高龄津贴。八十到八十九岁每月一百元，九十到九十九岁每月三百元。",
		"请带身份证和社会保障卡到社区服务站办理。家人可以代办，要带老人和家人两张身份证。从批准的下个月开始发放。"}
	add("article", visit.View{Screen: visit.ScreenArticle, Title: "高龄津贴怎么领？", Paragraphs: text, Source: "虚构市民政局《高龄津贴办法》，2026年1月10日",
		Link: "https://c.example/policy/old-age-allowance", Pager: pager, Actions: []visit.Control{back}})
	add("article-short", visit.View{Screen: visit.ScreenArticle, Title: "开居住证明要准备什么？", Paragraphs: []string{"身份证", "房产证或租房合同", "一寸照片一张"}, Actions: []visit.Control{next, skip}})

	// Typing.
	qwerty := letters("qwertyuiop", "asdfghjkl", "zxcvbnm")
	marks := []visit.Control{key("key.mark1", "，", visit.Letter{Rune: '，'}), key("key.mark2", "。", visit.Letter{Rune: '。'})}
	erase := visit.Control{ID: "key.erase", Label: "删除", Icon: "erase", Event: visit.Erase{}}
	hand, digits := key("input.hand", "手写", visit.Switch{To: visit.InputHand}), key("input.digits", "数字", visit.Switch{To: visit.InputDigits})
	pinyin, latin := key("input.pinyin", "拼音", visit.Switch{To: visit.InputPinyin}), key("input.latin", "字母", visit.Switch{To: visit.InputLatin})
	blank := key("key.blank", "空格", visit.Letter{Rune: ' '})
	tools := func(of ...visit.Control) []visit.Control { return append(append(of, marks...), erase) }
	more := key("word.more", "更多", visit.Turn{By: 1})
	off := next
	off.Disabled = true
	type_ := visit.View{Screen: visit.ScreenText, Title: "请说说是什么事", Hint: "几个字就可以。", Actions: []visit.Control{off},
		Keyboard: &visit.Keyboard{Blank: "在这里显示您打的字", Rows: qwerty, Tools: tools(hand, digits)}}
	add("text-empty", type_)
	type_.Actions = []visit.Control{next}
	type_.Keyboard = &visit.Keyboard{Text: "厨房的水龙头", Composing: "loushui", Candidates: someWords("漏水", "漏", "楼", "搂", "陋"), More: &more, Rows: qwerty, Tools: tools(hand, digits)}
	add("text-candidates", type_)
	type_.Keyboard = &visit.Keyboard{Text: "厨房的水龙头漏水，已经三天了，楼下邻居家的天花板也湿了一大片，请尽快派师傅来看一看，家里白天一直有人", Rows: qwerty, Tools: tools(hand, digits)}
	type_.Actions = []visit.Control{next, skip}
	add("text-long", type_)
	type_.Keyboard = &visit.Keyboard{Text: "138", Rows: letters("12345", "67890"), Tools: tools(pinyin, hand, latin)}
	type_.Notice, type_.NoticeTone = "最多写 100 个字。", visit.Warning
	add("text-digits", type_)
	english := visit.View{Screen: visit.ScreenText, Title: "What is it about?", Actions: []visit.Control{key("next", "Done", visit.Next{}), key("skip", "Skip", visit.Skip{})},
		Keyboard: &visit.Keyboard{Text: "water dripping", Rows: qwerty, Tools: append(tools(key("input.pinyin", "Pinyin", visit.Switch{To: visit.InputPinyin}),
			key("input.hand", "Hand", visit.Switch{To: visit.InputHand}), key("input.digits", "123", visit.Switch{To: visit.InputDigits}))[:5], key("key.blank", "Space", visit.Letter{Rune: ' '}), erase)},
		Manner: visit.Manner{Locale: "en"}}
	add("text-english", english)
	_ = blank

	// Writing.
	pad := &visit.Pad{Text: "水龙", Tools: []visit.Control{pinyin, digits, key("key.clear", "重写", visit.Clear{}), erase}}
	add("hand-empty", visit.View{Screen: visit.ScreenHand, Title: "请说说是什么事", Hint: "在方框里写一个字。", Pad: pad, Actions: []visit.Control{next}})
	drawn := *pad
	drawn.Strokes = []visit.Stroke{{Points: []visit.Point{{X: 480, Y: 80}, {X: 500, Y: 500}, {X: 490, Y: 900}}}, {Points: []visit.Point{{X: 150, Y: 350}, {X: 800, Y: 330}}}}
	drawn.Candidates, drawn.More = someWords("十", "千", "干", "斗", "计"), &more
	add("hand-drawn", visit.View{Screen: visit.ScreenHand, Title: "请说说是什么事", Hint: "在方框里写一个字。", Pad: &drawn, Actions: []visit.Control{next, skip}})

	// Voice, picture, stars.
	record := visit.Control{ID: "record", Label: "开始录音", Icon: "mic", Event: visit.Record{}}
	add("record-ready", visit.View{Screen: visit.ScreenRecord, Title: "请说说是什么事", Hint: "按“开始录音”，对着屏幕说。最长 60 秒。", Meter: &visit.Meter{Limit: 60}, Actions: []visit.Control{record, skip}})
	add("record-running", visit.View{Screen: visit.ScreenRecord, Title: "请说说是什么事", Hint: "正在录音，请说话。说完请按“说完了”。", Meter: &visit.Meter{Seconds: 23, Limit: 60, Running: true},
		Actions: []visit.Control{{ID: "stop", Label: "说完了", Icon: "stop", Event: visit.Stop{}}}})
	add("record-made", visit.View{Screen: visit.ScreenRecord, Title: "请说说是什么事", Hint: "录好了，一共 31 秒。", Meter: &visit.Meter{Seconds: 31, Limit: 60}, Actions: []visit.Control{
		{ID: "next", Label: "就用这段", Icon: "ok", Event: visit.Next{}}, {ID: "listen", Label: "听一遍", Icon: "play", Event: visit.Listen{}}, {ID: "redo", Label: "重说", Icon: "mic", Event: visit.Redo{}}, skip}})
	add("photo-ready", visit.View{Screen: visit.ScreenPhoto, Title: "要不要拍一张照片？", Hint: "把东西放在摄像头前面，按“拍照”。", Actions: []visit.Control{{ID: "shoot", Label: "拍照", Icon: "camera", Event: visit.Shoot{}}, skip}})
	add("photo-made", visit.View{Screen: visit.ScreenPhoto, Title: "要不要拍一张照片？", Hint: "看得清楚吗？", Picture: samplePicture(t), Actions: []visit.Control{
		{ID: "next", Label: "就用这张", Icon: "ok", Event: visit.Next{}}, {ID: "redo", Label: "重拍", Icon: "camera", Event: visit.Redo{}}, skip}})
	stars := func(chosen int) []visit.Control {
		var five []visit.Control
		for i, word := range []string{"很不满意", "不满意", "一般", "满意", "很满意"} {
			five = append(five, visit.Control{ID: fmt.Sprint("star.", i+1), Label: word, Icon: "star", Event: visit.Rate{Stars: i + 1}, Selected: i < chosen})
		}
		return five
	}
	add("rating-empty", visit.View{Screen: visit.ScreenRating, Title: "这次办得怎么样？", Hint: "按一颗星。星越多，越满意。", Stars: stars(0), Actions: []visit.Control{{ID: "next", Label: "下一步", Event: visit.Next{}, Disabled: true}}})
	add("rating-four", visit.View{Screen: visit.ScreenRating, Title: "这次办得怎么样？", Hint: "按一颗星。星越多，越满意。", Headline: "四星：满意", Stars: stars(4), Actions: []visit.Control{{ID: "next", Label: "下一步", Event: visit.Next{}}}})
	return all
}
