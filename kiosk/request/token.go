package request

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// CardToken stands for an ID card in central's books, so that its holder finds
// her requests with the card: HMAC-SHA-256 over the number with a key that all
// terminals of a central share. Without the key a token tells nothing; no key,
// no token.
func CardToken(key []byte, idNumber string) string {
	if len(key) == 0 || idNumber == "" {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("lintai card\x00"))
	mac.Write([]byte(idNumber))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
