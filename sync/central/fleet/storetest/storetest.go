// Package storetest says what a fleet.Store must do, for every driver.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/staffcode"
	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/central/live"
	"lintai/sync/central/rollout"
	"lintai/sync/wire"
)

// Store is a database of the fleet beside the docket.
type Store interface {
	fleet.Store
	Code(ctx context.Context, id string) (docket.Code, error)
	AddTerminal(ctx context.Context, t docket.Terminal, c docket.Code) error
	PutCode(ctx context.Context, c docket.Code) error
	Redeem(ctx context.Context, id string, key docket.Hash, c docket.Certificate) error
	FileCertificate(ctx context.Context, c docket.Certificate, follows int64) error
	UseCertificate(ctx context.Context, serial int64) error
	RevokeTerminal(ctx context.Context, number int) error
	PutHealth(ctx context.Context, number int, h docket.Health) error
	Contact(ctx context.Context, number int, at time.Time, offset *time.Duration) error
}

var start = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*bench){
		"Rollout": wholeRollout, "Stops": stops, "Orders": orders, "OrdersAtOnce": ordersAtOnce, "Logs": logs, "Keys": keys, "Bundles": bundles, "Health": health,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{Store: open(t), T: t, now: start}
			b.Keeper = &fleet.Keeper{Store: b.Store, Hub: live.NewHub(), Secret: []byte("secret"), Clock: b.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
			b.Keeper.Shelf = &fleet.Shelf{Folder: filepath.Join(t.TempDir(), "updates"), Store: b.Store}
			test(b)
		})
	}
}

type bench struct {
	Store
	*testing.T
	*fleet.Keeper
	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }

func (b *bench) pass(d time.Duration) { b.mu.Lock(); defer b.mu.Unlock(); b.now = b.now.Add(d) }

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) wants(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("%v, want %v", err, want)
	}
}

// enrol adds a terminal, or gives one that there is another machine.
func (b *bench) enrol(kiosk int, serial int64) {
	b.Helper()
	var secret wire.CodeSecret
	secret[0], secret[1] = byte(kiosk), byte(serial)
	code := docket.Code{ID: secret.ID(), Secret: secret, Kiosk: kiosk, MadeAt: b.clock(), ExpiresAt: b.clock().Add(time.Hour)}
	err := b.AddTerminal(b.Context(), docket.Terminal{Number: kiosk, Name: fmt.Sprint("Lobby ", kiosk), AddedAt: b.clock()}, code)
	if errors.Is(err, docket.ErrExists) {
		err = b.PutCode(b.Context(), code)
	}
	b.must(err)
	b.must(b.Redeem(b.Context(), code.ID, docket.Hash{1, byte(serial)}, docket.Certificate{Serial: serial, Kiosk: kiosk, Body: []byte("x"), IssuedAt: b.clock(), ExpiresAt: b.clock().Add(time.Hour)}))
	b.must(b.UseCertificate(b.Context(), serial))
}

const (
	older = "2026.11.1-1"
	newer = "2026.11.22-1" // of the bundle in testdata
)

// says is a terminal's word that it runs a version.
func (b *bench) says(kiosk int, image string, change ...func(*docket.Health)) fleet.Answer {
	b.Helper()
	h := docket.Health{At: b.clock(), Devices: []docket.Device{}, System: &wire.System{Image: image, Slot: "A", BootReason: "power", Uptime: 1000}}
	for _, c := range change {
		c(&h)
	}
	b.must(b.PutHealth(b.Context(), kiosk, h))
	a, err := b.Hear(b.Context(), kiosk, h, nil)
	b.must(err)
	return a
}

// bundle is the file of the version newer.
func (b *bench) bundle() (*bytes.Reader, int64) {
	b.Helper()
	body, err := os.ReadFile("../fleet/testdata/small.raucb") // from the folder of the store
	b.must(err)
	return bytes.NewReader(body), int64(len(body))
}

