package service

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"lintai/hw/appliance"
	"lintai/hw/appliance/network"
	"lintai/hw/board"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
)

// rescued is the rescue screen's marker.
type rescued struct {
	Boot   string        `json:"boot"`
	Uptime time.Duration `json:"uptime"` // when the screen came up
	Fault  fault.Code    `json:"fault"`
	Times  int           `json:"times"` // in this boot
}

// toldFor is how long after the rescue screen stood there Status tells of it: until
// central has heard.
const toldFor = time.Hour

// identityFile is what a terminal has once it enrolled.
const identityFile = kioskFolder + "/identity.json"

// statusLimit bounds what is asked of other programs for a status; what they do not tell
// in time is left out.
const statusLimit = 5 * time.Second

// Status is how the appliance is.
func (s *Service) Status(ctx context.Context) appliance.Status {
	ctx, done := context.WithTimeout(ctx, statusLimit)
	defer done()
	st := appliance.Status{
		Image: s.boot.Version, Slot: s.boot.Slot, BootReason: s.boot.Reason, BootedAgo: s.sys.uptime().Milliseconds(),
		TimeSet: s.synchronised(), SetUp: s.setUp(),
	}
	st.Address, st.WiFi, st.Online = s.connection(ctx)
	if lights := (board.Board{Root: s.sys.Root}).Backlights(); len(lights) > 0 && lights[0].Max > 0 {
		percent := 0
		if lights[0].On {
			percent = min((lights[0].Brightness*100+lights[0].Max/2)/lights[0].Max, 100)
		}
		st.Light = &percent
	}
	var noNetwork fault.Code
	if !st.Online {
		noNetwork = s.networkFault(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.TimeSet = st.TimeSet || s.told
	st.Trial = s.trialRuns()
	st.Update = s.update
	var back undone
	if st.Update.State == appliance.UpdateNone && s.load(undoneFile, &back) {
		st.Update = appliance.Update{State: appliance.UpdateFailed, Version: back.Version, Fault: fault.UpdateUndone}
	}
	for _, about := range slices.Sorted(keys(s.trouble)) {
		st.Faults = append(st.Faults, s.trouble[about])
	}
	if back.Version != "" {
		st.Faults = append(st.Faults, appliance.Trouble{Fault: fault.UpdateUndone, Detail: back.Version})
	}
	var rescue rescued
	if s.load(rescueFile, &rescue) && rescue.Boot == s.boot.ID && s.sys.uptime()-rescue.Uptime < toldFor {
		st.Faults = append(st.Faults, appliance.Trouble{Fault: rescue.Fault})
	}
	if noNetwork != "" && s.trouble["network"].Fault == "" {
		st.Faults = append(st.Faults, appliance.Trouble{Fault: noNetwork})
	}
	return st
}

// setUp tells that nothing is missing any more for a terminal to serve: its file is
// right, and it enrolled once.
func (s *Service) setUp() bool {
	text, err := s.sys.read(kioskFile)
	if err != nil {
		return false
	}
	if f, err := settings.Parse([]byte(text)); err != nil || f.Terminal.Number == 0 || f.Terminal.Place == "" {
		return false
	}
	info, err := os.Lstat(s.sys.path(identityFile))
	return err == nil && info.Mode().IsRegular()
}

// connection is the terminal's address, of the interface that leads out where one does,
// and the network's name if that is Wi-Fi. A network without a router counts: an office's
// own may be all that there is between the terminal and central. An address that the
// terminal gave itself does not.
func (s *Service) connection(ctx context.Context) (address, wifi string, online bool) {
	out := s.wayOut()
	all, err := s.sys.Addresses()
	if err != nil {
		return "", "", false
	}
	for _, name := range slices.Sorted(keys(all)) {
		if s.sys.word("/sys/class/net/"+name+"/operstate") == "down" || (address != "" && name != out) {
			continue
		}
		given := ""
		for _, p := range all[name] {
			if a := p.Addr(); !a.IsLinkLocalUnicast() && (a.Is4() || given == "") {
				given = a.String()
			}
		}
		if given != "" {
			address, online = given, true
			if out == "" {
				out = name
			}
		}
	}
	if radio := s.findRadio(); radio != "" && radio == out {
		if text, err := s.sys.said(ctx, "wpa_cli", "-p", supplicantFolder, "-i", radio, "status"); err == nil {
			wifi = network.Name(network.Unescape(network.Pairs(text)["ssid"]))
		}
	}
	return address, wifi, online
}

// wayOut is the interface of the default route with the smallest metric, "" without one.
func (s *Service) wayOut() string {
	best, way := "", ""
	text, _ := s.sys.read("/proc/net/route")
	for line := range strings.Lines(text) {
		// Iface Destination Gateway Flags RefCnt Use Metric Mask …
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		if metric := strings.Repeat("0", max(0, 10-len(f[6]))) + f[6]; way == "" || metric < best {
			best, way = metric, f[0]
		}
	}
	return way
}

// settling is how long new settings of the network may take before a cable or a Wi-Fi
// that is there counts as one that does not let the terminal in.
const settling = 45 * time.Second

// networkFault tells what is missing: a cable or a network within reach, or what it
// should have been given.
func (s *Service) networkFault(ctx context.Context) fault.Code {
	if radio := s.findRadio(); radio != "" {
		// wpa_supplicant leaves a network alone for a while that refused the password.
		text, err := s.sys.said(ctx, "wpa_cli", "-p", supplicantFolder, "-i", radio, "list_networks")
		if err == nil && strings.Contains(text, "[TEMP-DISABLED]") {
			return fault.NetworkRefused
		}
	}
	s.mu.Lock()
	applied := s.applied
	s.mu.Unlock()
	if s.sys.uptime()-applied < settling {
		return fault.NetworkMissing
	}
	for _, name := range s.sys.list("/sys/class/net") {
		if name != "lo" && s.sys.word("/sys/class/net/"+name+"/carrier") == "1" {
			return fault.NetworkRefused
		}
	}
	return fault.NetworkMissing
}
