package kioskapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"lintai/kiosk/failpoint"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

var uploadBounds = docket.UploadBounds{Count: wire.MaxUploads, Bytes: wire.MaxUploadsBytes}

// uploaded tells how far a body came.
func (a *API) uploaded(w http.ResponseWriter, r *http.Request, kiosk int) error {
	hash, err := uploadHash(r)
	if err != nil {
		return err
	}
	u, err := a.Store.Upload(r.Context(), kiosk, hash)
	if err != nil {
		return err
	}
	a.tellUpload(w, u)
	return nil
}

// upload takes a piece. Of one that breaks off what came is kept: on a line that
// never carries a whole piece, a body still arrives.
func (a *API) upload(w http.ResponseWriter, r *http.Request, kiosk int) error {
	hash, err := uploadHash(r)
	if err != nil {
		return err
	}
	start, errStart := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	size, errSize := strconv.ParseInt(r.URL.Query().Get("size"), 10, 64)
	if errStart != nil || errSize != nil || start < 0 || size < 1 {
		return failure{http.StatusBadRequest, "bad_request", "offset and size must be numbers of bytes"}
	}
	if size > wire.MaxUploadBytes {
		return tooLarge(wire.MaxUploadBytes)
	}
	data, broken := a.receive(w, r, kiosk, wire.UploadPiece)
	if broken != nil && (!isNotWhole(broken) || len(data) == 0) {
		return broken
	}
	// The terminal may have gone while it was read; its bytes count all the same.
	ctx := context.WithoutCancel(r.Context())
	done, err := a.bodies.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	piece := docket.Piece{Kiosk: kiosk, Hash: hash, Size: size, Start: start, Data: data, At: a.Clock().UTC()}
	u, err := a.Store.AddPiece(ctx, piece, uploadBounds)
	if err != nil {
		return err
	}
	failpoint.Reached(failpoint.PieceStored)
	if u.Complete() && !u.Filed {
		if u, err = a.verifyUpload(ctx, kiosk, hash, u); err != nil {
			return err
		}
	}
	if broken != nil {
		return broken
	}
	a.tellUpload(w, u)
	return nil
}

// verifyUpload throws a whole body away whose bytes have another hash. A process
// that dies before it comes to this finds it out when the item comes.
func (a *API) verifyUpload(ctx context.Context, kiosk int, hash docket.Hash, u docket.Upload) (docket.Upload, error) {
	body, err := a.Store.UploadedBody(ctx, kiosk, hash)
	if errors.Is(err, docket.ErrNotFound) { // the item came in the meantime
		return a.Store.Upload(ctx, kiosk, hash)
	}
	if err != nil || sha256.Sum256(body) == hash {
		return u, err
	}
	a.Log.Warn("an uploaded body has another hash", "kiosk", kiosk, "bytes", len(body))
	return docket.Upload{}, a.Store.DropUpload(ctx, kiosk, hash)
}

func (a *API) tellUpload(w http.ResponseWriter, u docket.Upload) {
	a.reply(w, http.StatusOK, wire.UploadAnswer{Protocol: wire.Protocol, ServerTime: a.Clock().UTC(), Offset: u.Came, Complete: u.Complete()})
}

func uploadHash(r *http.Request) (docket.Hash, error) {
	var h docket.Hash
	b, err := hex.DecodeString(r.PathValue("hash"))
	if err != nil || len(b) != len(h) {
		return h, failure{http.StatusBadRequest, "bad_request", fmt.Sprintf("a body is named by the %d hexadecimal digits of its SHA-256", 2*len(h))}
	}
	copy(h[:], b)
	return h, nil
}