func (b *bench) add() fleet.Bundle {
	b.Helper()
	f, size := b.bundle()
	added, err := b.AddBundle(b.Context(), f, size, "admin")
	b.must(err)
	return added
}

var waits = [2]time.Duration{time.Hour, 2 * time.Hour}

func (b *bench) state() rollout.Rollout {
	b.Helper()
	all, err := b.Rollouts(b.Context())
	if err != nil || len(all) != 1 {
		b.Fatalf("%+v %v", all, err)
	}
	return all[0]
}

// wholeRollout goes from the first terminal to the last.
func wholeRollout(b *bench) {
	ctx := b.Context()
	for kiosk := range 12 {
		b.enrol(kiosk+1, int64(100+kiosk))
		b.says(kiosk+1, older)
	}
	added := b.add()
	b.wants(b.Start(ctx, "2026.1.1-1", 0, waits, "admin"), fleet.ErrNotFound)
	b.wants(b.Start(ctx, newer, 99, waits, "admin"), rollout.ErrUnfit)
	b.wants(b.Start(ctx, newer, 0, [2]time.Duration{}, "admin"), rollout.ErrWaits)
	b.must(b.Start(ctx, newer, 7, waits, "admin"))
	b.wants(b.Start(ctx, newer, 0, waits, "admin"), fleet.ErrExists)
	if offer := b.says(7, older).Offer; offer == nil || offer.Version != newer || offer.Size != added.Size || offer.SHA256 != fmt.Sprintf("%x", added.Hash[:]) {
		b.Fatalf("the first is offered %+v", offer)
	}
	if offer := b.says(1, older).Offer; offer != nil {
		b.Fatalf("another is offered %+v", offer)
	}
	runs := map[int]string{7: newer}
	for hour := 0; b.state().State != rollout.Finished; hour++ {
		if hour > 48 {
			b.Fatalf("it is not finished after %d hours: %+v", hour, b.state())
		}
		b.pass(time.Hour / 2)
		for kiosk := 1; kiosk <= 12; kiosk++ {
			image := older
			if runs[kiosk] != "" {
				image = runs[kiosk]
			}
			if offer := b.says(kiosk, image).Offer; offer != nil {
				if image == newer {
					b.Fatalf("%d is offered what it runs", kiosk)
				}
				runs[kiosk] = newer
			}
		}
		b.must(b.Sweep(ctx))
	}
	if len(runs) != 12 {
		b.Fatalf("%v run it", runs)
	}
	members, err := b.Members(ctx, newer)
	b.must(err)
	stages := map[int]int{}
	for _, m := range members {
		stages[m.Stage]++
	}
	if stages[1] != 1 || stages[2] != 2 || stages[3] != 9 {
		b.Fatalf("stages %v", stages)
	}
	// Who was off for weeks gets it; a person takes it back.
	b.enrol(13, 113)
	if b.says(13, older).Offer == nil {
		b.Fatal("who comes late gets nothing")
	}
	b.must(b.Withdraw(ctx, newer, "admin"))
	if b.says(13, older).Offer != nil {
		b.Fatal("what was withdrawn is offered")
	}
	_, _, err = b.Open(ctx, added.Hash)
	b.wants(err, fleet.ErrNotFound)
	notes, err := b.FleetNotes(ctx, 0, 0, 10)
	if err != nil || len(notes) != 3 || notes[0].Action != fleet.Withdrawn || notes[1].Action != fleet.Started || notes[2].Action != fleet.Added || notes[0].Detail != newer || notes[0].By != "admin" {
		b.Fatalf("%+v %v", notes, err)
	}
}

