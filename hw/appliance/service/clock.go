package service

import (
	"context"
	"fmt"
	"os"
	"time"

	"lintai/kiosk/fault"
)

// clockFile's time stamp is the last time that was known. The image's clock units read
// it at boot, before anything needs the time, and note it every few minutes; what
// central tells is noted at once.
const clockFile = dataFolder + "/clock"

// synchronised tells whether a time server keeps the clock.
func (s *Service) synchronised() bool {
	_, err := os.Stat(s.sys.path("/run/systemd/timesync/synchronized"))
	return err == nil
}

// latest is a time that no terminal of this software sees.
var latest = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// time believes central while no time server is reached, and never a time from before
// this image was made.
func (s *Service) time(ctx context.Context, at time.Time) error {
	earliest := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if info, err := os.Stat(s.sys.path(versionFile)); err == nil && info.ModTime().Before(s.sys.Now().Add(clockStep)) && info.ModTime().After(earliest) {
		earliest = info.ModTime()
	}
	if at.Before(earliest) || at.After(latest) {
		return refuse(fault.ApplianceFailed, "no time to believe")
	}
	if s.synchronised() {
		return nil
	}
	if d := at.Sub(s.sys.Now()); d > clockStep || d < -clockStep {
		if err := s.sys.Run(ctx, nil, "date", "--utc", fmt.Sprintf("--set=@%d.%03d", at.Unix(), at.Nanosecond()/1e6)); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.told = true
	s.mu.Unlock()
	return s.stamp(at)
}

func (s *Service) stamp(at time.Time) error {
	f, err := os.OpenFile(s.sys.path(clockFile), os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Chtimes(s.sys.path(clockFile), at, at); err != nil {
		return err
	}
	return f.Sync()
}
