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
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/widget"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/ui/gallery"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

func (st *stage) drawn() []drawn {
	var all []drawn
	walk(st.screen.CanvasObject(), fyne.Position{}, func(d drawn) { all = append(all, d) })
	return all
}

// tongue is what a view says at its longest, in one language.
type tongue struct {
	title, hint, notice, headline      string
	tile, detail, action, value, label string
	bar                                []string
	name                               string
}

var tongues = map[string]tongue{
	"long chinese": {
		title: "请问您家里是哪一个地方坏了需要修？", hint: "请在下面选一个最像的。不确定的时候选其他也可以，工作人员会打电话问清楚。",
		notice: "打印机暂时不能用。提交后请记下屏幕上的号码，或按“呼叫工作人员”。", headline: "正在忙，忙完马上过来",
		tile: "单元门口信报箱", detail: "大门 门禁 对讲 信报箱 快递柜", action: "不刷卡，填楼号和房号",
		value: "明天上午九点到十一点半", label: "希望的时间", name: "阿卜杜热西提·阿卜杜拉木",
	},
	"long english": {
		title: "Which part of your home needs to be repaired?", hint: "Choose what comes closest. If you are not sure, choose Other: staff will ring you and ask.",
		notice: "The printer is out of order. Please write down the number on the screen, or press Call staff.", headline: "Busy now, coming right after",
		tile: "Household appliances", detail: "Entrance, door phone, letter box", action: "Without card: type the address",
		value: "Tomorrow morning, 9 to 11:30", label: "Preferred time", name: "Abdurehshit Abdurehimoglu",
		bar: []string{"Back", "Hear again", "Larger, slower", "Call staff"},
	},
}

// long is a view in which everything is said at the greatest length.
func long(v visit.View, in tongue) visit.View {
	pad := func(s *string, to string) {
		if *s != "" {
			*s = to
		}
	}
	pad(&v.Title, in.title)
	pad(&v.Hint, in.hint)
	pad(&v.Notice, in.notice)
	if v.Screen != visit.ScreenStart {
		pad(&v.Headline, in.headline)
	}
	v.Tiles = slices.Clone(v.Tiles)
	for i := range v.Tiles {
		pad(&v.Tiles[i].Label, in.tile)
		if v.Screen != visit.ScreenHome {
			v.Tiles[i].Detail = in.detail
		}
	}
	v.Actions = slices.Clone(v.Actions)
	for i := range v.Actions {
		pad(&v.Actions[i].Label, in.action)
	}
	v.Rows = slices.Clone(v.Rows)
	for i := range v.Rows {
		pad(&v.Rows[i].Value, in.value)
		if in.bar != nil {
			pad(&v.Rows[i].Label, in.label)
		}
	}
	v.Bar = slices.Clone(v.Bar)
	for i := range v.Bar {
		if in.bar != nil {
			v.Bar[i].Label = in.bar[slots[v.Bar[i].ID]]
		}
	}
	if in.bar == nil {
		v.Strip.Pending = "待送达 128 件"
	} else {
		v.Strip.Pending, v.Strip.Link = "128 to deliver", "No network: kept here first"
	}
	return v
}

// paged is a view as the visit pages it for a size: rows by their number, where
// one as long as an address counts as two.
func paged(v visit.View, size visit.Size) visit.View {
	v.Manner.Size = size
	v.Tiles = v.Tiles[:min(len(v.Tiles), catalog.MaxTiles)]
	if v.Screen != visit.ScreenConfirm {
		return v
	}
	room := 4 - int(size)
	var rows []visit.Row
	for _, r := range v.Rows {
		if room--; utf8.RuneCountInString(r.Value) > 40 {
			room--
		}
		if room < 0 && len(rows) > 0 {
			v.Pager = &visit.Pager{
				Page: 1, Pages: 2,
				Earlier: visit.Control{ID: "page.earlier", Label: "上一页", Icon: "back", Event: visit.Turn{By: -1}, Disabled: true},
				Later:   visit.Control{ID: "page.later", Label: "下一页", Icon: "next", Event: visit.Turn{By: 1}},
			}
			break
		}
		rows = append(rows, r)
	}
	v.Rows = rows
	return v
}

