package limit

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of the reverse proxies that stand before central. Behind
// one, every request comes from its address, and a single guesser would lock out all
// others; so its word on the client is believed, and nobody else's: a header can be
// written by anyone.
type Proxies []netip.Prefix

// ParseProxies reads networks or single addresses with commas between them.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for one := range strings.SplitSeq(text, ",") {
		one = strings.TrimSpace(one)
		if one == "" {
			continue
		}
		network, err := netip.ParsePrefix(one)
		if err != nil {
			address, wrong := netip.ParseAddr(one)
			if wrong != nil {
				return nil, fmt.Errorf("limit: %q is no network like 10.0.0.0/8 and no address", one)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		if network.Bits() == 0 {
			return nil, fmt.Errorf("limit: %q is everybody: then anyone could say who he is", one)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

func (p Proxies) has(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// Handler has requests that come from one of the proxies count as those of the client
// that it names in X-Forwarded-For. Each proxy adds at the end of that header whom it
// got the request from, so it is read from the end, up to the first who is no proxy of
// ours: what stands before that, the client may have written.
func (p Proxies) Handler(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client, ok := p.client(r); ok {
			r.RemoteAddr = net.JoinHostPort(client.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

func (p Proxies) client(r *http.Request) (client netip.Addr, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !p.has(peer.Addr().Unmap()) {
		return client, false
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0; i-- {
		one := strings.TrimSpace(said[i])
		address, err := netip.ParseAddr(one)
		if err != nil {
			with, wrong := netip.ParseAddrPort(one)
			if wrong != nil {
				break // no proxy of ours writes that: what it was told ends here
			}
			address = with.Addr()
		}
		client, ok = address.Unmap().WithZone(""), true
		if !p.has(client) {
			break
		}
	}
	return client, ok
}
