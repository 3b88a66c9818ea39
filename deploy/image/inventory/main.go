// Command inventory writes what a card image is made of: manifest.json with every Debian
// package and Go module, their versions and sums, and the same as an SPDX document for
// tools that look for known holes. It reads the lists that the build made, and the modules
// out of the programs themselves, so that it says what is in there and not what was asked for.
package main

import (
	"bufio"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Package is a Debian package, as it was unpacked.
type Package struct {
	Name         string `json:"name"`
	Version      string `json:"version"`
	Architecture string `json:"architecture"`
	SHA256       string `json:"sha256"`
}

// Module is a Go module inside a program.
type Module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum,omitempty"` // go.sum's
}

// Program is one of ours, with what it was built from.
type Program struct {
	Name    string   `json:"name"`
	SHA256  string   `json:"sha256"`
	Go      string   `json:"go"`
	Modules []Module `json:"modules"`
}

// Image is a finished file.
type Image struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Manifest is what stands in manifest.json.
type Manifest struct {
	Version  string    `json:"version"`
	At       time.Time `json:"at"` // of the commit, not of the build
	Images   []Image   `json:"images"`
	Packages []Package `json:"packages"`
	Linked   []Package `json:"linked_against"` // what the programs were linked against when they were built
	Programs []Program `json:"programs"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "inventory:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("inventory", flag.ContinueOnError)
	version := flags.String("version", "", "the image's version")
	at := flags.Int64("at", 0, "the commit's time, in seconds of 1970")
	packages := flags.String("packages", "", "list of the packages in the image: name, version, architecture, SHA-256")
	sysroot := flags.String("sysroot", "", "list of the packages that the programs were linked against")
	programs := flags.String("programs", "", "folder of the programs")
	manifest := flags.String("manifest", "", "manifest.json to write")
	sbom := flags.String("sbom", "", "SPDX document to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || *packages == "" || *programs == "" || *manifest == "" || *sbom == "" {
		return errors.New("give -version, -packages, -programs, -manifest and -sbom")
	}
	m := Manifest{Version: *version, At: time.Unix(*at, 0).UTC(), Images: []Image{}, Linked: []Package{}}
	var err error
	if m.Packages, err = readList(*packages); err != nil {
		return err
	}
	if *sysroot != "" {
		if m.Linked, err = readList(*sysroot); err != nil {
			return err
		}
	}
	if m.Programs, err = readPrograms(*programs); err != nil {
		return err
	}
	for _, path := range flags.Args() {
		sum, size, err := sumFile(path)
		if err != nil {
			return err
		}
		m.Images = append(m.Images, Image{Name: filepath.Base(path), Bytes: size, SHA256: sum})
	}
	if err := writeJSON(*manifest, m); err != nil {
		return err
	}
	if err := writeJSON(*sbom, m.spdx()); err != nil {
		return err
	}
	fmt.Fprintf(out, "image: %d Debian packages, %d programs with %d Go modules: %s, %s\n", len(m.Packages), len(m.Programs), len(m.modules()), *manifest, *sbom)
	return nil
}

func readList(path string) ([]Package, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := ParseList(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// ParseList reads a lock file or a list of versions: on each line a package's name,
// version, architecture and the SHA-256 of its file; lines with # are for people.
func ParseList(r io.Reader) ([]Package, error) {
	var list []Package
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 4 {
			return nil, fmt.Errorf("line %d: %d words, not 4", n, len(f))
		}
		p := Package{Name: f[0], Version: f[1], Architecture: f[2], SHA256: f[3]}
		if p.Architecture != "arm64" && p.Architecture != "all" {
			return nil, fmt.Errorf("line %d: %s is for %s", n, p.Name, p.Architecture)
		}
		if raw, err := hex.DecodeString(p.SHA256); err != nil || len(raw) != sha256.Size || p.SHA256 != strings.ToLower(p.SHA256) {
			return nil, fmt.Errorf("line %d: %s has no SHA-256", n, p.Name)
		}
		if len(list) > 0 && list[len(list)-1].Name >= p.Name {
			return nil, fmt.Errorf("line %d: %s does not come after %s", n, p.Name, list[len(list)-1].Name)
		}
		list = append(list, p)
	}
	return list, lines.Err()
}

func readPrograms(folder string) ([]Program, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var list []Program
	for _, f := range files {
		path := filepath.Join(folder, f.Name())
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return nil, err
		}
		sum, _, err := sumFile(path)
		if err != nil {
			return nil, err
		}
		p := Program{Name: f.Name(), SHA256: sum, Go: info.GoVersion, Modules: []Module{}}
		for _, d := range info.Deps {
			if d.Replace != nil {
				d = d.Replace
			}
			p.Modules = append(p.Modules, Module{Path: d.Path, Version: d.Version, Sum: d.Sum})
		}
		sort.Slice(p.Modules, func(i, j int) bool { return p.Modules[i].Path < p.Modules[j].Path })
		list = append(list, p)
	}
	return list, nil
}

// modules are those of all programs, each once.
func (m Manifest) modules() []Module {
	seen := map[Module]bool{}
	var list []Module
	for _, p := range m.Programs {
		for _, one := range p.Modules {
			if !seen[one] {
				seen[one] = true
				list = append(list, one)
			}
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path+list[i].Version < list[j].Path+list[j].Version })
	return list
}

func sumFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
