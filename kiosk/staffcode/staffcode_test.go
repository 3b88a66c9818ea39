package staffcode

import (
	"testing"
	"time"
)

func TestNumberHoldsForItsTerminalAndItsTime(t *testing.T) {
	key, at := []byte("a key that only two have"), time.Date(2026, 11, 22, 7, 4, 0, 0, time.UTC)
	number := Code(key, 12, at)
	if len(number) != Digits {
		t.Fatalf("%q", number)
	}
	for name, c := range map[string]struct {
		key   []byte
		kiosk int
		at    time.Time
		typed string
		want  bool
	}{
		"now":                    {key, 12, at, number, true},
		"a step later":           {key, 12, at.Add(Step), number, true},
		"a clock a step behind":  {key, 12, at.Add(-Step), number, true},
		"two steps later":        {key, 12, at.Add(2 * Step), number, false},
		"another terminal":       {key, 13, at, number, false},
		"another key":            {[]byte("another"), 12, at, number, false},
		"no key":                 {nil, 12, at, Code(nil, 12, at), false},
		"seven digits":           {key, 12, at, number[:7], false},
		"nothing":                {key, 12, at, "", false},
		"of the QR with a space": {key, 12, at, " " + number[1:], false},
	} {
		if _, ok := Verify(c.key, c.kiosk, c.at, c.typed); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
	first, _ := Verify(key, 12, at, number)
	if again, _ := Verify(key, 12, at.Add(Step), number); again != first {
		t.Errorf("step %d, then %d: it could be used twice", first, again)
	}
	if back, ok := Scanned(Scan(number)); !ok || back != number {
		t.Errorf("%q %v", back, ok)
	}
	if _, ok := Scanned(number); ok {
		t.Error("a ticket code of as many digits opens the menu")
	}
}
