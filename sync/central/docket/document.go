package docket

import (
	"slices"

	"lintai/sync/wire"
)

// Document is one signed document. The versions of a kind count up over all of
// them, whomever they are for.
type Document struct {
	wire.Document
	Kiosk int // the terminal that it is for; 0: all
	// Origin is the version in which the body was first published: Version itself,
	// or that of the one that was taken up again.
	Origin int64
	// Ended says that from here on the terminal follows what is for all again.
	// There is no body, and nobody is given this.
	Ended bool
}

// InForce selects what a terminal is given: of each kind its own, else the one for
// all. Terminal 0 is one that has none of its own.
func InForce(all []Document, kiosk int) []Document {
	var force []Document
	for _, kind := range wire.DocumentKinds {
		if d, ok := NewestDocument(all, kind, kiosk); ok && kiosk != 0 && !d.Ended {
			force = append(force, d)
		} else if d, ok := NewestDocument(all, kind, 0); ok {
			force = append(force, d)
		}
	}
	return force
}

// NewestDocument finds the newest of a kind that is for exactly this terminal.
func NewestDocument(all []Document, kind wire.DocumentKind, kiosk int) (Document, bool) {
	return newestBelow(all, kind, kiosk, wire.MaxDocumentVersion+1)
}

// NewestVersion is the newest version of a kind, whomever it is for; 0 for none.
func NewestVersion(all []Document, kind wire.DocumentKind) int64 {
	newest := int64(0)
	for _, d := range all {
		if d.Kind == kind {
			newest = max(newest, d.Version)
		}
	}
	return newest
}

// EarlierDocument finds what was there before d's body was first published.
func EarlierDocument(all []Document, d Document) (Document, bool) {
	earlier, ok := newestBelow(all, d.Kind, d.Kiosk, d.Origin)
	return earlier, ok && !earlier.Ended
}

func newestBelow(all []Document, kind wire.DocumentKind, kiosk int, version int64) (Document, bool) {
	newest, found := Document{}, false
	for _, d := range all {
		if d.Kind == kind && d.Kiosk == kiosk && d.Version < version && d.Version > newest.Version {
			newest, found = d, true
		}
	}
	return newest, found
}

// Owners lists the terminals that have a document of this kind of their own.
func Owners(all []Document, kind wire.DocumentKind) []int {
	var owners []int
	for _, d := range all {
		if d.Kind != kind || d.Kiosk == 0 || slices.Contains(owners, d.Kiosk) {
			continue
		}
		if newest, _ := NewestDocument(all, kind, d.Kiosk); !newest.Ended {
			owners = append(owners, d.Kiosk)
		}
	}
	slices.Sort(owners)
	return owners
}

// ToldVersion is a version of a kind that a terminal says it has.
type ToldVersion struct {
	Version int64
	Kiosk   int
}
