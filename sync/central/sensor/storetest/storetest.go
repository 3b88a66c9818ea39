// Package storetest says what a sensor.Store must do, for every driver.
package storetest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/resource"
	"lintai/sync/central/sensor"
)

// Store is a database of devices beside the docket and the resources.
type Store interface {
	sensor.Store
	docket.Store
	resource.Store
}

var start = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*bench){
		"OneFault": oneFault, "TheSameMessageAtOnce": atOnce, "Calls": calls, "Pressure": pressure, "Silence": silence, "Keys": keys, "Mute": mute, "Lists": lists,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{Store: open(t), T: t, now: start, keys: map[string]sensor.Key{}}
			b.keeper = &sensor.Keeper{Store: b.Store, Hub: live.NewHub(), Catalog: catalog.Default, Clock: b.clock, Since: start,
				Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
			test(b)
		})
	}
}

type bench struct {
	Store
	*testing.T
	keeper *sensor.Keeper
	keys   map[string]sensor.Key
	mu     sync.Mutex
	now    time.Time
	seq    int
}

func (b *bench) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }

func (b *bench) pass(d time.Duration) { b.mu.Lock(); defer b.mu.Unlock(); b.now = b.now.Add(d) }

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) add(id string, kind sensor.Kind) {
	b.Helper()
	key, err := b.keeper.Add(b.Context(), sensor.Device{ID: id, Kind: kind, Name: "设备" + id, Place: "幸福里3号楼"})
	b.must(err)
	b.keys[id] = key
}

// message is one with the next number.
func (b *bench) message(members string) []byte {
	b.seq++
	return fmt.Appendf(nil, `{"boot":"a","seq":%d,%s}`, b.seq, members)
}

func (b *bench) send(id string, body []byte) sensor.Taken {
	b.Helper()
	taken, err := b.keeper.Receive(b.Context(), id, b.keys[id].Hash(), body)
	b.must(err)
	return taken
}

// says sends one and wants so many cases of it.
func (b *bench) says(id, members string, cases int) sensor.Taken {
	b.Helper()
	taken := b.send(id, b.message(members))
	if len(taken.Cases) != cases || taken.Again {
		b.Fatalf("%s %s: %+v, want %d cases", id, members, taken, cases)
	}
	return taken
}

func (b *bench) act(number int64, actions ...docket.Action) {
	b.Helper()
	b.must(b.Write(b.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		var steps []docket.Event
		for _, a := range actions {
			e := docket.Event{Action: a, At: b.clock()}
			if a == docket.Complete {
				e.Record = &docket.Record{Text: "已清运"}
			}
			steps = append(steps, e)
		}
		_, err = docket.Advance(tx, c, steps...)
		return err
	}))
}

func (b *bench) whys(id string) (all []sensor.Why) {
	b.Helper()
	decisions, err := b.Decisions(b.Context(), id, 0, 100)
	b.must(err)
	for _, d := range slices.Backward(decisions) {
		all = append(all, d.Why)
	}
	return all
}

func (b *bench) historyIs(id string, want ...sensor.Why) {
	b.Helper()
	if got := b.whys(id); !slices.Equal(got, want) {
		b.Errorf("history of %s: %q, want %q", id, got, want)
	}
}

func (b *bench) cases() int {
	b.Helper()
	all, err := b.Cases(b.Context(), docket.CaseQuery{})
	b.must(err)
	return len(all)
}

