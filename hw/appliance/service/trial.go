package service

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

// trial is the marker of an update from before its installation until the new system
// passed its self-test or was given up. It is written before the boot loader is told
// of the new system, so that no boot into it can be taken for an ordinary one.
type trial struct {
	Slot    string `json:"slot"`
	Version string `json:"version"`
	State   string `json:"state"`
	Boot    string `json:"boot"`   // in which it was installed
	Starts  int    `json:"starts"` // of the new system
	// Bundle is what is installed, its name in the service's own folder; with the tries
	// of installing it.
	Bundle string `json:"bundle,omitempty"`
	Tries  int    `json:"tries,omitempty"`
}

const (
	trialInstalling = "installing"
	trialInstalled  = "installed"
)

// undone is an update that did not pass, kept until a later one does, so that central
// hears of it and nobody installs it again.
type undone struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

const (
	trialFile  = dataFolder + "/trial.json"
	undoneFile = dataFolder + "/undone.json"

	// trialTime is how long after power-on a new version has to pass its self-test;
	// lintai.trial on the kernel's command line says otherwise (an emulator is slow).
	trialTime = 5 * time.Minute
	// manyTries is what a system is started with that has passed once: it must not be
	// lost because somebody pulls the plug a few times in a row.
	manyTries = 0x14
)

func (s *Service) loadTrial() {
	var t trial
	if s.load(trialFile, &t) && (t.Slot == "A" || t.Slot == "B") {
		s.trial = &t
		return
	}
	// A marker that was damaged: what runs is on trial unless it is what passed last.
	var good Boot
	if slot := s.slot(); slot != "" && s.load(goodFile, &good) && (good.Slot != slot || good.Version != s.version()) {
		s.trial = &trial{Slot: slot, Version: s.version(), State: trialInstalled, Starts: 1}
	}
}

// goodFile says which system passed last.
const goodFile = dataFolder + "/good.json"

// onTrial tells whether what runs has yet to pass.
func (s *Service) onTrial() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trialRuns()
}

func (s *Service) trialRuns() bool {
	t := s.trial
	return t != nil && t.Slot == s.boot.Slot && t.Boot != s.boot.ID
}

// undo notes that a new version did not pass. The marker goes last: until then a cut
// lets it be noted again.
func (s *Service) undo() {
	u := undone{Version: s.trial.Version, At: s.sys.Now().UTC()}
	if err := s.save(undoneFile, u, 0o600); err != nil {
		slog.Error("appliance: that an update was undone is not noted", "error", err)
	} else if err := s.sys.remove(trialFile); err != nil {
		slog.Error("appliance: the trial's marker stays", "error", err)
	}
	slog.Warn("appliance: the new version did not pass and the old one is back", "version", u.Version)
	s.trial = nil
}

// passed makes the running system the good one. The marker goes last, so that after a
// cut the trial is passed again.
func (s *Service) passed(ctx context.Context) error {
	s.work.Lock()
	defer s.work.Unlock()
	slot := s.boot.Slot
	if slot == "" {
		return refuse(fault.ApplianceFailed, "this machine has no slots")
	}
	if !s.onTrial() {
		return nil
	}
	if err := s.sys.Run(ctx, nil, "rauc", "status", "mark-good"); err != nil {
		return err
	}
	if err := s.sys.Run(ctx, nil, "fw_setenv", tries(slot), boots(manyTries)); err != nil {
		return err
	}
	if err := s.save(goodFile, Boot{ID: s.boot.ID, At: s.sys.Now().UTC(), Slot: slot, Version: s.boot.Version}, 0o600); err != nil {
		return err
	}
	if err := s.sys.remove(trialFile); err != nil {
		return err
	}
	if err := s.sys.remove(undoneFile); err != nil {
		slog.Error("appliance: an update that was undone is still told", "error", err)
	}
	s.mu.Lock()
	s.trial = nil
	s.update = appliance.Update{State: appliance.UpdateNone}
	s.mu.Unlock()
	slog.Info("appliance: this version passed", "version", s.boot.Version, "slot", slot)
	return nil
}

func tries(slot string) string { return "BOOT_" + slot + "_LEFT" }

// boots is a number as the boot loader and RAUC write it.
func boots(n int64) string { return strconv.FormatInt(n, 16) }

// keepTries gives a system that passed its many tries back, when starts without a
// proper end have used half of them.
func (s *Service) keepTries(ctx context.Context) {
	if s.boot.Slot == "" || s.onTrial() {
		return
	}
	if s.boot.Reason == appliance.BootFallback {
		// Whoever runs out of tries some day is not to get the one that did not pass.
		if err := s.sys.Run(ctx, nil, "fw_setenv", "BOOT_ORDER", s.boot.Slot+" "+other(s.boot.Slot)); err != nil {
			slog.Error("appliance: the boot loader's order", "error", err)
		}
	}
	text, err := s.sys.said(ctx, "fw_printenv", "-n", tries(s.boot.Slot))
	if left, e := strconv.ParseInt(strings.TrimSpace(text), 16, 32); err == nil && e == nil && left >= manyTries/2 {
		return
	}
	if err := s.sys.Run(ctx, nil, "fw_setenv", tries(s.boot.Slot), boots(manyTries)); err != nil {
		slog.Error("appliance: the boot loader's tries", "error", err)
	}
}

// watchTrial starts the computer again, and then with the old version, when the new one
// has not passed in time.
func (s *Service) watchTrial(ctx context.Context) {
	limit := trialTime
	if d, err := time.ParseDuration(s.sys.option("lintai.trial")); err == nil && d >= time.Minute && d <= time.Hour {
		limit = d
	}
	for s.onTrial() {
		left := limit - s.sys.uptime()
		if left <= 0 {
			slog.Warn("appliance: the new version has not passed in time", "version", s.boot.Version)
			if err := s.giveUp(ctx); err != nil {
				slog.Error("appliance: the restart into the old version", "error", err)
			}
			left = time.Minute // a restart that did not come is asked for again
		}
		if s.sys.Pause(ctx, min(left, time.Minute)) != nil {
			return
		}
	}
}

// giveUp goes back to the other system at once: without tries left the boot loader
// passes this one over.
func (s *Service) giveUp(ctx context.Context) error {
	if err := s.sys.Run(ctx, nil, "fw_setenv", tries(s.boot.Slot), "0"); err != nil {
		slog.Error("appliance: the boot loader is not told", "error", err)
	}
	return s.reboot(ctx, appliance.BootRestart)
}
