package service

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"lintai/hw/appliance"
)

// Boot is one start of the computer.
type Boot struct {
	ID      string    `json:"id"` // the kernel's
	At      time.Time `json:"at"` // by the clock of then
	Reason  string    `json:"reason"`
	Slot    string    `json:"slot,omitempty"`
	Version string    `json:"version,omitempty"`
}

// reasonGiven lies there from before a restart that was asked for until the next boot.
type reasonGiven struct {
	Reason string `json:"reason"`
	Boot   string `json:"boot"` // in which it was given
}

const (
	bootsFile  = dataFolder + "/boots.json"
	reasonFile = dataFolder + "/restart.json"
	rescueFile = dataFolder + "/rescue.json"
	// As many boots as are remembered.
	maxBoots = 50
)

// The watchdog's bit of /sys/class/watchdog/*/bootstatus, WDIOF_CARDRESET.
const cardReset = 0x20

// begin finds out why this boot began, once a boot, and whether it is on trial.
func (s *Service) begin() error {
	now := Boot{ID: s.bootID(), At: s.sys.Now().UTC(), Slot: s.slot(), Version: s.version()}
	s.loadTrial()
	var boots []Boot
	s.load(bootsFile, &boots)
	if n := len(boots); n > 0 && boots[n-1].ID == now.ID && now.ID != "" {
		s.boot = boots[n-1] // the service was started again
		return nil
	}
	now.Reason = s.reason(now)
	s.boot = now
	var good Boot
	if now.Slot != "" && s.trial == nil && !s.load(goodFile, &good) {
		// The version that the card was made with, known as what to go back to.
		if err := s.save(goodFile, now, 0o600); err != nil {
			slog.Error("appliance: the good version is not noted", "error", err)
		}
	}
	boots = append(boots, now)
	boots = boots[max(0, len(boots)-maxBoots):]
	if err := s.save(bootsFile, boots, 0o600); err != nil {
		// A full or read-only card is told elsewhere; the terminal is served all the same.
		slog.Error("appliance: the boots are not noted", "error", err)
	}
	if err := s.sys.remove(reasonFile); err != nil {
		slog.Error("appliance: the reason of the restart stays", "error", err)
	}
	slog.Info("appliance: boot", "reason", now.Reason, "slot", now.Slot, "version", now.Version)
	return nil
}

// reason tells why a new boot began. It settles the marker of a trial that was undone.
func (s *Service) reason(now Boot) string {
	if t := s.trial; t != nil && t.State == trialInstalled && t.Boot != now.ID && now.Slot != "" {
		if t.Slot != now.Slot {
			s.undo()
			return appliance.BootFallback
		}
		if t.Starts == 0 {
			t.Starts++
			if err := s.save(trialFile, t, 0o600); err != nil {
				slog.Error("appliance: the trial's marker", "error", err)
			}
			return appliance.BootUpdate
		}
	}
	var given reasonGiven
	if s.load(reasonFile, &given) && given.Boot != now.ID {
		switch given.Reason {
		case appliance.BootRestart, appliance.BootWatchdog, appliance.BootRescue:
			return given.Reason
		}
	}
	if s.watchdogBit() {
		return appliance.BootWatchdog
	}
	var rescue rescued
	if s.load(rescueFile, &rescue) && rescue.Boot != now.ID {
		// Somebody pulled the plug of a rescue screen.
		if err := s.sys.remove(rescueFile); err != nil {
			slog.Error("appliance: the rescue's marker stays", "error", err)
		}
		return appliance.BootRescue
	}
	return appliance.BootPower
}

func (s *Service) watchdogBit() bool {
	const folder = "/sys/class/watchdog"
	for _, name := range s.sys.list(folder) {
		// In hex with 0x, or decimal: drivers differ.
		if n, err := strconv.ParseUint(s.sys.word(folder+"/"+name+"/bootstatus"), 0, 32); err == nil && n&cardReset != 0 {
			return true
		}
	}
	return false
}

// leaveReason tells the next boot why it begins.
func (s *Service) leaveReason(reason string) error {
	return s.save(reasonFile, reasonGiven{reason, s.boot.ID}, 0o600)
}

func (s *Service) bootID() string { return s.sys.word("/proc/sys/kernel/random/boot_id") }

func (s *Service) version() string { return s.sys.word(versionFile) }

// slot is which of the two systems runs, "" on a machine without slots.
func (s *Service) slot() string {
	switch v := s.sys.option("rauc.slot"); v {
	case "A", "B":
		return v
	}
	switch s.sys.option("lintai.root") {
	case "2":
		return "A"
	case "3":
		return "B"
	}
	return ""
}

func other(slot string) string {
	if slot == "A" {
		return "B"
	}
	return "A"
}

// load reads a file of the service's own. One that is damaged is put aside, told once
// in the log, and counts as none.
func (s *Service) load(name string, to any) bool {
	text, err := s.sys.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		if err = json.Unmarshal([]byte(text), to); err == nil {
			return true
		}
	}
	slog.Error("appliance: a file is damaged and put aside", "file", name, "error", err)
	if err := os.Rename(s.sys.path(name), s.sys.path(name+".damaged")); err != nil {
		slog.Error("appliance: it stays", "error", err)
	}
	return false
}

func (s *Service) save(name string, v any, mode fs.FileMode) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.sys.replace(name, append(text, '\n'), mode)
}

// newer tells whether version a ("2026.11.22-1") comes after b. Only versions of that
// form compare; false otherwise.
func newer(a, b string) bool {
	x, okX := versionParts(a)
	y, okY := versionParts(b)
	if !okX || !okY {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return x[i] > y[i]
		}
	}
	return false
}

func versionParts(v string) (parts [4]int, ok bool) {
	date, n, ok := strings.Cut(v, "-")
	f := strings.Split(date, ".")
	if !ok || len(f) != 3 || len(v) > 20 {
		return parts, false
	}
	for i, p := range append(f, n) {
		x, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return parts, false
		}
		parts[i] = int(x)
	}
	return parts, parts[0] >= 2020 && parts[1] >= 1 && parts[1] <= 12 && parts[2] >= 1 && parts[2] <= 31
}
