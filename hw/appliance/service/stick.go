package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
)

// stickFolder is where the one stick is mounted that is used at the moment.
const stickFolder = runFolder + "/stick"

// As many sticks as are shown.
const maxSticks = 8

// plugged is a file system on a memory stick.
type plugged struct{ name, kind, label string }

// blockDevice is what "lsblk --json" tells of a disk or a partition.
type blockDevice struct {
	Name        string        `json:"name"`
	Type        string        `json:"type"`
	FSType      string        `json:"fstype"`
	Label       string        `json:"label"`
	Transport   string        `json:"tran"`
	Hotplug     bool          `json:"hotplug"`
	Mountpoints []*string     `json:"mountpoints"`
	Children    []blockDevice `json:"children"`
}

// The names that the kernel gives to disks at USB.
var diskName = regexp.MustCompile(`^sd[a-z]{1,2}[0-9]{0,2}$`)

// The options of each kind of file system that is taken. Nothing on a stick is a
// program, a device or more than a file.
var stickOptions = map[string]string{
	"vfat":  "nosuid,nodev,noexec,utf8,umask=0077,flush",
	"exfat": "nosuid,nodev,noexec,umask=0077",
	"ext4":  "nosuid,nodev,noexec",
}

// sticksIn finds the file systems of memory sticks. A disk of which anything is
// mounted, or that carries this software's own partitions, is no stick: a terminal may
// have been started from it.
func sticksIn(text string) ([]plugged, error) {
	var all struct {
		Disks []blockDevice `json:"blockdevices"`
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("appliance: lsblk: %w", err)
	}
	var found []plugged
	for _, disk := range all.Disks {
		if disk.Type != "disk" || disk.Transport != "usb" || !disk.Hotplug || !diskName.MatchString(disk.Name) {
			continue
		}
		parts := append([]blockDevice{disk}, disk.Children...)
		if slices.ContainsFunc(parts, inUse) {
			continue
		}
		for _, p := range parts {
			if _, ok := stickOptions[p.FSType]; ok && diskName.MatchString(p.Name) && len(found) < maxSticks {
				found = append(found, plugged{p.Name, p.FSType, printable(p.Label)})
			}
		}
	}
	slices.SortFunc(found, func(a, b plugged) int { return cmp.Compare(a.name, b.name) })
	return found, nil
}

func inUse(p blockDevice) bool {
	return slices.ContainsFunc(p.Mountpoints, func(m *string) bool { return m != nil && *m != "" }) ||
		p.Label == "LINTAIBOOT" || p.Label == "lintaidata"
}

func printable(label string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return -1
		}
		return r
	}, label)
}

func (s *Service) plugged(ctx context.Context) ([]plugged, error) {
	text, err := s.sys.said(ctx, "lsblk", "--json", "--output", "NAME,TYPE,FSTYPE,LABEL,TRAN,HOTPLUG,MOUNTPOINTS")
	if err != nil {
		return nil, err
	}
	return sticksIn(text)
}

// errUnreadable is a stick whose file system cannot be mounted.
var errUnreadable = errors.New("appliance: the stick cannot be read")

// withStick mounts a stick that is plugged in, by its name, for as long as do takes.
// When it returns without an error, everything is on the stick and it may be pulled.
func (s *Service) withStick(ctx context.Context, name string, write bool, do func(folder string, kind string) error) error {
	s.sticks.Lock()
	defer s.sticks.Unlock()
	all, err := s.plugged(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p plugged) bool { return p.name == name })
	if i < 0 {
		return refuse(fault.StickMissing, "")
	}
	return s.mounted(ctx, all[i], write, do)
}

// mounted does something with a stick; s.sticks is held.
func (s *Service) mounted(ctx context.Context, p plugged, write bool, do func(folder string, kind string) error) error {
	folder := s.sys.path(stickFolder)
	if err := os.MkdirAll(folder, 0o711); err != nil {
		return err
	}
	options := "ro," + stickOptions[p.kind]
	if write {
		options = "rw," + stickOptions[p.kind]
		if p.kind != "ext4" {
			uid, gid, err := s.sys.user(kioskUser)
			if err != nil {
				return err
			}
			options += fmt.Sprintf(",uid=%d,gid=%d", uid, gid)
		}
	}
	if err := s.sys.Run(ctx, nil, "mount", "-t", p.kind, "-o", options, "/dev/"+p.name, folder); err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	err := do(folder, p.kind)
	// Also when the terminal has given up waiting: a stick is never left mounted.
	if e := s.sys.Run(context.WithoutCancel(ctx), nil, "umount", folder); e != nil {
		slog.Error("appliance: a stick stays mounted", "error", e)
		if e2 := s.sys.Run(context.WithoutCancel(ctx), nil, "umount", "--lazy", folder); e2 != nil {
			slog.Error("appliance: a stick stays mounted", "error", e2)
		}
		if err == nil && write {
			err = refuse(fault.StickMissing, "what was written may not be on it")
		}
	}
	return err
}

// listSticks looks into each stick for room and bundles.
func (s *Service) listSticks(ctx context.Context) ([]appliance.Stick, error) {
	s.sticks.Lock()
	defer s.sticks.Unlock()
	all, err := s.plugged(ctx)
	if err != nil {
		return nil, err
	}
	list := []appliance.Stick{}
	for _, p := range all {
		stick := appliance.Stick{Name: p.name, Label: p.label}
		err := s.mounted(ctx, p, false, func(folder, _ string) error {
			free, err := room(folder)
			stick.FreeBytes = free
			_, stick.Bundle = s.newestBundle(ctx, folder)
			return err
		})
		if err != nil {
			slog.Warn("appliance: a stick cannot be read", "error", err)
			continue
		}
		list = append(list, stick)
	}
	return list, nil
}

// room is how many bytes may be written below a folder.
func room(folder string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// As many bundles of a stick as are looked into.
const maxBundles = 10

// bundleName is what a bundle's file is called: one name, no way elsewhere.
var bundleName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$`)

// newestBundle finds the bundle of a folder with the newest version. Links are not
// followed.
func (s *Service) newestBundle(ctx context.Context, folder string) (name, version string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", ""
	}
	looked := 0
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(strings.ToLower(e.Name()), ".raucb") || !bundleName.MatchString(e.Name()) || looked == maxBundles {
			continue
		}
		looked++
		b, err := s.bundle(ctx, folder+"/"+e.Name())
		if err == nil && (version == "" || newer(b.Version, version)) {
			name, version = e.Name(), b.Version
		}
	}
	return name, version
}

// full tells whether an error says that a medium has no room.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || err != nil && strings.Contains(strings.ToLower(err.Error()), "no space left")
}

// gone tells whether a stick was pulled out meanwhile.
func gone(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENODEV) || errors.Is(err, errUnreadable) || errors.Is(err, fs.ErrNotExist)
}
