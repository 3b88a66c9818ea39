package nfc

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestATokenShowsNothing(t *testing.T) {
	uid := []byte{0xC0, 0xFF, 0xEE, 0x42}
	token := newToken(TypeA, uid)
	deep := struct {
		Shown  Present
		hidden struct{ token Token }
	}{Shown: Present{token}}
	deep.hidden.token = token

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%08b"} {
		fmt.Fprintf(&out, verb+"\n", token)
		fmt.Fprintf(&out, verb+"\n", &token)
		fmt.Fprintf(&out, verb+"\n", deep)
		fmt.Fprintf(&out, verb+"\n", []any{token, deep, map[Token]int{token: 1}})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("seen", "token", token, "event", Present{token}, "deep", deep)
	}
	if err := json.NewEncoder(&out).Encode(deep); err != nil {
		t.Fatal(err)
	}
	text := strings.ToLower(out.String())
	if !strings.Contains(text, strings.ToLower(hidden)) {
		t.Fatal("nothing was printed")
	}
	for _, form := range []string{hex.EncodeToString(uid), "c0 ff ee", "0xc0, 0xff", "192 255 238", "\\xc0\\xff", string(uid), fmt.Sprint(0xC0FFEE42), "11000000 11111111"} {
		if strings.Contains(text, strings.ToLower(form)) {
			t.Errorf("the UID shows as %q", form)
		}
	}
}

func TestTokens(t *testing.T) {
	four, same, random := newToken(TypeA, []byte{1, 2, 3, 4}), newToken(TypeA, []byte{1, 2, 3, 4}), newToken(TypeA, []byte{8, 2, 3, 4})
	other := newToken(TypeB, []byte{1, 2, 3, 4})
	if four != same || four == other || four == random || four.IsZero() || !(Token{}).IsZero() {
		t.Error("tokens are not compared by type and UID")
	}
	if four.Type() != TypeA || other.Type() != TypeB || (Token{}).Type() != 0 {
		t.Error("a token has the wrong type")
	}
	if !four.Lasting() || random.Lasting() || other.Lasting() || (Token{}).Lasting() || !newToken(TypeA, []byte{8, 2, 3, 4, 5, 6, 7}).Lasting() {
		t.Error("wrong about which UIDs last")
	}
	key := []byte("of this community")
	if four.Digest(key) != same.Digest(key) || four.Digest(key) == other.Digest(key) || four.Digest(key) == four.Digest([]byte("of another")) {
		t.Error("a digest is not that of key, type and UID")
	}
	// By openssl dgst -sha256 -hmac key.
	if got := hex.EncodeToString(func() []byte { d := four.Digest([]byte("key")); return d[:] }()); got != "4909c8c073aefc4d790fab9a13afc22f2f02fd2b1e4162c453cff860f533ef8d" {
		t.Errorf("digest %s", got)
	}
}
