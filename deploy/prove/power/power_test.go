package power_test

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"lintai/deploy/prove/power"
	"lintai/kiosk/seal"
)

// check opens what a cut left in a folder and compares it with what was said.
type check func(folder string, key seal.PrivateKey, said []string) error

// broken is a disk on which a promise is broken.
type broken struct {
	at     int
	manner power.Manner
	files  string
	err    error
}

func (b broken) String() string {
	return fmt.Sprintf("cut at %d, %s (%s): %v", b.at, b.manner, b.files, b.err)
}

// outcome counts what was tried.
type outcome struct {
	images, cuts int // disks that differ, or that other promises were made of
	broken       []broken
}

// try looks at n disks that cuts of a recording may leave. About half of the cuts
// are at the borders of syncs and promises, where it matters; the others anywhere.
//
// before is what an earlier program had said, whose disk this one began with.
func try(tb testing.TB, r *power.Recording, before []string, key seal.PrivateKey, n int, seed uint64, holds check) outcome {
	tb.Helper()
	random := rand.New(rand.NewPCG(seed, 3))
	var borders []int
	for _, e := range r.Events {
		switch e.Kind {
		case power.Sync:
			borders = append(borders, e.Begin, e.End)
		case power.Say, power.Rename, power.Link, power.Remove, power.Create:
			borders = append(borders, e.Begin)
		}
	}
	slices.Sort(borders)
	borders = slices.DeleteFunc(slices.Compact(borders), func(at int) bool { return at == 0 })
	// Each manner once at a cut, those with a choice twice.
	manners := append(power.Manners(), power.InOrder, power.Newest, power.PerFile, power.PerCall, power.Torn, power.Sectors, power.Pages)
	var moments []int
	for _, i := range random.Perm(len(borders)) {
		moments = append(moments, borders[i], 1+random.IntN(r.End))
	}
	for len(moments) < n {
		moments = append(moments, borders[random.IntN(len(borders))]+random.IntN(9)-4, 1+random.IntN(r.End))
	}

	var (
		out  outcome
		mu   sync.Mutex
		seen = map[uint64]bool{}
		same = maphash.MakeSeed()
		work = make(chan int)
		all  sync.WaitGroup
	)
	for worker := range runtime.GOMAXPROCS(0) {
		random := rand.New(rand.NewPCG(seed, uint64(10+worker)))
		folder := scratch(tb)
		all.Go(func() {
			for at := range work {
				cut := r.Cut(at)
				said := append(slices.Clone(before), r.Said(at)...)
				for _, m := range manners {
					if m != power.Nothing && cut.Open() == 0 {
						break // nothing is left to chance
					}
					image := cut.Image(m, random)
					sum := sumOf(same, image, len(said))
					mu.Lock()
					known := seen[sum] || len(seen) >= n
					seen[sum] = seen[sum] || !known
					mu.Unlock()
					if known {
						continue
					}
					err := write(folder, image)
					if err == nil {
						err = holds(folder, key, said)
					}
					if err != nil {
						mu.Lock()
						out.broken = append(out.broken, broken{at, m, list(image), err})
						mu.Unlock()
					}
				}
			}
		})
	}
	for _, at := range moments {
		mu.Lock()
		enough := len(seen) >= n
		mu.Unlock()
		if enough {
			break
		}
		out.cuts++
		work <- min(max(at, 1), r.End)
	}
	close(work)
	all.Wait()
	out.images = len(seen)
	slices.SortFunc(out.broken, func(a, b broken) int { return cmp.Compare(a.at, b.at) })
	return out
}

// scratch is a folder in memory where there is one: what is looked at there was
// never meant to last.
func scratch(tb testing.TB) string {
	tb.Helper()
	where := tb.TempDir()
	if folder, err := os.MkdirTemp("/dev/shm", "power"); err == nil {
		tb.Cleanup(func() { os.RemoveAll(folder) })
		where = folder
	}
	return where
}

// write puts an image into a folder in place of what is there.
func write(folder string, image power.Image) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	for path, content := range image {
		if strings.HasSuffix(path, "/") {
			if err := os.MkdirAll(filepath.Join(folder, path), 0o700); err != nil {
				return err
			}
			continue
		}
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := writeSparse(path, content); err != nil {
			return err
		}
	}
	return nil
}

