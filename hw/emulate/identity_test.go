package emulate_test

import (
	"strings"
	"testing"

	"lintai/hw/emulate"
)

// TestIdentitiesAreNobodys: a test identity that could be a person's would be
// one leak away from being one.
func TestIdentitiesAreNobodys(t *testing.T) {
	seen := map[string]bool{}
	for n := range 1000 {
		id := emulate.Synthetic(n)
		if id != emulate.Synthetic(n) {
			t.Fatalf("identity %d is not always the same", n)
		}
		if !strings.HasPrefix(id.Number, "99") || len(id.Number) != 18 || seen[id.Number] {
			t.Fatalf("identity %d has number %s", n, id.Number)
		}
		seen[id.Number] = true
		if !strings.ContainsAny(id.Name, "测试样例") || !strings.HasPrefix(id.Address, "虚构市") {
			t.Fatalf("identity %d could be somebody", n)
		}
	}
}

// The published vectors, in parts.
func TestSyntheticNumbersCheck(t *testing.T) {
	for _, c := range []struct {
		area, birth string
		order       int
		want        string
	}{
		{"110105", "19491231", 2, "11010519491231002X"},
		{"932682", "19850101", 1, "932682198501010017"},
		{"911124", "19810803", 2, "911124198108030024"},
	} {
		if got := emulate.SyntheticNumber(c.area, c.birth, c.order); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
