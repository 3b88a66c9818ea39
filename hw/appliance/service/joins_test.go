package service

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

func TestWiFiIsHeardAndJoined(t *testing.T) {
	c := newComputer(t)
	c.folder("/sys/class/net/wlan0/wireless")
	c.say["wpa_cli -p /run/wpa_supplicant -i wlan0 scan_results"] = scan
	s := c.service()
	s.Start(t.Context())
	if c.did("networkctl") || c.text(unitFolder+"/"+cableUnit) != "" {
		t.Error("nothing was said of the network, and it was configured anew")
	}
	a := c.well(s, appliance.Question{Verb: appliance.VerbNetworks})
	if want := []appliance.WiFi{{Name: "幸福", Signal: 100}, {Name: `free "x"□}`, Signal: 80, Open: true}}; !slices.Equal(a.Networks, want) {
		t.Fatalf("%+v", a.Networks)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbJoin, Network: &appliance.Network{WiFi: "幸福", Password: "p\"ss word#"}})
	if text := c.text(wifiConfig); !strings.Contains(text, "ssid=d0d2b8a3\n") || strings.Contains(text, "ss word") {
		t.Errorf("%s", text)
	}
	for _, file := range []string{wifiConfig, networkFile} {
		if info, err := os.Stat(c.path(file)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
	for _, line := range c.lines() {
		if strings.Contains(line, "ss word") {
			t.Errorf("a password in a command line: %s", line)
		}
	}
	c.well(s, appliance.Question{Verb: appliance.VerbJoin, Network: &appliance.Network{WiFi: `free "x"□}`}})
	if text := c.text(wifiConfig); !strings.Contains(text, "ssid=6672656520227822"+"0a7d\n") || !strings.Contains(text, "NONE") {
		t.Errorf("%s", text)
	}
	for _, n := range []*appliance.Network{nil, {WiFi: "x", Password: "short"}, {WiFi: strings.Repeat("x", 33)}, {WiFi: "a\nb"}, {Address: "1.2.3.4"}, {Address: "192.168.1.2/24", Gateway: "10.0.0.1"}, {DNS: "x"}, {Password: "12345678"}} {
		if a := c.ask(s, appliance.Question{Verb: appliance.VerbJoin, Network: n}); a.Fault != fault.NetworkRefused || n != nil && n.Password != "" && strings.Contains(a.Detail, n.Password) {
			t.Errorf("%+v: %+v", n, a)
		}
	}
	c.off(s)
	c.boot(nil) // what was joined holds
	s = c.service()
	s.Start(t.Context())
	if text := c.text(wifiConfig); !strings.Contains(text, "0a7d\n") {
		t.Errorf("%s", text)
	}
}

func TestThePasswordOfTheFileMovesAndTheFileCountsWhenItChanges(t *testing.T) {
	c := newComputer(t)
	c.folder("/sys/class/net/wlan0/phy80211")
	file := strings.Replace(strings.Replace(kioskToml, "wifi = \"\"", "wifi = \"家 1\"", 1), "password = \"\"", "password = \"geheim123\"", 1)
	c.write(kioskFile, file)
	s := c.service()
	s.Start(t.Context())
	if strings.Contains(c.text(kioskFile), "geheim") || !strings.Contains(c.text(kioskFile), "wifi = \"家 1\"") {
		t.Errorf("%s", c.text(kioskFile))
	}
	config := c.text(wifiConfig)
	if !strings.Contains(config, "psk=") || !c.did("systemd-run") {
		t.Errorf("%s", config)
	}
	c.off(s)
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	if c.text(wifiConfig) != config {
		t.Errorf("after a start: %s", c.text(wifiConfig))
	}
	c.well(s, appliance.Question{Verb: appliance.VerbJoin, Network: &appliance.Network{Address: "192.168.1.20/24", Gateway: "192.168.1.1", DNS: "223.5.5.5"}})
	if text := c.text(unitFolder + "/10-lintai-cable.network"); !strings.Contains(text, "Address=192.168.1.20/24\n") {
		t.Errorf("%s", text)
	}
	c.off(s)
	c.write(kioskFile, strings.Replace(file, "geheim123", "neues456", 1)) // the technician has the last word
	c.boot(nil)
	s = c.service()
	s.Start(t.Context())
	if text := c.text(wifiConfig); text == config || !strings.Contains(text, "psk=") {
		t.Errorf("%s", text)
	}
	if strings.Contains(c.text(unitFolder+"/10-lintai-cable.network"), "192.168") {
		t.Error("the address that was joined still holds")
	}
	if !c.did("networkctl reload") {
		t.Errorf("%v", c.ran)
	}
}

func TestTheFirewallFollowsCentral(t *testing.T) {
	c := newComputer(t)
	s := c.service()
	if !s.openDoors(t.Context()) || !c.did("nft -f /run/lintai/doors.nft") {
		t.Fatal("not opened")
	}
	if text := c.text("/run/lintai/doors.nft"); !strings.Contains(text, "{ 203.0.113.5 . 8421 }") {
		t.Errorf("%s", text)
	}
	c.ran = nil
	c.where["central.example.cn"] = nil
	delete(c.where, "central.example.cn")
	if s.openDoors(t.Context()) || len(c.ran) != 0 {
		t.Errorf("a name that is not found: %v", c.ran)
	}
	c.where["central.example.cn"] = []netip.Addr{netip.MustParseAddr("203.0.113.9")}
	c.write("/proc/uptime", "4000 1\n")
	s.openDoors(t.Context())
	if text := c.text("/run/lintai/doors.nft"); !strings.Contains(text, "203.0.113.9") || strings.Contains(text, "203.0.113.5") {
		t.Errorf("%s", text)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbKeep, Values: map[string]string{"printer.port": `"tcp://192.0.2.5:9100"`}})
	if text := c.text("/run/lintai/doors.nft"); !strings.Contains(text, "{ 192.0.2.5 . 9100 }") {
		t.Errorf("%s", text)
	}
}

