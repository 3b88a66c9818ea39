package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Every service once, each as a resident goes through it. What the first visits
// have shown already, the paint after each touch and the way of a request at
// central, is not shown again; what is new with a service is.

// rating: the slip of the finished request goes before the scanner, and she is
// not content. So it is not finished.
func (w *walker) rating() []step {
	return []step{
		{"she is not content: 我要评价, her slip before the scanner", "rating", all(
			w.opens("rating", "lookup/ticket"),
			w.after(func(ctx context.Context) error { return w.house.scan(ctx, w.first.qr) }, "rating/stars"))},
		{"she gives two stars, and no words", "rated", all(w.tapToFind("star.2", "next"), w.reads("不满意"),
			w.tapTo("next", "choose/words"), w.tapTo("skip", "confirm"), w.confirm, w.reads("评价已经记下"))},
		{"staff see it: the case is open again", "", func(ctx context.Context) error {
			if err := w.leaves(ctx); err != nil {
				return err
			}
			if err := w.staff.finds("#ratings li"); err != nil {
				return err
			}
			if err := w.staff.finds(`#case[data-status="accepted"]`); err != nil {
				return err
			}
			return w.staffPicture("reopened")
		}},
	}
}

// appealSpoken: a worry by voice note and photo, with central down.
func (w *walker) appealSpoken() []step {
	return []step{
		{"somebody is worried: 反映问题, 愁事, 小区东门", "ways", all(w.opens("appeal", "choose/kind"), w.tapTo("tile.worry", "choose/place"),
			w.turnTo("tile.east_gate"), w.tapTo("tile.east_gate", "choose/words"))},
		{"he says what it is into the microphone", "recording", all(w.tapTo("tile.voice", "record/words"),
			w.tapToFind("record", "stop"), w.house.speak)},
		{"he hears himself", "recorded", func(ctx context.Context) error {
			if err := all(w.tapToFind("stop", "listen"), w.silence)(ctx); err != nil {
				return err
			}
			from := played(w.capture)
			if err := w.touch(ctx, "listen"); err != nil {
				return err
			}
			return w.sounds(ctx, from, 2*time.Second)
		}},
		{"he takes a picture", "photo", all(w.tapTo("next", "photo/photo"), w.tapToFind("shoot", "redo"))},
		{"he lays his card on the reader, looks and confirms", "appeal-confirm", all(w.tapTo("next", "choose/urgency"), w.tapTo("tile.soon", "identify/who"),
			w.cardOf(oldResident, "confirm"), w.reads("小区东门", "司马长庚"))},
		{"all of it is kept, with central down", "", all(w.confirm, w.takeSlip)},
		{"his slip tells nothing of it", "", func(ctx context.Context) (err error) {
			if w.spoken, err = w.ticketOf(ctx); err != nil {
				return err
			}
			if strings.Contains(w.spoken.text, "东门") || strings.Contains(w.spoken.text, "愁") {
				return fmt.Errorf("the slip of a private matter says what it is about:\n%s", w.spoken.text)
			}
			return w.spoken.says("问题反映", "已保存，待送达")
		}},
		{"he ends; what waits is kept, to be looked through later", "", all(w.leaves, w.unreadable(everybody()), w.keepWaiting)},
	}
}

// appealArrived: what was said and seen is to be heard and seen by staff, and by
// nobody else.
func (w *walker) appealArrived() []step {
	return []step{
		{"staff open his worry: the voice note plays, the picture shows", "", func(context.Context) error {
			if err := w.staff.follows("愁事，小区东门"); err != nil {
				return err
			}
			if err := w.staff.comes("the voice note", `(() => { const a = document.querySelector("#case audio"); return !!a && a.duration > 2 && !a.error })()`); err != nil {
				return err
			}
			if err := w.staff.comes("the picture", `(() => { const i = document.querySelector("#case img.thumb"); return !!i && i.complete && i.naturalWidth > 100 })()`); err != nil {
				return err
			}
			if err := w.staffPicture("appeal"); err != nil {
				return err
			}
			note, err := w.staff.fetches("#case audio")
			if err != nil {
				return err
			}
			photo, err := w.staff.fetches("#case img.thumb")
			if err != nil {
				return err
			}
			if !strings.HasPrefix(note, "OggS") || !strings.HasPrefix(photo, "\xff\xd8") {
				return errors.New("the note is no Ogg file, or the picture no JPEG")
			}
			if err := errors.Join(w.save("note.ogg", note), w.save("photo.jpg", photo)); err != nil {
				return err
			}
			w.attached = append(parts("voice note", note), parts("picture", photo)...)
			return w.backToList()
		}},
		{"note and picture were never readable in the terminal's files, also while they waited", "", func(context.Context) error {
			found, err := findSecrets(append(w.attached, secret{"voice note's head", "OpusHead"}), w.waiting(), w.house.kioskData(), w.house.logs)
			if err == nil && len(found) > 0 {
				err = fmt.Errorf("readable at rest: %v", found)
			}
			return err
		}},
	}
}