// A fault has one case until it is closed and the value was normal; messages that come
// again or late do nothing.
func oneFault(b *bench) {
	b.add("bin-1", sensor.Bin)
	b.says("bin-1", `"fill":79`, 0)
	first := b.message(`"fill":85,"at":"1970-01-01T00:00:00Z"`)
	taken := b.send("bin-1", first)
	if len(taken.Cases) != 1 {
		b.Fatalf("%+v", taken)
	}
	number := taken.Cases[0]
	c, events, err := b.Case(b.Context(), number)
	b.must(err)
	body, err := c.Request()
	b.must(err)
	if c.Status != docket.Dispatched || c.Assignee != docket.ToDepartment(docket.Sanitation) || c.Service != "repair" || c.Kiosk != 0 ||
		body.Address != "幸福里3号楼" || len(body.Answers) != 2 || events[1].Inner == "" {
		b.Errorf("%+v %+v", c, events)
	}
	for range 3 {
		if taken := b.send("bin-1", first); !taken.Again || len(taken.Cases) > 0 {
			b.Errorf("the same message again: %+v", taken)
		}
	}
	if taken := b.send("bin-1", []byte(`{"boot":"a","seq":1,"fill":20}`)); !taken.Again {
		b.Errorf("one that was overtaken: %+v", taken)
	}
	b.pass(time.Hour)
	b.says("bin-1", `"fill":90`, 0)
	b.act(number, docket.Start, docket.Complete)
	b.says("bin-1", `"fill":90`, 0)
	b.says("bin-1", `"fill":12`, 0)
	b.says("bin-1", `"fill":82`, 0) // too soon
	b.pass(31 * time.Minute)
	b.says("bin-1", `"fill":82`, 1)
	b.historyIs("bin-1", sensor.WhyRaised, sensor.WhyUncured, sensor.WhyOver, sensor.WhyPausing, sensor.WhyRaised)
	d, err := b.Device(b.Context(), "bin-1")
	b.must(err)
	if !d.Open() || d.Values[sensor.Fill] != 82 || !d.HeardAt.Equal(b.clock()) {
		b.Errorf("%+v", d)
	}
	// A case that is merged is as open as the one that stands for it.
	b.act(d.States["bin_full"].Case, docket.Return)
	b.must(b.Write(b.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(d.States["bin_full"].Case)
		if err != nil {
			return err
		}
		filed, err := tx.FileCases(docket.Case{ID: "other", Kiosk: 0, Ticket: "0000123", Service: "repair", Body: []byte("{}")})
		if err != nil {
			return err
		}
		_, err = docket.Advance(tx, c, docket.Event{Action: docket.Merge, At: b.clock(), Detail: docket.Detail{Other: filed[0].Number, OtherStatus: docket.Delivered}})
		return err
	}))
	b.says("bin-1", `"fill":30`, 0)
	if whys := b.whys("bin-1"); whys[len(whys)-1] != sensor.WhyUnclosed {
		b.Errorf("a merged case counts as closed: %q", whys)
	}
}

// The same messages by several lines, to one or two processes: each counts once.
func atOnce(b *bench) {
	b.add("bin-1", sensor.Bin)
	b.add("band-1", sensor.Wristband)
	full, call := b.message(`"fill":85`), b.message(`"call":true`)
	var lines sync.WaitGroup
	failed := make(chan error, 12)
	for range 6 {
		lines.Go(func() {
			_, err := b.keeper.Receive(b.Context(), "bin-1", b.keys["bin-1"].Hash(), full)
			failed <- err
		})
		lines.Go(func() {
			_, err := b.keeper.Receive(b.Context(), "band-1", b.keys["band-1"].Hash(), call)
			failed <- err
		})
	}
	lines.Wait()
	close(failed)
	for err := range failed {
		b.must(err)
	}
	open, err := b.OpenCalls(b.Context())
	b.must(err)
	if n := b.cases(); n != 1 || len(open) != 1 {
		b.Errorf("%d cases and %d calls of one message each", n, len(open))
	}
}

// A press rings at once and once, whatever order messages come in; while it rings, other
// presses are part of it.
func calls(b *bench) {
	b.add("band-1", sensor.Wristband)
	b.says("band-1", `"pulse":70`, 0)
	press := b.message(`"call":true,"age":30`)
	b.says("band-1", `"pulse":71`, 0)
	taken := b.send("band-1", press) // overtaken
	if taken.Call == "" {
		b.Fatal("a call that was overtaken does not ring")
	}
	for _, body := range [][]byte{press, b.message(`"call":true`), press} {
		if taken := b.send("band-1", body); taken.Call != "" {
			b.Errorf("it rings again: %+v", taken)
		}
	}
	open, err := b.OpenCalls(b.Context())
	b.must(err)
	if len(open) != 1 || sensor.Of(open[0]) != "band-1" || !open[0].RaisedAt.Equal(start.Add(-30*time.Second)) || !open[0].ReceivedAt.Equal(start) {
		b.Fatalf("%+v", open)
	}
	b.must(b.Write(b.Context(), func(tx docket.Tx) error {
		return tx.Answer(open[0].ID, docket.CallAnswer{Answer: "coming", Words: "来了", By: "王芳", At: b.clock()})
	}))
	if taken := b.send("band-1", press); taken.Call != "" {
		b.Error("an answered message rings again")
	}
	if taken := b.send("band-1", b.message(`"call":true`)); taken.Call == "" {
		b.Error("a new press after the answer does not ring")
	}
	b.historyIs("band-1", "", "")
}

