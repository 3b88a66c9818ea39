package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

// bundleFolder is where a bundle lies while it is looked at and installed: nobody but
// root can change it there, so what was looked at is what is installed.
const bundleFolder = dataFolder + "/update"

const (
	bundleFile = "bundle.raucb"
	// installTries is how often an installation that breaks off, or is cut off by the
	// power, is begun.
	installTries = 3
	betweenTries = 20 * time.Second
	// dataRoom stays free on the data partition beside a bundle that is copied there.
	dataRoom = 64 << 20
)

// bundleInfo is what "rauc info" tells of a bundle whose signature is right.
type bundleInfo struct {
	Compatible string `json:"compatible"`
	Version    string `json:"version"`
}

// bundle reads a bundle's description; an error when it is not signed for this terminal.
func (s *Service) bundle(ctx context.Context, path string) (bundleInfo, error) {
	text, err := s.sys.said(ctx, "rauc", "info", "--output-format=json", path)
	if err != nil {
		return bundleInfo{}, err
	}
	var b bundleInfo
	// The description is the one line that is an object.
	i := strings.IndexByte(text, '{')
	if i < 0 {
		return b, errors.New("rauc told nothing")
	}
	if err := json.Unmarshal([]byte(text[i:]), &b); err != nil {
		return b, err
	}
	return b, nil
}

// install takes a bundle from the terminal's update folder or a stick, looks at it, and
// begins to install it. It returns before that is done.
func (s *Service) install(ctx context.Context, bundle, stick string) error {
	if !s.work.TryLock() {
		return refuse(fault.UpdateFailed, "something else is being done")
	}
	defer s.work.Unlock()
	if s.boot.Slot == "" {
		return refuse(fault.UpdateRefused, "this machine has no slots")
	}
	s.mu.Lock()
	state, trialRuns := s.update.State, s.trialRuns()
	s.mu.Unlock()
	switch {
	case trialRuns:
		return refuse(fault.UpdateRefused, "the version that runs has not passed yet")
	case state == appliance.UpdateInstalling:
		return refuse(fault.UpdateFailed, "one is being installed")
	}
	if err := os.MkdirAll(s.sys.path(bundleFolder), 0o700); err != nil {
		return err
	}
	var err error
	if stick != "" {
		err = s.fromStick(ctx, stick)
	} else {
		err = s.fromTerminal(bundle)
	}
	if err != nil {
		return s.drop(err)
	}
	b, err := s.bundle(ctx, s.sys.path(bundleFolder+"/"+bundleFile))
	if err != nil {
		return s.drop(refuse(fault.UpdateRefused, "%v", err))
	}
	if err := s.judge(b, stick == ""); err != nil {
		return s.drop(err)
	}
	t := &trial{Slot: other(s.boot.Slot), Version: b.Version, State: trialInstalling, Boot: s.boot.ID, Bundle: bundleFile}
	if err := s.save(trialFile, t, 0o600); err != nil {
		return s.drop(err)
	}
	s.mu.Lock()
	s.trial = t
	s.update = appliance.Update{State: appliance.UpdateInstalling, Version: b.Version}
	s.mu.Unlock()
	s.behind(s.installing)
	return nil
}

// drop forgets a bundle that is not installed.
func (s *Service) drop(why error) error {
	if err := s.sys.remove(bundleFolder + "/" + bundleFile); err != nil {
		slog.Error("appliance: a bundle stays", "error", err)
	}
	return why
}

// judge refuses what is not for this terminal, not newer than what runs, or, unless a
// person brings it on a stick, did not pass here once.
func (s *Service) judge(b bundleInfo, fetched bool) error {
	if _, ok := versionParts(b.Version); !ok {
		return refuse(fault.UpdateRefused, "a version that is none")
	}
	if want := s.compatible(); want != "" && b.Compatible != want {
		return refuse(fault.UpdateRefused, "it is for %.60q", b.Compatible)
	}
	if !newer(b.Version, s.boot.Version) {
		return refuse(fault.UpdateRefused, "%s is not newer than %s", b.Version, s.boot.Version)
	}
	var back undone
	if fetched && s.load(undoneFile, &back) && back.Version == b.Version {
		return refuse(fault.UpdateRefused, "%s did not pass here", b.Version)
	}
	return nil
}

var compatibleLine = regexp.MustCompile(`(?m)^\s*compatible\s*=\s*(\S+)\s*$`)

