package settings

import (
	"net/netip"
	"strings"
	"unicode"
)

// Network is how the terminal gets onto the network. Without WiFi it is the cable,
// without Address an address is given to it. All empty: nothing was said, and a
// terminal without a network asks for one at its first start.
type Network struct {
	WiFi     string // the network's name
	Password string // empty: the network is open
	Address  string // with its prefix: "192.168.1.20/24"
	Gateway  string
	DNS      string // addresses with a blank between
}

// Secrets are the keys whose values are taken out of the file once they were used.
var Secrets = []string{"central.code", "network.password"}

func (f *file) network() Network {
	n := Network{
		WiFi: f.text("network", "wifi", "", WiFiName), Password: f.text("network", "password", "", WiFiPassword),
		Address: f.text("network", "address", "", NetworkAddress), Gateway: f.text("network", "gateway", "", IPAddress), DNS: f.text("network", "dns", "", IPAddresses),
	}
	n.DNS = strings.Join(addressesIn(n.DNS), " ")
	if n.Password != "" && n.WiFi == "" {
		f.problem("network", "password", "只能和 wifi 一起使用", "写上 wifi，或去掉 password")
	}
	if n.Gateway != "" && n.Address == "" {
		f.problem("network", "gateway", "只能和 address 一起使用", "写上 address，或去掉 gateway（自动获取地址）")
	}
	if n.Gateway != "" && !Reaches(n.Address, n.Gateway) {
		f.problem("network", "gateway", "和 address 不在同一个网段", "同一网段的地址，例如 address 是 192.168.1.20/24 时写 192.168.1.1")
	}
	return n
}

// WiFiName is the rule for a network's name: 32 bytes are all that there is room for
// on the air.
func WiFiName(v string) (allowed string, ok bool) {
	return "无线网络的名称，最多 32 个字节（10 个汉字）", v != "" && len(v) <= 32 && !strings.ContainsFunc(v, unicode.IsControl)
}

// WiFiPassword is the rule for WPA: a passphrase, or the key itself in hex.
func WiFiPassword(v string) (allowed string, ok bool) {
	ok = len(v) >= 8 && len(v) <= 63 || len(v) == 64 && strings.Trim(v, "0123456789abcdefABCDEF") == ""
	for _, r := range v {
		ok = ok && r >= ' ' && r <= '~'
	}
	return "8 到 63 个英文字母、数字或符号；没有密码的网络不写这一项", ok
}

// NetworkAddress is the rule for an address of the terminal's own.
func NetworkAddress(v string) (allowed string, ok bool) {
	p, err := netip.ParsePrefix(v)
	ok = err == nil && usable(p.Addr()) && p.Bits() >= 8 && p.Bits() < p.Addr().BitLen()
	if ok && p.Addr().Is4() && p.Bits() <= 30 { // the first is the network's, the last everybody's
		last := p.Masked().Addr().As4()
		for i := p.Bits(); i < 32; i++ {
			last[i/8] |= 1 << (7 - i%8)
		}
		ok = p.Addr() != p.Masked().Addr() && p.Addr() != netip.AddrFrom4(last)
	}
	return `固定地址和网段长度，例如 "192.168.1.20/24"`, ok
}

// Reaches tells whether a gateway is in the network of an address. What is no address
// is another rule's to refuse.
func Reaches(address, gateway string) bool {
	p, err := netip.ParsePrefix(address)
	g, wrong := netip.ParseAddr(gateway)
	return err != nil || wrong != nil || p.Contains(g) && p.Addr() != g || g.IsLinkLocalUnicast()
}

// IPAddress is the rule for the address of another machine.
func IPAddress(v string) (string, bool) {
	a, err := netip.ParseAddr(v)
	return `地址，例如 "192.168.1.1"`, err == nil && usable(a)
}

// IPAddresses is the rule for those of name servers.
func IPAddresses(v string) (string, bool) {
	all := addressesIn(v)
	ok := len(all) > 0 && len(all) <= 3
	for _, a := range all {
		_, sound := IPAddress(a)
		ok = ok && sound
	}
	return `一到三个地址，用空格或逗号隔开，例如 "223.5.5.5 119.29.29.29"`, ok
}

func addressesIn(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' || r == '，' })
}

func usable(a netip.Addr) bool {
	return a.Zone() == "" && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast()
}
