package power

import "math/rand/v2"

// content is a file after a cut. Each sector holds what it held after some of the
// calls that touched it: at least those that were synced, and a later one never
// without the earlier. A file that was cut shorter lost all of what was cut at
// once, and what is written there afterwards is on the disk only after that.
func content(writes []change, m Manner, random *rand.Rand) []byte {
	// first is the place of the first truncation that does not get to the disk;
	// least the number of calls that surely did, as far as the size goes.
	first, least := len(writes), 0
	var size int64
	for i, w := range writes {
		shorter := w.Kind == Truncate && w.Size < size
		if shorter && !w.kept {
			first = i
			break
		}
		if w.synced || shorter {
			least = i + 1
		}
		size = after(size, w)
	}
	// The size is what it was after some call of those.
	known := first
	switch m {
	case Nothing:
		known = least
	case All:
	default:
		for known > least && !writes[known-1].kept {
			known--
		}
	}
	size = 0
	for _, w := range writes[:known] {
		size = after(size, w)
	}

	d := make([]byte, size)
	grain := int64(sector)
	if m == Pages || m == PerFile || m == InOrder {
		grain = page
	}
	own := m == Sectors || m == Pages // every grain has a will of its own
	reach := map[int64]int{}          // for each grain, how many of the calls got there
	for i, w := range writes {
		if i == first {
			continue
		}
		for g := range grains(w, grain, size) {
			switch {
			case i > first && beyond(writes[first], g, grain):
				// Written where the file still has what was to be cut.
			case w.synced, w.Kind == Truncate && i < first:
				reach[g] = i + 1
			case own && random.IntN(2) == 0, !own && w.kept && (m != Torn || random.IntN(2) == 0):
				reach[g] = i + 1
			}
		}
	}
	for i, w := range writes {
		if i == first {
			continue
		}
		for g := range grains(w, grain, size) {
			if i < reach[g] {
				paint(d, w, g*grain, min((g+1)*grain, size))
			}
		}
	}
	return d
}

func after(size int64, w change) int64 {
	if w.Kind == Truncate {
		return w.Size
	}
	return max(size, w.Offset+int64(len(w.Data)))
}

// beyond tells that a truncation takes a grain, or part of it, away.
func beyond(truncation change, g, grain int64) bool { return (g+1)*grain > truncation.Size }

// grains are those of a file of size bytes that a call touches.
func grains(w change, grain, size int64) func(yield func(int64) bool) {
	return func(yield func(int64) bool) {
		from, to := w.Offset/grain, (w.Offset+int64(len(w.Data))+grain-1)/grain
		if w.Kind == Truncate {
			from, to = w.Size/grain, (size+grain-1)/grain
		}
		for g := from; g < min(to, (size+grain-1)/grain); g++ {
			if !yield(g) {
				return
			}
		}
	}
}

// paint puts what a call leaves between two offsets.
func paint(d []byte, w change, from, to int64) {
	if w.Kind == Truncate {
		if w.Size < to {
			clear(d[max(w.Size, from):to])
		}
		return
	}
	start, end := max(w.Offset, from), min(w.Offset+int64(len(w.Data)), to)
	if start < end {
		copy(d[start:end], w.Data[start-w.Offset:])
	}
}
