package habits

import (
	"go/ast"
	"slices"
	"testing"
)

// calls reports each mention of a function of package time in a file. A
// renamed import would hide it, so that is an error too.
func timeUses(t *testing.T, f goFile, names ...string) []string {
	t.Helper()
	for _, i := range f.syntax.Imports {
		if i.Path.Value == `"time"` && i.Name != nil {
			t.Errorf("%s imports time under another name", f.name)
		}
	}
	var found []string
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(names, s.Sel.Name) {
				found = append(found, f.fset.Position(s.Pos()).String()+": time."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}

func TestTestsWaitOnSignals(t *testing.T) {
	for _, f := range goFiles(t) {
		if !f.isTest {
			continue
		}
		for _, use := range timeUses(t, f, "Sleep") {
			t.Errorf("%s: a test waits on a signal, never for a while", use)
		}
	}
}

// Only the runtime in kiosk/terminal may hold a clock, and there it is handed
// in; the rest of the heart is told the time by its caller.
func TestHeartHasNoClock(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.isTest || !within(f.folder, "kiosk") || within(f.folder, "kiosk/terminal") {
			continue
		}
		for _, use := range timeUses(t, f, "Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep") {
			t.Errorf("%s: the heart has no clock of its own", use)
		}
	}
}
