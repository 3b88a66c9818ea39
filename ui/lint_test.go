package ui

import (
	"fmt"
	"image/color"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/widget"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// drawn is an object as it stands on the screen, in the order of painting.
type drawn struct {
	object fyne.CanvasObject
	rect   kit.Rect
}

// walk lists every visible object below o.
func walk(o fyne.CanvasObject, at fyne.Position, visit func(drawn)) {
	if o == nil || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	size := o.Size()
	visit(drawn{o, kit.Rect{X: at.X, Y: at.Y, W: size.Width, H: size.Height}})
	for _, child := range children(o) {
		walk(child, at, visit)
	}
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case *kit.Surface:
		return o.CreateRenderer().Objects()
	case fyne.Widget:
		panic(fmt.Sprintf("%T: a widget of the toolkit on a resident's screen", o))
	}
	return nil
}

func (st *stage) drawn() []drawn {
	var all []drawn
	walk(st.screen.CanvasObject(), fyne.Position{}, func(d drawn) { all = append(all, d) })
	return all
}

// long is a view in which everything is said at the greatest length.
func long(v visit.View) visit.View {
	pad := func(s *string, to string) {
		if *s != "" {
			*s = to
		}
	}
	pad(&v.Title, "请问您家里是哪一个地方坏了需要修？")
	pad(&v.Hint, "请在下面选一个最像的。不确定的时候选其他也可以，工作人员会打电话向您问清楚，不会白跑一趟。")
	pad(&v.Notice, "读卡器和打印机暂时都不能用。提交后请用纸笔记下屏幕上的号码，或按“呼叫工作人员”请人帮忙。")
	if v.Headline != "" && v.Screen != visit.ScreenStart {
		v.Headline = "正在忙，忙完马上过来"
	}
	v.Tiles = slices.Clone(v.Tiles)
	for i := range v.Tiles {
		v.Tiles[i].Label = "单元门口信报箱"
		v.Tiles[i].Detail = "大门 门禁 对讲 信报箱 快递柜"
	}
	v.Actions = slices.Clone(v.Actions)
	for i := range v.Actions {
		pad(&v.Actions[i].Label, "不刷卡，填楼号和房号")
	}
	v.Rows = slices.Clone(v.Rows)
	for i := range v.Rows {
		if v.Rows[i].Label == "地址" || v.Rows[i].Edit == nil {
			v.Rows[i].Value = longAddress
		}
		if v.Rows[i].Label == "姓名" {
			v.Rows[i].Value = "阿卜杜热西提·阿卜杜拉木"
		}
	}
	v.Strip.Pending = "待送达 128 件"
	return v
}

// every runs a check on each sample × panel × ease, at common and at greatest
// length.
func every(t *testing.T, check func(t *testing.T, st *stage, p Panel, v visit.View)) {
	all := samples(t)
	for _, name := range slices.Sorted(maps.Keys(panels)) {
		p := panels[name]
		st := newStage(t, p)
		for _, s := range all {
			for _, variant := range []string{"", "ease", "long", "long ease"} {
				v := s.view
				v.Manner.Size = map[bool]visit.Size{true: visit.SizeLarge}[strings.Contains(variant, "ease")]
				if strings.Contains(variant, "long") {
					if p.Tight() {
						continue // the 10-inch panel holds the words there are, not yet the longest possible
					}
					v = long(v)
				}
				t.Run(fmt.Sprintf("%s/%s/%s", name, s.name, variant), func(t *testing.T) {
					st.screen.Show(v)
					check(t, st, p, v)
				})
			}
		}
	}
}

func TestTargetsAreLargeApartAndInsideTheWindow(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		window := kit.Rect{W: float32(p.Width), H: float32(p.Height)}
		targets := st.screen.Targets()
		if len(targets) == 0 && v.Screen != visit.ScreenOutOfService {
			t.Fatal("nothing to touch: no way out")
		}
		for i, a := range targets {
			least := float32(theme.Target)
			if strings.HasPrefix(a.ID, "key.") || strings.HasPrefix(a.ID, "edit.") && p.Tight() {
				least = theme.Key
			}
			if side := min(a.W, a.H) / p.PxPerMM; side < least-0.01 {
				t.Errorf("%s is %.1f mm, want at least %.0f", a.ID, side, least)
			}
			if !window.Holds(kit.Rect(kit.Rect{X: a.X, Y: a.Y, W: a.W, H: a.H})) {
				t.Errorf("%s leaves the window: %+v", a.ID, a)
			}
			for _, b := range targets[i+1:] {
				dx := max(b.X-(a.X+a.W), a.X-(b.X+b.W))
				dy := max(b.Y-(a.Y+a.H), a.Y-(b.Y+b.H))
				if gap := max(dx, dy) / p.PxPerMM; gap < 3.19 {
					t.Errorf("%s and %s are %.1f mm apart, want at least 3.2", a.ID, b.ID, gap)
				}
			}
		}
	})
}

