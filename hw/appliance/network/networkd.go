package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Ways are the interfaces' part of the settings. An empty Address is asked for by DHCP.
type Ways struct {
	Address string // "192.168.1.20/24"
	Gateway string
	DNS     string // addresses with blanks or commas between
}

// Unit is the .network file of systemd-networkd for all interfaces that match, a
// pattern such as "wl*". Metric orders several ways out: the smallest goes first.
func Unit(match string, w Ways, metric int) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "[Match]\nName=%s\n\n[Network]\n", match)
	// A terminal is no member of a neighbourhood of machines: it answers to no name.
	const quiet = "LLMNR=no\nMulticastDNS=no\nLinkLocalAddressing=ipv6\n"
	dns := strings.FieldsFunc(w.DNS, func(r rune) bool { return r == ' ' || r == ',' || r == '，' })
	for _, d := range dns {
		a, err := netip.ParseAddr(d)
		if err != nil || a.Zone() != "" {
			return "", fmt.Errorf("network: %q is no address of a name server", d)
		}
		fmt.Fprintf(&b, "DNS=%s\n", a)
	}
	if w.Address == "" {
		b.WriteString("DHCP=yes\nIPv6AcceptRA=yes\n" + quiet)
		// The answer of a DHCP server is waited for without end, and never believed
		// about the machine's name.
		fmt.Fprintf(&b, "\n[DHCPv4]\nRouteMetric=%d\nUseHostname=no\nSendHostname=no\nUseDNS=%s\n\n[IPv6AcceptRA]\nRouteMetric=%d\n", metric, yes(len(dns) == 0), metric)
		return b.String(), nil
	}
	p, err := netip.ParsePrefix(w.Address)
	if err != nil {
		return "", fmt.Errorf("network: %q is no address with its prefix", w.Address)
	}
	fmt.Fprintf(&b, "Address=%s\nDHCP=no\nIPv6AcceptRA=no\n%s", p, quiet)
	if w.Gateway != "" {
		g, err := netip.ParseAddr(w.Gateway)
		if err != nil || g.Zone() != "" {
			return "", fmt.Errorf("network: %q is no address of a gateway", w.Gateway)
		}
		fmt.Fprintf(&b, "\n[Route]\nGateway=%s\nMetric=%d\n", g, metric)
	}
	return b.String(), nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Passage fills the firewall's sets: only these doors may the terminal speak to. The
// sets are those of the image's rules, table inet lintai: central (ipv4_addr .
// inet_service) and central6. All of it is one transaction: there is no moment with
// an empty set.
func Passage(doors []netip.AddrPort) string {
	var b strings.Builder
	b.WriteString("flush set inet lintai central\nflush set inet lintai central6\n")
	doors = slices.Clone(doors)
	slices.SortFunc(doors, netip.AddrPort.Compare)
	for _, d := range slices.Compact(doors) {
		set := "central6"
		if a := d.Addr().Unmap(); a.Is4() {
			set, d = "central", netip.AddrPortFrom(a, d.Port())
		} else if d.Addr().Zone() != "" {
			continue
		}
		fmt.Fprintf(&b, "add element inet lintai %s { %s . %d }\n", set, d.Addr(), d.Port())
	}
	return b.String()
}
