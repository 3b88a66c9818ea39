package sdcard

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A dying card gives less than a whole piece: what is around the bad place comes all the
// same, and how much is missing is said.
func TestAroundABadPlaceAllIsRead(t *testing.T) {
	card := &medium{bytes: bytes.Repeat([]byte{5}, 14*mib)}
	const bad, size = 9*mib + 3*headSize, 2 * headSize
	card.read = func(b []byte, offset int64) error {
		if offset < bad+size && offset+int64(len(b)) > bad {
			clear(b)
			return unix.EIO
		}
		return nil
	}
	name := filepath.Join(t.TempDir(), "copy")
	var last Progress
	unreadable, err := copyOut(t.Context(), card, Span{mib, 12*mib + headSize}, name, func(p Progress) { last = p })
	if err != nil || unreadable != size || last.Done != last.Total {
		t.Errorf("%d bytes unreadable, %v, %+v", unreadable, err, last)
	}
	want := bytes.Repeat([]byte{5}, 12*mib+headSize)
	clear(want[bad-mib : bad-mib+size])
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the copy differs (%v)", err)
	}
}
