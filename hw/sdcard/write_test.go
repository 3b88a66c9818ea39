package sdcard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func open(t testing.TB, path string) *Image {
	t.Helper()
	i, err := OpenImage(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.Close() })
	return i
}

func target(t testing.TB, path string) Target {
	t.Helper()
	to, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { to.Close() })
	return to
}

func silent(Progress) {}

// without is a card without its first partition, whose table of files holds times.
func without(b []byte) []byte {
	c := bytes.Clone(b)
	clear(c[spans[0].Start : spans[0].Start+spans[0].Size])
	return c
}

func TestEveryPackingGivesTheSameCard(t *testing.T) {
	plain := makeImage(t)
	image, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	config := []byte("[terminal]\r\nnumber = 12\r\n")
	for _, path := range []string{plain, pack(t, plain, "zstd", ".zst"), pack(t, plain, "xz", ".xz"), pack(t, plain, "gzip", ".gz")} {
		card := filepath.Join(t.TempDir(), "card")
		to := target(t, card)
		var last Progress
		stages := map[Stage]bool{}
		result, err := Write(t.Context(), to, open(t, path), config, func(p Progress) {
			if p.Stage == last.Stage && p.Done < last.Done || p.Done > p.Total {
				t.Errorf("%+v after %+v", p, last)
			}
			last, stages[p.Stage] = p, true
		})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if last.Done != last.Total || last.Total != int64(len(image)) || len(stages) != 2 {
			t.Errorf("%s: it ends with %+v", path, last)
		}
		if result.SHA256 != sha256.Sum256(image) || result.Bytes != int64(len(image)) {
			t.Errorf("%s: %+v", path, result)
		}
		got, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(without(got), without(image)) {
			t.Errorf("%s: the card differs from the image", path)
		}
		found, ok := Look(t.Context(), to)
		if !ok || !bytes.Equal(found.Config, config) || !found.Lived.IsZero() {
			t.Errorf("%s: on the card is %q, last used %v", path, found.Config, found.Lived)
		}
		fat := filepath.Join(t.TempDir(), "fat")
		if err := os.WriteFile(fat, got[spans[0].Start:spans[0].Start+spans[0].Size], 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "fsck.vfat", "-n", fat)
	}
}

func TestFileOfACardHasHoles(t *testing.T) {
	card := filepath.Join(t.TempDir(), "card")
	// What was there before must not shine through the holes.
	if err := os.WriteFile(card, table(spans...), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(card, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{7}, 50*mib), mib); err != nil {
		t.Fatal(err)
	}
	f.Close()
	plain := makeImage(t)
	result, err := Write(t.Context(), target(t, card), open(t, plain), nil, silent)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(card)
	b, _ := os.ReadFile(plain)
	if !bytes.Equal(a, b) {
		t.Error("the card differs from the image")
	}
	if result.Skipped < 20*mib {
		t.Errorf("of %d bytes, most of them zero, %d were left out", result.Bytes, result.Skipped)
	}
}

// A used card in a reader: zeros over what is not zero must be written.
func TestZerosAreWrittenWhereThereAreNone(t *testing.T) {
	plain := makeImage(t)
	b, _ := os.ReadFile(plain)
	for name, before := range map[string]byte{"new": 0, "used": 0xff} {
		card := &medium{bytes: bytes.Repeat([]byte{before}, 60*mib), file: filepath.Join(t.TempDir(), "card")}
		result, err := Write(t.Context(), card, open(t, plain), nil, silent)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(card.bytes[:len(b)], b) {
			t.Errorf("%s: the card differs from the image", name)
		}
		if (result.Skipped > 0) != (before == 0) {
			t.Errorf("%s: %d bytes left out", name, result.Skipped)
		}
		if end := card.bytes[60*mib-mib:]; !bytes.Equal(end, make([]byte, mib)) {
			t.Errorf("%s: the end, where other tables keep a copy, is as it was", name)
		}
	}
}

// medium is a card in memory, with faults.
type medium struct {
	bytes  []byte
	file   string
	write  func(offset int64) error
	read   func(b []byte, offset int64) error
	fold   int64 // its true size, when it says more
	synced int
}

func (m *medium) at(offset int64) int64 {
	if m.fold > 0 {
		return offset % m.fold
	}
	return offset
}

