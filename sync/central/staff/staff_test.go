package staff

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

func TestPasswordsAreKeptAsHashes(t *testing.T) {
	const password = "correct horse 电池"
	kept := hashPassword(password)
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || kept == hashPassword(password) {
		t.Errorf("kept as %s", kept)
	}
	for typed, want := range map[string]bool{password: true, "ｃorrect horse 电池": true, password + " ": false, "": false} {
		if ok, stale, err := fits(kept, typed); ok != want || stale || err != nil {
			t.Errorf("%q: %v %v %v", typed, ok, stale, err)
		}
	}
	// Of other parameters: still good, and to be made anew.
	weak := parameters{memory: 8 << 10, passes: 1, lanes: 1}
	old := weak.text([]byte("saltsaltsaltsalt"), weak.sum(password, []byte("saltsaltsaltsalt"), 32))
	if ok, stale, err := fits(old, password); !ok || !stale || err != nil {
		t.Errorf("old parameters: %v %v %v", ok, stale, err)
	}
	if ok, _, err := fits(nobodys, ""); ok || err != nil {
		t.Errorf("nobody's password: %v %v", ok, err)
	}
	if p, _, _, err := readHash(nobodys); p != current || err != nil {
		t.Errorf("an unknown login costs %+v, a known one %+v", p, current)
	}
}

// A vector of the reference implementation's own test (version 0x13, 256 KiB).
func TestHashIsArgon2id(t *testing.T) {
	got := argon2.IDKey([]byte("password"), []byte("somesalt"), 2, 256, 1, 32)
	if want := "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"; hex.EncodeToString(got) != want {
		t.Errorf("%x, want %s", got, want)
	}
}

