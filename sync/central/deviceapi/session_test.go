package deviceapi

import "testing"

// The broker does not tell of a line that breaks before its greeting is answered.
func TestSessionsOfBrokenLinesAreForgotten(t *testing.T) {
	var s sessions
	broken := false
	s.put(1, session{id: "bin-1", closed: func() bool { return broken }})
	s.put(2, session{id: "bin-2", closed: func() bool { return false }})
	if open := s.open(); len(open) != 2 {
		t.Fatalf("%d lines are open", len(open))
	}
	broken = true
	if open := s.open(); len(open) != 1 || open[2].id != "bin-2" {
		t.Errorf("%d lines are open", len(open))
	}
	if _, there := s.of(1); there {
		t.Error("a broken line is still known")
	}
}
