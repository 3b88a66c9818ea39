package grid

import "sync"

// read is the name of a building as it is compared: read once, not for each address again.
// A thousand names cost 8 ms to read, and every case is looked for.
type read struct {
	normal string
	own    []mention
	home   string // the estate of the last mention, as core
}

// mostRead bounds what is kept: names that staff changed since are forgotten with all others.
const mostRead = 50_000

var names = struct {
	sync.RWMutex
	read map[string]read
}{read: map[string]read{}}

func readName(name string) read {
	names.RLock()
	r, ok := names.read[name]
	names.RUnlock()
	if ok {
		return r
	}
	r = read{normal: normal(name)}
	if r.own = mentions(r.normal); len(r.own) > 0 {
		r.home = core(r.own[len(r.own)-1].before)
	}
	names.Lock()
	defer names.Unlock()
	if len(names.read) >= mostRead {
		clear(names.read)
	}
	names.read[name] = r
	return r
}
