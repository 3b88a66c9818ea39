package ui

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
)

// entry shows one of the samples of typing, writing, notes and stars.
func entry(t *testing.T, panel, name string) *stage {
	t.Helper()
	st := newStage(t, panels[panel])
	for _, s := range entrySamples(t) {
		if s.name == name {
			st.screen.show(s.view)
			return st
		}
	}
	t.Fatalf("no sample %s", name)
	return nil
}

func (st *stage) drag(at fyne.Position) {
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	e.Position, e.AbsolutePosition = at, at
	st.screen.CanvasObject().(*kit.Surface).MouseMoved(e)
}

// pad is where the finger writes.
func (st *stage) pad(t *testing.T) kit.Rect {
	t.Helper()
	slates := st.screen.slates()
	if len(slates) != 1 {
		t.Fatal("nowhere to write")
	}
	return slates[0].Bounds()
}

// inked counts the pixels of the slate with ink on them.
func (st *stage) inked(t *testing.T) int {
	t.Helper()
	n := 0
	walk(st.screen.pages[visit.ScreenHand].slate.Object(), fyne.Position{}, func(d drawn) {
		if picture, ok := d.object.(*canvas.Image); ok && picture.Image != nil {
			n += inkedPixels(picture.Image.(*image.RGBA))
		}
	})
	return n
}

func inkedPixels(img *image.RGBA) (n int) {
	for i := 3; i < len(img.Pix); i += 4 {
		if img.Pix[i] > 0 {
			n++
		}
	}
	return n
}

func TestALineBecomesOneStrokeInThousandths(t *testing.T) {
	for panel := range panels {
		st := entry(t, panel, "hand-empty")
		st.clock = st.clock.Add(time.Second)
		r := st.pad(t)
		at := func(x, y float32) fyne.Position { return fyne.NewPos(r.X+x*r.W, r.Y+y*r.H) }
		before := st.inked(t)
		st.mouse(true, at(0.1, 0.5))
		for x := float32(0.1); x < 0.9; x += 0.01 {
			st.drag(at(x, 0.5))
		}
		if st.inked(t) <= before {
			t.Errorf("%s: nothing is seen under the finger", panel)
		}
		st.took(t)
		st.mouse(false, at(0.9, 0.5))
		if len(st.events) != 1 {
			t.Fatalf("%s: %d events for one line", panel, len(st.events))
		}
		points := st.events[0].(visit.Stroke).Points
		first, last := points[0], points[len(points)-1]
		if len(points) < 10 || first.X < 98 || first.X > 102 || last.X < 890 || last.X > 902 || first.Y < 498 || first.Y > 502 {
			t.Errorf("%s: from %v to %v in %d points", panel, first, last, len(points))
		}
	}
}

func TestALineThatBeginsOnThePadNeverTouchesAButton(t *testing.T) {
	st := entry(t, "1080x1920", "hand-empty")
	st.clock = st.clock.Add(time.Second)
	r := st.pad(t)
	key := middle(st.target(t, "key.erase"))
	st.mouse(true, fyne.NewPos(r.X+r.W/2, r.Y+r.H-5))
	st.drag(key)
	st.mouse(false, key)
	if len(st.events) != 1 {
		t.Fatalf("events %#v, want one stroke", st.events)
	}
	points := st.events[0].(visit.Stroke).Points
	if end := points[len(points)-1]; end.Y != 1000 {
		t.Errorf("the line ends at %v, want the pad's edge", end)
	}
	st.events = nil
	st.mouse(true, key)
	st.drag(fyne.NewPos(r.X+r.W/2, r.Y+r.H/2))
	st.mouse(false, fyne.NewPos(r.X+r.W/2, r.Y+r.H/2))
	st.took(t) // slid off the key, and drew nothing
}

func TestALongScribbleStaysBounded(t *testing.T) {
	st := entry(t, "1280x800", "hand-empty")
	st.clock = st.clock.Add(time.Second)
	r := st.pad(t)
	st.mouse(true, fyne.NewPos(r.X+1, r.Y+1))
	for i := range 5000 {
		st.drag(fyne.NewPos(r.X+float32(i*37%int(r.W)), r.Y+float32(i*53%int(r.H))))
	}
	st.mouse(false, fyne.NewPos(r.X+1, r.Y+1))
	if n := len(st.events[0].(visit.Stroke).Points); n > 200 || n < 50 {
		t.Errorf("a scribble of 5,000 moves has %d points", n)
	}
}

func TestTheLineUnderTheFingerOutlivesATickOfTheClock(t *testing.T) {
	st := entry(t, "1080x1920", "hand-empty")
	st.clock = st.clock.Add(time.Second)
	r := st.pad(t)
	st.mouse(true, fyne.NewPos(r.X+r.W/4, r.Y+r.H/2))
	st.drag(fyne.NewPos(r.X+r.W/2, r.Y+r.H/2))
	inked := st.inked(t)
	v := st.screen.view
	v.Strip.Clock = "09:31"
	st.screen.show(v)
	if st.inked(t) != inked {
		t.Error("a tick of the clock changed what is being written")
	}
	st.mouse(false, fyne.NewPos(r.X+r.W/2, r.Y+r.H/2))
	if len(st.events) != 1 {
		t.Errorf("events %#v, want one stroke", st.events)
	}
}

