package intake_test

import (
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central/intake"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// BenchmarkPush files full pushes of sealed requests into SQLite, durably.
func BenchmarkPush(b *testing.B) {
	store, err := store.Create(b.Context(), filepath.Join(b.TempDir(), "central.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	key, err := seal.Generate()
	if err != nil {
		b.Fatal(err)
	}
	r := &intake.Receiver{Store: store, Ring: seal.Ring{key}, Hub: live.NewHub(), Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
	sequence := int64(0)
	for b.Loop() {
		b.StopTimer()
		push := wire.Push{Kiosk: 12, DeviceTime: time.Now()}
		for range wire.MaxItems {
			code, err := ticket.New(12, rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			body := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", CatalogVersion: 1,
				Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}, Urgency: "urgent",
				Address: "3号楼502室", Person: &request.Person{Name: "张桂兰"}, MadeAt: time.Now()}
			plain, err := request.Encode(body)
			if err != nil {
				b.Fatal(err)
			}
			sealed, err := seal.Close(key.Public(), seal.Envelope{ID: body.ID, Kind: request.KindRequest, Kiosk: 12}, plain)
			if err != nil {
				b.Fatal(err)
			}
			sequence++
			push.Items = append(push.Items, wire.FromItem(request.Item{ID: body.ID, Kind: request.KindRequest, Kiosk: 12, Sequence: sequence, MadeAt: body.MadeAt, Sealed: sealed}))
		}
		b.StartTimer()
		answers, err := r.Push(b.Context(), 12, push)
		if err != nil || answers[0].Outcome != wire.Created {
			b.Fatal(answers[0], err)
		}
	}
	b.ReportMetric(float64(b.N*wire.MaxItems)/b.Elapsed().Seconds(), "items/s")
}
