package visit

import (
	"strings"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// full is a terminal that has everything, in a community that has something on.
func full(t *testing.T) *replay {
	t.Helper()
	rules := testRules()
	rules.Place, rules.PublicAddress = "幸福里社区", "https://c.example"
	r := &replay{t: t, s: New(rules), now: begin}
	return r.feed(Tick{begin}, LinkChanged{Online: true})
}

var somebody = CardRead{Person: request.Person{Name: testName, Address: testAddress, IDNumber: "110101194901010017", Token: "token"}}

func (r *replay) save() Save {
	r.t.Helper()
	r.on(ScreenConfirm)
	for !r.s.allSeen() {
		// What was not seen cannot be confirmed.
		r.feed(Confirm{}).on(ScreenConfirm).feed(Look(r.s).Actions[0].Event)
	}
	r.feed(Confirm{}).on(ScreenSaving)
	save, n := find[Save](r.last)
	if n != 1 {
		r.t.Fatalf("%d saves", n)
	}
	return save
}

func (r *replay) answerOf(save Save, step string) string {
	for _, a := range save.Draft.Answers {
		if a.Step == step {
			return a.Text
		}
	}
	return ""
}

func (r *replay) note(seconds int) *replay {
	r.t.Helper()
	r.on(ScreenRecord).feed(Record{})
	start, n := find[StartNote](r.last)
	if n != 1 {
		r.t.Fatal("nothing is recorded")
	}
	return r.wait(3*time.Second).feed(Stop{}, Recorded{start.Take, request.NewAttachment("note", "audio/ogg", []byte("sound"), seconds)})
}

func TestAppealBySpeech(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"appeal"}, Pick{"worry"}, Pick{"gate"}).on(ScreenChoose)
	if v := Look(r.s); v.Tiles[0].Event != Event(Pick{wayVoice}) {
		t.Errorf("the voice note does not come first: %+v", v.Tiles)
	}
	r.feed(Pick{wayVoice}).note(23)
	if v := Look(r.s); !strings.Contains(v.Hint, "23 秒") || v.Meter.Seconds != 23 {
		t.Errorf("view %+v", v)
	}
	r.feed(Listen{})
	if play, n := find[PlayNote](r.last); n != 1 || string(play.Note.Data) != "sound" {
		t.Error("she cannot hear it")
	}
	r.feed(Redo{}).note(5).feed(Next{}).on(ScreenPhoto).feed(Shoot{})
	shot, _ := find[TakePicture](r.last)
	r.feed(Taken{shot.Take, request.NewAttachment("picture", "image/jpeg", []byte("jpeg"), 0)})
	if v := Look(r.s); string(v.Picture) != "jpeg" {
		t.Error("the picture is not shown")
	}
	r.feed(Next{}, Pick{"soon"}, somebody)
	save := r.save()
	if len(save.Attachments) != 2 || len(save.Draft.Attachments) != 2 || save.Draft.Attachments[0].Step != "words" || save.Draft.Attachments[1].Step != "photo" {
		t.Errorf("attachments %+v", save.Draft.Attachments)
	}
	if got := r.answerOf(save, "words"); got != "录音 5 秒" {
		t.Errorf("words %q", got)
	}
	if got := r.answerOf(save, "place"); got != "东门" || save.Draft.Urgency != "soon" {
		t.Errorf("place %q, urgency %q", got, save.Draft.Urgency)
	}
	r.feed(Saved{ID: "x", Ticket: testTicket, At: begin, RatingCode: "4321"}, Delivered{"x"}).on(ScreenSaved)
	printed, n := find[Print](r.effects)
	if text := slipText(printed.Slip); n != 1 || !strings.Contains(text, "评价码：4321") || !strings.Contains(text, "#r=4321") || strings.Contains(text, "东门") || strings.Contains(text, "愁事") {
		t.Errorf("slip of a private service:\n%s", text)
	}
	r.feed(Finish{}).on(ScreenStart)
	if left := r.s.personal(); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestAppealInWords(t *testing.T) {
	r := full(t).feed(DeviceChanged{Microphone, fault.Unplugged}, DeviceChanged{Camera, fault.Unplugged})
	r.feed(Wake{}, Start{"appeal"}, Pick{"idea"}, Pick{placeHome}).on(ScreenText)
	for _, l := range "aa" {
		r.feed(Letter{l})
	}
	v := Look(r.s)
	if v.Keyboard.Composing != "aa" || len(v.Keyboard.Candidates) != 5 || v.Keyboard.More == nil {
		t.Fatalf("keyboard %+v", v.Keyboard)
	}
	r.feed(v.Keyboard.More.Event)
	if v := Look(r.s); v.Keyboard.Candidates[0].Label != "腌" {
		t.Errorf("candidates %+v", v.Keyboard.Candidates)
	}
	r.feed(Choose{1}, Letter{'，'})
	if v := Look(r.s); v.Keyboard.Text != "阿啊，" || v.Keyboard.Composing != "" {
		t.Errorf("field %q %q", v.Keyboard.Text, v.Keyboard.Composing)
	}
	r.feed(Erase{}, Switch{InputHand}).on(ScreenHand).feed(Stroke{[]Point{{1, 1}, {900, 1}}})
	drawn, _ := find[Recognise](r.last)
	r.feed(Recognised{drawn.Take - 1, []string{"错"}}, Recognised{drawn.Take, []string{"一", "二"}}, Next{}).on(ScreenHand)
	if v := Look(r.s); !strings.Contains(v.Notice, "还没有选") {
		t.Errorf("a character that was drawn is dropped: %q", v.Notice)
	}
	r.feed(Choose{0}, Next{}).on(ScreenIdentify)
	save := r.feed(somebody).save()
	if got := r.answerOf(save, "words"); got != "阿啊一" {
		t.Errorf("words %q", got)
	}
}