// Blood pressure takes a place at the doctor's, as long as one is free.
func pressure(b *bench) {
	b.must(b.WriteResources(b.Context(), func(tx resource.Tx) error {
		return errors.Join(tx.PutResource(resource.Resource{ID: "1", Name: "医疗站", Kind: resource.Clinic, Keywords: []string{"高血压"}, Capacity: 5}),
			tx.PutResource(resource.Resource{ID: "2", Name: "家庭医生李医生", Kind: resource.Clinic, Capacity: 1}))
	}))
	for i, want := range []string{"2", "1"} {
		id := fmt.Sprint("band-", i)
		b.add(id, sensor.Wristband)
		number := b.says(id, `"systolic":171,"diastolic":88,"pulse":80`, 1).Cases[0]
		bookings, err := b.BookingsOf(b.Context(), number)
		b.must(err)
		c, _, err := b.Case(b.Context(), number)
		b.must(err)
		if len(bookings) != 1 || bookings[0].Resource != want || c.Urgency != docket.Urgent || c.Service != "home_service" || c.Status != docket.Delivered {
			b.Errorf("%s: %+v %+v", id, bookings, c)
		}
	}
}

// A device that was heard, and is not any more, is a fault, once; one that was never
// heard is none, and nobody is silent before central listened for so long.
func silence(b *bench) {
	b.add("lamp-1", sensor.Lamp)
	b.add("lamp-2", sensor.Lamp)
	b.says("lamp-1", `"out":false`, 0)
	b.pass(23 * time.Hour)
	b.must(b.keeper.Sweep(b.Context()))
	b.pass(2 * time.Hour)
	late := *b.keeper
	late.Since = b.clock().Add(-time.Hour)
	b.must(late.Sweep(b.Context()))
	if n := b.cases(); n != 0 {
		b.Fatalf("%d cases too early", n)
	}
	for range 3 {
		b.must(b.keeper.Sweep(b.Context()))
		b.pass(10 * time.Minute)
	}
	d, err := b.Device(b.Context(), "lamp-1")
	b.must(err)
	if n := b.cases(); n != 1 || !d.Silent || !d.Open() {
		b.Fatalf("%d cases, %+v", n, d)
	}
	b.says("lamp-1", `"out":false`, 0)
	if d, err = b.Device(b.Context(), "lamp-1"); err != nil || d.Silent || !d.Open() {
		b.Errorf("it speaks again: %+v %v", d, err)
	}
	b.historyIs("lamp-1", sensor.WhyRaised, sensor.WhyUnclosed)
	b.historyIs("lamp-2")
}

func keys(b *bench) {
	b.add("bin-1", sensor.Bin)
	b.add("bin-2", sensor.Bin)
	well := sensor.Device{ID: "bin-1", Kind: sensor.Bin, Name: "桶", Place: "3号楼"}
	if _, err := b.keeper.Add(b.Context(), well); !errors.Is(err, sensor.ErrTaken) {
		b.Errorf("a second key: %v", err)
	}
	body := b.message(`"fill":10`)
	denied := func(id string, key sensor.Key) {
		b.Helper()
		_, received := b.keeper.Receive(b.Context(), id, key.Hash(), body)
		_, known := b.DeviceByKey(b.Context(), id, key.Hash())
		if !errors.Is(received, sensor.ErrDenied) || !errors.Is(known, sensor.ErrDenied) {
			b.Errorf("%s: %v, %v", id, received, known)
		}
	}
	denied("bin-1", b.keys["bin-2"])
	denied("bin-1", "")
	denied("bin-9", b.keys["bin-2"])
	b.must(b.keeper.Revoke(b.Context(), "bin-1"))
	denied("bin-1", b.keys["bin-1"])
	if err := b.keeper.Revoke(b.Context(), "bin-1"); !errors.Is(err, sensor.ErrNotFound) {
		b.Error(err)
	}
	if err := b.keeper.Revoke(b.Context(), "bin-9"); !errors.Is(err, sensor.ErrNotFound) {
		b.Error(err)
	}
	old := b.keys["bin-1"]
	b.add("bin-1", sensor.Bin)
	denied("bin-1", old)
	b.says("bin-1", `"fill":10`, 0)
	if _, err := b.keeper.Receive(b.Context(), "bin-1", b.keys["bin-1"].Hash(), b.message(`"db":10`)); !errors.Is(err, sensor.ErrReading) {
		b.Errorf("a bin that is loud: %v", err)
	}
	all, err := b.AllDevices(b.Context())
	b.must(err)
	if len(all) != 2 || all[0].Revoked() {
		b.Errorf("%+v", all)
	}
	b.must(b.keeper.Revoke(b.Context(), all[1].ID))
	keys, err := b.DeviceKeys(b.Context())
	b.must(err)
	if len(keys) != 1 || keys["bin-1"] != b.keys["bin-1"].Hash() || keys["bin-1"] == old.Hash() {
		b.Errorf("keys that count: %v", keys)
	}
}

