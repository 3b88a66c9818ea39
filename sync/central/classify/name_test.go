package classify

import (
	"strings"
	"testing"
)

// Staff read names: every built-in rule has one of its own, and rules that a community
// wrote without names, or took out, keep what is known of them.
func TestRulesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, one := range Default().Rules {
		if one.Name == "" || seen[one.Name] || strings.ContainsAny(one.Name, "abcdefghijklmnopqrstuvwxyz_") {
			t.Errorf("%s is called %q", one.ID, one.Name)
		}
		seen[one.Name] = true
	}
	own := &Rules{Rules: []Rule{{ID: "lift", Name: "直梯"}, {ID: "fire"}, {ID: "hedgehog"}}}
	for id, want := range map[string]string{"lift": "直梯", "fire": "起火冒烟", "hedgehog": "hedgehog", "gone": "gone", "gas_leak": "燃气泄漏"} {
		if got := own.NameOf(id); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
	if got := own.NameOf(RepeatRule); got == RepeatRule || got == "" {
		t.Errorf("the repetition is called %q", got)
	}
}
