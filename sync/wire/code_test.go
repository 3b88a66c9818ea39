package wire

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCodesAreReadAsPeopleWriteThem(t *testing.T) {
	c := NewCode()
	for _, text := range []string{string(c), c.String(), strings.ToLower(c.String()), " " + strings.ReplaceAll(c.String(), "-", " ") + " "} {
		if got, err := ParseCode(text); err != nil || got != c {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	if got, err := ParseCode("OIL0-oil0-ABCD-ABCD"); err != nil || got != "01100110ABCDABCD" {
		t.Errorf("letters that look alike: %q, %v", got, err)
	}
	for _, text := range []string{"", "ABCD", string(c) + "A", "UUUU-UUUU-UUUU-UUUU", "ABCD-ABCD-ABCD-ABC密", strings.Repeat("-", 1000)} {
		if _, err := ParseCode(text); !errors.Is(err, ErrCode) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if NewCode() == c {
		t.Error("the same code twice")
	}
	if len(c.String()) != 19 {
		t.Errorf("%q", c)
	}
}

// Whatever is changed in what a proof is over, it is another proof.
func TestProofsCoverEverything(t *testing.T) {
	s, other := Code("ABCDABCDABCDABCD").Secret(), Code("ABCDABCDABCDABCE").Secret()
	if s.ID() == other.ID() || strings.Contains(s.ID(), "ABCD") {
		t.Errorf("ids %s and %s", s.ID(), other.ID())
	}
	e := Enrol{Kiosk: 12, CodeID: s.ID(), Request: []byte("request")}
	seen := map[string]string{}
	note := func(what string, proof []byte) {
		if before, known := seen[string(proof)]; known {
			t.Errorf("%s has the proof of %s", what, before)
		}
		seen[string(proof)] = what
	}
	note("enrol", s.EnrolProof([]byte("x"), e))
	note("another connection", s.EnrolProof([]byte("y"), e))
	note("another code", other.EnrolProof([]byte("x"), e))
	for what, change := range map[string]func(*Enrol){
		"number": func(e *Enrol) { e.Kiosk++ }, "code id": func(e *Enrol) { e.CodeID += "0" }, "request": func(e *Enrol) { e.Request = []byte("Request") },
		"fields moved": func(e *Enrol) { e.CodeID += "r"; e.Request = e.Request[1:] },
	} {
		changed := e
		change(&changed)
		note(what, s.EnrolProof([]byte("x"), changed))
	}
	a := EnrolAnswer{Protocol: Protocol, ServerTime: time.Unix(1, 2), Kiosk: 12, Certificate: []byte("c"), Root: []byte("r"), SealKey: "s", DocumentKey: []byte("d"), CardKey: []byte("k"), PublicAddress: "p"}
	note("answer", s.AnswerProof([]byte("x"), a))
	for what, change := range map[string]func(*EnrolAnswer){
		"protocol": func(a *EnrolAnswer) { a.Protocol = "" }, "time": func(a *EnrolAnswer) { a.ServerTime = time.Unix(1, 3) },
		"terminal": func(a *EnrolAnswer) { a.Kiosk = 13 }, "certificate": func(a *EnrolAnswer) { a.Certificate = nil }, "root": func(a *EnrolAnswer) { a.Root = []byte("R") },
		"seal key": func(a *EnrolAnswer) { a.SealKey = "S" }, "document key": func(a *EnrolAnswer) { a.DocumentKey = nil }, "card key": func(a *EnrolAnswer) { a.CardKey = []byte("K") },
		"address": func(a *EnrolAnswer) { a.PublicAddress = "" },
	} {
		changed := a
		change(&changed)
		note("answer with another "+what, s.AnswerProof([]byte("x"), changed))
	}
	if SameProof(nil, nil) || SameProof([]byte("a"), []byte("a")) || !SameProof(s.AnswerProof(nil, a), s.AnswerProof(nil, a)) {
		t.Error("proofs are not compared")
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("ABCD-EFGH-JKMN-PQRS")
	f.Add("oilOIL")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCode(text)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.String()); err != nil || again != c {
			t.Fatalf("%q is read as %q, and that as %q, %v", text, c, again, err)
		}
	})
}