func TestEveryControlOfTheViewCanBeTouched(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		want := map[string]bool{}
		add := func(controls ...visit.Control) {
			for _, c := range controls {
				want[c.ID] = !c.Disabled
			}
		}
		add(v.Tiles...)
		add(v.Actions...)
		add(v.Bar...)
		for _, r := range v.Rows {
			if r.Edit != nil {
				add(*r.Edit)
			}
		}
		if v.Keypad != nil {
			add(append(v.Keypad.Keys, v.Keypad.Erase)...)
		}
		got := map[string]bool{}
		for _, target := range st.screen.Targets() {
			got[target.ID] = true
		}
		for id, enabled := range want {
			if got[id] != enabled {
				t.Errorf("%s: touchable %t, want %t", id, got[id], enabled)
			}
		}
		for id := range got {
			if !want[id] {
				t.Errorf("%s is touchable and not in the view", id)
			}
		}
	})
}

func TestTextsAreReadableAndInsideTheirPlaces(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		window := kit.Rect{W: float32(p.Width), H: float32(p.Height)}
		var grounds []ground
		var texts []textRect
		for _, d := range st.drawn() {
			switch o := d.object.(type) {
			case *canvas.Rectangle:
				grounds = append(grounds, ground{d.rect, o.FillColor, false})
			case *canvas.Circle:
				grounds = append(grounds, ground{d.rect, o.FillColor, true})
			case *canvas.Text:
				if o.Text == "" {
					continue
				}
				checkText(t, p, o, glyphs(d.rect, o), window, grounds)
				texts = append(texts, textRect{o.Text, glyphs(d.rect, o)})
			}
		}
		for i, a := range texts {
			for _, b := range texts[i+1:] {
				if overlap(a.rect, b.rect) {
					t.Errorf("%q and %q overlap: %+v, %+v", a.text, b.text, a.rect, b.rect)
				}
			}
		}
	})
}

type textRect struct {
	text string
	rect kit.Rect
}

type ground struct {
	rect  kit.Rect
	fill  color.Color
	round bool
}

// glyphs is the part of a line where there is ink: Chinese characters fill the
// middle em of a line of 1.45.
func glyphs(r kit.Rect, o *canvas.Text) kit.Rect {
	size := o.MinSize()
	return kit.Rect{X: r.X, Y: r.Y + 0.26*o.TextSize, W: size.Width, H: 1.06 * o.TextSize}
}

func checkText(t *testing.T, p Panel, o *canvas.Text, ink, window kit.Rect, grounds []ground) {
	t.Helper()
	least := float32(theme.Minimum)
	if p.Tight() {
		least = 5.5 // the last resort of a 10-inch panel
	}
	if mm := o.TextSize / p.PxPerMM; mm < least-0.01 {
		t.Errorf("%q is %.1f mm high, want at least %.1f", o.Text, mm, least)
	}
	if !window.Holds(ink) {
		t.Errorf("%q leaves the window: %+v", o.Text, ink)
	}
	behind := color.Color(color.Black)
	for _, g := range grounds {
		if !overlap(g.rect, ink) {
			continue
		}
		if !g.round && !g.rect.Holds(ink) {
			t.Errorf("%q at %+v is cut by the edge of %+v", o.Text, ink, g.rect)
		}
		behind = g.fill
	}
	if c := theme.Contrast(o.Color, behind); c < 7 {
		t.Errorf("%q has a contrast of %.1f, want at least 7", o.Text, c)
	}
}

func overlap(a, b kit.Rect) bool {
	const touching = 1
	return a.X+touching < b.X+b.W && b.X+touching < a.X+a.W && a.Y+touching < b.Y+b.H && b.Y+touching < a.Y+a.H
}

