// Package pack is a prompt pack: a folder of recorded or synthesised sentences that
// the voice plays instead of making them anew.
//
//	DIR/zh-CN/normal/home.prompt.ogg
//	DIR/zh-CN/slow/home.prompt.ogg
//	DIR/zh-CN/manifest.json
//
// The file's name is the sentence's key. The manifest says which words each clip
// speaks, by their hash. A clip whose words are no longer those on the screen is
// stale and is not played: a voice that says something else than the screen is worse
// than a synthetic one. A clip without an entry, as a community may record in its
// dialect, is trusted.
//
// Several packs stand behind one another on a Shelf; the first that has a sentence
// speaks it. So a folder with three sentences in dialect overrides these three.
package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"regexp"

	"lintai/kiosk/phrase"
)

// Rate is how fast a clip speaks.
type Rate string

const (
	Normal Rate = "normal"
	Slow   Rate = "slow"
)

// Rates are all of them.
var Rates = []Rate{Normal, Slow}

// Locales are those that a pack may have.
var Locales = []phrase.Locale{phrase.Chinese, phrase.English}

// Manifest says what the clips of one locale speak.
type Manifest struct {
	Version int                       `json:"version"` // 1
	Clips   map[Rate]map[string]Entry `json:"clips"`   // by key
}

// Entry is what one clip speaks.
type Entry struct {
	Hash string `json:"hash"` // of the text: see Hash
	Text string `json:"text"` // for who records or reviews it
	// Spelling is what the synthesiser read; a recording has none.
	Spelling string `json:"spelling,omitempty"`
}

// Version of the manifest that is read and written.
const Version = 1

// ManifestName is the manifest's file name in the folder of a locale.
const ManifestName = "manifest.json"

// Hash of a text: SHA-256, in hexadecimal digits.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// NewEntry says that a clip speaks a text.
func NewEntry(text, spelling string) Entry { return Entry{Hash(text), text, spelling} }

// Set notes what a clip speaks.
func (m *Manifest) Set(r Rate, key string, e Entry) {
	if m.Clips == nil {
		m.Clips = map[Rate]map[string]Entry{}
	}
	if m.Clips[r] == nil {
		m.Clips[r] = map[string]Entry{}
	}
	m.Clips[r][key] = e
}

// Encode writes the manifest; the same manifest gives the same bytes.
func (m *Manifest) Encode() []byte {
	m.Version = Version
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		panic("pack: " + err.Error()) // maps of strings have no error
	}
	return append(b, '\n')
}

// Decode reads a manifest.
func Decode(document []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(document, &m); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if m.Version != Version {
		return nil, fmt.Errorf("pack: a manifest of version %d, not %d", m.Version, Version)
	}
	return &m, nil
}

// keyForm keeps a key from leaving its folder.
var keyForm = regexp.MustCompile(`^[a-z0-9_+]+([.-][a-z0-9_+]+)*$`)

// Extensions of clips, the preferred first.
var Extensions = []string{"ogg", "wav"}

// File is the path of a clip inside a pack.
func File(l phrase.Locale, r Rate, key, extension string) (string, error) {
	if !keyForm.MatchString(key) {
		return "", fmt.Errorf("pack: %q cannot name a clip", key)
	}
	return path.Join(string(l), string(r), key+"."+extension), nil
}

// Pack is a folder with its manifests.
type Pack struct {
	files     fs.FS
	manifests map[phrase.Locale]*Manifest
}

// Open reads the manifests of a folder. A folder without any is a pack of recordings.
// A manifest that cannot be read is an error, because none of its clips could be
// trusted; the pack then is nil.
func Open(files fs.FS) (*Pack, error) {
	if _, err := fs.Stat(files, "."); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	p := &Pack{files: files, manifests: map[phrase.Locale]*Manifest{}}
	for _, l := range Locales {
		name := path.Join(string(l), ManifestName)
		document, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		m, err := Decode(document)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.manifests[l] = m
	}
	return p, nil
}

// Manifest of a locale; empty when there is none.
func (p *Pack) Manifest(l phrase.Locale) *Manifest {
	if m := p.manifests[l]; m != nil {
		return m
	}
	return &Manifest{Version: Version}
}

// largest clip that is read, in bytes: half an hour of Vorbis, a minute of WAV.
const largest = 6 << 20

// read gives the bytes of a clip.
func (p *Pack) read(l phrase.Locale, r Rate, key string) (file []byte, extension string, ok bool) {
	for _, extension := range Extensions {
		name, err := File(l, r, key, extension)
		if err != nil {
			return nil, "", false
		}
		info, err := fs.Stat(p.files, name)
		if err != nil || info.Size() > largest {
			continue
		}
		if file, err := fs.ReadFile(p.files, name); err == nil {
			return file, extension, true
		}
	}
	return nil, "", false
}

// clip gives the file of a sentence at exactly a rate, unless it is stale.
// synthesised tells whether a program made it.
func (p *Pack) clip(l phrase.Locale, r Rate, key, text string) (file []byte, synthesised, ok bool) {
	entry, noted := p.Manifest(l).Clips[r][key]
	if noted && entry.Hash != Hash(text) {
		return nil, false, false
	}
	file, _, ok = p.read(l, r, key)
	return file, noted && entry.Spelling != "", ok
}

// Shelf is packs in the order in which they are asked.
type Shelf []*Pack

// Clips gives the files of a sentence, the preferred first. Who asks for the slow
// rate gets a person's only recording rather than the synthesiser's slow one: nobody
// who understands a dialect is helped by slow standard Chinese.
func (s Shelf) Clips(l phrase.Locale, key, text string, slow bool) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, p := range s {
			if slow {
				if file, _, ok := p.clip(l, Slow, key, text); ok && !yield(file) {
					return
				}
			}
			file, synthesised, ok := p.clip(l, Normal, key, text)
			if ok && !(slow && synthesised) && !yield(file) {
				return
			}
		}
	}
}
