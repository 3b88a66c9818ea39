package ticket

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
)

func TestCheckDigit(t *testing.T) {
	// ISO/IEC 7064 MOD 11,10: the published example of the standard is 0794 → 5.
	if got := checkDigit("0794"); got != '5' {
		t.Errorf("0794 has the check digit %c, want 5", got)
	}
}

func TestNew(t *testing.T) {
	seen := map[Code]bool{}
	for range 1000 {
		c, err := New(12, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(string(c)); err != nil || back != c || c[:4] != "0012" {
			t.Fatalf("%s → %s, %v", c, back, err)
		}
		seen[c] = true
	}
	if len(seen) < 990 {
		t.Errorf("only %d different codes of 1000", len(seen))
	}
	for _, n := range []int{0, -1, MaxTerminal + 1} {
		if _, err := New(n, rand.Reader); err == nil {
			t.Errorf("terminal %d gets a code", n)
		}
	}
	if _, err := New(1, bytes.NewReader(nil)); err == nil {
		t.Error("no randomness, but a code")
	}
}

func TestCodesOfCentralAreNoTerminals(t *testing.T) {
	for range 100 {
		c, err := OfCentral(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(c.String()); err != nil || back != c || c[:4] != "0000" {
			t.Fatalf("%s → %s, %v", c, back, err)
		}
	}
}

func TestEveryWrongDigitIsFound(t *testing.T) {
	c, _ := New(4711, rand.Reader)
	for i := range c {
		for d := byte('0'); d <= '9'; d++ {
			wrong := []byte(c)
			if wrong[i] == d {
				continue
			}
			wrong[i] = d
			if _, err := Parse(string(wrong)); !errors.Is(err, ErrCheck) {
				t.Errorf("%s for %s: %v", wrong, c, err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	const good = Code("001212345678")
	for text, want := range map[string]error{
		"001212345678": nil, "0012 1234 5678": nil, " 0012-1234-5678 ": nil, "0012　1234　5678": nil,
		"001212345674": ErrCheck, "00121234567": ErrLength, "0012123456785": ErrLength, "": ErrLength, "0012x2345675": ErrLength, "００１２１２３４５６７８": ErrLength,
	} {
		c, err := Parse(text)
		if !errors.Is(err, want) || (err == nil && c != good) {
			t.Errorf("%q: %s, %v", text, c, err)
		}
	}
}

func TestParseScan(t *testing.T) {
	const good = Code("001212345678")
	for text, ok := range map[string]bool{
		"001212345678\r\n": true, "https://c.example/t/001212345678": true, "http://127.0.0.1:8420/base/t/001212345678": true,
		good.URL("https://c.example/base/"): true,
		"https://c.example/t/001212345674":  false, "https://c.example/001212345678/x": false, "WIFI:S:home;;": false, "\xff\xfe": false, "https://c.example/t/": false,
	} {
		if c, err := ParseScan(text); (err == nil) != ok || ok && c != good {
			t.Errorf("%q: %s, %v", text, c, err)
		}
	}
}

func TestString(t *testing.T) {
	if s := Code("001212345678").String(); s != "0012 1234 5678" {
		t.Errorf("got %q", s)
	}
}

func FuzzParseScan(f *testing.F) {
	f.Add("https://c.example/t/001212345678")
	f.Add("0012 1234 5678")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseScan(text)
		if err != nil {
			return
		}
		if again, err := Parse(c.String()); err != nil || again != c {
			t.Errorf("%q gives %q, which reads as %q, %v", text, c, again, err)
		}
	})
}