func TestEveryWordOfTheViewIsOnTheScreen(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		var all strings.Builder
		for _, d := range st.drawn() {
			if o, ok := d.object.(*canvas.Text); ok {
				all.WriteString(o.Text)
			}
		}
		shown := squeeze(all.String())
		for _, words := range wordsOf(v, p) {
			if !strings.Contains(shown, squeeze(words)) {
				t.Errorf("%q is not on the screen", words)
			}
		}
	})
}

func squeeze(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

func wordsOf(v visit.View, p Panel) []string {
	all := []string{v.Title, v.Hint, v.Headline, v.Code, v.Notice, v.Strip.Clock, v.Strip.Link, v.Strip.Pending}
	if !p.Tight() {
		all = append(all, v.Strip.Place) // gives way on a small panel when the link is down
	}
	for _, c := range slices.Concat(v.Tiles, v.Actions, v.Bar) {
		all = append(all, c.Label, c.Detail)
	}
	for _, r := range v.Rows {
		all = append(all, r.Label, r.Value)
	}
	for _, s := range v.Track {
		all = append(all, s.Label)
	}
	if v.Keypad != nil {
		all = append(all, v.Keypad.Entry, v.Keypad.Suffix, v.Keypad.Erase.Label)
	}
	if v.Countdown > 0 {
		all = append(all, fmt.Sprint(v.Countdown))
	}
	return all
}

func TestNothingOnTheScreenTakesAGesture(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	for _, s := range samples(t) {
		st.screen.Show(s.view)
	}
	touchable := 0
	var all func(o fyne.CanvasObject)
	all = func(o fyne.CanvasObject) {
		switch o.(type) {
		case fyne.Draggable, fyne.Scrollable, fyne.DoubleTappable, fyne.SecondaryTappable, fyne.Focusable, fyne.Tappable, *widget.Entry:
			t.Errorf("%T takes a gesture", o)
		}
		if _, ok := o.(mobile.Touchable); ok {
			touchable++
		}
		for _, child := range children(o) {
			all(child)
		}
	}
	all(st.screen.CanvasObject())
	if touchable != 1 {
		t.Errorf("%d touchable objects, want the surface alone", touchable)
	}
}

func TestRefillingDoesNotGrowTheTree(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	all := samples(t)
	round := func(some []sample) int {
		for _, s := range some {
			st.screen.Show(s.view)
			st.screen.Show(long(s.view))
		}
		st.screen.Forget()
		n := 0
		var count func(o fyne.CanvasObject)
		count = func(o fyne.CanvasObject) {
			n++
			for _, child := range children(o) {
				count(child)
			}
		}
		count(st.screen.CanvasObject())
		return n
	}
	first := round(all)
	for i := range 100 {
		if n := round(all[i%len(all):][:1]); n != first {
			t.Fatalf("the tree grew from %d to %d objects", first, n)
		}
	}
	if n := round(all); n != first {
		t.Fatalf("the tree grew from %d to %d objects", first, n)
	}
}

func TestButtonStylesHaveContrast(t *testing.T) {
	for _, palette := range []struct {
		name           string
		colours        *theme.Palette
		words, drawing float64
	}{{"normal", theme.Normal, 7, 4.5}, {"high", theme.HighContrast, 12, 12}} {
		for name, s := range kit.Styles {
			for _, pair := range []struct {
				what        string
				front, back theme.Role
				least       float64
			}{
				{"words", s.Ink, s.Face, palette.words},
				{"words, pressed", s.Ink, s.Pressed, palette.words},
				{"second line", s.Soft, s.Face, palette.words},
				{"second line, pressed", s.Soft, s.Pressed, palette.words},
				{"drawing", s.Drawing, s.Face, palette.drawing},
				{"drawing on its ground", s.Drawing, s.Medallion, palette.drawing},
			} {
				if pair.back == theme.None {
					continue
				}
				if c := theme.Contrast(palette.colours.Colour(pair.front), palette.colours.Colour(pair.back)); c < pair.least {
					t.Errorf("%s, %s: %s has a contrast of %.1f, want %.1f", palette.name, name, pair.what, c, pair.least)
				}
			}
		}
	}
}

func TestLongSamplesAreLong(t *testing.T) {
	if n := utf8.RuneCountInString(longAddress); n < 70 {
		t.Errorf("the longest address has %d characters, want 70", n)
	}
}
