package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"lintai/sync/central/docket"
)

func uploads(t *testing.T, s docket.Store) {
	ctx := t.Context()
	bounds := docket.UploadBounds{Count: 3, Bytes: 1000}
	at := noon
	add := func(kiosk int, name string, size, start int64, data string) docket.Upload {
		t.Helper()
		at = at.Add(time.Second)
		u, err := s.AddPiece(ctx, docket.Piece{Kiosk: kiosk, Hash: hash(name), Size: size, Start: start, Data: []byte(data), At: at}, bounds)
		must(t, err)
		told, err := s.Upload(ctx, kiosk, hash(name))
		must(t, err)
		if u.Came > 0 {
			want(t, "told", told, u)
		}
		return u
	}
	none := docket.Upload{}
	body := func(kiosk int, name, wanted string) {
		t.Helper()
		b, err := s.UploadedBody(ctx, kiosk, hash(name))
		if wanted == "" {
			wantError(t, "body", err, docket.ErrNotFound)
			return
		}
		must(t, err)
		want(t, "body", string(b), wanted)
	}

	got, err := s.Upload(ctx, 1, hash("a"))
	must(t, err)
	want(t, "never begun", got, none)
	want(t, "a first piece that is not the first", add(1, "a", 6, 3, "def"), docket.Upload{Size: 6})
	want(t, "first", add(1, "a", 6, 0, "abc"), docket.Upload{Size: 6, Came: 3})
	body(1, "a", "")
	want(t, "the first again", add(1, "a", 6, 0, "abc"), docket.Upload{Size: 6, Came: 3})
	want(t, "a gap", add(1, "a", 6, 4, "ef"), docket.Upload{Size: 6, Came: 3})
	want(t, "nothing", add(1, "a", 6, 3, ""), docket.Upload{Size: 6, Came: 3})
	want(t, "more than the whole", add(1, "a", 6, 3, "defg"), docket.Upload{Size: 6, Came: 3})
	want(t, "of another terminal", add(2, "a", 6, 0, "xyz"), docket.Upload{Size: 6, Came: 3})
	want(t, "last", add(1, "a", 6, 3, "def"), docket.Upload{Size: 6, Came: 6})
	body(1, "a", "abcdef")
	body(2, "a", "")
	want(t, "another size begins anew", add(1, "a", 7, 0, "ab"), docket.Upload{Size: 7, Came: 2})
	body(1, "a", "")
	must(t, s.DropUpload(ctx, 1, hash("a")))
	got, err = s.Upload(ctx, 1, hash("a"))
	must(t, err)
	want(t, "dropped", got, none)

	// What is filed keeps its place without its bytes.
	add(1, "b", 3, 0, "abc")
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.FileUpload(1, hash("b")))
		return tx.FileUpload(1, hash("never begun"))
	}))
	filed := docket.Upload{Size: 3, Came: 3, Filed: true}
	want(t, "filed", add(1, "b", 3, 0, "abc"), filed)
	want(t, "complete", filed.Complete(), true)
	body(1, "b", "")
	must(t, s.DropUpload(ctx, 1, hash("b")))
	n, err := s.DropUploads(ctx, noon.Add(time.Hour))
	must(t, err)
	want(t, "dropped ones", n, 1) // that of terminal 2
	got, err = s.Upload(ctx, 1, hash("b"))
	must(t, err)
	want(t, "filed stays", got, filed)
}

func uploadBounds(t *testing.T, s docket.Store) {
	ctx := t.Context()
	bounds := docket.UploadBounds{Count: 3, Bytes: 1000}
	at := noon
	add := func(kiosk int, name string, size int64) {
		t.Helper()
		at = at.Add(time.Second)
		_, err := s.AddPiece(ctx, docket.Piece{Kiosk: kiosk, Hash: hash(name), Size: size, Data: bytes.Repeat([]byte("x"), 10), At: at}, bounds)
		must(t, err)
	}
	there := func(kiosk int, names ...string) (begun string) {
		t.Helper()
		for _, name := range names {
			u, err := s.Upload(ctx, kiosk, hash(name))
			must(t, err)
			if u.Came > 0 {
				begun += name
			}
		}
		return begun
	}
	add(2, "a", 900)
	add(1, "a", 100)
	add(1, "b", 100)
	add(1, "c", 100)
	want(t, "three", there(1, "a", "b", "c"), "abc")
	add(1, "d", 100)
	want(t, "the oldest gave way", there(1, "a", "b", "c", "d"), "bcd")
	add(1, "e", 850)
	want(t, "as many as there is room for", there(1, "a", "b", "c", "d", "e"), "de")
	want(t, "others keep theirs", there(2, "a"), "a")
	for i := range 50 {
		add(1, fmt.Sprint(i), 990)
	}
	n, err := s.DropUploads(ctx, at.Add(time.Second))
	must(t, err)
	want(t, "kept in the end", n, 2) // one of each terminal
	n, err = s.DropUploads(ctx, at.Add(time.Second))
	must(t, err)
	want(t, "nothing is left", n, 0)
}