func (m *medium) ReadAt(b []byte, offset int64) (int, error) {
	n := copy(b, m.bytes[m.at(offset):])
	if m.read != nil {
		if err := m.read(b, offset); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (m *medium) WriteAt(b []byte, offset int64) (int, error) {
	if m.write != nil {
		if err := m.write(offset); err != nil {
			return 0, err
		}
	}
	return copy(m.bytes[m.at(offset):], b), nil
}

func (m *medium) Sync() error        { m.synced++; return nil }
func (m *medium) Forget() error      { return nil }
func (m *medium) Size() int64        { return int64(len(m.bytes)) }
func (m *medium) Path() string       { return m.file }
func (m *medium) Zero() bool         { return false }
func (m *medium) Finish(int64) error { return nil }
func (m *medium) Close() error       { return nil }

func TestBadCardsAreNamedAndAreNoCards(t *testing.T) {
	plain := makeImage(t)
	for name, c := range map[string]struct {
		card func(m *medium)
		want string
	}{
		"a write fails": {func(m *medium) {
			m.write = func(at int64) error {
				if at == 40*mib {
					return unix.EIO
				}
				return nil
			}
		}, "在第 40 MB 处写不进去"},
		"a read fails": {func(m *medium) {
			m.read = func(b []byte, at int64) error {
				if at == 44*mib {
					return unix.EIO
				}
				return nil
			}
		}, "在第 44 MB 处读不出"},
		"a bit is lost": {func(m *medium) {
			m.read = func(b []byte, at int64) error {
				if at == 36*mib && len(b) == chunk {
					b[chunk-1] ^= 1
				}
				return nil
			}
		}, "在第 36 MB 处读回的和写进去的不一样"},
		"it says more than it has": {func(m *medium) { m.fold = 32 * mib }, "在第 0 MB 处读回的和写进去的不一样"},
		"the table does not stay": {func(m *medium) {
			m.read = func(b []byte, at int64) error {
				if at == 0 && len(b) == headSize {
					clear(b)
				}
				return nil
			}
		}, "在第 0 MB 处读回"},
		"too small": {func(m *medium) { m.bytes = m.bytes[:54*mib] }, "太小：0.1 GB，至少要 0.1 GB"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &medium{bytes: bytes.Repeat([]byte{0xff}, 64*mib), file: "/dev/sdx"}
			c.card(m)
			_, err := Write(t.Context(), m, open(t, plain), nil, silent)
			var p *Problem
			if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
			m.read = nil
			if _, ok := LayoutOf(m); ok && name != "the table does not stay" {
				t.Error("it is taken for a card")
			}
		})
	}
}

func TestNoRoomForTheCard(t *testing.T) {
	folder := t.TempDir()
	if err := unix.Mount("lintai-test", folder, "tmpfs", 0, "size=40m"); err != nil {
		t.Logf("no small disk can be mounted here (%v): /dev/full takes its place", err)
		m := &medium{bytes: make([]byte, 64*mib), file: "/dev/full", write: func(at int64) error {
			f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			if at > 20*mib {
				_, err = f.Write([]byte{1})
			}
			return err
		}}
		if _, err := Write(t.Context(), m, open(t, makeImage(t)), nil, silent); !errors.Is(err, unix.ENOSPC) {
			t.Error(err)
		}
		return
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	// Without holes, as on a card: random all over.
	plain := makeImage(t)
	b, _ := os.ReadFile(plain)
	for i := range b[8*mib : 36*mib] {
		b[8*mib+i] = byte(i*7 + 1)
	}
	if err := os.WriteFile(plain, b, 0o600); err != nil {
		t.Fatal(err)
	}
	card := filepath.Join(folder, "card")
	_, err := Write(t.Context(), target(t, card), open(t, plain), nil, silent)
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "写不进去") {
		t.Errorf("%v", err)
	}
	if _, ok := LayoutOf(target(t, card)); ok {
		t.Error("half a card is taken for one")
	}
}

// Ctrl-C at each step: never a card that looks whole.
func TestInterruptedCardIsNoCard(t *testing.T) {
	plain := makeImage(t)
	steps := 0
	if _, err := Write(t.Context(), target(t, filepath.Join(t.TempDir(), "card")), open(t, plain), []byte("a = 1\n"), func(Progress) { steps++ }); err != nil {
		t.Fatal(err)
	}
	if steps < 10 {
		t.Fatalf("%d steps", steps)
	}
	for _, stop := range []int{1, 2, steps/2 - 1, steps / 2, steps/2 + 1, steps - 1, steps} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		to := target(t, filepath.Join(t.TempDir(), "card"))
		_, err := Write(ctx, to, open(t, plain), []byte("a = 1\n"), func(Progress) {
			if n++; n == stop {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after step %d: %v", stop, err)
		}
		if _, ok := LayoutOf(to); ok {
			t.Errorf("after step %d it is taken for a card", stop)
		}
	}
}

func TestWrongImages(t *testing.T) {
	plain := makeImage(t)
	image, _ := os.ReadFile(plain)
	packed, err := os.ReadFile(pack(t, plain, "zstd", ".zst"))
	if err != nil {
		t.Fatal(err)
	}
	gz, err := os.ReadFile(pack(t, plain, "gzip", ".gz"))
	if err != nil {
		t.Fatal(err)
	}
	xz, err := os.ReadFile(pack(t, plain, "xz", ".xz"))
	if err != nil {
		t.Fatal(err)
	}
	iso := make([]byte, 40<<10)
	copy(iso[32769:], "CD001")
	other := bytes.Clone(image)
	copy(other[440:], "\x78\x56\x34\x12")
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 0x10
	overlapping := bytes.Clone(image)
	copy(overlapping, table(spans[0], spans[1], Span{spans[1].Start, mib}, spans[3]))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":             {nil, "不是邻台的卡镜像"},
		"a zip":               {append([]byte("PK\x03\x04"), image...), "不是邻台的卡镜像"},
		"an ISO":              {iso, "不是邻台的卡镜像"},
		"another system's":    {other, "不是邻台的卡镜像"},
		"partitions overlap":  {overlapping, "不是邻台的卡镜像"},
		"one byte":            {[]byte{0x28}, "不是邻台的卡镜像"},
		"zst header only":     {packed[:6], "不完整或已损坏"},
		"zst cut":             {packed[:len(packed)/2], "不完整或已损坏"},
		"zst cut at its end":  {packed[:len(packed)-1], "不完整或已损坏"},
		"zst with a bit lost": {flipped, "不完整或已损坏"},
		"gz cut":              {gz[:len(gz)/2], "不完整或已损坏"},
		"gz without its sum":  {gz[:len(gz)-4], "不完整或已损坏"},
		"xz cut":              {xz[:len(xz)/2], "不完整或已损坏"},
		"raw cut":             {image[:len(image)-1], "镜像不完整"},
		"raw cut early":       {image[:20*mib], "镜像不完整"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "card.img.zst")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			m := &medium{bytes: bytes.Repeat([]byte{0xff}, 64*mib), file: "/dev/sdx"}
			i, err := OpenImage(t.Context(), path)
			if err == nil {
				defer i.Close()
				_, err = Write(t.Context(), m, i, nil, silent)
			} else if m.bytes[0] != 0xff {
				t.Error("the card was touched")
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
			if _, ok := LayoutOf(m); ok {
				t.Error("it is taken for a card")
			}
		})
	}
}