// writeSparse writes a file without its zeros, which room that is held is full of.
func writeSparse(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(int64(len(content))); err != nil {
		return err
	}
	for at := 0; at < len(content); at += len(zeros) {
		part := content[at:min(at+len(zeros), len(content))]
		if bytes.Equal(part, zeros[:len(part)]) {
			continue
		}
		if _, err := f.WriteAt(part, int64(at)); err != nil {
			return err
		}
	}
	return f.Close()
}

var zeros [16 << 10]byte

func sumOf(seed maphash.Seed, image power.Image, said int) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	fmt.Fprintln(&h, said)
	for _, path := range slices.Sorted(maps.Keys(image)) {
		fmt.Fprintln(&h, path, len(image[path]))
		for at := 0; at < len(image[path]); at += len(zeros) {
			part := image[path][at:min(at+len(zeros), len(image[path]))]
			if !bytes.Equal(part, zeros[:len(part)]) {
				fmt.Fprint(&h, at)
				h.Write(part)
			}
		}
	}
	return h.Sum64()
}

func list(image power.Image) string {
	var files []string
	for _, path := range slices.Sorted(maps.Keys(image)) {
		files = append(files, fmt.Sprintf("%s %d", path, len(image[path])))
	}
	return strings.Join(files, ", ")
}

// none fails a test for each of the first broken promises.
func (o outcome) none(t *testing.T, where string) {
	t.Helper()
	for i, b := range o.broken {
		if i == 10 {
			t.Errorf("%s: … and %d more", where, len(o.broken)-i)
			break
		}
		t.Errorf("%s: %s", where, b)
	}
}

func (o *outcome) add(more outcome) {
	o.images, o.cuts = o.images+more.images, o.cuts+more.cuts
	o.broken = append(o.broken, more.broken...)
}

func newKey(tb testing.TB) seal.PrivateKey {
	tb.Helper()
	key, err := seal.Generate()
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// TestPowerCutLeavesTheQueueWhole is the proof for the terminal.
func TestPowerCutLeavesTheQueueWhole(t *testing.T) {
	total := proof(t, "queue", checkQueue, *cuts*2/3)
	t.Logf("queue: %d cuts, %d disks, %d promises broken", total.cuts, total.images, len(total.broken))
}

// tell says how far a long proof is: one that is cut tells that much.
func tell(t *testing.T, role string, o outcome, n int) {
	if n > usual {
		t.Logf("%s: %d of %d disks after %d cuts, %d promises broken", role, o.images, n, o.cuts, len(o.broken))
	}
}

// goesOn are the programs that go on from whatever a cut left of them.
var goesOn = map[string]bool{"queue": true, "central": true, "identity": true, "keys": true}

// proof records a program several times and looks at n disks in all. Every other
// time the program begins with what a cut left of the time before, if it can.
func proof(t *testing.T, role string, holds check, n int) outcome {
	t.Helper()
	var total outcome
	each := max(min((n+3)/4, 2000), 1)
	for seed := uint64(1); total.images < n && !t.Failed(); seed += 2 {
		given := task{role: role, folder: scratch(t), key: newKey(t), seed: seed}
		first := record(t, given)
		o := try(t, first, nil, given.key, min(each, n-total.images), seed, holds)
		o.none(t, fmt.Sprintf("seed %d", seed))
		total.add(o)
		tell(t, role, total, n)
		if total.images >= n || t.Failed() {
			break
		}
		if !goesOn[role] {
			continue
		}
		random := rand.New(rand.NewPCG(seed, 4))
		at := 1 + random.IntN(first.End)
		given.folder, given.seed = scratch(t), seed+1
		if err := write(given.folder, first.Cut(at).Image(power.Torn, random)); err != nil {
			t.Fatal(err)
		}
		again := record(t, given)
		o = try(t, again, append(first.Said(at), restarted), given.key, min(each, n-total.images), seed+1, holds)
		o.none(t, fmt.Sprintf("seed %d, after a cut at %d", seed, at))
		total.add(o)
		tell(t, role, total, n)
	}
	return total
}
