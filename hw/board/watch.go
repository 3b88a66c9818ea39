package board

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Watch opens the board as a device for hw/supervise: it is always there, and each
// probe is one look.
func (b Board) Watch(context.Context, func(hw.Report)) (hw.Device, error) {
	return &watch{board: b, done: make(chan struct{})}, nil
}

type watch struct {
	board  Board
	wasHot bool

	done chan struct{} // never closed: a board is not lost
}

// Probe looks at the board.
func (w *watch) Probe(ctx context.Context) (hw.Report, error) {
	found := w.board.figures(ctx).troubles(w.wasHot)
	w.wasHot = slices.ContainsFunc(found, func(t Trouble) bool { return t.Code == fault.Overtemp })
	return report(found), ctx.Err()
}

func (w *watch) Done() <-chan struct{} { return w.done }
func (w *watch) Err() error            { return nil }
func (w *watch) Close() error          { return nil }

// report makes one health of all troubles: the gravest gives the code, and the
// one published first among equals.
func report(found []Trouble) hw.Report {
	if len(found) == 0 {
		return hw.Report{}
	}
	place := func(c fault.Code) int {
		return slices.IndexFunc(fault.List, func(e fault.Entry) bool { return e.Code == c })
	}
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b Trouble) int {
		x, _ := fault.Find(a.Code)
		y, _ := fault.Find(b.Code)
		return cmp.Or(cmp.Compare(y.Severity, x.Severity), cmp.Compare(place(a.Code), place(b.Code)))
	})
	details := make([]string, len(found))
	for i, t := range found {
		details[i] = string(t.Code) + ": " + t.Detail
	}
	worst, _ := fault.Find(found[0].Code)
	return hw.Report{Code: worst.Code, Unusable: worst.Severity == fault.Fatal, Detail: strings.Join(details, "; ")}
}