// addressed is a confirm page with the longest address and name, before the rest.
func addressed(v visit.View) visit.View {
	v.Rows = slices.Clone(v.Rows)
	for i := range v.Rows {
		switch v.Rows[i].Label {
		case "地址":
			v.Rows[i].Value = longAddress
		case "姓名":
			v.Rows[i].Value = tongues["long chinese"].name
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b visit.Row) int { return len(b.Value) - len(a.Value) })
	return v
}

// every runs a check on each sample × panel × size × contrast, at common and at
// greatest length in both languages.
func every(t *testing.T, check func(t *testing.T, st *stage, p Panel, v visit.View)) {
	all := samples(t)
	for _, name := range slices.Sorted(maps.Keys(panels)) {
		p := panels[name]
		st := newStage(t, p)
		for _, s := range all {
			variants := map[string]visit.View{"common": s.view, "addressed": addressed(s.view)}
			for in, words := range tongues {
				variants[in] = long(s.view, words)
			}
			for _, variant := range slices.Sorted(maps.Keys(variants)) {
				for _, size := range []visit.Size{visit.SizeStandard, visit.SizeLarge, visit.SizeLargest} {
					v := paged(variants[variant], size)
					v.Manner.Contrast = size == visit.SizeLarge // both palettes; a place does not depend on colour
					t.Run(fmt.Sprintf("%s/%s/%s/%d", name, s.name, variant, size), func(t *testing.T) {
						st.screen.show(v)
						check(t, st, p, v)
					})
				}
			}
		}
	}
}

// TestEveryScreenHoldsWhatResidentsNeed is the lint, see Drawing.Faults: over all
// screens and all steps of all services, in every size and language on every
// panel. High contrast changes colours alone, no place: it is held to the lint in
// the middle size.
func TestEveryScreenHoldsWhatResidentsNeed(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(panels)) {
		st := newStage(t, panels[name])
		for _, m := range []visit.Manner{
			{}, {Size: visit.SizeLarge}, {Size: visit.SizeLarge, Contrast: true}, {Size: visit.SizeLargest},
		} {
			for _, m.Locale = range []phrase.Locale{phrase.Chinese, phrase.English} {
				manner := gallery.Manner{Manner: m, Room: Room(panels[name])}
				screens, err := gallery.Screens(manner)
				if err != nil {
					t.Fatal(err)
				}
				services, err := gallery.Services(manner)
				if err != nil {
					t.Fatal(err)
				}
				for _, shot := range slices.Concat(screens, services) {
					st.screen.show(shot.View)
					for _, fault := range st.screen.drawing().Faults() {
						t.Errorf("%s/%s/%d/%t/%s: %s", name, m.Locale, m.Size, m.Contrast, shot.Name, fault)
					}
				}
			}
		}
	}
}

// TestTheLongestTextsFit pads every text of every screen at once; a 10-inch panel
// holds the longest there are, one at a time, see the test above.
func TestTheLongestTextsFit(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		if p.Tight() {
			return
		}
		for _, fault := range st.screen.drawing().Faults() {
			t.Error(fault)
		}
	})
}

// bad is a part that does one thing wrong.
type bad struct {
	kit.Spring
	object fyne.CanvasObject
	button *kit.Button
	place  func(r kit.Rect)
}

func (b bad) Object() fyne.CanvasObject                       { return b.object }
func (b bad) Heights(float32, theme.Scale) (float32, float32) { return 100, 100 }
func (b bad) Place(r kit.Rect, _ theme.Scale)                 { b.place(r) }

func (b bad) Buttons() []*kit.Button {
	if b.button == nil {
		return nil
	}
	return []*kit.Button{b.button}
}

