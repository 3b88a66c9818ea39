package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/uuid"

	"lintai/sync/central/docket"
)

// picture is a JPEG of a size, red in its left upper quarter, with Exif that says how the
// telephone was held.
func picture(t testing.TB, w, h int, held uint16) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), 0, 0, 0, 0)
	binary.BigEndian.PutUint16(tiff[18:], held)
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, "GPS 30.25 secret"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return append(append([]byte{0xFF, 0xD8}, append(segment, body...)...), b.Bytes()[2:]...)
}

func TestPhotosAreUprightSmallAndSilent(t *testing.T) {
	for held, red := range map[uint16]image.Point{1: {5, 5}, 6: {-5, 5}, 3: {-5, -5}, 8: {5, -5}} {
		one, err := keepable(picture(t, 3200, 1600, held))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		size := m.Bounds().Size()
		if want := (image.Point{1600, 800}); held == 6 || held == 8 {
			if size != (image.Point{800, 1600}) {
				t.Errorf("held %d: %v", held, size)
			}
		} else if size != want {
			t.Errorf("held %d: %v", held, size)
		}
		for corner := range 4 {
			x, y := 5, 5
			if corner&1 > 0 {
				x = -5
			}
			if corner&2 > 0 {
				y = -5
			}
			at := image.Point{(x + size.X) % size.X, (y + size.Y) % size.Y}
			_, g, _, _ := m.At(at.X, at.Y).RGBA()
			if isRed := g < 0x6000; isRed != (image.Point{x, y} == red) {
				t.Errorf("held %d: corner %d,%d red is %v", held, x, y, isRed)
			}
		}
		if bytes.Contains(one, []byte("secret")) {
			t.Error("the photo says where it was taken")
		}
	}
}

func TestWhatIsNoPhoto(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	if _, err := keepable(b.Bytes()); err != nil {
		t.Errorf("a PNG: %v", err)
	}
	bomb := bytes.Clone(b.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 100_000)
	binary.BigEndian.PutUint32(bomb[20:], 100_000)
	for name, data := range map[string][]byte{"nothing": nil, "a page": []byte("<script>alert(1)</script>"), "a bomb": bomb, "half": picture(t, 64, 64, 1)[:300]} {
		if _, err := keepable(data); !errors.Is(err, ErrPhoto) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(picture(f, 8, 8, 6))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := orientation(data); n < 1 || n > 8 {
			t.Fatal(n)
		}
	})
}

// Of a form that is refused no photo stays; of one that is taken it does.
func TestPhotosOfARefusedRecordAreNotKept(t *testing.T) {
	b := setup(t)
	n := b.file("repair", 12)
	photo := func() docket.Attachment {
		c, _, _ := b.state(n)
		return docket.Attachment{ID: uuid.Must(uuid.NewV7()).String(), Request: c.ID, Type: "image/jpeg", Size: 3, Hash: sha256.Sum256([]byte("abc")), ReceivedAt: now, Data: []byte("abc")}
	}
	complete := func(seen int64, p docket.Attachment) error {
		return b.ActWith(t.Context(), n, seen, docket.Event{Action: docket.Complete, By: "王芳", Detail: docket.Detail{Record: &docket.Record{Text: "修好了"}}}, []docket.Attachment{p})
	}
	early := photo()
	b.wants(complete(1, early), docket.ErrMove) // nobody has begun
	b.must(b.act(n, docket.Event{Action: docket.Accept}))
	b.must(b.act(n, docket.Event{Action: docket.Start}))
	late := photo()
	b.wants(complete(2, late), docket.ErrMove) // somebody was faster
	for _, p := range []docket.Attachment{early, late} {
		if _, err := b.Store.Attachment(t.Context(), p.ID); !errors.Is(err, docket.ErrNotFound) {
			t.Errorf("a photo of a refused form stays: %v", err)
		}
	}
	kept := photo()
	b.must(complete(3, kept))
	if got, err := b.Store.Attachment(t.Context(), kept.ID); err != nil || string(got.Data) != "abc" {
		t.Errorf("the photo of the record: %v", err)
	}
	if _, _, events := b.state(n); len(events[3].Record.Photos) != 1 || events[3].Record.Photos[0] != kept.ID {
		t.Errorf("the record names %v", events[3].Record)
	}
}