func TestDamagedHashesAreRefused(t *testing.T) {
	sound := hashPassword("ten letters")
	for _, text := range []string{"", "$", "plain", strings.Replace(sound, "argon2id", "argon2i", 1), strings.Replace(sound, "v=19", "v=16", 1),
		strings.Replace(sound, "m=19456", "m=4000000000", 1), strings.Replace(sound, "m=19456", "m=1", 1), strings.Replace(sound, "t=2", "t=0", 1),
		strings.Replace(sound, "t=2", "t=99", 1), strings.Replace(sound, "p=1", "p=0", 1), strings.Replace(sound, "p=1", "p=1x", 1), sound[:len(sound)-30], sound + "$"} {
		if _, _, err := fits(text, "ten letters"); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestPasswordRule(t *testing.T) {
	a := Account{Login: "wangfang88", Name: "王芳", Phone: "13800001234"}
	for password, want := range map[string]error{
		"短":                                  ErrShort,
		"ninechars":                          ErrShort,
		strings.Repeat("long", 33):           ErrLong,
		"1234567890":                         ErrCommon,
		"0987654321":                         ErrCommon,
		"aaaaaaaaaaaa":                       ErrCommon,
		"abcabcabcabc":                       ErrCommon,
		"1212121212":                         ErrCommon,
		"qwertyuiop":                         ErrCommon,
		"poiuytrewq":                         ErrCommon,
		"password123":                        ErrCommon,
		"P@ssw0rd1234":                       ErrCommon,
		"woaini1314520":                      ErrCommon,
		"Huawei@123456":                      ErrCommon,
		"administrator":                      ErrCommon,
		"ｐａｓｓｗｏｒｄ123":                        ErrCommon,
		"13912345678":                        ErrNumber,
		"19580203 19580203":                  ErrNumber,
		"11010119580203001x":                 ErrNumber,
		"wangfang88!":                        ErrPersonal,
		"13800001234a":                       ErrPersonal,
		"lintai2026":                         ErrPersonal,
		"我家的猫叫小花喵喵喵":                         nil,
		"xiaohua likes fish":                 nil,
		"t7#Kq2!mZp":                         nil,
		"wangfang88 has a cat called 小花":     nil,
		"7391846205":                         nil, // no one's number, and not a row
		"correct horse battery staple green": nil,
	} {
		if got := CheckPassword(a, password); !errors.Is(got, want) || want == nil && got != nil {
			t.Errorf("%q: %v, want %v", password, got, want)
		}
	}
}

func TestAccountsAreTidied(t *testing.T) {
	a := Account{Login: " ＷangFang.1 ", Name: "  王  芳 ", Phone: "138 0000-1234", Roles: []Role{Administrator, Clerk, Clerk}}
	if err := a.tidy(); err != nil || a.Login != "wangfang.1" || a.Name != "王 芳" || a.Phone != "1380000-1234" || JoinRoles(a.Roles) != "clerk administrator" {
		t.Errorf("%+v %v", a, err)
	}
	for _, wrong := range []Account{
		{Login: "", Name: "a", Roles: Roles}, {Login: "王芳", Name: "a", Roles: Roles}, {Login: "a b", Name: "a", Roles: Roles},
		{Login: strings.Repeat("a", 33), Name: "a", Roles: Roles}, {Login: "a", Name: "\x00", Roles: Roles}, {Login: "a", Name: strings.Repeat("王", 21), Roles: Roles},
		{Login: "a", Name: "a", Phone: "call me", Roles: Roles}, {Login: "a", Name: "a"}, {Login: "a", Name: "a", Roles: []Role{"king"}},
	} {
		if err := wrong.tidy(); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
	if got := SplitRoles("clerk king administrator"); len(got) != 2 {
		t.Errorf("a role that is not known was granted: %v", got)
	}
}

// The vectors of RFC 6238, appendix B, for SHA-1, with their last six digits.
func TestDigitsAreThoseOfTheRFC(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for at, digits := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		for off, want := range map[int64]bool{0: true, -30: true, 30: true, -90: false, 90: false} {
			s := SecondFactor{Secret: secret}
			if got := s.take(digits, time.Unix(at+off, 0)); got != want {
				t.Errorf("%s at %d%+d: %v", digits, at, off, got)
			}
			if want && s.take(digits, time.Unix(at+off, 0)) {
				t.Errorf("%s was taken twice", digits)
			}
		}
	}
	none := SecondFactor{}
	if none.take("", time.Unix(59, 0)) {
		t.Error("no code was taken")
	}
}

func TestCodesOnPaper(t *testing.T) {
	codes, hashes := newRecovery()
	s := SecondFactor{Secret: "GEZDGNBVGY3TQOJQ", Recovery: hashes}
	kept := s
	for i, code := range codes {
		if !s.take(" "+strings.ToUpper(code), time.Unix(0, 0)) || s.take(code, time.Unix(0, 0)) || len(s.Recovery) != len(codes)-i-1 {
			t.Errorf("code %d: %d are left", i, len(s.Recovery))
		}
	}
	if kept.Recovery[0] != hashes[0] || len(kept.Recovery) != len(codes) {
		t.Error("a copy changed too") // a transaction that runs again begins with it
	}
}

// The offer is a session's own: the same while it lasts, another in the next.
func TestOffer(t *testing.T) {
	a := Account{ID: "1", Login: "wang"}
	one, err := NewOffer(a, "session")
	again, _ := NewOffer(a, "session")
	other, _ := NewOffer(a, "another")
	if err != nil || one != again || one.Secret == other.Secret || len(one.Secret) != 32 || !strings.HasPrefix(one.Address, "otpauth://totp/") {
		t.Errorf("%+v %+v %v", one, other, err)
	}
	if png, err := one.Picture(); err != nil || len(png) < 100 {
		t.Errorf("%d bytes, %v", len(png), err)
	}
}

func FuzzHash(f *testing.F) {
	f.Add(nobodys)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA")
	f.Fuzz(func(t *testing.T, text string) {
		if p, salt, sum, err := readHash(text); err == nil && p.text(salt, sum) != text {
			t.Errorf("%q is read as %q", text, p.text(salt, sum))
		}
	})
}