func TestCertificateTakesTheNumberOnlyWithConsent(t *testing.T) {
	for _, agrees := range []bool{true, false} {
		r := full(t).feed(Wake{}, Start{"certificate"}, Pick{"residence"}).on(ScreenArticle)
		if v := Look(r.s); len(v.Paragraphs) == 0 {
			t.Error("does not say what to bring")
		}
		r.feed(Next{}, Pick{map[bool]string{true: yes, false: no}[agrees]}).on(ScreenIdentify)
		if v := Look(r.s); strings.Contains(v.Hint, "身份证号码") != agrees {
			t.Errorf("hint %q", v.Hint)
		}
		r.feed(somebody).on(ScreenChoose)
		days := Look(r.s).Tiles
		if len(days) == 0 {
			t.Fatal("no days")
		}
		r.feed(days[0].Event).on(ScreenChoose).feed(Pick{"afternoon"}).on(ScreenNumber).digits("13900001234").feed(Next{})
		shown := ""
		for r.s.pageNow()+1 < r.s.pagesNow() {
			shown += rowText(Look(r.s))
			r.feed(Turn{1})
		}
		shown += rowText(Look(r.s))
		if strings.Contains(shown, "19490101") || strings.Contains(shown, "13900001234") || !strings.Contains(shown, "139****1234") || strings.Contains(shown, "110***********0017") != agrees {
			t.Errorf("agrees %v: %s", agrees, shown)
		}
		save := r.save()
		if p := save.Draft.Person; (p.IDNumber != "") != agrees || p.Phone != "13900001234" || p.Token != "token" {
			t.Errorf("agrees %v: %+v", agrees, p)
		}
		if got := r.answerOf(save, "pickup"); !strings.HasSuffix(got, "下午") {
			t.Errorf("slot %q", got)
		}
		r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}, Delivered{"x"})
		printed, _ := find[Print](r.effects)
		if text := slipText(printed.Slip); !strings.Contains(text, "下午") || !strings.Contains(text, "·") || strings.Contains(text, "0017") || strings.Contains(text, "139") {
			t.Errorf("slip:\n%s", text)
		}
	}
}

func rowText(v View) string {
	var b strings.Builder
	for _, row := range v.Rows {
		b.WriteString(row.Label + "：" + row.Value + "\n")
	}
	return b.String()
}

func TestActivityWaitsForCentralsWord(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"activity"}).on(ScreenList)
	if v := Look(r.s); len(v.Items) != LeastRoom.Items[SizeStandard] || v.Pager == nil || v.Pager.Pages != 3 {
		t.Fatalf("list %+v %+v", v.Items, v.Pager)
	}
	r.feed(Turn{1}, Turn{1}, Open{"a6"}, Pick{"two"}).on(ScreenIdentify).feed(somebody, Skip{})
	save := r.save()
	if got := r.answerOf(save, "which"); !strings.HasPrefix(got, "活动6，") {
		t.Errorf("activity %q", got)
	}
	r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}, Delivered{"x"})
	if v := Look(r.s); !strings.Contains(v.Title, "待确认") {
		t.Errorf("promises %q", v.Title)
	}
	printed, _ := find[Print](r.effects)
	if !strings.Contains(slipText(printed.Slip), "待确认：活动名额") {
		t.Errorf("slip:\n%s", slipText(printed.Slip))
	}
}

