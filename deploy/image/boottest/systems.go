package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// system is one version of the image, and the bundle that brings it.
type system struct {
	version string
	bundle  string // "" of the one that the card was made with
	sum     string // of the file system's bytes
	speaks  bool   // it fails, and can say why
}

// Where things are in a system.
const (
	versionAt = "/etc/lintai-version"
	kioskAt   = "/usr/lib/lintai/kiosk"
	rootsAt   = "/etc/rauc/keyring.pem"
)

// systems makes versions out of the system that is in the image, each by a change of a
// copy: nothing is built, so that what differs is known.
type systems struct {
	from    string // the image's system A
	conf    string // has rauc trust whom the image trusts
	scratch string
	tools   string // deploy/image
	last    string // the newest version made
}

func newSystems(ctx context.Context, image, scratch string) (*systems, system, error) {
	tools, err := filepath.Abs("deploy/image")
	if err != nil {
		return nil, system{}, err
	}
	if _, err := os.Stat(filepath.Join(tools, "bundle")); err != nil {
		return nil, system{}, fmt.Errorf("updates are made by deploy/image/bundle, and this is not the repository's folder: %w", err)
	}
	s := &systems{from: filepath.Join(scratch, "system.ext4"), conf: filepath.Join(scratch, "rauc.conf"), scratch: scratch, tools: tools}
	if err := guest.Extract(image, 2, s.from); err != nil {
		return nil, system{}, err
	}
	if err := s.trust(ctx); err != nil {
		return nil, system{}, err
	}
	version, err := ask(ctx, "debugfs", "-R", "cat "+versionAt, s.from)
	if err != nil {
		return nil, system{}, err
	}
	s.last = strings.TrimSpace(version)
	sum, err := sumOf(s.from)
	return s, system{version: s.last, sum: sum}, err
}

// close takes away what the versions were made of.
func (s *systems) close() error { return os.Remove(s.from) }

// next is the version after another one.
func next(version string) (string, error) {
	day, number, ok := strings.Cut(version, "-")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n >= 9999 {
		return "", fmt.Errorf("no version follows %q", version)
	}
	return fmt.Sprintf("%s-%d", day, n+1), nil
}

// change does to a copy of the system what makes it another one: commands for debugfs.
type change func(folder string) ([]string, error)

// good changes nothing but the version.
func good(string) ([]string, error) { return nil, nil }

// mute has something in the place of the kiosk that runs and never paints.
func mute(folder string) ([]string, error) {
	return inPlaceOfTheKiosk(folder, []byte("#!/bin/sh\nexec sleep 100000\n"))
}

// What Open of package offline writes first, and what becomes of it in a kiosk whose
// queue does not open: a table that is in no schema.
const (
	openingWrite    = "INSERT INTO meta (key, value) VALUES ('opened_at', ?)"
	misspelledWrite = "INSERT INTO mete (key, value) VALUES ('opened_at', ?)"
)

// closed has the kiosk itself with one letter wrong in its first statement to the queue:
// all works, but for Open, as with a program that disagrees with the queue's schema.
func (s *systems) closed(folder string) ([]string, error) {
	kiosk := filepath.Join(folder, "kiosk")
	if _, err := ask(context.Background(), "debugfs", "-R", "dump "+kioskAt+" "+kiosk, s.from); err != nil {
		return nil, err
	}
	program, err := os.ReadFile(kiosk)
	if err != nil {
		return nil, err
	}
	if program, err = misspelled(program, openingWrite, misspelledWrite); err != nil {
		return nil, err
	}
	return inPlaceOfTheKiosk(folder, program)
}

// misspelled is a program in which one text stands in the place of another of its length.
func misspelled(program []byte, is, becomes string) ([]byte, error) {
	if len(is) != len(becomes) {
		return nil, fmt.Errorf("%q is not as long as %q", becomes, is)
	}
	if n := bytes.Count(program, []byte(is)); n != 1 {
		return nil, fmt.Errorf("%q stands %d times in the kiosk, not once", is, n)
	}
	return bytes.Replace(program, []byte(is), []byte(becomes), 1), nil
}

func inPlaceOfTheKiosk(folder string, program []byte) ([]string, error) {
	file := filepath.Join(folder, "instead")
	return []string{"rm " + kioskAt, "write " + file + " " + kioskAt, "sif " + kioskAt + " mode 0100755"}, os.WriteFile(file, program, 0o755)
}

// make makes the next version, and its bundle signed by the key in a folder ("" is the
// test key).
func (s *systems) make(ctx context.Context, name, key string, how change) (made system, err error) {
	if s.last, err = next(s.last); err != nil {
		return made, err
	}
	made = system{version: s.last, bundle: filepath.Join(s.scratch, name+".raucb")}
	folder, err := os.MkdirTemp(s.scratch, "system")
	if err != nil {
		return made, err
	}
	defer os.RemoveAll(folder)
	root := filepath.Join(folder, "root.ext4")
	if _, err := ask(ctx, "cp", "--sparse=always", s.from, root); err != nil {
		return made, err
	}
	commands, err := how(folder)
	if err != nil {
		return made, err
	}
	if err := debug(ctx, folder, root, append(commands, replaceVersion(folder)...), s.last); err != nil {
		return made, err
	}
	if made.sum, err = sumOf(root); err != nil {
		return made, err
	}
	return made, s.bundle(ctx, made, root, key)
}

