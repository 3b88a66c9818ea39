package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// page is one prebuilt screen between strip and bar.
type page struct {
	panel  Panel
	ground theme.Role
	box    *fyne.Container
	parts  []kit.Part
	// spare leaves out, one after the other, what only explains: on a small panel
	// it gives way where there is no place for it, and the voice says it alone.
	spare []func()
	slate *kit.Slate // where one writes with the finger, or nil
	// fill puts a view into the parts.
	fill func(visit.View)
	// columns says how the parts stand in the place between strip and bar.
	columns func(area kit.Rect, landscape bool) []kit.Column
}

// newPage puts the parts' objects into one container.
func newPage(p Panel, ground theme.Role, parts ...kit.Part) *page {
	pg := &page{panel: p, ground: ground, parts: parts, box: &fyne.Container{}}
	for _, part := range parts {
		pg.box.Objects = append(pg.box.Objects, part.Object())
	}
	pg.box.Hide()
	return pg
}

func (pg *page) show(v visit.View, area kit.Rect, from theme.Scale) {
	pg.fill(v)
	across, down := pg.panel.MM(8), pg.panel.MM(5)
	if pg.panel.Tight() {
		across, down = pg.panel.MM(4), pg.panel.MM(1.85)
	}
	columns := pg.columns(area.Inset(across, down), area.W > area.H)
	scale, fits := kit.Closest(pg.panel, from, columns...)
	for _, leave := range pg.spare {
		if !fits && pg.panel.Tight() {
			leave()
			columns = pg.columns(area.Inset(across, down), area.W > area.H)
			scale, fits = kit.Closest(pg.panel, from, columns...)
		}
	}
	for _, part := range pg.parts {
		if part.Empty() {
			part.Hide()
		}
	}
	for _, column := range columns {
		column.Place(pg.panel, scale)
	}
	pg.box.Show()
}

func (pg *page) forget() {
	pg.box.Hide()
	for _, part := range pg.parts {
		part.Forget()
	}
}

func (pg *page) buttons() []*kit.Button {
	var all []*kit.Button
	for _, part := range pg.parts {
		all = append(all, part.Buttons()...)
	}
	return all
}

// one is a single column.
func one(area kit.Rect, parts ...kit.Part) []kit.Column {
	return []kit.Column{{Area: area, Parts: parts}}
}

// two are columns side by side; share is the left one's part of the width.
func two(p Panel, area kit.Rect, share float32, left, right []kit.Part) []kit.Column {
	l, r := area.Columns(share, 2*p.Gap())
	return []kit.Column{{Area: l, Parts: left}, {Area: r, Parts: right}}
}

func list(parts ...kit.Part) []kit.Part { return parts }

// face turns a control of a view into what a button shows.
func face(c visit.Control, style kit.Style) kit.Face {
	return kit.Face{
		ID: c.ID, Label: c.Label, Detail: c.Detail, Icon: c.Icon, Event: c.Event,
		Disabled: c.Disabled, Selected: c.Selected, Style: style,
	}
}
