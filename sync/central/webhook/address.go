package webhook

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// ErrAddress is returned for an address that nothing is sent to.
var ErrAddress = errors.New("webhook: nothing is sent to this address")

// reserved are the networks that are nobody's on the internet, or lead back into
// one's own (IANA's special-purpose registries). netip knows the commonest itself.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// Allowed are the private networks that the operator lets be told, e.g. the
// committee's own. All others of central's surroundings are refused: an address that
// somebody subscribes must not reach what only central can reach.
type Allowed []netip.Prefix

// Check refuses an address of the network that is private and not allowed.
func (a Allowed) Check(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	for _, p := range a {
		if p.Contains(ip) {
			return nil
		}
	}
	bad := !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast()
	for _, p := range reserved {
		bad = bad || p.Contains(ip)
	}
	if bad {
		return fmt.Errorf("%w: it is private", ErrAddress)
	}
	return nil
}

// control refuses a connection after the name was looked up, at the last moment: a
// name that leads somewhere else at every look cannot get around it.
func (a Allowed) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return a.Check(to.Addr())
}

// CheckURL tells whether text can be the address of a subscription: HTTPS, or HTTP
// within a network that the operator allowed.
func (a Allowed) CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > 2000:
		return fmt.Errorf("%w: it must look like https://example.cn/hook", ErrAddress)
	case u.Host == "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "":
		return fmt.Errorf("%w: it must look like https://example.cn/hook", ErrAddress)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%w: it must begin with https://", ErrAddress)
	}
	ip, err := netip.ParseAddr(strings.Trim(u.Hostname(), "[]"))
	if err == nil {
		if err := a.Check(ip); err != nil {
			return err
		}
	}
	if u.Scheme == "http" && (err != nil || !a.contains(ip)) {
		return fmt.Errorf("%w: it must begin with https://; only a private network that was allowed is told without", ErrAddress)
	}
	return nil
}

func (a Allowed) contains(ip netip.Addr) bool {
	for _, p := range a {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// ParseAllowed reads networks, e.g. "10.8.0.0/16,192.168.1.7".
func ParseAllowed(text string) (Allowed, error) {
	var all Allowed
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			ip, wrong := netip.ParseAddr(part)
			if wrong != nil {
				return nil, fmt.Errorf("webhook: %q is no network such as 10.8.0.0/16", part)
			}
			p = netip.PrefixFrom(ip, ip.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// dialer connects to what is allowed.
func (a Allowed) dialer() *net.Dialer { return &net.Dialer{Timeout: dialTimeout, Control: a.control} }
