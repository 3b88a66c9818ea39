package docket

import (
	"bytes"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestVerification(t *testing.T) {
	for range 200 {
		v, err := NewVerification(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, written := range []string{string(v), v.String(), strings.ToLower(v.String()), " " + strings.ReplaceAll(v.String(), "0", "o") + " "} {
			if read, err := ParseVerification(written); err != nil || read != v {
				t.Fatalf("%q of %q: %q, %v", written, v, read, err)
			}
		}
		for i := range v { // one wrong letter
			wrong := []byte(v)
			wrong[i] = verificationLetters[(strings.IndexByte(verificationLetters, v[i])+1)%32]
			if _, err := ParseVerification(string(wrong)); !errors.Is(err, ErrVerification) {
				t.Fatalf("%s passes for %s", wrong, v)
			}
		}
	}
	for _, text := range []string{"", "0", "00000", "00000000001", "0000U-00000", strings.Repeat("-", 100), "一二三四五六七八九十"} {
		if v, err := ParseVerification(text); err == nil {
			t.Errorf("%q is %q", text, v)
		}
	}
	if _, err := NewVerification(bytes.NewReader([]byte{1})); err == nil {
		t.Error("a code without enough chance in it")
	}
}

func TestParseChains(t *testing.T) {
	if c, err := ParseChains(""); err != nil || !reflect.DeepEqual(c, DefaultChains()) {
		t.Errorf("%v, %v", c, err)
	}
	c, err := ParseChains(`{"certificate": ["committee"], "permit": []}`)
	if err != nil || len(c["certificate"]) != 1 || len(c["permit"]) != 0 {
		t.Errorf("%v, %v", c, err)
	}
	for _, text := range []string{"{", "[]", `{"a":["nobody"]}`, `{"a":["street","street"]}`, `{"":["street"]}`, `{} {}`} {
		if c, err := ParseChains(text); !errors.Is(err, ErrChains) {
			t.Errorf("%s: %v, %v", text, c, err)
		}
	}
}