// parts are stretches of a file, from four places in it.
func parts(what, content string) []secret {
	const length = 24
	var all []secret
	for i := 1; i < 5; i++ {
		at := i * (len(content) - length) / 5
		all = append(all, secret{what, content[at : at+length]})
	}
	return all
}

// waiting is where the terminal's files are kept as they were while central was
// down.
func (w *walker) waiting() string { return filepath.Join(w.house.state, "waiting") }

func (w *walker) keepWaiting(context.Context) error {
	files, err := filepath.Glob(filepath.Join(w.house.kioskData(), "kiosk.db*"))
	if err != nil || len(files) == 0 {
		return errors.Join(err, errors.New("the terminal has no kiosk.db"))
	}
	if err := os.MkdirAll(w.waiting(), 0o700); err != nil {
		return err
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(w.waiting(), filepath.Base(name)), content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// appealTyped: the same service in words, by the pinyin keyboard.
func (w *walker) appealTyped() []step {
	return []step{
		{"she types what is wrong, in pinyin", "typed", all(w.opens("appeal", "choose/kind"), w.tapTo("tile.idea", "choose/place"), w.tapTo("tile.home", "choose/words"),
			w.tapTo("tile.type", "text/words"), w.writes(complaintSpelling, complaint), w.reads(complaint))},
		{"she confirms it without a picture and a card", "typed-confirm", all(w.tapTo("next", "photo/photo"), w.tapTo("skip", "identify/who"),
			w.tapTo("skip", "confirm"), w.reads(complaint))},
		{"staff read her words", "", all(w.confirm, w.takeSlip, w.leaves, func(ctx context.Context) error {
			if _, err := w.ticketOf(ctx); err != nil {
				return err
			}
			return w.staffReads("提建议", complaint)
		})},
	}
}

// certificate: the number on the card is read only because he agrees, and nobody
// who stands beside him reads it.
func (w *walker) certificate() []step {
	return []step{
		{"he wants a certificate: what to bring", "needs", all(w.opens("certificate", "choose/which"), w.tapTo("tile.residence", "article/needs"), w.reads("身份证"))},
		{"he agrees that his number is read, lays his card there", "", all(w.tapTo("next", "choose/consent"), w.tapTo("tile.yes", "identify/who"),
			w.cardOf(oldResident, "choose/pickup"))},
		{"he chooses a day and the morning, and types his phone number", "phone", all(w.tapsDay, w.tapTo("tile.morning", "number/phone"),
			w.typeDigits(oldResident.phone))},
		{"number and phone are masked on the screen", "masked", all(w.tapTo("next", "confirm"), w.turnTo("confirm"), w.readsMasked("0056", "0102"))},
		{"he confirms; his slip names none of it", "", all(w.confirm, w.takeSlip, func(ctx context.Context) error {
			p, err := w.ticketOf(ctx)
			if err == nil && (strings.Contains(p.text, "0056") || strings.Contains(p.text, "0102")) {
				err = fmt.Errorf("the slip has the end of a number:\n%s", p.text)
			}
			w.applied = p
			return errors.Join(err, p.says("证明办理"))
		}, w.leaves)},
		{"staff see his phone, and his number masked", "", func(context.Context) error {
			return w.staffReads("居住证明", oldResident.phone, "932***********0056")
		}},
	}
}

// homeService: branches, days, no card.
func (w *walker) homeService() []step {
	return []step{
		{"上门服务: 家政, 擦窗户, a day, the afternoon", "", all(w.opens("home_service", "choose/which"), w.tapTo("tile.clean", "choose/housework"),
			w.tapTo("tile.windows", "choose/time"), w.tapsDay, w.tapTo("tile.afternoon", "identify/who"))},
		{"no card: building and room, no phone", "home-service", all(w.tapTo("skip", "number/building"), w.typeDigits("12"),
			w.tapTo("next", "number/room"), w.typeDigits("301"), w.tapTo("next", "number/phone"), w.tapTo("skip", "confirm"), w.reads("家政", "擦窗户"))},
		{"it is saved, staff see it", "", all(w.confirm, w.takeSlip, w.leaves, func(context.Context) error { return w.staffReads("家政，擦窗户", "下午") })},
	}
}

// activity: places are central's to give.
func (w *walker) activity() []step {
	return []step{
		{"参加活动: what is on", "activities", all(w.opens("activity", "list/which"), w.reads("太极拳", "量血压"))},
		{"two people, her card, no phone", "", all(w.tapTo("item.choir", "choose/people"), w.tapTo("tile.two", "identify/who"),
			w.cardOf(demoResident, "number/phone"), w.tapTo("skip", "confirm"), w.confirm)},
		{"screen and slip say 待确认", "awaits", all(w.takeSlip, w.reads("待确认"), func(ctx context.Context) error {
			p, err := w.ticketOf(ctx)
			return errors.Join(err, p.says("活动预约", "待确认"))
		})},
		{"staff see who comes to what", "", all(w.leaves, func(context.Context) error { return w.staffReads("夕阳红合唱队", "两个人", demoResident.name) })},
	}
}

// policy: by topic and in own words, each with its source.
func (w *walker) policy() []step {
	return []step{
		{"问政策, 养老: an article with its source", "policy", all(w.opens("policy", "choose"), w.tapTo("tile.elder", "list"), w.tapTo("item.allowance", "article"),
			w.reads("老年人权益保障法", "2018年12月29日"))},
		{"in own words: 居住证", "question", all(w.tapTo("bar.back", "list"), w.tapTo("bar.back", "choose"), w.turnTo("tile.question"), w.tapTo("tile.question", "text"),
			w.writes(questionSpelling, question), w.reads(question))},
		{"what was found, and where it stands", "found", all(w.tapTo("next", "list"), w.reads("居住证"), w.tapsFirst("item.", "article"), w.reads("居住证", "条例"))},
	}
}

// information: a notice.
func (w *walker) information() []step {
	return []step{
		{"便民信息: a notice, and who says so", "notice", all(w.leaves, w.opens("information", "choose"), w.tapTo("tile.notices", "list"), w.tapTo("item.water", "article"),
			w.reads("停水", "幸福里居委会"))},
	}
}

// volunteer, mediation: a phone number to be called at.
func (w *walker) volunteerAndMediation() []step {
	return []step{
		{"当志愿者: what, when, card, phone", "volunteer", all(w.leaves, w.opens("volunteer", "choose/field"), w.tapTo("tile.company", "choose/when"), w.tapTo("tile.morning", "identify/who"),
			w.cardOf(oldResident, "number/phone"), w.typeDigits(oldResident.phone), w.tapTo("next", "confirm"), w.reads("陪伴老人"))},
		{"it is saved, staff can call him", "", all(w.confirm, w.takeSlip, w.leaves, func(context.Context) error { return w.staffReads("陪伴老人", oldResident.phone) })},
		{"邻里调解: noise, nothing said aloud, no card, a phone", "mediation", all(w.opens("mediation", "choose/kind"), w.tapTo("tile.noise", "choose/words"), w.tapTo("skip", "identify/who"),
			w.tapTo("skip", "number/phone"), w.typeDigits(demoResident.phone), w.tapTo("next", "confirm"), w.reads("吵闹"))},
		{"it is saved, staff can call her", "", all(w.confirm, w.takeSlip, w.leaves, func(context.Context) error { return w.staffReads("吵闹", demoResident.phone) })},
	}
}

// behalf: a member of staff fills it in with him, and it is known who.
func (w *walker) behalf() []step {
	return []step{
		{"a member of staff helps: 代办, her number, he agrees", "behalf", all(w.opens("behalf", "number/staff"), w.typeDigits("0042"), w.tapTo("next", "choose/agreed"),
			w.tapTo("tile.self", "home"), w.reads("帮居民办什么事"))},
		{"she reports his dark stairs, with his card", "", all(w.tapTo("tile.repair", "choose/what"), w.tapTo("tile.light", "choose/place"), w.tapTo("tile.stairs", "choose/urgency"),
			w.tapTo("tile.normal", "identify/who"), w.cardOf(oldResident, "confirm"), w.turnTo("confirm"), w.reads("0042"), w.confirm, w.takeSlip, w.leaves)},
		{"staff see who filled it in", "", func(context.Context) error {
			return w.staffReads("照明，楼道，不急", "工作人员 0042 代办")
		}},
	}
}

// byCard: no slip, no code; the card finds what is hers, and nothing else.
func (w *walker) byCard() []step {
	return []step{
		{"查进度 by card: her requests", "mine", all(w.opens("lookup", "lookup"), w.after(func(ctx context.Context) error {
			return w.house.tapCard(ctx, demoResident)
		}, "list"), w.house.liftCard, w.reads("报修", "活动预约"))},
		{"the leak is open again: 已受理", "progress-again", all(func(ctx context.Context) error {
			view, _ := w.trace.view()
			if n := strings.Count(strings.Join(view.ids(), " "), "item."); n != 2 {
				return fmt.Errorf("%d requests are hers, want 2", n)
			}
			return w.tapTo("item.2", "progress")(ctx) // the newest comes first
		}, w.reads("报修", "已受理"))},
	}
}

// english: from the language button to the slip, in the largest letters and the
// strongest contrast.
func (w *walker) english() []step {
	return []step{
		{"somebody chooses English", "english", all(w.leaves, w.tapTo("language.en", "home"), w.readsIn("eng", "What do you need?", "Repairs"))},
		{"the largest letters, black and white", "english-largest", all(w.tapTo("bar.ease", "manner"), w.tapTo("tile.larger", "manner"), w.tapTo("tile.larger", "manner"),
			w.tapTo("tile.contrast", "manner"), w.readsIn("eng", "Letters: largest", "Done"))},
		{"a lamp on the stairs, and the card", "english-what", all(w.tapTo("done", "home"), w.opensHere("repair", "choose/what"))},
		{"all of it at a glance", "english-confirm", all(w.tapTo("tile.light", "choose/place"), w.tapTo("tile.stairs", "choose/urgency"), w.tapTo("tile.soon", "identify/who"),
			w.cardOf(newResident, "confirm"), w.readsIn("eng", "Is everything right?"))},
		{"the slip is in English too", "english-saved", all(w.confirm, w.takeSlip, w.readsIn("eng", "Saved"), func(ctx context.Context) error {
			p, err := w.ticketOf(ctx)
			return errors.Join(err, p.says("receipt", "Delivered"))
		})},
		{"for the next one all is as it was", "", w.leaves},
		{"staff read it in Chinese, and that she reads English", "", func(context.Context) error { return w.staffReads("照明，楼道，尽快", "英语") }},
	}
}

// staffReads opens the case whose row shows the words, reads words on its page and
// goes back to the list.
func (w *walker) staffReads(row string, words ...string) error {
	if err := w.staff.follows(row); err != nil {
		return err
	}
	for _, each := range words {
		if err := w.staff.sees(each); err != nil {
			return err
		}
	}
	if err := w.staffPicture("reads"); err != nil {
		return err
	}
	return w.backToList()
}

// backToList goes back to the list and waits until it follows by itself.
func (w *walker) backToList() error {
	if err := w.staff.follows("返回列表"); err != nil {
		return err
	}
	if err := w.staff.finds("#cases"); err != nil {
		return err
	}
	return w.staff.sees("实时更新中")
}

// fetches reads what an element of the staff page shows, with the staff's session.
func (s *staff) fetches(css string) (string, error) {
	script := fmt.Sprintf(`fetch(document.querySelector(%q).src).then(r => r.arrayBuffer()).then(b => {
		let text = ""; for (const c of new Uint8Array(b)) text += String.fromCharCode(c); return btoa(text) })`, css)
	text, err := s.evaluates("fetching "+css, script)
	if err != nil {
		return "", err
	}
	b, err := base64.StdEncoding.DecodeString(text)
	return string(b), err
}
