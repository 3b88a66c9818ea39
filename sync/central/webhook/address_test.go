package webhook

import (
	"errors"
	"net/netip"
	"testing"
)

func TestPrivateAddressesAreRefused(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "2001::1", "fec0::1", "100::1", "::7f00:1", "::a00:1",
	} {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := (Allowed)(nil).Check(ip); !errors.Is(err, ErrAddress) {
			t.Errorf("%s is reached: %v", text, err)
		}
	}
	for _, text := range []string{"1.1.1.1", "114.114.114.114", "100.63.255.255", "172.32.0.1", "2400:3200::1", "::ffff:1.1.1.1"} {
		if err := (Allowed)(nil).Check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := (Allowed)(nil).Check(netip.Addr{}); !errors.Is(err, ErrAddress) {
		t.Errorf("no address: %v", err)
	}
}

func TestOperatorAllowsNetworks(t *testing.T) {
	allowed, err := ParseAllowed("10.8.0.0/16, 192.168.1.7,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		"10.8.3.4": true, "::ffff:10.8.3.4": true, "10.9.0.1": false, "192.168.1.7": true, "192.168.1.8": false, "fd12::1": true, "127.0.0.1": false, "8.8.8.8": true,
	} {
		if err := allowed.Check(netip.MustParseAddr(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, ok := range map[string]bool{
		"https://hotline.example.cn/hook": true, "https://hotline.example.cn:8443/hook?key=1": true, "https://10.8.0.1/": true, "http://10.8.0.1:9000/hook": true,
		"http://hotline.example.cn/hook": false, "http://1.1.1.1/hook": false, "https://10.9.0.1/": false, "https://[::1]/": false, "https://[fe80::1%25eth0]/": false,
		"https://user:word@hotline.example.cn/": false, "ftp://hotline.example.cn/": false, "file:///etc/passwd": false, "https:///hook": false, "https://:443/": false,
		"hook": false, "": false, "https://hotline.example.cn/#a": false, "https://127.0.0.1/": false, "gopher://10.8.0.1/": false,
	} {
		if err := allowed.CheckURL(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, bad := range []string{"10.0.0.0/33", "everything", "10.0.0.0/8;11.0.0.0/8"} {
		if _, err := ParseAllowed(bad); err == nil {
			t.Errorf("%q is a network", bad)
		}
	}
	if none, err := ParseAllowed(""); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://hotline.example.cn/hook")
	f.Add("https://[::ffff:10.0.0.1]/")
	f.Fuzz(func(t *testing.T, text string) {
		_ = Allowed(nil).CheckURL(text)
	})
}
