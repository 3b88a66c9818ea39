package wire

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
)

// The largest attachment, and the largest push of the rule that the agent keeps,
// fit what central reads.
func TestLargestAttachmentFitsAPush(t *testing.T) {
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	id, of := uuid.Must(uuid.NewV7()).String(), uuid.Must(uuid.NewV7()).String()
	plain, err := request.Encode(request.AttachmentBody{ID: id, Kiosk: 9999, Request: of, Type: "audio/ogg", Data: make([]byte, request.MaxAttachment)})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seal.Close(key.Public(), seal.Envelope{ID: id, Kind: request.KindAttachment, Kiosk: 9999}, plain)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) > largestItem {
		t.Errorf("sealed it has %d bytes, the limits reckon with %d", len(sealed), largestItem)
	}
	one := FromItem(request.Item{ID: id, Kind: request.KindAttachment, Sequence: 1 << 62, MadeAt: time.Now(), Sealed: sealed})
	if err := one.Check(); err != nil {
		t.Error(err)
	}
	full := Push{Kiosk: 9999, DeviceTime: time.Now()}
	for range MaxItems {
		i := request.Item{ID: id, Kind: request.KindAttachment, Sequence: 1 << 62, MadeAt: time.Now(), Sealed: make([]byte, MaxSealedBytes/MaxItems)}
		full.Items = append(full.Items, FromItem(i))
	}
	for name, p := range map[string]Push{"one": {Kiosk: 9999, DeviceTime: time.Now(), Items: []Item{one}}, "a hundred": full} {
		body, err := json.Marshal(p)
		if err != nil || len(body) > MaxBodyBytes {
			t.Errorf("%s: a push of %d bytes (%v)", name, len(body), err)
		}
	}
}

func TestPushTimeGrowsWithItsBytes(t *testing.T) {
	for bytes, want := range map[int]time.Duration{
		-1: 0, 0: 0, 20_000: 0, 1 << 20: 32 * time.Second, MaxBodyBytes: 128 * time.Second, 1 << 40: 128 * time.Second,
	} {
		if got := PushTime(bytes); got != want {
			t.Errorf("%d bytes: %v, want %v", bytes, got, want)
		}
	}
}
