package service

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/hw/appliance"
	"lintai/hw/appliance/network"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
)

const (
	networkFile      = dataFolder + "/network"
	unitFolder       = "/run/systemd/network"
	wifiConfig       = runFolder + "/wifi.conf"
	supplicantFolder = "/run/wpa_supplicant"
	wifiUnit         = "lintai-wifi"
	cableUnit        = "10-lintai-cable.network"

	// The cable goes first where both are there.
	cableMetric, wifiMetric = 100, 600
)

// joined is what the network's settings are, kept where nobody but root reads it: it
// holds the password. File is what kiosk.toml said then: when a technician changes
// that, the file counts again.
type joined struct {
	appliance.Network
	Raw  []byte            `json:"raw,omitempty"` // the name on the air, of a network that was heard
	File appliance.Network `json:"file"`          // without its password
}

// keys iterates over a map's keys.
func keys[K comparable, V any](m map[K]V) func(func(K) bool) { return maps.Keys(m) }

// networks scans. The first results of a scan that just began are those of the last
// one, so it waits a little.
func (s *Service) networks(ctx context.Context) ([]appliance.WiFi, error) {
	radio := s.findRadio()
	if radio == "" {
		return nil, refuse(fault.NetworkMissing, "this computer has no Wi-Fi")
	}
	if err := s.startRadio(ctx, radio); err != nil {
		return nil, err
	}
	var found []network.Found
	for try := range 4 {
		// FAIL-BUSY: one is under way, which does as well.
		if said, err := s.sys.said(ctx, "wpa_cli", "-p", supplicantFolder, "-i", radio, "scan"); err != nil && try == 3 {
			return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(said))
		}
		if err := s.sys.Pause(ctx, 4*time.Second); err != nil {
			return nil, err
		}
		text, err := s.sys.said(ctx, "wpa_cli", "-p", supplicantFolder, "-i", radio, "scan_results")
		if found = network.Scan(text); err == nil && len(found) > 0 {
			break
		}
	}
	heard := map[string][]byte{}
	list := []appliance.WiFi{}
	for _, n := range found {
		if n.Usable {
			heard[n.Name] = n.Raw
			list = append(list, appliance.WiFi{Name: n.Name, Signal: n.Signal, Open: n.Open})
		}
	}
	s.mu.Lock()
	s.heard = heard
	s.mu.Unlock()
	return list, nil
}

// findRadio is the Wi-Fi interface, "" when there is none.
func (s *Service) findRadio() string {
	names := s.sys.list("/sys/class/net")
	slices.Sort(names)
	for _, name := range names {
		for _, mark := range []string{"wireless", "phy80211"} {
			if _, err := os.Stat(s.sys.path("/sys/class/net/" + name + "/" + mark)); err == nil && interfaceName(name) {
				return name
			}
		}
	}
	return ""
}

