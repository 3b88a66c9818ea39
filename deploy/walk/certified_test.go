package main

import "testing"

func TestForgedCodesAreOthers(t *testing.T) {
	for from, want := range map[string]string{
		"http://c/verify?code=ABCD-EFGH": "http://c/verify?code=BBCD-EFGH",
		"http://c/verify?code=9BCD":      "http://c/verify?code=2BCD",
		"http://c/verify?code=ZBCD":      "http://c/verify?code=2BCD",
	} {
		if got, err := forge(from); err != nil || got != want {
			t.Errorf("%s: %s, %v", from, got, err)
		}
	}
	if _, err := forge("http://c/verify"); err == nil {
		t.Error("no code at all")
	}
}