func TestStatusOfTheNetwork(t *testing.T) {
	c := newComputer(t)
	c.folder("/sys/class/net/wlan0/wireless")
	c.say["wpa_cli -p /run/wpa_supplicant -i wlan0 status"] = "wpa_state=COMPLETED\nssid=\\xe5\\xae\\xb6\n"
	s := c.service()
	if st := c.status(s); st.Online || st.Faults[0].Fault != fault.NetworkMissing {
		t.Errorf("%+v", st)
	}
	c.well(s, appliance.Question{Verb: appliance.VerbJoin, Network: &appliance.Network{WiFi: "家", Password: "12345678"}})
	c.write("/sys/class/net/wlan0/carrier", "1\n")
	if st := c.status(s); st.Faults[0].Fault != fault.NetworkMissing {
		t.Errorf("too early to say that it is refused: %+v", st)
	}
	c.say["wpa_cli -p /run/wpa_supplicant -i wlan0 list_networks"] = "network id / ssid / bssid / flags\n0\t\\xe5\\xae\\xb6\tany\t[TEMP-DISABLED]\n"
	if st := c.status(s); st.Faults[0].Fault != fault.NetworkRefused {
		t.Errorf("a wrong password: %+v", st)
	}
	delete(c.say, "wpa_cli -p /run/wpa_supplicant -i wlan0 list_networks")
	c.write("/proc/uptime", "90.0 1\n")
	if st := c.status(s); st.Faults[0].Fault != fault.NetworkRefused {
		t.Errorf("%+v", st)
	}
	c.network = map[string][]netip.Prefix{"wlan0": {netip.MustParsePrefix("fe80::1/64"), netip.MustParsePrefix("169.254.9.9/16")}}
	if st := c.status(s); st.Online {
		t.Errorf("an address that it gave itself: %+v", st)
	}
	// A network without a router: central may be in it.
	c.network = map[string][]netip.Prefix{"wlan0": {netip.MustParsePrefix("fe80::1/64"), netip.MustParsePrefix("192.168.1.7/24")}}
	if st := c.status(s); !st.Online || st.Address != "192.168.1.7" || st.WiFi != "家" || len(st.Faults) != 0 {
		t.Errorf("%+v", st)
	}
	c.write("/proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n")
	if st := c.status(s); !st.Online || st.Address != "192.168.1.7" || st.WiFi != "家" || len(st.Faults) != 0 {
		t.Errorf("%+v", st)
	}
}
