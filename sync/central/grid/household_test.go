package grid

import "testing"

func TestHousehold(t *testing.T) {
	for _, same := range [][]string{
		{"3号楼502室", "三号楼502", "3栋502", "3#502", "3-502", " 3 号楼 502 室", "３号楼５０２室"},
		{"3号楼2单元502室", "3-2-502", "3栋2单元502"},
		{"幸福里3号楼502室", "幸福里三栋502"},
		{"", "  ", "-"},
	} {
		for _, one := range same {
			if got, want := Household(one), Household(same[0]); got != want {
				t.Errorf("%q is %q, want %q", one, got, want)
			}
		}
	}
	if Household("3号楼502室") == Household("3号楼503室") || Household("3号楼502室") == Household("3号楼5单元02室") {
		t.Error("two doors are one household")
	}
}
