package storetest

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

func documents(t *testing.T, s docket.Store) {
	ctx := t.Context()
	none, err := s.Documents(ctx)
	must(t, err)
	want(t, "before any", len(none), 0)
	add := func(kind wire.DocumentKind, version int64, kiosk int, body []byte) docket.Document {
		t.Helper()
		sum := sha256.Sum256(body)
		d := docket.Document{Kiosk: kiosk, Origin: version, Ended: body == nil, Document: wire.Document{
			Kind: kind, Version: version, IssuedAt: noon.Truncate(1e9), Size: int64(len(body)), SHA256: sum[:], Signature: []byte{1, byte(version)}}}
		must(t, s.AddDocument(ctx, d, body))
		return d
	}
	large := bytes.Repeat([]byte("0123456789abcde\n"), 50_000) // 800 kB: several pieces, the last one not full
	first := add(wire.DocumentCatalog, 1, 0, []byte("{}"))
	prompts := add(wire.DocumentPrompts, 1, 0, large)
	own := add(wire.DocumentConfiguration, 2, 12, []byte("{}"))
	ended := add(wire.DocumentConfiguration, 3, 12, nil)
	wantError(t, "the same version again", s.AddDocument(ctx, first, []byte("{}")), docket.ErrExists)
	all, err := s.Documents(ctx)
	must(t, err)
	count, err := s.CountDocuments(ctx)
	must(t, err)
	want(t, "count", count, len(all))
	want(t, "heads", all, []docket.Document{first, own, ended, prompts})

	read := func(d docket.Document) (whole []byte) {
		t.Helper()
		for int64(len(whole)) < d.Size {
			piece, err := s.ReadDocument(ctx, docket.Hash(d.SHA256), int64(len(whole)))
			must(t, err)
			if len(piece) == 0 {
				t.Fatal("a piece of no bytes")
			}
			whole = append(whole, piece...)
		}
		return whole
	}
	want(t, "a large body is whole", bytes.Equal(read(prompts), large), true)
	middle, err := s.ReadDocument(ctx, docket.Hash(prompts.SHA256), 333_333)
	must(t, err)
	want(t, "from the middle", bytes.HasPrefix(large[333_333:], middle), true)
	_, err = s.ReadDocument(ctx, docket.Hash(prompts.SHA256), prompts.Size)
	wantError(t, "behind the end", err, docket.ErrNotFound)
	_, err = s.ReadDocument(ctx, hash("another"), 0)
	wantError(t, "a body that is not there", err, docket.ErrNotFound)

	again := add(wire.DocumentPrompts, 2, 0, large)
	want(t, "the same body signed again", bytes.Equal(read(again), large), true)
	must(t, s.DropBody(ctx, docket.Hash(prompts.SHA256)))
	_, err = s.ReadDocument(ctx, docket.Hash(prompts.SHA256), 0)
	wantError(t, "a body that was dropped", err, docket.ErrNotFound)
	want(t, "another's body", string(read(first)), "{}")

	must(t, s.ToldVersion(ctx, wire.DocumentCatalog, 7, 12))
	must(t, s.ToldVersion(ctx, wire.DocumentCatalog, 5, 13))
	must(t, s.ToldVersion(ctx, wire.DocumentCatalog, 7, 14))
	must(t, s.ToldVersion(ctx, wire.DocumentPolicy, 1, 13))
	told, err := s.ToldVersions(ctx)
	must(t, err)
	want(t, "told versions", told, map[wire.DocumentKind]docket.ToldVersion{wire.DocumentCatalog: {Version: 7, Kiosk: 12}, wire.DocumentPolicy: {Version: 1, Kiosk: 13}})
}
