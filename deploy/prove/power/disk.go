package power

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Image is what a disk holds when the power is back: contents by path. The path of
// a folder that the program made ends with a slash, and has no content.
type Image map[string][]byte

// sector is what a disk writes whole or not at all. Files are cached in pages,
// and written page by page; either may tear a write.
const (
	sector = 512
	page   = 4096
)

// Manner is how what was not synced at the cut gets to the disk.
type Manner int

const (
	Nothing Manner = iota // none of it
	All                   // all of it: the computer hung, and the disk had time
	InOrder               // what was written before some earlier moment
	Newest                // only what was written after some earlier moment
	PerFile               // of some files all, of others nothing
	PerCall               // some calls, each whole
	Torn                  // some calls, each in part
	Sectors               // every sector as it was at a moment of its own
	Pages                 // the same for pages
	manners               // how many
)

func (m Manner) String() string {
	return [...]string{"nothing", "all", "in order", "newest", "per file", "per call", "torn", "sectors", "pages"}[m]
}

// Manners are all of them.
func Manners() []Manner {
	all := make([]Manner, manners)
	for i := range all {
		all[i] = Manner(i)
	}
	return all
}

// change is an event that concerns one file, or the names of a folder, at a cut.
type change struct {
	Event
	synced bool // covered by a sync that had returned
	kept   bool // gets to the disk though not synced, if no sector has a will of its own
}

// Cut is the power cut at one moment.
type Cut struct {
	At    int
	files map[int][]change
	names []change
	base  map[string][]byte
}

// Cut cuts the power at a moment.
func (r *Recording) Cut(at int) *Cut {
	c := &Cut{At: at, files: map[int][]change{}, base: r.base}
	paths := slices.Sorted(maps.Keys(r.base))
	for i, path := range paths { // numbered as the tracer does
		c.files[i+1] = []change{{Event: Event{Kind: Write, Path: path, File: i + 1, Data: r.base[path]}, synced: true}}
		c.names = append(c.names, change{Event: Event{Kind: Create, Path: path, File: i + 1}, synced: true})
	}
	for _, e := range r.Events {
		if e.Begin > at {
			break
		}
		switch e.Kind {
		case Write, Truncate:
			c.files[e.File] = append(c.files[e.File], change{Event: e})
		case Create, Link, Rename, Remove, Folder:
			c.names = append(c.names, change{Event: e})
		case Sync:
			if e.End == 0 || e.End > at {
				continue // it has not promised anything yet
			}
			if e.IsFolder() {
				for i := range c.names {
					n := &c.names[i]
					n.synced = n.synced || n.covered(e) && folderOf(n.Path) == e.Path && (n.Kind != Rename || folderOf(n.To) == e.Path)
				}
				continue
			}
			for i := range c.files[e.File] {
				w := &c.files[e.File][i]
				w.synced = w.synced || w.covered(e)
			}
		}
	}
	for file, writes := range c.files {
		c.files[file] = settled(writes)
	}
	return c
}

// settled puts what is synced from the beginning on into one change.
func settled(writes []change) []change {
	n := 0
	for n < len(writes) && writes[n].synced {
		n++
	}
	if n < 2 {
		return writes
	}
	var size int64
	for _, w := range writes[:n] {
		size = max(size, after(size, w))
	}
	d := make([]byte, size)
	size = 0
	for _, w := range writes[:n] {
		paint(d, w, 0, int64(len(d)))
		size = after(size, w)
	}
	return append([]change{{Event: Event{Kind: Write, File: writes[0].File, Path: writes[0].Path, Data: d[:size]}, synced: true}}, writes[n:]...)
}

// covered tells that an event had returned before the sync began.
func (c change) covered(sync Event) bool { return c.End > 0 && c.End <= sync.Begin }

// Open counts the changes that were not synced: with none, every image is the same.
func (c *Cut) Open() int {
	n := 0
	for _, w := range c.files {
		for _, change := range w {
			if !change.synced {
				n++
			}
		}
	}
	for _, change := range c.names {
		if !change.synced {
			n++
		}
	}
	return n
}

// Image is one disk that the cut may leave.
func (c *Cut) Image(m Manner, random *rand.Rand) Image {
	moment := 1 + random.IntN(max(c.At, 1))
	if random.IntN(2) == 0 { // most of what matters happened a short while ago
		moment = c.At - random.IntN(min(c.At, 200)+1)
	}
	likely := []float64{0.1, 0.5, 0.9}[random.IntN(3)]
	whole := map[int]bool{}
	decide := func(file int, w *change) {
		if _, ok := whole[file]; !ok {
			whole[file] = random.IntN(2) == 0
		}
		switch m {
		case Nothing:
			w.kept = w.synced
		case All:
			w.kept = true
		case InOrder:
			w.kept = w.synced || w.Begin <= moment
		case Newest:
			w.kept = w.synced || w.Begin >= moment
		case PerFile:
			w.kept = w.synced || whole[file]
		default:
			w.kept = w.synced || random.Float64() < likely
		}
	}
	const folder = 0 // names are decided together, as those of one file
	for i := range c.names {
		decide(folder, &c.names[i])
	}
	image, contents := Image{}, map[int][]byte{} // one for all names of a file
	names := named(c.names)
	for path, file := range names {
		switch {
		case !c.reaches(path, names):
			continue
		case file == aFolder:
			image[path+"/"] = nil
			continue
		}
		if _, ok := contents[file]; !ok {
			writes := c.files[file]
			for i := range writes {
				decide(file, &writes[i])
			}
			contents[file] = content(writes, m, random)
		}
		image[path] = contents[file]
	}
	return image
}

// aFolder stands for a folder where names of files are counted.
const aFolder = -1

// reaches tells that all folders which a name lies in got to the disk.
func (c *Cut) reaches(path string, names map[string]int) bool {
	for folder := folderOf(path); folder != "."; folder = folderOf(folder) {
		made := func(n change) bool { return n.Kind == Folder && n.Path == folder }
		if _, there := names[folder]; !there && slices.ContainsFunc(c.names, made) {
			return false
		}
	}
	return true
}

// named says which file has which name. A change that gets to the disk needs
// those before it that touch the same name, since a name has one history.
func named(changes []change) map[string]int {
	names := map[string]int{}
	lost := map[string]bool{}
	for _, n := range changes {
		touched := []string{n.Path}
		if n.Kind == Rename {
			touched = append(touched, n.To)
		}
		if !n.kept || slices.ContainsFunc(touched, func(name string) bool { return lost[name] }) {
			for _, name := range touched {
				lost[name] = true
			}
			continue
		}
		switch n.Kind {
		case Create, Link:
			names[n.Path] = n.File
		case Folder:
			names[n.Path] = aFolder
		case Rename:
			delete(names, n.Path)
			names[n.To] = n.File
		case Remove:
			delete(names, n.Path)
		}
	}
	return names
}