// stops: a terminal that went back stops it until a person has it go on.
func stops(b *bench) {
	ctx := b.Context()
	for kiosk := range 3 {
		b.enrol(kiosk+1, int64(100+kiosk))
		b.says(kiosk+1, older)
	}
	b.add()
	b.must(b.Start(ctx, newer, 0, waits, fleet.Operator))
	if b.says(1, older).Offer == nil {
		b.Fatal("the first is offered nothing")
	}
	b.pass(time.Hour)
	back := func(h *docket.Health) { h.System.BootReason = "fallback" }
	if a := b.says(1, older, back); a.Offer != nil {
		b.Fatal("it is offered again what it undid")
	}
	if r := b.state(); r.State != rollout.Stopped || r.Reason != rollout.Undone || r.Culprit != 1 {
		b.Fatalf("%+v", r)
	}
	b.wants(b.Stop(ctx, newer, "admin"), rollout.ErrState)
	b.wants(b.RemoveBundle(ctx, newer, "admin"), fleet.ErrRunning)
	b.must(b.GoOn(ctx, newer, "admin"))
	b.says(2, older)
	b.says(3, older)
	b.must(b.Sweep(ctx))
	if b.says(2, older).Offer == nil || b.says(1, older, back).Offer != nil || b.state().State != rollout.Running {
		b.Fatalf("%+v", b.state())
	}
	b.must(b.Stop(ctx, newer, "admin"))
	if b.says(2, older).Offer != nil {
		b.Fatal("it is offered though it is stopped")
	}
	b.must(b.Withdraw(ctx, newer, "admin"))
	b.must(b.RemoveBundle(ctx, newer, "admin"))
	if all, err := b.Bundles(ctx); err != nil || len(all) != 0 {
		b.Fatalf("%+v %v", all, err)
	}
	b.wants(b.GoOn(ctx, newer, "admin"), fleet.ErrNotFound)
}

func orders(b *bench) {
	ctx := b.Context()
	b.enrol(1, 100)
	b.enrol(2, 101)
	_, err := b.Ask(ctx, 1, wire.OrderRestart, "admin")
	b.wants(err, fleet.ErrNotFound) // it never said anything
	b.says(1, older)
	b.says(2, older, func(h *docket.Health) { h.System = nil })
	_, err = b.Ask(ctx, 1, "run", "admin")
	b.wants(err, fleet.ErrOrder)
	_, err = b.Ask(ctx, 2, wire.OrderRestart, "admin")
	b.wants(err, fleet.ErrComputer)
	first, err := b.Ask(ctx, 1, wire.OrderRestart, "admin")
	b.must(err)
	_, err = b.Ask(ctx, 1, wire.OrderRestart, "admin")
	b.wants(err, fleet.ErrWaiting)
	second, err := b.Ask(ctx, 1, wire.OrderRestartMachine, "admin")
	b.must(err)
	if second.ID <= first.ID {
		b.Fatalf("%d after %d", second.ID, first.ID)
	}
	if got := b.says(1, older).Orders; !slices.Equal(got, []wire.Order{{ID: first.ID, Kind: wire.OrderRestart}, {ID: second.ID, Kind: wire.OrderRestartMachine}}) {
		b.Fatalf("%+v", got)
	}
	h, err := b.Health(ctx, 1)
	b.must(err)
	// One is done, another is no order of this terminal, and what was told is told again.
	for range 2 {
		a, err := b.Hear(ctx, 1, h, []wire.OrderDone{{ID: first.ID, Fault: fault.ApplianceFailed}, {ID: 7}})
		b.must(err)
		if len(a.Orders) != 1 || a.Orders[0].ID != second.ID {
			b.Fatalf("%+v", a.Orders)
		}
	}
	_, err = b.Hear(ctx, 2, h, []wire.OrderDone{{ID: second.ID}})
	b.must(err)
	b.pass(fleet.OrderLife)
	if got := b.says(1, older).Orders; len(got) > 0 {
		b.Fatalf("a day later it is told %+v", got)
	}
	all, err := b.Store.Orders(ctx, 1, 10)
	if err != nil || len(all) != 2 || all[1].Fault != fault.ApplianceFailed || !all[1].Done.Equal(start) || !all[0].Told.Equal(start) || !all[0].Lapsed(b.clock()) {
		b.Fatalf("%+v %v", all, err)
	}
}

