// Package power proves what a power cut leaves of a program's files. It runs the
// program, unmodified, and records with ptrace every call that changes a folder:
// writes, truncations, syncs, new names, links, renames, removals. From the record
// it makes the disks that a cut at any moment may leave, and a test opens each of
// them as the program would after the power is back.
//
// The model is what POSIX promises and no more (Pillai et al., All File Systems Are
// Not Created Equal, OSDI 2014). What a finished fsync covers is on the disk. All
// else may be there or not, sector by sector and in any order, but a sector never
// goes back behind what was synced, and holds the content of one moment. A name
// that was made, moved or removed is on the disk once its folder was synced, not
// when the file was; a rename happens wholly or not at all. What a program kept in
// memory, SQLite's -shm among it, is gone.
//
// What is recorded ends with what the program said on its standard output: there
// it makes its promises, and a cut is judged by those that it had made.
package power

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Kind is what an event did.
type Kind string

const (
	Write    Kind = "write"    // Data at Offset of File
	Truncate Kind = "truncate" // File to Size bytes, shorter or longer
	Sync     Kind = "sync"     // of File, or of the folder Path when File is 0
	Create   Kind = "create"   // Path for the new, empty File
	Link     Kind = "link"     // Path for File, which has another name already
	Rename   Kind = "rename"   // Path to To; what To named before has lost that name
	Remove   Kind = "remove"   // Path
	Folder   Kind = "folder"   // Path is a new folder
	Say      Kind = "say"      // Data on standard output
)

// Event is one call of the program. Times count the moments at which it entered or
// left the kernel; a call takes effect somewhere between Begin and End.
type Event struct {
	Kind       Kind
	Begin, End int // End is 0 while the call had not returned at the end of the record
	Path, To   string
	File       int // counts up from 1; a name may stand for several files over time
	Offset     int64
	Size       int64
	Data       []byte
}

func (e Event) String() string {
	switch e.Kind {
	case Write:
		return fmt.Sprintf("%d-%d write %s %d+%d", e.Begin, e.End, e.Path, e.Offset, len(e.Data))
	case Truncate:
		return fmt.Sprintf("%d-%d truncate %s to %d", e.Begin, e.End, e.Path, e.Size)
	case Say:
		return fmt.Sprintf("%d-%d say %.120q", e.Begin, e.End, e.Data)
	case Rename:
		return fmt.Sprintf("%d-%d rename %s to %s", e.Begin, e.End, e.Path, e.To)
	}
	return fmt.Sprintf("%d-%d %s %s", e.Begin, e.End, e.Kind, e.Path)
}

// Recording is what a program did to a folder.
type Recording struct {
	Events []Event // in the order of Begin
	End    int     // the moment after the last
	base   map[string][]byte
}

// Base is what the folder held, all of it on the disk, before the program began:
// contents by path below the folder.
func (r *Recording) Base() map[string][]byte { return r.base }

// Without is the recording of a program that leaves out some events: a disk that
// ignores a sync, a program that forgets one.
func (r *Recording) Without(drop func(Event) bool) *Recording {
	kept := &Recording{End: r.End, base: r.base}
	for _, e := range r.Events {
		if !drop(e) {
			kept.Events = append(kept.Events, e)
		}
	}
	return kept
}

// Said is what the program had said, or was about to, at a moment.
func (r *Recording) Said(at int) []string {
	var said strings.Builder
	for _, e := range r.Events {
		if e.Kind == Say && e.Begin <= at {
			said.Write(e.Data)
		}
	}
	text := said.String()
	if i := strings.LastIndexByte(text, '\n'); i < 0 {
		return nil
	} else {
		text = text[:i]
	}
	return strings.Split(text, "\n")
}

// IsFolder tells that a sync was one of a folder.
func (e Event) IsFolder() bool { return e.Kind == Sync && e.File == 0 }

// volatile names what lives in memory while the program runs: SQLite's index of
// its write-ahead log is mapped, never synced, and rebuilt after a cut.
func volatile(path string) bool { return strings.HasSuffix(path, "-shm") }

func folderOf(path string) string { return filepath.Dir(path) }