// compatible is the kind of terminal that bundles must be for.
func (s *Service) compatible() string {
	text, _ := s.sys.read("/etc/rauc/system.conf")
	if m := compatibleLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// fromTerminal takes a bundle out of the terminal's folder. It is moved, so that it
// needs no room, and refused while anybody has it open for writing.
func (s *Service) fromTerminal(name string) error {
	from := s.sys.path(kioskFolder + "/" + appliance.UpdateFolder)
	if !bundleName.MatchString(name) {
		return refuse(fault.UpdateRefused, "no such bundle")
	}
	// The folder itself must not be a link to another one.
	folder, err := unix.Open(from, unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_PATH, 0)
	if err != nil {
		return refuse(fault.UpdateRefused, "no such bundle")
	}
	defer unix.Close(folder)
	// Whatever stands there comes along, and is looked at where nobody can exchange it.
	to := s.sys.path(bundleFolder + "/" + bundleFile)
	if err := unix.Renameat(folder, name, unix.AT_FDCWD, to); err != nil {
		if errors.Is(err, syscall.ENOENT) {
			return refuse(fault.UpdateRefused, "no such bundle")
		}
		return err
	}
	f, err := os.OpenFile(to, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return refuse(fault.UpdateRefused, "no file")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.Mode().IsRegular() || !ok || st.Nlink != 1 {
		return refuse(fault.UpdateRefused, "no file of its own")
	}
	if err := errors.Join(f.Chown(0, 0), f.Chmod(0o600)); err != nil {
		return err
	}
	// A lease is granted only where nobody can write any more.
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK); errors.Is(err, syscall.EAGAIN) {
		return refuse(fault.UpdateRefused, "it is still being written")
	}
	return syncFolder(s.sys.path(bundleFolder))
}

// fromStick copies the newest bundle of a stick, which may be pulled then.
func (s *Service) fromStick(ctx context.Context, stick string) error {
	err := s.withStick(ctx, stick, false, func(folder, _ string) error {
		name, _ := s.newestBundle(ctx, folder)
		if name == "" {
			return refuse(fault.UpdateRefused, "there is no bundle for this terminal on the stick")
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			return err
		}
		defer root.Close()
		from, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
		if err != nil {
			return err
		}
		defer from.Close()
		info, err := from.Stat()
		if err != nil {
			return err
		}
		if free, err := room(s.sys.path(bundleFolder)); err != nil {
			return err
		} else if info.Size() < 0 || free < uint64(info.Size())+dataRoom {
			return refuse(fault.StorageLow, "%d MiB are needed for the bundle", (info.Size()+dataRoom)>>20)
		}
		to, err := os.OpenFile(s.sys.path(bundleFolder+"/"+bundleFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(to, io.LimitReader(from, info.Size()))
		if err == nil {
			err = to.Sync()
		}
		return errors.Join(err, to.Close())
	})
	var r *refusal
	if err != nil && !errors.As(err, &r) && gone(err) {
		return refuse(fault.StickMissing, "%v", err)
	}
	return err
}

// installing installs what the marker names, a few times if need be.
func (s *Service) installing(ctx context.Context) {
	s.mu.Lock()
	t := *s.trial
	s.mu.Unlock()
	path := s.sys.path(bundleFolder + "/" + bundleFile)
	var err error
	for t.Tries < installTries {
		t.Tries++
		if err = s.mark(t); err != nil {
			break
		}
		if err = s.sys.Run(ctx, &percent{told: s.progress}, "rauc", "install", path); err == nil {
			t.State, t.Boot, t.Bundle = trialInstalled, s.boot.ID, ""
			if err = s.mark(t); err == nil {
				s.drop(nil)
				s.setUpdate(appliance.Update{State: appliance.UpdateInstalled, Version: t.Version})
				slog.Info("appliance: an update is installed, and tried at the next start", "version", t.Version)
				return
			}
			break
		}
		if ctx.Err() != nil {
			return // the service ends; the next one goes on
		}
		slog.Warn("appliance: the installation broke off", "version", t.Version, "try", t.Tries, "error", err)
		if t.Tries < installTries && s.sys.Pause(ctx, betweenTries) != nil {
			return
		}
	}
	// Whatever became of the other system, it is not to be started.
	if e := s.sys.Run(ctx, nil, "rauc", "status", "mark-bad", "other"); e != nil {
		slog.Error("appliance: the other system is not marked", "error", e)
	}
	if e := s.sys.remove(trialFile); e != nil {
		slog.Error("appliance: the update's marker stays", "error", e)
	}
	s.drop(nil)
	u := appliance.Update{State: appliance.UpdateFailed, Version: t.Version, Fault: fault.UpdateFailed}
	if err != nil {
		u.Detail = short(err.Error())
	}
	s.mu.Lock()
	s.trial = nil
	s.mu.Unlock()
	s.setUpdate(u)
	slog.Error("appliance: an update was not installed", "version", t.Version, "detail", u.Detail)
}

func (s *Service) mark(t trial) error {
	s.mu.Lock()
	s.trial = &t
	s.mu.Unlock()
	return s.save(trialFile, t, 0o600)
}

func (s *Service) setUpdate(u appliance.Update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.update = u
}

func (s *Service) progress(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.update.State == appliance.UpdateInstalling && n > s.update.Percent {
		s.update.Percent = n
	}
}

// resume goes on where the power was cut, and clears away what was left, before anybody
// can ask for another update.
func (s *Service) resume(ctx context.Context) {
	s.work.Lock()
	defer s.work.Unlock()
	s.mu.Lock()
	t := s.trial
	if t != nil && t.State == trialInstalled && t.Boot == s.boot.ID {
		s.update = appliance.Update{State: appliance.UpdateInstalled, Version: t.Version}
	}
	goOn := t != nil && t.State == trialInstalling && t.Slot != s.boot.Slot
	if goOn {
		s.update = appliance.Update{State: appliance.UpdateInstalling, Version: t.Version}
	}
	s.mu.Unlock()
	if !goOn {
		s.drop(nil)
		return
	}
	if b, err := s.bundle(ctx, s.sys.path(bundleFolder+"/"+bundleFile)); err != nil || b.Version != t.Version || !newer(b.Version, s.boot.Version) {
		s.mu.Lock()
		t.Tries = installTries // there is nothing to go on with
		s.mu.Unlock()
	}
	s.behind(s.installing)
}

// percent reads rauc's progress: lines such as " 40% Checking bundle".
type percent struct {
	told func(int)
	rest []byte
}

var percentLine = regexp.MustCompile(`^\s*(\d{1,3})%`)

func (p *percent) Write(text []byte) (int, error) {
	p.rest = append(p.rest, text...)
	for {
		i := bytes.IndexAny(p.rest, "\r\n")
		if i < 0 {
			if len(p.rest) > 4096 {
				p.rest = p.rest[:0]
			}
			return len(text), nil
		}
		if m := percentLine.FindSubmatch(p.rest[:i]); m != nil {
			if n, err := strconv.Atoi(string(m[1])); err == nil && n <= 100 {
				p.told(n)
			}
		}
		p.rest = p.rest[i+1:]
	}
}