// TestLintFindsWhatIsWrong plants one fault at a time into a screen that has none.
func TestLintFindsWhatIsWrong(t *testing.T) {
	p := panels["1080x1920"]
	written := func(words string, ink, behind color.Color, size float32, at kit.Rect) func(*stage) bad {
		return func(st *stage) bad {
			text := canvas.NewText(words, ink)
			text.TextSize, text.FontSource = size, theme.Regular
			sheet := canvas.NewRectangle(behind)
			return bad{object: &fyne.Container{Objects: []fyne.CanvasObject{sheet, text}}, place: func(r kit.Rect) {
				kit.Rect{X: r.X, Y: r.Y, W: r.W, H: 100}.Put(sheet)
				kit.Rect{X: r.X + at.X, Y: r.Y + at.Y, W: at.W, H: size * 1.448}.Put(text)
			}}
		}
	}
	touched := func(at kit.Rect) func(*stage) bad {
		return func(st *stage) bad {
			b := kit.NewButton(st.screen.panel, kit.Cap, 10)
			b.Set(kit.Face{ID: "planted", Label: "按", Style: kit.TileStyle})
			return bad{object: b.Object(), button: b, place: func(r kit.Rect) {
				b.Place(kit.Rect{X: r.X + at.X, Y: r.Y + at.Y, W: at.W, H: at.H}, 1, 0)
			}}
		}
	}
	black, white := color.Black, color.White
	for _, row := range []struct {
		name  string
		plant func(*stage) bad
		view  func(*visit.View)
		want  string
	}{
		{"nothing", written("字", black, white, 40, kit.Rect{X: 20, Y: 10, W: 40}), nil, ""},
		{"small text", written("小字", black, white, 20, kit.Rect{X: 20, Y: 10, W: 40}), nil, "mm high"},
		{"grey on grey", written("灰字", color.Gray{0x90}, color.Gray{0xC0}, 40, kit.Rect{X: 20, Y: 10, W: 80}), nil, "has a contrast"},
		{"cut text", written("切开", black, white, 40, kit.Rect{X: 20, Y: 70, W: 80}), nil, "cut by an edge"},
		{"text outside", written("外面", black, white, 40, kit.Rect{X: 1040, Y: 10, W: 80}), nil, "leaves the window"},
		{"text over text", written("家里什么坏了？", black, white, 40, kit.Rect{X: 100, Y: -120, W: 400}), nil, "overlap"},
		{"small target", touched(kit.Rect{X: 0, Y: 0, W: 60, H: 60}), nil, "is 15.0 mm"},
		{"target outside", touched(kit.Rect{X: -100, Y: 0, W: 100, H: 100}), nil, "planted leaves the window"},
		{"target of nowhere", touched(kit.Rect{X: 0, Y: 0, W: 100, H: 100}), nil, "planted is not in the view"},
		{"something that scrolls", func(*stage) bad {
			scroll := container.NewScroll(widget.NewLabel("滚"))
			return bad{object: scroll, place: func(r kit.Rect) { r.Put(scroll) }}
		}, nil, "takes a gesture"},
		{"a silent screen", nil, func(v *visit.View) { v.Prompt.Text = "" }, "the voice says nothing"},
		{"no way out", nil, func(v *visit.View) { v.Bar, v.Actions, v.Tiles = nil, nil, nil }, "no way out"},
		{"a part that is not drawn", nil, func(v *visit.View) { v.Code = "0012 1234 5678" }, "not on the screen"},
		{"a control that is not drawn", nil, func(v *visit.View) { v.Stars = []visit.Control{{ID: "star.1"}} }, "control star.1"},
		{"more tiles than fit", nil, func(v *visit.View) {
			v.Tiles = append(slices.Clone(v.Tiles), v.Tiles[0], v.Tiles[1])
			v.Tiles[6].ID = "tile.more"
		}, "control tile.more"},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := newStage(t, p)
			v := sampleNamed(t, "choose-what")
			v.Tiles = slices.Clone(v.Tiles[:min(len(v.Tiles), catalog.MaxTiles)])
			if row.view != nil {
				row.view(&v)
			}
			if row.plant != nil {
				part := row.plant(st)
				pg := st.screen.pages[v.Screen]
				columns := pg.columns
				pg.parts, pg.box.Objects = append(pg.parts, part), append(pg.box.Objects, part.object)
				pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
					all := columns(area, landscape)
					all[0].Parts = append(slices.Clone(all[0].Parts), part)
					return all
				}
			}
			st.screen.show(v)
			faults := st.screen.drawing().Faults()
			if row.want == "" {
				if len(faults) > 0 {
					t.Errorf("a good screen: %q", faults)
				}
				return
			}
			if !slices.ContainsFunc(faults, func(fault string) bool { return strings.Contains(fault, row.want) }) {
				t.Errorf("%q is not among %q", row.want, faults)
			}
		})
	}
}

func TestTheSurfaceAloneTakesFingers(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	for _, s := range samples(t) {
		st.screen.Show(s.view)
	}
	touchable := 0
	var all func(o fyne.CanvasObject)
	all = func(o fyne.CanvasObject) {
		if takesGesture(o) {
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
			st.screen.Show(long(s.view, tongues["long chinese"]))
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