func replaceVersion(folder string) []string {
	return []string{"rm " + versionAt, "write " + filepath.Join(folder, "version") + " " + versionAt, "sif " + versionAt + " mode 0100644"}
}

// debug changes a file system. debugfs says what it could not do and goes on, so what
// came of it is looked at.
func debug(ctx context.Context, folder, root string, commands []string, version string) error {
	if err := os.WriteFile(filepath.Join(folder, "version"), []byte(version+"\n"), 0o644); err != nil {
		return err
	}
	list := filepath.Join(folder, "commands")
	if err := os.WriteFile(list, []byte(strings.Join(commands, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	if _, err := ask(ctx, "debugfs", "-w", "-f", list, root); err != nil {
		return err
	}
	if out, err := ask(ctx, "e2fsck", "-fn", root); err != nil {
		return fmt.Errorf("the changed system is not sound: %w\n%s", err, out)
	}
	for _, c := range commands {
		written, ok := strings.CutPrefix(c, "write ")
		if !ok {
			continue
		}
		from, to, _ := strings.Cut(written, " ")
		read := filepath.Join(folder, "read")
		if _, err := ask(ctx, "debugfs", "-R", "dump "+to+" "+read, root); err != nil {
			return err
		}
		want, err := sumOf(from)
		got, other := sumOf(read)
		if err := errors.Join(err, other); err != nil || got != want {
			return errors.Join(err, fmt.Errorf("%s was not put into the system", to))
		}
	}
	return nil
}

// bundle signs a system. Little is gained by packing well what is taken away again.
func (s *systems) bundle(ctx context.Context, made system, root, key string) error {
	args := []string{"LINTAI_SQUASHFS=-comp zstd -Xcompression-level 3 -b 256k", filepath.Join(s.tools, "bundle"),
		"--version", made.version, "--system", root, "--out", made.bundle}
	if key != "" {
		args = append(args, "--key", key)
	}
	_, err := askWithin(ctx, 10*time.Minute, "env", args...)
	return err
}

// strange makes a small system signed by keys that no image knows. Its signature is
// judged before its content, so the content may be small.
func (s *systems) strange(ctx context.Context) (made system, err error) {
	keys, err := ask(ctx, "env", "LINTAI_IMAGE_CACHE="+filepath.Join(s.scratch, "stranger"), filepath.Join(s.tools, "keys"), "test")
	if err != nil {
		return made, err
	}
	if s.last, err = next(s.last); err != nil {
		return made, err
	}
	made = system{version: s.last, bundle: filepath.Join(s.scratch, "strange.raucb")}
	folder, err := os.MkdirTemp(s.scratch, "system")
	if err != nil {
		return made, err
	}
	defer os.RemoveAll(folder)
	root, tree := filepath.Join(folder, "root.ext4"), filepath.Join(folder, "tree")
	if err := os.MkdirAll(filepath.Join(tree, "etc"), 0o755); err != nil {
		return made, err
	}
	if err := os.WriteFile(filepath.Join(tree, versionAt), []byte(made.version+"\n"), 0o644); err != nil {
		return made, err
	}
	ballast := make([]byte, 1<<20) // a bundle of nearly nothing is none
	_, _ = rand.Read(ballast)      // never fails
	if err := os.WriteFile(filepath.Join(tree, "ballast"), ballast, 0o644); err != nil {
		return made, err
	}
	if _, err := ask(ctx, "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, root, "8M"); err != nil {
		return made, err
	}
	return made, s.bundle(ctx, made, root, strings.TrimSpace(keys))
}

// judge has the host's rauc look at a bundle as the terminal's does.
func (s *systems) judge(ctx context.Context, bundle string) error {
	_, err := ask(ctx, "rauc", "--conf="+s.conf, "info", bundle)
	return err
}

// trust takes the roots of trust out of the image.
func (s *systems) trust(ctx context.Context) error {
	roots := filepath.Join(s.scratch, "roots.pem")
	if _, err := ask(ctx, "debugfs", "-R", "dump "+rootsAt+" "+roots, s.from); err != nil {
		return err
	}
	return os.WriteFile(s.conf, fmt.Appendf(nil, `[system]
compatible=lintai-rpi-arm64
bootloader=noop
bundle-formats=-plain

[keyring]
path=%s
check-purpose=codesign
`, roots), 0o644)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return sum(f)
}

func sum(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sumOfSlot is that of the partition of a system, A or B.
func sumOfSlot(card io.ReaderAt, slot string) (string, error) {
	all, err := guest.Partitions(card)
	if err != nil {
		return "", err
	}
	p := all[1]
	if slot == "B" {
		p = all[2]
	}
	return sum(io.NewSectionReader(card, p.Start, p.Size))
}