func mute(b *bench) {
	b.add("bin-1", sensor.Bin)
	b.add("band-1", sensor.Wristband)
	for _, id := range []string{"bin-1", "band-1"} {
		b.must(b.keeper.Mute(b.Context(), id, start.Add(time.Hour), "w"))
	}
	for _, until := range []time.Time{start.Add(-time.Hour), start.Add(sensor.LongestMute + time.Hour)} {
		if err := b.keeper.Mute(b.Context(), "bin-1", until, "w"); err == nil {
			b.Errorf("muted until %v", until)
		}
	}
	b.says("bin-1", `"fill":95`, 0)
	b.says("bin-1", `"fill":96`, 0)
	if taken := b.send("band-1", b.message(`"call":true`)); taken.Call == "" {
		b.Error("a muted wristband cannot call")
	}
	muted, err := b.Devices(b.Context(), sensor.Query{Which: sensor.Muted, Now: start})
	b.must(err)
	if len(muted) != 2 || muted[1].MutedBy != "w" {
		b.Errorf("%+v", muted)
	}
	b.pass(time.Hour)
	b.says("bin-1", `"fill":95`, 1)
	b.historyIs("bin-1", sensor.WhyMuted, sensor.WhyRaised)
}

func lists(b *bench) {
	for i := range 5 {
		b.add(fmt.Sprint("bin-", i), sensor.Bin)
	}
	b.add("air-0", sensor.Air)
	b.must(b.keeper.Revoke(b.Context(), "bin-4"))
	ids := func(q sensor.Query) (all []string) {
		b.Helper()
		q.Now = b.clock()
		devices, err := b.Devices(b.Context(), q)
		b.must(err)
		for _, d := range devices {
			all = append(all, d.ID)
		}
		return all
	}
	b.says("bin-2", `"fill":99`, 1)
	for _, test := range []struct {
		q    sensor.Query
		want []string
	}{
		{sensor.Query{}, []string{"air-0", "bin-0", "bin-1", "bin-2", "bin-3"}}, {sensor.Query{Kind: sensor.Bin, Limit: 2}, []string{"bin-0", "bin-1"}},
		{sensor.Query{Kind: sensor.Bin, After: "bin-1", Limit: 9}, []string{"bin-2", "bin-3"}}, {sensor.Query{Which: sensor.Faults}, []string{"bin-2"}}, {sensor.Query{Which: sensor.Silent}, nil},
	} {
		if got := ids(test.q); !slices.Equal(got, test.want) {
			b.Errorf("%+v: %q", test.q, got)
		}
	}
	counts, err := b.CountDevices(b.Context())
	b.must(err)
	if counts[sensor.Bin] != 4 || counts[sensor.Air] != 1 {
		b.Errorf("%v", counts)
	}
	// One value in five minutes is kept.
	for i := range 12 {
		b.pass(time.Minute)
		b.says("bin-1", fmt.Sprintf(`"fill":%d`, 10+i), 0)
	}
	points, err := b.Points(b.Context(), []string{"bin-1", "bin-2"}, start)
	b.must(err)
	if len(points) != 4 || points[0].Device != "bin-1" || points[1].Values[sensor.Fill] != 15 || !points[0].At.Before(points[1].At) {
		b.Errorf("%+v", points)
	}
	if n, err := b.DropPoints(b.Context(), b.clock().Add(-5*time.Minute)); err != nil || n != 3 {
		b.Errorf("%d dropped, %v", n, err)
	}
	if none, err := b.Points(b.Context(), nil, start); err != nil || len(none) > 0 {
		b.Errorf("%v %v", none, err)
	}
	decisions, err := b.Decisions(b.Context(), "bin-2", 0, 1)
	b.must(err)
	if len(decisions) != 1 || decisions[0].Value != 99 || decisions[0].Limit != 80 || decisions[0].Case == 0 {
		b.Errorf("%+v", decisions)
	}
	if older, err := b.Decisions(b.Context(), "bin-2", decisions[0].Number, 9); err != nil || len(older) > 0 {
		b.Errorf("%+v %v", older, err)
	}
}
