package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newHand is the screen of own words written with the finger, one character at a
// time.
func newHand(p Panel) *page {
	title := newHeading(p, false, 16)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	field := newWriting(p, 2)
	choice := newCandidates(p)
	slate := &slate{panel: p, Slate: kit.NewSlate(p)}
	tools := newToolRow(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, field, choice, slate, tools, act)
	pg.slate = slate.Slate
	pg.fill = func(v visit.View) {
		pad := v.Pad
		if pad == nil {
			pad = &visit.Pad{}
		}
		title.set(v.Title, "", look(v.Tone))
		advice := ""
		if p.Tight() {
			advice = v.Hint
		} else {
			hint.Set(v.Hint)
		}
		note.set(v.Notice, v.NoticeTone)
		field.set(pad.Text, "", "")
		choice.set(pad.Candidates, pad.More, advice, false)
		slate.set(pad)
		tools.set(pad.Tools)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			room := area.W - 2*p.Gap()
			row := (mostCandidates+1)*p.MM(theme.Key) + mostCandidates*p.Gap() + 1 // the words and the key to the next ones
			share := min(0.5, area.H/room, 1-row/room)
			return two(p, area, share, list(slate), list(title, hint, note, field, choice, tools, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, hint, note, kit.Spring{Weight: 1}, field, choice, slate, tools, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// slate is the square to write on, as a part.
type slate struct {
	*kit.Slate
	panel Panel
	given bool
}

func (s *slate) set(pad *visit.Pad) {
	lines := make([][]kit.Dot, len(pad.Strokes))
	for i, stroke := range pad.Strokes {
		for _, at := range stroke.Points {
			lines[i] = append(lines[i], kit.Dot{X: at.X, Y: at.Y})
		}
	}
	s.given = true
	s.Slate.Set(lines)
}

func (s *slate) Empty() bool            { return !s.given }
func (s *slate) Buttons() []*kit.Button { return nil }

func (s *slate) Heights(width float32, _ theme.Scale) (least, most float32) {
	return min(width, s.panel.MM(80)), min(width, s.panel.MM(170))
}

func (s *slate) Place(r kit.Rect, _ theme.Scale) { s.Slate.Place(r) }

func (s *slate) Forget() {
	s.given = false
	s.Slate.Forget()
}

// toolRow is a row of keys with a word each.
type toolRow struct {
	panel Panel
	box   *fyne.Container
	tools []*kit.Button // grown to the most ever shown, then reused
}

func newToolRow(p Panel) *toolRow { return &toolRow{panel: p, box: &fyne.Container{}} }

func (t *toolRow) set(controls []visit.Control) {
	for len(t.tools) < len(controls) {
		b := kit.NewButton(t.panel, kit.Cap, theme.Label)
		t.tools = append(t.tools, b)
		t.box.Objects = append(t.box.Objects, b.Object())
	}
	fill(t.tools, controls, kit.QuietStyle)
}

func (t *toolRow) Object() fyne.CanvasObject { return t.box }
func (t *toolRow) Empty() bool               { return len(filled(t.tools)) == 0 }
func (t *toolRow) Buttons() []*kit.Button    { return filled(t.tools) }

func (t *toolRow) Heights(float32, theme.Scale) (float32, float32) {
	return t.panel.MM(theme.Key), t.panel.MM(24)
}

func (t *toolRow) Place(r kit.Rect, s theme.Scale) {
	t.box.Show()
	placeRow(t.panel, filled(t.tools), r, s)
}

func (t *toolRow) Hide() {
	t.box.Hide()
	for _, b := range t.tools {
		b.Hide()
	}
}

func (t *toolRow) Forget() {
	t.box.Hide()
	for _, b := range t.tools {
		b.Forget()
	}
}
