package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"html/template"
)

// Forms of other sites are kept out three times over. The cookie is SameSite=Strict;
// Go's CrossOriginProtection refuses what a browser itself says is another site's
// (Sec-Fetch-Site, else Origin); and each form carries a token that only a page of
// this session can know. The third is for browsers that do neither of the first two:
// an old one on an office PC sends no Origin with a form, and to the protection it
// then looks like no browser at all. Sign-in has no session yet and no token: whoever
// makes somebody sign in as another learns nothing of her, and every modern browser
// is refused by the second.
//
// The token is a keyed hash of the cookie's secret, so it needs no place to be kept,
// ends with the session, and does not tell the secret.

// tokenOf makes the token of a session from its cookie.
func tokenOf(cookie string) string {
	mac := hmac.New(sha256.New, []byte(cookie))
	mac.Write([]byte("lintai console form"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func tokenField(token string) template.HTML {
	// Letters of base64 only: nothing of it needs escaping.
	return template.HTML(`<input type="hidden" name="token" value="` + token + `">`)
}

// Token is the hidden field of a form that an area draws by itself.
func (r *Request) Token() template.HTML { return tokenField(r.token) }

func tokenFits(given, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}
