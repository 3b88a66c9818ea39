package service

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"

	"lintai/hw/appliance/edit"
	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
)

// As many keys as one question may name.
const maxKeys = 32

// keep writes values into kiosk.toml and takes others out. What package settings would
// find wrong afterwards and does not find wrong before is refused.
func (s *Service) keep(ctx context.Context, set map[string]string, erase []string) error {
	if n := len(set) + len(erase); n == 0 || n > maxKeys {
		return refuse(fault.ApplianceFailed, "%d keys", n)
	}
	known := settings.Keys()
	for _, key := range append(slices.Sorted(keys(set)), erase...) {
		if !slices.Contains(known, key) {
			return refuse(fault.ApplianceFailed, "kiosk.toml has no key %.64q", key)
		}
	}
	if err := s.edit(ctx, set, erase); err != nil {
		return err
	}
	touched := func(section string) bool {
		return slices.ContainsFunc(append(slices.Sorted(keys(set)), erase...), func(k string) bool { return strings.HasPrefix(k, section+".") })
	}
	if touched("network") && len(set) > 0 {
		if err := s.applyNetwork(ctx); err != nil {
			return err
		}
	}
	if touched("central") || touched("printer") {
		s.openDoors(ctx)
	}
	return nil
}

func (s *Service) edit(ctx context.Context, set map[string]string, erase []string) error {
	s.file.Lock()
	defer s.file.Unlock()
	text, err := s.sys.read(kioskFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old := []byte(text)
	out, err := edit.Apply(old, set, erase)
	if err != nil {
		return refuse(fault.ApplianceFailed, "%v", err)
	}
	if bytes.Equal(out, old) {
		return nil
	}
	if mistakes := newProblems(old, out); len(mistakes) > 0 && len(set) > 0 {
		return refuse(fault.ConfigInvalid, "%v", mistakes)
	}
	gone := slices.DeleteFunc(edit.Holds(old, settings.Secrets...), func(k string) bool {
		_, replaced := set[k]
		return !replaced && !slices.Contains(erase, k)
	})
	return s.writable(ctx, func() error { return s.rewrite(old, out, gone, len(set) == 0) })
}

// newProblems are those of the new text that the old one did not have.
func newProblems(old, out []byte) settings.Problems {
	_, before := settings.Parse(old)
	_, after := settings.Parse(out)
	var was, is settings.Problems
	errors.As(before, &was)
	errors.As(after, &is)
	return slices.DeleteFunc(is, func(p settings.Problem) bool {
		return slices.ContainsFunc(was, func(q settings.Problem) bool { return q.Key == p.Key && q.Message == p.Message })
	})
}

// writable has the boot partition writable for a moment.
func (s *Service) writable(ctx context.Context, do func() error) error {
	folder := s.sys.path(firmware)
	if err := s.sys.Run(ctx, nil, "mount", "-o", "remount,rw", folder); err != nil {
		return refuse(fault.ApplianceFailed, "the boot partition stays read-only: %v", err)
	}
	err := do()
	if e := s.sys.Run(context.WithoutCancel(ctx), nil, "mount", "-o", "remount,ro", folder); e != nil {
		slog.Error("appliance: the boot partition stays writable", "error", e)
	}
	return err
}

// rewrite puts the new text in the place of the old one. First the whole new text is on
// the card under another name; then what was secret is overwritten where it stood, in a
// way that leaves a file that can be read; then the new one takes the name. After a cut
// there is one of the three, and settleFile finishes. A full card still overwrites what
// is to be erased.
func (s *Service) rewrite(old, out []byte, secrets []string, onlyErase bool) error {
	name := s.sys.path(kioskFile)
	draft := name + ".new"
	if err := s.draft(draft, out); err != nil {
		os.Remove(draft)
		if errors.Is(err, syscall.ENOSPC) && onlyErase {
			return s.overwrite(old, secrets)
		}
		if errors.Is(err, syscall.ENOSPC) {
			return refuse(fault.ApplianceFailed, "the boot partition is full")
		}
		return err
	}
	if len(secrets) > 0 {
		if err := s.overwrite(old, secrets); err != nil {
			return err
		}
	}
	if err := os.Rename(draft, name); err != nil {
		return err
	}
	return syncFolder(s.sys.path(firmware))
}

func (s *Service) draft(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return syncFolder(s.sys.path(firmware))
}

// overwrite writes over the values of secrets in the very blocks that hold them.
func (s *Service) overwrite(old []byte, secrets []string) error {
	blank, err := edit.Blank(old, secrets...)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.sys.path(kioskFile), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	// Only what differs: a write that is cut touches nothing else.
	for i := 0; i < len(blank); i++ {
		if blank[i] == old[i] {
			continue
		}
		j := i
		for j < len(blank) && blank[j] != old[j] {
			j++
		}
		if _, err := f.WriteAt(blank[i:j], int64(i)); err != nil {
			return err
		}
		i = j
	}
	return f.Sync()
}

// settleFile finishes a change of kiosk.toml that a power cut interrupted.
func (s *Service) settleFile(ctx context.Context) error {
	s.file.Lock()
	defer s.file.Unlock()
	draft := s.sys.path(kioskFile) + ".new"
	text, err := os.ReadFile(draft)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	old, _ := s.sys.read(kioskFile)
	sound := err == nil && len(text) > 0 && readable(text)
	return s.writable(ctx, func() error {
		if sound && (old == "" || !readable([]byte(old))) {
			if err := os.Rename(draft, s.sys.path(kioskFile)); err != nil {
				return err
			}
		} else if err := os.Remove(draft); err != nil {
			return err
		}
		return syncFolder(s.sys.path(firmware))
	})
}

func readable(text []byte) bool {
	var all map[string]any
	return toml.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &all) == nil
}

// wishes are what the service itself takes from kiosk.toml. They are read however much
// else is missing or wrong in the file.
type wishes struct {
	Number  int // of the terminal
	Place   string
	Phone   string
	Central struct{ Address string }
	Printer struct{ Port string }
	Panel   struct{ Rotation, Brightness int }
	Network struct{ WiFi, Password, Address, Gateway, DNS string }
}

func (s *Service) wishes() wishes {
	var w wishes
	text, err := s.sys.read(kioskFile)
	if err != nil {
		return w
	}
	var sections map[string]map[string]any
	if err := toml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &sections); err != nil {
		return w
	}
	word := func(section, key string, to *string) {
		if v, ok := sections[section][key].(string); ok && len(v) <= 256 {
			*to = v
		}
	}
	number := func(section, key string, to *int) {
		if v, ok := sections[section][key].(int64); ok && v >= 0 && v <= 9999 {
			*to = int(v)
		}
	}
	number("terminal", "number", &w.Number)
	word("terminal", "place", &w.Place)
	word("terminal", "phone", &w.Phone)
	word("central", "address", &w.Central.Address)
	word("printer", "port", &w.Printer.Port)
	number("panel", "rotation", &w.Panel.Rotation)
	number("panel", "brightness", &w.Panel.Brightness)
	word("network", "wifi", &w.Network.WiFi)
	word("network", "password", &w.Network.Password)
	word("network", "address", &w.Network.Address)
	word("network", "gateway", &w.Network.Gateway)
	word("network", "dns", &w.Network.DNS)
	return w
}
