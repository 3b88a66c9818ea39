package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lintai/hw/appliance"
	"lintai/kiosk/content"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/kiosk/setup"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// service is that of the computer that the terminal lives in; nil where it is
// no appliance, or the service does not listen.
func (k *kiosk) service() *appliance.Client {
	c, err := k.computer.dial()
	if err != nil {
		return nil
	}
	return c
}

// onAppliance tells whether this is one, be it that its service does not listen yet.
func (k *kiosk) onAppliance() bool {
	_, err := k.computer.dial()
	return !errors.Is(err, appliance.ErrNone)
}

// errToBeAsked is why a terminal without number or place does not serve.
var errToBeAsked = errors.New("number or place are still to be asked for")

// asked tells whether the file says all that a terminal needs to know who it is.
func asked(s *settings.Settings) bool { return s.Terminal.Number > 0 && s.Terminal.Place != "" }

// errSettingUp has the terminal look again whether it can serve.
var errSettingUp = errors.New("the set-up goes on")

// finishSetup has the devices of a terminal tried that knows who it is, if a technician
// began to set it up.
func (k *kiosk) finishSetup(ctx context.Context, s *settings.Settings, i agent.Identity) error {
	k.forgetCode(ctx, s, i)
	if !k.unfinished(s) {
		return nil
	}
	if k.setUp(ctx, s, fault.None, true); !k.setup.state.Done() {
		return errSettingUp
	}
	return nil
}

// testDevices has the devices of a terminal in service tried once more: whoever serves
// ends with errSettingUp after it.
func testDevices(s *settings.Settings) error { return writeProgress(s, setup.Tests()) }

// offered are the languages that residents may choose beside Chinese.
func offered(s *settings.Settings) []phrase.Locale {
	return slices.DeleteFunc(slices.Clone(s.Terminal.Languages), func(l phrase.Locale) bool { return l == phrase.Chinese })
}

// statusLimit is how long the screens wait for a word on the network.
const statusLimit = 2 * time.Second

// facts are what setup has to know of the terminal now.
func (k *kiosk) facts(ctx context.Context, s *settings.Settings, code fault.Code, enrolled bool) setup.Facts {
	f := setup.Facts{
		Number: s.Terminal.Number, Place: s.Terminal.Place, Phone: s.Terminal.Phone, Address: s.Central.Address, Fault: code, Enrolled: enrolled,
		Letters: wire.CodeLetters, Length: wire.CodeLength, Group: wire.CodeGroup,
	}
	c := k.service()
	if c == nil {
		return f
	}
	f.Appliance, f.Coded, f.Grid = true, s.Central.Code != "", s.Terminal.Grid
	f.Languages, f.Turned, f.Rotation = s.Says("terminal.languages"), s.Says("panel.rotation"), s.Panel.Rotation
	ctx, done := context.WithTimeout(ctx, statusLimit)
	defer done()
	if status, err := c.Status(ctx); err == nil {
		f.Online, f.Own, f.WiFi = status.Online, status.Address, status.WiFi
		for _, t := range status.Faults {
			if t.Fault == fault.NetworkRefused || t.Fault == fault.NetworkMissing {
				f.Network = t.Fault
			}
		}
	}
	ports := s.Ports()
	for _, name := range setup.Testable {
		if _, named := ports[name]; named {
			f.Devices = append(f.Devices, name)
		}
	}
	for _, pattern := range []string{"/dev/serial/by-id/*", "/dev/usb/lp*"} {
		if found, err := filepath.Glob(pattern); err == nil {
			f.Ports = append(f.Ports, found...)
		}
	}
	if s.Terminal.Content != "" {
		own, _ := content.Read(os.DirFS(s.Terminal.Content))
		for _, p := range own.Community.Places {
			f.Places = append(f.Places, p.Name)
		}
	}
	return f
}

// unfinished tells that a technician has begun on this terminal and is not through.
func (k *kiosk) unfinished(s *settings.Settings) bool {
	d := &k.setup
	if k.service() == nil {
		return false
	}
	if d.open {
		return d.state.Progress().Unfinished()
	}
	return readProgress(s).Unfinished()
}

// someoneThere tells that a technician is being asked, or was when the program ended: to
// turn the picture it starts anew, and she waits for it.
func (k *kiosk) someoneThere(s *settings.Settings) bool {
	if k.service() == nil {
		return false
	}
	if k.setup.open {
		return k.setup.asking()
	}
	p := readProgress(s)
	return p.Unfinished() && p.Asking
}

// offersSetup tells whether the screens of setup can cure what is wrong.
func (k *kiosk) offersSetup(code fault.Code) bool {
	return setup.Offered(code) || code == fault.EnrolWaiting && (k.setup.open || k.service() != nil)
}

// progressName is the file in the data folder that says how far a first start is.
const progressName = "setup.json"

func readProgress(s *settings.Settings) (p setup.Progress) {
	text, err := os.ReadFile(filepath.Join(s.Terminal.Data, progressName))
	if err != nil || json.Unmarshal(text, &p) != nil {
		return setup.Progress{}
	}
	return p
}

// writeProgress keeps it for a program that starts anew, and for one after a cut.
func writeProgress(s *settings.Settings, p setup.Progress) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	path := filepath.Join(s.Terminal.Data, progressName)
	draft, err := os.OpenFile(path+".draft", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Rename(path+".draft", path)
}

// fileHash tells one version of the technician's file from the next.
func (k *kiosk) fileHash() [sha256.Size]byte {
	text, err := os.ReadFile(k.config)
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(text)
}

// forgetCode takes a code that was used out of the file.
func (k *kiosk) forgetCode(ctx context.Context, s *settings.Settings, i agent.Identity) {
	if s.Central.Code == "" || !i.EnrolledWith(s.Central.Code) {
		return
	}
	if c := k.service(); c != nil {
		if err := c.Erase(ctx, "central.code"); err != nil {
			k.log.Warn("the used code stays in the file", "error", err)
		}
	}
}

// joinLimit is how long a network may take until it leads somewhere, by cable or air.
const (
	joinLimit = time.Minute
	joinLook  = time.Second
)

// join uses a network and waits until the computer is on it.
func join(ctx context.Context, c *appliance.Client, n setup.Network) error {
	if c == nil {
		return appliance.ErrNone
	}
	ctx, done := context.WithTimeout(ctx, joinLimit)
	defer done()
	if err := c.Join(ctx, appliance.Network{WiFi: n.WiFi, Password: string(n.Password), Address: n.Address, Gateway: n.Gateway, DNS: n.DNS}); err != nil {
		return err
	}
	looks := time.NewTicker(joinLook)
	defer looks.Stop()
	last := appliance.Trouble{Fault: fault.NetworkMissing}
	for {
		select {
		case <-ctx.Done():
			return &appliance.Refusal{Verb: appliance.VerbJoin, Fault: last.Fault, Detail: last.Detail}
		case <-looks.C:
		}
		status, err := c.Status(ctx)
		if err != nil {
			continue
		}
		if status.Online && status.WiFi == n.WiFi {
			return nil
		}
		for _, t := range status.Faults {
			if t.Fault == fault.NetworkRefused || t.Fault == fault.NetworkMissing {
				last = t
			}
		}
		if last.Fault == fault.NetworkRefused {
			return &appliance.Refusal{Verb: appliance.VerbJoin, Fault: last.Fault, Detail: last.Detail}
		}
	}
}

// detailOf is what a refusal says to the technician.
func detailOf(err error) string {
	var r *appliance.Refusal
	if errors.As(err, &r) {
		return r.Detail
	}
	return ""
}