// ordersAtOnce: of many who ask for the same at once one does.
func ordersAtOnce(b *bench) {
	b.enrol(1, 100)
	b.says(1, older)
	var wait sync.WaitGroup
	outcomes := make(chan error, 8)
	for range 8 {
		wait.Go(func() {
			_, err := b.Ask(b.Context(), 1, wire.OrderLogs, "admin")
			outcomes <- err
		})
	}
	wait.Wait()
	done := 0
	for range 8 {
		if err := <-outcomes; err == nil {
			done++
		} else if !errors.Is(err, fleet.ErrWaiting) {
			b.Error(err)
		}
	}
	if done != 1 {
		b.Errorf("%d orders", done)
	}
}

func logs(b *bench) {
	ctx := b.Context()
	b.enrol(1, 100)
	b.enrol(2, 101)
	b.says(1, older)
	text := bytes.Repeat([]byte("level=INFO msg=ready\n"), 100)
	packed, _ := wire.Compress(text)
	b.wants(b.TakeLog(ctx, 1, 7, packed), fleet.ErrNotFound)
	restart, err := b.Ask(ctx, 1, wire.OrderRestart, "admin")
	b.must(err)
	b.wants(b.TakeLog(ctx, 1, restart.ID, packed), fleet.ErrNotFound)
	o, err := b.Ask(ctx, 1, wire.OrderLogs, "admin")
	b.must(err)
	b.wants(b.TakeLog(ctx, 2, o.ID, packed), fleet.ErrNotFound)
	b.wants(b.TakeLog(ctx, 1, o.ID, text), fleet.ErrLog)
	for range 2 { // the first answer may have been lost
		b.must(b.TakeLog(ctx, 1, o.ID, packed))
	}
	if got := b.says(1, older).Orders; len(got) != 1 {
		b.Fatalf("%+v", got)
	}
	got, at, err := b.ReadLog(ctx, 1, o.ID, "admin")
	if err != nil || !bytes.Equal(got, text) || !at.Equal(start) {
		b.Fatalf("%d bytes, %v, %v", len(got), at, err)
	}
	_, _, err = b.ReadLog(ctx, 2, o.ID, "admin")
	b.wants(err, fleet.ErrNotFound)
	notes, err := b.FleetNotes(ctx, 1, 0, 10)
	if err != nil || len(notes) != 3 || notes[0].Action != fleet.LogRead || notes[1].Detail != wire.OrderLogs {
		b.Fatalf("%+v %v", notes, err)
	}
	b.pass(fleet.LogLife + time.Minute)
	b.must(b.Sweep(ctx))
	_, err = b.Store.Log(ctx, o.ID)
	b.wants(err, fleet.ErrNotFound)
	all, err := b.Store.Orders(ctx, 1, 1)
	if err != nil || all[0].Log != 0 || all[0].Done.IsZero() {
		b.Fatalf("%+v %v", all, err)
	}
}

// keys: each terminal has its own, which a renewal keeps and another machine does not.
func keys(b *bench) {
	ctx := b.Context()
	key := func(kiosk int) string {
		b.Helper()
		k, err := b.StaffKey(ctx, kiosk)
		if err != nil || len(k) != 32 {
			b.Fatalf("%x %v", k, err)
		}
		return string(k)
	}
	_, err := b.StaffKey(ctx, 1)
	b.wants(err, fleet.ErrNotFound)
	b.enrol(1, 100)
	b.enrol(2, 101)
	first := key(1)
	if first != key(1) || first == key(2) {
		b.Error("keys")
	}
	b.must(b.FileCertificate(ctx, docket.Certificate{Serial: 200, Kiosk: 1, Body: []byte("x"), IssuedAt: start, ExpiresAt: start}, 100))
	b.must(b.UseCertificate(ctx, 200))
	if key(1) != first {
		b.Error("a renewed certificate has another key")
	}
	b.enrol(1, 50) // its number is lower, and it came later
	again := key(1)
	if again == first {
		b.Error("another machine has the same key")
	}
	number, until, err := b.Number(ctx, 1, "clerk")
	if err != nil || number != staffcode.Code([]byte(again), 1, start) || !until.Equal(start.Add(20*time.Minute)) {
		b.Errorf("%s until %v, %v", number, until, err)
	}
	notes, err := b.FleetNotes(ctx, 1, 0, 10)
	if err != nil || len(notes) != 1 || notes[0].Action != fleet.Numbered || notes[0].By != "clerk" || !notes[0].At.Equal(start) {
		b.Errorf("%+v %v", notes, err)
	}
}