// interfaceName refuses names that a program would take for an option or a pattern.
func interfaceName(name string) bool {
	return name != "" && len(name) < 16 && name[0] != '-' && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// startRadio has wpa_supplicant run for the interface, with what is configured.
func (s *Service) startRadio(ctx context.Context, radio string) error {
	if _, err := os.Stat(s.sys.path(wifiConfig)); err != nil {
		text, err := network.Supplicant(nil, "")
		if err != nil {
			return err
		}
		if err := s.sys.replace(wifiConfig, []byte(text), 0o600); err != nil {
			return err
		}
	}
	if s.sys.Run(ctx, nil, "systemctl", "--quiet", "is-active", wifiUnit+".service") == nil {
		return nil
	}
	err := s.sys.Run(ctx, nil, "systemd-run", "--quiet", "--unit="+wifiUnit, "--collect", "--property=Restart=always", "--property=RestartSec=2",
		"/usr/sbin/wpa_supplicant", "-D", "nl80211", "-i", radio, "-c", s.sys.path(wifiConfig))
	if err != nil {
		return err
	}
	// It is there when its socket is.
	for range 20 {
		if _, err := os.Stat(s.sys.path(supplicantFolder + "/" + radio)); err == nil {
			return nil
		}
		if err := s.sys.Pause(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// join keeps settings and applies them.
func (s *Service) join(ctx context.Context, n *appliance.Network) error {
	if n == nil {
		return refuse(fault.NetworkRefused, "no network")
	}
	s.work.Lock()
	defer s.work.Unlock()
	j := joined{Network: *n, File: s.fileNetwork()}
	s.mu.Lock()
	j.Raw = s.heard[n.WiFi]
	s.mu.Unlock()
	if err := checkNetwork(j.Network, j.Raw != nil); err != nil {
		return err
	}
	if err := s.save(networkFile, j, 0o600); err != nil {
		return err
	}
	return s.useNetwork(ctx, j)
}

// checkNetwork refuses by the rules of package settings, without quoting a password.
func checkNetwork(n appliance.Network, heard bool) error {
	for _, c := range []struct {
		what, value string
		rule        func(string) (string, bool)
	}{
		{"wifi", n.WiFi, settings.WiFiName}, {"password", n.Password, settings.WiFiPassword}, {"address", n.Address, settings.NetworkAddress},
	} {
		if c.what == "wifi" && heard {
			continue
		}
		if _, ok := c.rule(c.value); c.value != "" && !ok {
			return refuse(fault.NetworkRefused, "%s", c.what)
		}
	}
	if n.Password != "" && n.WiFi == "" || n.Gateway != "" && n.Address == "" || n.Gateway != "" && !settings.Reaches(n.Address, n.Gateway) {
		return refuse(fault.NetworkRefused, "the settings do not go together")
	}
	if _, err := network.Unit("en*", ways(n), 1); err != nil {
		return refuse(fault.NetworkRefused, "%v", err)
	}
	return nil
}

func ways(n appliance.Network) network.Ways {
	return network.Ways{Address: n.Address, Gateway: n.Gateway, DNS: n.DNS}
}

// fileNetwork is what kiosk.toml says, without the password.
func (s *Service) fileNetwork() appliance.Network {
	w := s.wishes().Network
	return appliance.Network{WiFi: w.WiFi, Address: w.Address, Gateway: w.Gateway, DNS: w.DNS}
}

// applyNetwork finds out what counts, the file or what was joined at the terminal, and
// applies it. A password in the file moves to where only root reads it.
func (s *Service) applyNetwork(ctx context.Context) error {
	s.work.Lock()
	defer s.work.Unlock()
	file, password := s.fileNetwork(), s.wishes().Network.Password
	var j joined
	kept := s.load(networkFile, &j)
	if !kept || j.File != file || password != "" {
		was := j
		j = joined{Network: file, File: file}
		j.Password = password
		if password == "" && was.WiFi == file.WiFi {
			j.Password, j.Raw = was.Password, was.Raw
		}
		if err := checkNetwork(j.Network, false); err != nil {
			return err
		}
		if err := s.save(networkFile, j, 0o600); err != nil {
			return err
		}
	}
	err := s.useNetwork(ctx, j)
	if password != "" {
		if e := s.edit(ctx, nil, []string{"network.password"}); e != nil {
			slog.Error("appliance: the password stays in kiosk.toml", "error", e)
		}
	}
	return err
}

// useNetwork writes what the system's services read, and has them read it.
func (s *Service) useNetwork(ctx context.Context, j joined) error {
	s.mu.Lock()
	s.applied = s.sys.uptime()
	s.mu.Unlock()
	name := j.Raw
	if name == nil {
		name = []byte(j.WiFi)
	}
	supplicant, err := network.Supplicant(name, j.Password)
	if err != nil {
		return err
	}
	if err := s.writeUnits(ctx, j); err != nil {
		return err
	}
	if err := s.sys.replace(wifiConfig, []byte(supplicant), 0o600); err != nil {
		return err
	}
	s.note("network", "", "")
	radio := s.findRadio()
	if j.WiFi == "" || radio == "" {
		if j.WiFi != "" {
			return refuse(fault.NetworkMissing, "this computer has no Wi-Fi")
		}
		return nil
	}
	if err := s.startRadio(ctx, radio); err != nil {
		return err
	}
	return s.sys.Run(ctx, nil, "wpa_cli", "-p", supplicantFolder, "-i", radio, "reconfigure")
}

// writeUnits writes networkd's files. As long as nothing was ever said, the image's own
// hold, and nothing is configured a second time at each start.
func (s *Service) writeUnits(ctx context.Context, j joined) error {
	if _, err := os.Stat(s.sys.path(unitFolder + "/" + cableUnit)); err != nil && j.Network == (appliance.Network{}) {
		return nil
	}
	cable, wifi := ways(j.Network), network.Ways{}
	if j.WiFi != "" {
		cable, wifi = wifi, cable
	}
	for _, u := range []struct {
		file, match string
		ways        network.Ways
		metric      int
	}{{cableUnit, "en* eth* end*", cable, cableMetric}, {"10-lintai-wifi.network", "wl*", wifi, wifiMetric}} {
		text, err := network.Unit(u.match, u.ways, u.metric)
		if err != nil {
			return err
		}
		if err := s.sys.replace(unitFolder+"/"+u.file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := s.sys.Run(ctx, nil, "networkctl", "reload"); err != nil {
		// Before it runs it has nothing to read anew.
		slog.Warn("appliance: networkd", "error", err)
	}
	return nil
}

// The firewall's sets are looked after this often, sooner when a name was not found.
const (
	lookAgain = 5 * time.Minute
	lookSoon  = 10 * time.Second
	// keptFor is how long an address stays open that the name no longer has: names
	// with many addresses tell some of them in turn.
	keptFor = time.Hour
)

// watchDoors keeps the firewall open for central (and a printer on the network), and
// for nothing else, while their addresses change. The radio may come late: a Wi-Fi
// that was not there at the start is set up here.
func (s *Service) watchDoors(ctx context.Context) {
	for {
		wait := lookAgain
		if !s.openDoors(ctx) {
			wait = lookSoon
		}
		s.radioCame(ctx)
		if s.sys.Pause(ctx, wait) != nil {
			return
		}
	}
}

// radioCame applies the network's settings anew when a Wi-Fi interface has appeared.
func (s *Service) radioCame(ctx context.Context) {
	radio := s.findRadio()
	s.mu.Lock()
	came := radio != "" && radio != s.radio
	s.radio = radio
	s.mu.Unlock()
	if came {
		if err := s.applyNetwork(ctx); err != nil {
			slog.Warn("appliance: Wi-Fi", "error", err)
		}
	}
}

// openDoors tells the firewall where central is. False: some name was not found, and
// what was open stays so.
func (s *Service) openDoors(ctx context.Context) (all bool) {
	w := s.wishes()
	now := s.sys.uptime()
	all = true
	var doors []netip.AddrPort
	for _, place := range []string{w.Central.Address, s.address(), w.Printer.Port} {
		host, port, ok := hostPort(place)
		if !ok {
			continue
		}
		limited, done := context.WithTimeout(ctx, 10*time.Second)
		addresses, err := s.sys.Resolve(limited, host)
		done()
		if err != nil {
			all = false
		}
		for _, a := range addresses {
			doors = append(doors, netip.AddrPortFrom(a.Unmap(), port))
		}
	}
	s.doorsMu.Lock()
	defer s.doorsMu.Unlock()
	for _, d := range doors {
		s.seen[d] = now
	}
	maps.DeleteFunc(s.seen, func(d netip.AddrPort, at time.Duration) bool { return now-at > keptFor && all })
	text := network.Passage(slices.SortedFunc(keys(s.seen), netip.AddrPort.Compare))
	if text == s.doors {
		return all
	}
	const file = runFolder + "/doors.nft"
	err := s.sys.replace(file, []byte(text), 0o600)
	if err == nil {
		err = s.sys.Run(ctx, nil, "nft", "-f", s.sys.path(file))
	}
	if err != nil {
		if s.doorsFailed != err.Error() { // it is tried again every few seconds
			slog.Error("appliance: the firewall", "error", err)
		}
		s.doorsFailed = err.Error()
		return false
	}
	s.doors, s.doorsFailed = text, ""
	return all
}

// hostPort reads an address such as https://central.example.cn or tcp://192.0.2.5:9100.
func hostPort(place string) (host string, port uint16, ok bool) {
	u, err := url.Parse(place)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "tcp" {
		return "", 0, false
	}
	n, err := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
	return u.Hostname(), uint16(n), err == nil && n > 0
}
