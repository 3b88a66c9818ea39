// Package network turns the terminal's network settings into what the system's own
// services read (systemd-networkd, wpa_supplicant, nftables), and reads what
// wpa_supplicant says of the networks within reach. It is pure: text in, text out.
//
// Nothing of a network's name or password can leave the line on which it stands: both
// are written in hex, in which wpa_supplicant takes any bytes. Names are bytes on the
// air; old routers in China speak GBK, so a name that somebody typed is tried in both.
package network

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The longest name that there is room for on the air, in bytes.
const maxName = 32

// Supplicant is the configuration of wpa_supplicant for one network, by the bytes of
// its name; an empty name is none, so that it can scan before anything is set. The
// password is a passphrase, the key itself in 64 hex digits, or empty for an open network.
func Supplicant(name []byte, password string) (string, error) {
	var b strings.Builder
	b.WriteString("ctrl_interface=DIR=/run/wpa_supplicant\ncountry=CN\nupdate_config=0\n")
	if len(name) == 0 {
		return b.String(), nil
	}
	if len(name) > maxName {
		return "", fmt.Errorf("network: a name of %d bytes", len(name))
	}
	names := [][]byte{name}
	if gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes(name); err == nil && utf8.Valid(name) && string(gbk) != string(name) && len(gbk) <= maxName {
		names = append(names, gbk)
	}
	for _, n := range names {
		lock, err := lock(n, password) // the key depends on the name's bytes
		if err != nil {
			return "", err
		}
		// scan_ssid asks for the network by name: it may be hidden.
		fmt.Fprintf(&b, "network={\n\tssid=%s\n\tscan_ssid=1\n%s}\n", hex.EncodeToString(n), lock)
	}
	return b.String(), nil
}

// lock is how one network is opened.
func lock(name []byte, password string) (string, error) {
	switch n := len(password); {
	case n == 0:
		return "\tkey_mgmt=NONE\n", nil
	case n == 64:
		if _, err := hex.DecodeString(password); err != nil {
			return "", fmt.Errorf("network: a key that is not hex")
		}
		return "\tkey_mgmt=WPA-PSK WPA-PSK-SHA256\n\tpsk=" + strings.ToLower(password) + "\n", nil
	case n < 8 || n > 63:
		return "", fmt.Errorf("network: a password of %d bytes", n)
	}
	// IEEE 802.11-2020, J.4.1: what a passphrase comes to.
	key, err := pbkdf2.Key(sha1.New, password, name, 4096, 32)
	if err != nil {
		return "", err
	}
	// A network of WPA3 takes the password itself; a driver that cannot do it is not
	// asked by wpa_supplicant.
	return "\tkey_mgmt=WPA-PSK WPA-PSK-SHA256 SAE\n\tpsk=" + hex.EncodeToString(key) + "\n\tsae_password=" + hex.EncodeToString([]byte(password)) + "\n\tieee80211w=1\n", nil
}