func TestSumBesideTheImage(t *testing.T) {
	plain := makeImage(t)
	packed := pack(t, plain, "zstd", ".zst")
	b, _ := os.ReadFile(packed)
	for _, c := range []struct {
		sum  string
		want bool
	}{{fmt.Sprintf("%x  card.img.zst\n", sha256.Sum256(b)), true}, {fmt.Sprintf("%x  card.img.zst\n", sha256.Sum256(b[1:])), false}, {"", false}} {
		if err := os.WriteFile(packed+".sha256", []byte(c.sum), 0o600); err != nil {
			t.Fatal(err)
		}
		to := target(t, filepath.Join(t.TempDir(), "card"))
		_, err := Write(t.Context(), to, open(t, packed), nil, silent)
		if c.want != (err == nil) || err != nil && !strings.Contains(err.Error(), "校验值不一致") {
			t.Errorf("%q: %v", c.sum, err)
		}
		if _, ok := LayoutOf(to); ok != c.want {
			t.Errorf("%q: it is a card: %v", c.sum, ok)
		}
	}
}

func TestOnlyCardsAreOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(path, []byte("dear mother"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), "不覆盖") {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "dear mother" {
		t.Errorf("%q %v", b, err)
	}
}

func TestUsedCardIsKnown(t *testing.T) {
	b, err := os.ReadFile(makeImage(t))
	if err != nil {
		t.Fatal(err)
	}
	at := spans[3].Start + superblock + mountedAt
	copy(b[at:], "\x00\x10\x20\x68")
	path := filepath.Join(t.TempDir(), "card")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	card, ok := Look(t.Context(), target(t, path))
	if !ok || card.Lived.Unix() != 0x68201000 || !strings.HasPrefix(string(card.Config), "# as it came") {
		t.Errorf("%v %v %.20q", ok, card.Lived, card.Config)
	}
	run(t, "debugfs", "-w", "-R", "ssv mtime 20260102030405", path+"?offset="+fmt.Sprint(spans[3].Start))
	if card, _ := Look(t.Context(), target(t, path)); card.Lived.UTC().Format("2006-01-02 15:04:05") != "2026-01-02 03:04:05" {
		t.Errorf("debugfs says that it was mounted on 2026-01-02 03:04:05, we say %v", card.Lived.UTC())
	}
}

func TestTheRestOfALongImageIsJudgedToo(t *testing.T) {
	b, err := os.ReadFile(makeImage(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "long.img")
	if err := os.WriteFile(path, append(b, make([]byte, 3*mib)...), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &medium{bytes: make([]byte, len(b)+mib), file: "/dev/sdx"}
	if _, err := Write(t.Context(), m, open(t, path), nil, silent); err == nil || !strings.Contains(err.Error(), "太小") {
		t.Errorf("%v", err)
	}
	if _, ok := LayoutOf(m); ok {
		t.Error("it is taken for a card")
	}
}