func TestConditionalStepsFollowAnEdit(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"home_service"}, Pick{"clean"}, Pick{"windows"})
	r.feed(Look(r.s).Tiles[0].Event, Pick{"morning"}, somebody, Skip{}).on(ScreenConfirm)
	r.feed(Edit{"which"}, Pick{"meal"}).on(ScreenChoose)
	if st := r.s.currentStep(); st.ID != "diet" {
		t.Fatalf("after the edit at %s", st.ID)
	}
	r.feed(Pick{"soft"})
	r.feed(Look(r.s).Tiles[0].Event, Pick{"lunch"}).on(ScreenConfirm)
	save := r.save()
	if r.answerOf(save, "housework") != "" || r.answerOf(save, "time") != "" || r.answerOf(save, "diet") != "软烂一点" || !strings.HasSuffix(r.answerOf(save, "mealtime"), "午饭") {
		t.Errorf("answers %+v", save.Draft.Answers)
	}
}

func TestRatingBySlipAndByKeypad(t *testing.T) {
	scanned := full(t).feed(Wake{}, Turn{1}, Start{"rating"}, Scanned{"https://c.example/t/" + string(testTicket) + "#r=4321"})
	typed := full(t).feed(Wake{}, Start{"rating"}).on(ScreenLookUp).digits(string(testTicket)).feed(Next{}).on(ScreenLookUp)
	if v := Look(typed.s); !strings.Contains(v.Title, "评价码") {
		t.Errorf("asks %q", v.Title)
	}
	typed.digits("4321").feed(Next{})
	for name, r := range map[string]*replay{"scanned": scanned, "typed": typed} {
		r.on(ScreenFinding).feed(LookedUp{Ticket: testTicket, Progress: Progress{Service: "repair", Status: StatusDone, At: begin}}).on(ScreenRating)
		if v := Look(r.s); !strings.Contains(v.Hint, "报修") {
			t.Errorf("%s: rates %q", name, v.Hint)
		}
		r.feed(Next{})
		if v := Look(r.s); v.Notice == "" {
			t.Errorf("%s: goes on without stars", name)
		}
		r.feed(Rate{2}, Next{}, Skip{})
		save := r.save()
		if want := (request.Rating{Ticket: testTicket, RatingCode: "4321", Stars: 2}); save.Draft.Rating == nil || *save.Draft.Rating != want {
			t.Errorf("%s: %+v", name, save.Draft.Rating)
		}
		r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}).on(ScreenSaved).wait(5 * time.Second)
		if _, n := find[Print](r.effects); n != 0 || Look(r.s).Code != "" {
			t.Errorf("%s: a slip for a rating", name)
		}
	}
}

// Who looks at the code again and goes back has not taken it away.
func TestLookingAtTheCodeAgainKeepsIt(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"rating"}, Scanned{"https://c.example/t/" + string(testTicket) + "#r=4321"}, LookedUp{Ticket: testTicket, Result: CannotTell}, Rate{5}, Next{}, Skip{}).on(ScreenConfirm)
	r.feed(Edit{"ticket"}).on(ScreenLookUp).feed(Back{})
	if save := r.save(); save.Draft.Rating.Ticket != testTicket || save.Draft.Rating.RatingCode != "4321" {
		t.Errorf("rating %+v", save.Draft.Rating)
	}
}

// What is not finished cannot be rated; back leads to the code again.
func TestRatingOfWhatIsNotFinished(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"rating"}, Scanned{"https://c.example/t/" + string(testTicket) + "#r=4321"}).on(ScreenFinding)
	r.feed(Back{}).on(ScreenLookUp).feed(LookedUp{Ticket: testTicket, Progress: Progress{Status: StatusDone}}).on(ScreenLookUp)
	for notice, e := range map[string]LookedUp{
		"还没有办好": {Ticket: testTicket, Progress: Progress{Service: "repair", Status: StatusWorking}},
		"没有查到":  {Ticket: testTicket, Result: NotFound},
	} {
		r.feed(Scanned{"https://c.example/t/" + string(testTicket) + "#r=4321"}, e).on(ScreenLookUp)
		if v := Look(r.s); !strings.Contains(v.Notice, notice) {
			t.Errorf("says %q", v.Notice)
		}
	}
}

