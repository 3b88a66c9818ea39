package pack

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lintai/kiosk/phrase"
)

// Line is a sentence that packs should have.
type Line struct {
	Key, Text string
	Spelling  string // as the synthesiser would read it
}

// Problem is what can be wrong with a clip.
type Problem string

const (
	// Missing: no pack has a clip that can be played, so the sentence is synthesised.
	Missing Problem = "missing"
	// Stale: the clip speaks other words than the screen shows.
	Stale Problem = "stale"
	// Misread: the clip was synthesised from a spelling that was mended since.
	Misread Problem = "misread"
	// Damaged: the file is no sound.
	Damaged Problem = "damaged"
	// Unsigned: a recording without an entry; nobody says which words it speaks.
	Unsigned Problem = "unsigned"
	// Unused: no sentence has this key.
	Unused Problem = "unused"
)

// Warning tells problems that a pack may live with.
func (p Problem) Warning() bool { return p == Unsigned || p == Unused }

// Finding is one problem of one clip.
type Finding struct {
	Problem Problem
	Pack    int // place on the shelf; -1 for Missing
	Locale  phrase.Locale
	Rate    Rate
	Key     string
}

// Check compares the packs of a shelf with a script. playable returns an error for a
// file that is no sound. Findings come by rate and key.
func (s Shelf) Check(l phrase.Locale, script []Line, playable func(file []byte) error) ([]Finding, error) {
	var found []Finding
	known := map[string]bool{}
	for _, line := range script {
		known[line.Key] = true
		if !keyForm.MatchString(line.Key) {
			return nil, fmt.Errorf("pack: %q cannot name a clip", line.Key)
		}
	}
	for _, r := range Rates {
		for _, line := range script {
			there := false
			for i, p := range s {
				problem, has := p.look(l, r, line, playable)
				if problem != "" {
					found = append(found, Finding{problem, i, l, r, line.Key})
				}
				there = there || has
			}
			if !there {
				found = append(found, Finding{Missing, -1, l, r, line.Key})
			}
		}
		for i, p := range s {
			for key := range p.keys(l, r) {
				if !known[key] {
					found = append(found, Finding{Unused, i, l, r, key})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Pack, b.Pack))
	})
	return found, nil
}

// look tells what is wrong with a pack's clip of a sentence, and whether it will be
// played.
func (p *Pack) look(l phrase.Locale, r Rate, line Line, playable func([]byte) error) (problem Problem, has bool) {
	entry, noted := p.Manifest(l).Clips[r][line.Key]
	file, _, there := p.read(l, r, line.Key)
	switch {
	case !there:
		return "", false
	case noted && entry.Hash != Hash(line.Text):
		return Stale, false
	case playable(file) != nil:
		return Damaged, false
	case noted && entry.Spelling != "" && entry.Spelling != line.Spelling:
		return Misread, true
	case !noted:
		return Unsigned, true
	}
	return "", true
}

// keys are the keys of the clips in a pack.
func (p *Pack) keys(l phrase.Locale, r Rate) map[string]bool {
	keys := map[string]bool{}
	entries, err := fs.ReadDir(p.files, path.Join(string(l), string(r)))
	if err != nil {
		return nil // a pack need not have every locale and rate
	}
	for _, e := range entries {
		for _, extension := range Extensions {
			if key, ok := strings.CutSuffix(e.Name(), "."+extension); ok {
				keys[key] = true
			}
		}
	}
	return keys
}

// Sign returns the manifest with an entry for recordings: somebody has listened and
// says that they speak today's words. Without keys these are the recordings that have
// no entry; with keys, exactly theirs, also when they were signed for other words.
// signed are the keys, each once.
func (p *Pack) Sign(l phrase.Locale, script []Line, only []string) (m *Manifest, signed []string) {
	m = &Manifest{}
	for r, clips := range p.Manifest(l).Clips {
		for key, e := range clips {
			m.Set(r, key, e)
		}
	}
	for _, r := range Rates {
		keys := p.keys(l, r)
		for _, line := range script {
			entry, noted := m.Clips[r][line.Key]
			wanted := !noted
			if len(only) > 0 {
				wanted = slices.Contains(only, line.Key) && entry.Spelling == ""
			}
			if !wanted || !keys[line.Key] {
				continue
			}
			m.Set(r, line.Key, NewEntry(line.Text, ""))
			if !slices.Contains(signed, line.Key) {
				signed = append(signed, line.Key)
			}
		}
	}
	return m, signed
}

// Recordings tells whether a pack has clips of a locale that no program made.
func (p *Pack) Recordings(l phrase.Locale) bool {
	for _, r := range Rates {
		for key := range p.keys(l, r) {
			if p.Manifest(l).Clips[r][key].Spelling == "" {
				return true
			}
		}
	}
	return false
}

// Made gives a clip that a program made of exactly this text and spelling.
func (p *Pack) Made(l phrase.Locale, r Rate, line Line) ([]byte, string, bool) {
	if p.Manifest(l).Clips[r][line.Key] != NewEntry(line.Text, line.Spelling) || line.Spelling == "" {
		return nil, "", false
	}
	return p.read(l, r, line.Key)
}