func TestTheWipeLeavesNoInkAndNoPicture(t *testing.T) {
	st := entry(t, "1080x1920", "hand-drawn")
	var ink *image.RGBA
	walk(st.screen.CanvasObject(), fyne.Position{}, func(d drawn) {
		if picture, ok := d.object.(*canvas.Image); ok {
			if pixels, ok := picture.Image.(*image.RGBA); ok {
				ink = pixels
			}
		}
	})
	if ink == nil || inkedPixels(ink) == 0 {
		t.Fatal("nothing was drawn; the check would prove nothing")
	}
	st.screen.forget()
	if n := inkedPixels(ink); n > 0 {
		t.Errorf("%d pixels of what was written are left", n)
	}

	st = entry(t, "1080x1920", "photo-made")
	photo := st.screen.pages[visit.ScreenPhoto].parts[3].(*shot)
	pixels := photo.scaled
	if pixels == nil || inkedPixels(pixels) == 0 {
		t.Fatal("the picture is not shown; the check would prove nothing")
	}
	whole := photo.whole.(*image.YCbCr)
	st.screen.forget()
	if photo.jpeg != nil || photo.whole != nil || photo.image.Image != nil || inkedPixels(pixels) > 0 {
		t.Error("the picture is kept after the wipe")
	}
	for _, y := range whole.Y {
		if y != 0 {
			t.Fatal("the decoded picture is kept after the wipe")
		}
	}
}

func TestAPictureIsDecodedOnce(t *testing.T) {
	st := entry(t, "1280x800", "photo-made")
	photo := st.screen.pages[visit.ScreenPhoto].parts[3].(*shot)
	whole, scaled := photo.whole, photo.scaled
	st.screen.show(st.screen.view)
	if photo.whole != whole || photo.scaled != scaled {
		t.Error("a tick of the clock decoded the picture again")
	}
	v := st.screen.view
	v.Picture = []byte("not a picture")
	st.screen.show(v)
	if photo.whole != nil || photo.nothing.Empty() {
		t.Error("what is no picture is not shown as a camera")
	}
}

func TestKeysCandidatesStarsAndPagesGiveTheirEvents(t *testing.T) {
	for _, row := range []struct {
		sample, id string
		want       visit.Event
	}{
		{"text-candidates", "key.q", visit.Letter{Rune: 'q'}},
		{"text-candidates", "key.m", visit.Letter{Rune: 'm'}},
		{"text-candidates", "key.mark2", visit.Letter{Rune: '。'}},
		{"text-candidates", "key.erase", visit.Erase{}},
		{"text-candidates", "word.5", visit.Choose{Candidate: 4}},
		{"text-candidates", "word.more", visit.Turn{By: 1}},
		{"text-digits", "key.7", visit.Letter{Rune: '7'}},
		{"text-digits", "input.pinyin", visit.Switch{To: visit.InputPinyin}},
		{"text-english", "key.blank", visit.Letter{Rune: ' '}},
		{"text-long", "next", visit.Next{}},
		{"hand-drawn", "word.2", visit.Choose{Candidate: 1}},
		{"hand-drawn", "word.more", visit.Turn{By: 1}},
		{"hand-drawn", "key.clear", visit.Clear{}},
		{"rating-empty", "star.3", visit.Rate{Stars: 3}},
		{"rating-four", "star.5", visit.Rate{Stars: 5}},
		{"list-five", "item.5", visit.Open{Item: "4"}},
		{"list-five", "page.later", visit.Turn{By: 1}},
		{"article", "back", visit.Back{}},
		{"record-running", "stop", visit.Stop{}},
		{"photo-made", "redo", visit.Redo{}},
	} {
		for panel := range panels {
			t.Run(row.sample+"/"+row.id+"/"+panel, func(t *testing.T) {
				st := entry(t, panel, row.sample)
				st.clock = st.clock.Add(time.Second)
				st.tap(middle(st.target(t, row.id)))
				st.took(t, row.want)
			})
		}
	}
}

func TestTypingFastLosesNoLetter(t *testing.T) {
	st := entry(t, "1280x800", "text-empty")
	st.clock = st.clock.Add(time.Second)
	for _, r := range "shuiguan" {
		st.tap(middle(st.target(t, "key."+string(r))))
		st.clock = st.clock.Add(150 * time.Millisecond)
	}
	if len(st.events) != len("shuiguan") {
		t.Errorf("%d letters of %d", len(st.events), len("shuiguan"))
	}
}

func TestALongTextShowsItsEnd(t *testing.T) {
	for panel := range panels {
		st := entry(t, panel, "text-long")
		if all := strings.Join(st.texts(), ""); !strings.Contains(all, "白天一直有人") {
			t.Errorf("%s: the end of what was typed is not seen: %s", panel, all)
		}
	}
}

func TestEverySampleOfEntryHoldsWhatResidentsNeed(t *testing.T) {
	for panel, p := range panels {
		st := newStage(t, p)
		for _, s := range entrySamples(t) {
			v := s.view
			for _, size := range []visit.Size{visit.SizeStandard, visit.SizeLargest} {
				v.Manner.Size, v.Manner.Contrast = size, size != visit.SizeStandard
				// As the visit pages them.
				v.Items = v.Items[:min(Room(p).Items[size], len(v.Items))]
				if size != visit.SizeStandard {
					v.Paragraphs = v.Paragraphs[:min(1, len(v.Paragraphs))]
				}
				st.screen.show(v)
				for _, fault := range st.screen.drawing().Faults() {
					t.Errorf("%s, %s, size %d: %s", panel, s.name, size, fault)
				}
			}
		}
	}
}