// A card that was forgotten is spoken of until it is lifted, also on the start screen.
func TestForgottenCardIsRemindedOf(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"soon"}, somebody)
	r.save()
	r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}, Finish{}).on(ScreenStart)
	if v := Look(r.s); !strings.Contains(v.Notice, "请带走身份证") || !strings.Contains(v.Prompt.Text, "请带走身份证") {
		t.Errorf("shows %q, says %q", v.Notice, v.Prompt.Text)
	}
	if v := Look(r.feed(CardLifted{}).s); v.Notice != "" || v.Prompt.Text != "" {
		t.Errorf("still shows %q", v.Notice)
	}
}

func TestPoliciesByTopicAndByWords(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"policy"}).on(ScreenChoose)
	article := r.s.rules.Policies.Articles[0]
	r.feed(Pick{article.Topic}).on(ScreenList).feed(Look(r.s).Items[0].Event).on(ScreenArticle)
	v := Look(r.s)
	if day := article.Date.In(phrase.Zone).Format("2006年1月2日"); !strings.Contains(v.Source, article.Source) || !strings.Contains(v.Source, day) || len(v.Paragraphs) == 0 || !strings.Contains(v.Prompt.Text, v.Paragraphs[0]) {
		t.Errorf("article %+v", v)
	}
	r.feed(Back{}).on(ScreenList).feed(Back{}).on(ScreenChoose).feed(Pick{wayQuestion}).on(ScreenText)
	r.feed(Letter{'a'}, Next{}).on(ScreenText)
	if v := Look(r.s); v.Keyboard.Text != "啊" || v.Notice == "" {
		t.Errorf("the guess is not shown before it counts: %+v", v.Keyboard)
	}
	r.feed(Next{}).on(ScreenFinding)
	asked, _ := find[Search](r.last)
	if asked.Query != "啊" {
		t.Errorf("asked %q", asked.Query)
	}
	r.feed(Searched{Query: "啊"}).on(ScreenText)
	if v := Look(r.s); !strings.Contains(v.Notice, "没有找到") || v.Keyboard.Text != "啊" {
		t.Errorf("notice %q, field %q", v.Notice, v.Keyboard.Text)
	}
	r.feed(Next{}, Searched{Query: "啊", IDs: []string{article.ID, "gone"}}).on(ScreenList)
	if v := Look(r.s); len(v.Items) != 1 || v.Items[0].Label != article.Title {
		t.Errorf("found %+v", v.Items)
	}
	r.feed(Open{article.ID}).on(ScreenArticle).feed(Back{}).on(ScreenList).feed(Back{}).on(ScreenText).feed(Back{}).on(ScreenChoose).feed(Back{}).on(ScreenHome)
}

func TestInformation(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"information"}, Pick{"notices"}).on(ScreenList).feed(Open{"water"}).on(ScreenArticle)
	if v := Look(r.s); v.Paragraphs[0] != "明天停水。" || !strings.Contains(v.Source, "社区居委会") {
		t.Errorf("notice %+v", v)
	}
	r.feed(Back{}, Back{}, Pick{"hours"}).on(ScreenList)
	if v := Look(r.s); v.Notice == "" {
		t.Error("an empty list says nothing")
	}
	if v := Look(full(t).s); len(v.Rows) != 1 || v.Rows[0].Value != "停水通知" {
		t.Errorf("the start screen shows %+v", v.Rows)
	}
}

func TestOwnRequestsByCard(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"lookup"}).on(ScreenLookUp).feed(somebody).on(ScreenFinding)
	if asked, n := find[FindByCard](r.last); n != 1 || asked.Token != "token" {
		t.Fatalf("asked %+v", r.last)
	}
	r.feed(FoundByCard{Token: "token", Mine: []Mine{{testTicket, Progress{Service: "repair", Status: StatusDone, At: begin}}}}).on(ScreenList)
	if v := Look(r.s); len(v.Items) != 1 || !strings.Contains(v.Items[0].Detail, "已完成") || !strings.Contains(v.Notice, "带走身份证") {
		t.Errorf("items %+v, notice %q", v.Items, v.Notice)
	}
	r.feed(Look(r.s).Items[0].Event).on(ScreenFinding).feed(LookedUp{Ticket: testTicket, Progress: Progress{Service: "repair", Status: StatusDone}}).on(ScreenProgress)
	r.feed(Back{}).on(ScreenList).feed(Back{}).on(ScreenLookUp).feed(Back{}).on(ScreenHome)

	r.feed(Start{"lookup"}, CardLifted{}, somebody, FoundByCard{Token: "token", Result: CannotTell}).on(ScreenLookUp)
	if v := Look(r.s); !strings.Contains(v.Notice, "网络不通") {
		t.Errorf("notice %q", v.Notice)
	}
}

