package sdcard

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const mib = 1 << 20

// run runs one of the programs that images are made with.
func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}

// table is a partition table of ours: FAT, two systems, data.
func table(spans ...Span) []byte {
	b := make([]byte, sector)
	binary.LittleEndian.PutUint32(b[440:], Label)
	for i, s := range spans {
		e := b[446+16*i:]
		e[4] = 0x83
		if i == 0 {
			e[4] = 0x0c
		}
		binary.LittleEndian.PutUint32(e[8:], uint32(s.Start/sector))
		binary.LittleEndian.PutUint32(e[12:], uint32(s.Size/sector))
	}
	b[510], b[511] = 0x55, 0xaa
	return b
}

// spans is the layout of the tests' card: as on a real one, but small. Its end is no
// multiple of a chunk.
var spans = []Span{{4 * mib, 34 * mib}, {38 * mib, 6 * mib}, {44 * mib, 6 * mib}, {50 * mib, 5*mib + headSize}}

// makeImage makes a card image: a real FAT with a kiosk.toml, random systems with holes
// in them, a real ext4.
func makeImage(t testing.TB) string {
	t.Helper()
	once.Do(func() { made = makeOnce(t) })
	path := filepath.Join(t.TempDir(), "card.img")
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	once sync.Once
	made []byte
)

func makeOnce(t testing.TB) []byte {
	t.Helper()
	folder := t.TempDir()
	fat, data := filepath.Join(folder, "fat"), filepath.Join(folder, "data")
	image := make([]byte, spans[3].Start+spans[3].Size)
	copy(image, table(spans...))
	random := rand.NewChaCha8([32]byte{1})
	for _, s := range spans[1:3] {
		random.Read(image[s.Start : s.Start+s.Size/8])
		random.Read(image[s.Start+s.Size/2 : s.Start+s.Size/2+mib/2])
	}
	random.Read(image[mib : mib+16<<10]) // the boot loader's state
	if err := os.WriteFile(fat, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int64{fat: spans[0].Size, data: spans[3].Size} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "mkfs.vfat", "-F", "32", "-n", "LINTAIBOOT", fat)
	config := filepath.Join(folder, ConfigName)
	if err := os.WriteFile(config, bytes.Repeat([]byte("# as it came\r\n"), 900), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "mcopy", "-i", fat, config, "::"+ConfigName)
	run(t, "mke2fs", "-q", "-t", "ext4", "-b", "1024", data)
	for name, s := range map[string]Span{fat: spans[0], data: spans[3]} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		copy(image[s.Start:], b)
	}
	return image
}

// pack packs a file with a program and returns the packed one. The image is always the
// same one, so each program does so once.
func pack(t testing.TB, path, program, suffix string) string {
	t.Helper()
	if packed[program] == nil {
		run(t, program, "-kf1", path)
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		packed[program] = b
	} else if err := os.WriteFile(path+suffix, packed[program], 0o600); err != nil {
		t.Fatal(err)
	}
	return path + suffix
}

var packed = map[string][]byte{}
