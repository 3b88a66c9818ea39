package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// Renew is the job that notes anew where cases are, after the grids were changed: some of
// them, beginning after one, and the next job the next. With no Drawn it finds out whether
// anything is to be done.
type Renew struct {
	Drawn string `json:"drawn,omitempty"`
	After int64  `json:"after,omitempty"`
}

func (Renew) Kind() string { return "dispatch.renew" }

// settingDrawn keeps which drawing of the grids all cases were placed by; while that goes
// on, the last case behind it.
const settingDrawn = "dispatch.drawn"

// drawn tells one drawing of the grids from another. Who works there is no part of it.
func drawn(book *grid.Book) (string, error) {
	grids := append([]grid.Grid(nil), book.Grids...)
	for i := range grids {
		grids[i].Posts = nil
	}
	b, err := json.Marshal(grids)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), err
}

// Renew places some cases anew, and tells which job goes on; nil when nothing is left.
func (o *Office) Renew(ctx context.Context, r Renew) (next *Renew, err error) {
	a, err := o.around(ctx)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	now, err := drawn(a.book)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	text, err := o.Store.Setting(ctx, settingDrawn)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	of, after, going := strings.Cut(text, " ")
	reached, _ := strconv.ParseInt(after, 10, 64)
	switch {
	case of == now && !going, text == "" && len(a.book.Grids) == 0:
		return nil, nil // all were
	case of != now:
		r = Renew{Drawn: now} // it begins, or begins anew: the grids were changed while it went on
	case r.Drawn != now:
		r = Renew{Drawn: now, After: reached} // where a process ended, or another works
	case r.After < reached:
		return nil, nil // another job is ahead
	}
	cases, err := o.Store.Cases(ctx, docket.CaseQuery{Order: docket.Oldest, After: &docket.Position{Number: r.After}, Limit: atOnce})
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	if len(cases) == 0 {
		if o.Placed != nil {
			if err := o.Placed(ctx); err != nil {
				return nil, fmt.Errorf("dispatch: all cases are placed: %w", err)
			}
		}
		if err := o.Store.PutSetting(ctx, settingDrawn, now); err != nil {
			return nil, fmt.Errorf("dispatch: %w", err)
		}
		return nil, nil
	}
	numbers := make([]int64, len(cases))
	for i, c := range cases {
		numbers[i] = c.Number
	}
	placed, err := o.Store.PlacesOf(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	for _, c := range cases {
		was := placed[c.Number]
		if is := place(c, was, a); is != was {
			if err := o.Store.PlaceCase(ctx, c.Number, is.Grid, is.Building); err != nil {
				return nil, fmt.Errorf("dispatch: %w", err)
			}
		}
	}
	r.After = numbers[len(numbers)-1]
	if err := o.Store.PutSetting(ctx, settingDrawn, now+" "+strconv.FormatInt(r.After, 10)); err != nil {
		return nil, fmt.Errorf("dispatch: %w", err)
	}
	return &r, nil
}

// place says where a case is by the grids of today. Where its own words do not tell, as
// when they were taken out for its resident, the building does that was known before.
func place(c docket.Case, was grid.Placed, a around) grid.Placed {
	var located *Located
	if body, err := c.Request(); err == nil {
		located = Locate(a.book, body, a.terminals[c.Kiosk])
	}
	if (located == nil || located.Building.Name == "") && was.Building != "" {
		if found, ok := a.book.Find(was.Building); ok {
			return grid.Placed{Grid: found.Grid.ID, Building: found.Building.Name}
		}
	}
	if located != nil {
		return grid.Placed{Grid: located.Grid.ID, Building: located.Building.Name}
	}
	for _, g := range a.book.Grids {
		if g.ID == was.Grid {
			return was
		}
	}
	return grid.Placed{}
}