func TestStaffHelpsOnBehalf(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"behalf"}).on(ScreenNumber).digits("0042").feed(Next{}, Pick{"self"}).on(ScreenHome)
	if v := Look(r.s); !strings.Contains(v.Strip.Pending, "0042") {
		t.Errorf("strip %+v", v.Strip)
	}
	save := r.feed(Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"soon"}, somebody).save()
	if save.Draft.Behalf != "0042" {
		t.Errorf("filed as %q", save.Draft.Behalf)
	}
	r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}, Finish{}).on(ScreenStart)
	if save := r.feed(Wake{}, Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"soon"}, somebody).save(); save.Draft.Behalf != "" {
		t.Error("the next visitor is still helped")
	}
}

func TestMannerIsForOneVisit(t *testing.T) {
	r := full(t).feed(Speak{phrase.English}).on(ScreenHome)
	if v := Look(r.s); v.Title != "What do you need?" || v.Prompt.Locale != phrase.English {
		t.Errorf("view %+v", v)
	}
	r.feed(Ease{}).on(ScreenManner).feed(Adjust{Larger}, Adjust{Larger}, Adjust{Contrast}, Adjust{Slower}, Adjust{Louder})
	if set, n := find[Volume](r.last); n != 1 || set.Steps != 1 {
		t.Error("not louder")
	}
	want := Manner{Locale: phrase.English, Size: SizeLargest, Contrast: true, Slow: true, Volume: 1}
	if got := Look(r.feed(Back{}).on(ScreenHome).s).Manner; got != want {
		t.Errorf("manner %+v", got)
	}
	save := r.feed(Start{"repair"}, Pick{"water"}, Pick{"home"}, Pick{"soon"}, somebody).save()
	if save.Draft.Language != "en" || r.answerOf(save, "what") != "水" {
		t.Errorf("staff read %+v", save.Draft)
	}
	r.feed(Saved{ID: "x", Ticket: testTicket, At: begin}, Finish{}).on(ScreenStart)
	if set, n := find[Volume](r.last); n != 1 || set.Steps != 0 {
		t.Error("the volume stays")
	}
	if got := Look(r.s).Manner; got != (Manner{Locale: phrase.Chinese}) {
		t.Errorf("the next one gets %+v", got)
	}
}

func TestSlotWithoutAClock(t *testing.T) {
	rules := testRules()
	r := &replay{t: t, s: New(rules), now: time.Unix(100, 0)}
	r.feed(Tick{r.now}, Wake{}, Start{"home_service"}, Pick{"clean"}, Pick{"windows"}).on(ScreenChoose)
	if v := Look(r.s); v.Tiles[0].Event != Event(Pick{"morning"}) {
		t.Fatalf("offers %+v", v.Tiles)
	}
	save := r.feed(Pick{"morning"}, somebody, Skip{}).save()
	if got := r.answerOf(save, "time"); got != "日子另约，上午" {
		t.Errorf("slot %q", got)
	}
}

// Help in the middle of a note ends it and keeps what was said.
func TestCallEndsARecording(t *testing.T) {
	r := full(t).feed(Wake{}, Start{"appeal"}, Pick{"hope"}, Pick{placeHome}, Pick{wayVoice}, Record{})
	start, _ := find[StartNote](r.last)
	r.feed(ButtonPressed{}).on(ScreenCalling)
	if stop, n := find[StopNote](r.last); n != 1 || stop.Discard {
		t.Error("the recording runs on, or is dropped")
	}
	r.feed(Recorded{start.Take, request.NewAttachment("note", "audio/ogg", []byte("sound"), 2)}, Dismiss{}).on(ScreenRecord)
	if v := Look(r.s); v.Meter.Seconds != 2 {
		t.Errorf("view %+v", v.Meter)
	}
	// Going back while it runs drops it.
	r.feed(Redo{}, Record{}, Back{})
	if stop, n := find[StopNote](r.last); n != 1 || !stop.Discard {
		t.Error("the recording runs on")
	}
}

func TestEveryServiceCanBeStarted(t *testing.T) {
	for _, svc := range catalog.Default().Services {
		if s := full(t).feed(Wake{}, Start{svc.Code}).s.Screen(); s == ScreenHome {
			t.Errorf("%s does not begin", svc.Code)
		}
	}
}