// bundles: one process's file is another's, through the database.
func bundles(b *bench) {
	ctx := b.Context()
	b.enrol(1, 100)
	b.says(1, older)
	b.Shelf.Shared = true
	left := filepath.Join(b.Shelf.Folder, ".draft-1")
	b.must(errors.Join(os.MkdirAll(b.Shelf.Folder, 0o700), os.WriteFile(left, []byte("killed"), 0o600), os.Chtimes(left, start.AddDate(-1, 0, 0), start.AddDate(-1, 0, 0))))
	added := b.add()
	if added.Version != newer || added.Compatible != "lintai-rpi4" {
		b.Fatalf("%+v", added)
	}
	b.add() // the same again
	f, size := b.bundle()
	other := make([]byte, size)
	f.Read(other)
	other[5000] ^= 1 // in the image, which central does not judge
	_, err := b.AddBundle(ctx, bytes.NewReader(other), size, "admin")
	b.wants(err, fleet.ErrExists)
	_, err = b.AddBundle(ctx, bytes.NewReader(other[:size-9]), size-9, "admin")
	b.wants(err, fleet.ErrBundle)
	b.must(b.Start(ctx, newer, 0, waits, "admin"))
	second := *b.Keeper
	second.Shelf = &fleet.Shelf{Folder: filepath.Join(b.TempDir(), "updates"), Store: b.Store, Shared: true}
	for range 2 {
		f, got, err := second.Open(ctx, added.Hash)
		b.must(err)
		body, err := io.ReadAll(f)
		b.must(errors.Join(err, f.Close()))
		if int64(len(body)) != added.Size || got != added {
			b.Fatalf("%d bytes of %+v", len(body), got)
		}
	}
	alone := *b.Keeper
	alone.Shelf = &fleet.Shelf{Folder: filepath.Join(b.TempDir(), "updates"), Store: b.Store}
	_, _, err = alone.Open(ctx, added.Hash)
	b.wants(err, fleet.ErrElsewhere)
	if a, err := alone.Hear(ctx, 1, docket.Health{At: start, System: &wire.System{Image: older, Slot: "A", BootReason: "power"}}, nil); err != nil || a.Offer != nil {
		b.Fatalf("what is not here is offered: %+v, %v", a, err)
	}
	files, err := os.ReadDir(b.Shelf.Folder)
	if err != nil || len(files) != 1 {
		b.Errorf("%v %v", files, err)
	}
}

// health: what a terminal says of its computer comes back as it was.
func health(b *bench) {
	b.enrol(1, 100)
	warm, written := 41, int64(1200)
	want := wire.System{Image: older, Slot: "B", Trial: true, BootReason: "update", Uptime: 5, Celsius: &warm, WrittenMB: &written,
		Update: &wire.UpdateState{State: "fetching", Version: newer, Percent: 40}}
	b.says(1, older, func(h *docket.Health) { h.System = &want })
	h, err := b.Health(b.Context(), 1)
	b.must(err)
	if got := h.System; got == nil || got.Slot != "B" || !got.Trial || *got.Celsius != warm || *got.WrittenMB != written || got.WornPercent != nil || *got.Update != *want.Update {
		b.Fatalf("%+v", got)
	}
	b.says(1, older, func(h *docket.Health) { h.System = nil })
	if h, err = b.Health(b.Context(), 1); err != nil || h.System != nil {
		b.Fatalf("%+v %v", h.System, err)
	}
}
