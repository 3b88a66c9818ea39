package store

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/ticket"
	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
	"lintai/sync/central/webhook"
)

var morning = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hotline adds a channel with a subscription.
func hotline(t *testing.T, s *Store, name string) (int, int64) {
	t.Helper()
	number, err := s.AddChannel(t.Context(), channel.Channel{Name: name, AddedAt: morning}, channel.Key(name).Hash())
	fatal(t, err)
	subscription, err := s.AddSubscription(t.Context(), webhook.Subscription{Channel: number, Address: "https://example.cn/" + name, Secret: "whsec_x", MadeAt: morning})
	fatal(t, err)
	return number, subscription
}

func fileOne(t *testing.T, s *Store, of int, code string) int64 {
	t.Helper()
	var number int64
	fatal(t, s.Write(t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(docket.Case{ID: uuid.NewString(), Channel: of, Ticket: ticket.Code(code), Service: "repair", RequestedAt: morning, ReceivedAt: morning, Body: []byte("{}")})
		if err == nil {
			number, err = filed[0].Number, filed[0].Err
		}
		return err
	}))
	return number
}

func advance(t *testing.T, s *Store, number int64, e docket.Event) {
	t.Helper()
	fatal(t, s.Write(t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		_, err = docket.Advance(tx, c, e)
		return err
	}))
}

func TestOutboxIsFilledWithTheEvent(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s, ctx := make(t), t.Context()
		fileOne(t, s, 0, "000000000001") // before anybody was told
		one, first := hotline(t, s, "热线")
		_, second := hotline(t, s, "网站")
		number := fileOne(t, s, one, "000000000002")
		// What is rolled back was never told.
		broken := errors.New("broken")
		if err := s.Write(ctx, func(tx docket.Tx) error {
			c, err := tx.LockCase(number)
			fatal(t, err)
			_, err = docket.Advance(tx, c, docket.Event{Action: docket.Accept, At: morning})
			fatal(t, err)
			return broken
		}); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		advance(t, s, number, docket.Event{Action: docket.Accept, At: morning.Add(time.Second)})
		advance(t, s, number, docket.Event{Action: docket.Tell, At: morning.Add(2 * time.Second), Detail: docket.Detail{Inner: "只给工作人员"}}) // no news
		fatal(t, s.Disable(ctx, second, morning, webhook.ByStaff))
		advance(t, s, number, docket.Event{Action: docket.Start, At: morning.Add(3 * time.Second)})

		claim := func(at time.Time) []webhook.Delivery {
			t.Helper()
			due, err := s.ClaimDeliveries(ctx, at, at.Add(time.Minute), 10, 10)
			fatal(t, err)
			return due
		}
		now := morning.Add(time.Minute)
		due := claim(now)
		var got []string
		for _, d := range due {
			got = append(got, fmt.Sprint(d.ID, " ", d.Event.Kind, " ", d.Event.Status, " ", d.Event.Service, " ", d.Event.Channel, " ", d.Subscription.Address, " ", string(d.Subscription.Secret), " ", d.Attempts))
		}
		tail := fmt.Sprintf(" repair %d https://example.cn/热线 whsec_x 0", one)
		want := []string{
			fmt.Sprintf("msg_000000000002_1_%d case.created delivered", first) + tail,
			fmt.Sprintf("msg_000000000002_2_%d case.status_changed accepted", first) + tail,
			fmt.Sprintf("msg_000000000002_4_%d case.status_changed working", first) + tail,
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("due\n%v, want\n%v", got, want)
		}
		// They are on their way, and nobody else's; whoever died gives them back.
		if again := claim(now.Add(time.Second)); len(again) != 0 {
			t.Errorf("%d claimed twice", len(again))
		}
		if again := claim(now.Add(2 * time.Minute)); len(again) != 3 {
			t.Errorf("%d of 3 come back after their time", len(again))
		}
		later := now.Add(time.Hour)
		fatal(t, s.SettleDelivery(ctx, due[0], webhook.Outcome{At: now, Taken: true}))
		fatal(t, s.SettleDelivery(ctx, due[1], webhook.Outcome{At: now, Failed: true, Again: later, PausedUntil: later}))
		subs, err := s.Subscriptions(ctx)
		fatal(t, err)
		if f := subs[0]; f.Failures != 1 || !f.FailingSince.Equal(now) || !f.PausedUntil.Equal(later) || f.Waiting != 2 || subs[1].Waiting != 2 || subs[1].Reason != webhook.ByStaff {
			t.Errorf("%+v", subs)
		}
		if got := claim(now.Add(30 * time.Minute)); len(got) != 0 {
			t.Errorf("%d are sent to one that rests", len(got))
		}
		got2 := claim(later)
		if len(got2) != 2 || got2[0].Attempts+got2[1].Attempts != 1 {
			t.Errorf("%+v", got2)
		}
		fatal(t, s.SettleDelivery(ctx, due[2], webhook.Outcome{At: later, Failed: true, Again: later, Disable: webhook.Gone}))
		if got := claim(later.Add(time.Hour)); len(got) != 0 {
			t.Errorf("%d are sent to one that is gone", len(got))
		}
		fatal(t, s.Enable(ctx, first))
		fatal(t, s.Enable(ctx, second))
		if got := claim(later.Add(time.Hour)); len(got) != 4 {
			t.Errorf("%d of 4 wait for whoever was switched on again", len(got))
		}
		fatal(t, s.DropSubscription(ctx, first))
		if err := errors.Join(s.DropSubscription(ctx, second)); err != nil {
			t.Error(err)
		}
		for _, err := range []error{s.DropSubscription(ctx, first), s.Enable(ctx, first), s.Disable(ctx, first, now, webhook.ByStaff)} {
			if !errors.Is(err, webhook.ErrNotFound) {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestDeliveriesAreClaimedOnceAndFairly(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s, ctx := make(t), t.Context()
		one, slow := hotline(t, s, "慢")
		for i := range 12 {
			fileOne(t, s, one, fmt.Sprintf("%012d", i))
		}
		_, quick := hotline(t, s, "快")
		fileOne(t, s, one, "999999999999")
		var mu sync.Mutex
		seen, of := map[string]int{}, map[int64]int{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				due, err := s.ClaimDeliveries(ctx, morning.Add(time.Minute), morning.Add(time.Hour), 5, 3)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, d := range due {
					seen[d.ID]++
					of[d.Subscription.Number]++
				}
			})
		}
		all.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
		if of[quick] != 1 || of[slow] < 9 {
			t.Errorf("claimed %v", of)
		}
	})
}

func TestChannels(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s, ctx := make(t), t.Context()
		key := channel.Key("one").Hash()
		number, err := s.AddChannel(ctx, channel.Channel{Name: "热线12345", AddedAt: morning}, key)
		fatal(t, err)
		if _, err := s.AddChannel(ctx, channel.Channel{Name: "热线12345", AddedAt: morning}, channel.Key("two").Hash()); !errors.Is(err, channel.ErrNameTaken) {
			t.Errorf("%v", err)
		}
		got, err := s.ChannelByKey(ctx, key)
		fatal(t, err)
		if got != (channel.Channel{Number: number, Name: "热线12345", AddedAt: morning}) {
			t.Errorf("%+v", got)
		}
		fatal(t, s.UseChannel(ctx, number, morning.Add(time.Minute)))
		fatal(t, s.UseChannel(ctx, number, morning)) // another process was faster
		if got, err := s.ChannelByKey(ctx, key); err != nil || !got.UsedAt.Equal(morning.Add(time.Minute)) {
			t.Errorf("used %s, %v", got.UsedAt, err)
		}
		fatal(t, s.RevokeChannel(ctx, "热线12345", morning.Add(time.Hour)))
		for _, err := range []error{s.RevokeChannel(ctx, "热线12345", morning), s.RevokeChannel(ctx, "nobody", morning)} {
			if !errors.Is(err, channel.ErrNotFound) {
				t.Errorf("%v", err)
			}
		}
		if _, err := s.ChannelByKey(ctx, key); !errors.Is(err, channel.ErrNotFound) {
			t.Errorf("a revoked key: %v", err)
		}
		again, err := s.AddChannel(ctx, channel.Channel{Name: "热线12345", AddedAt: morning}, channel.Key("two").Hash())
		fatal(t, err)
		if _, err := s.ChannelByKey(ctx, key); !errors.Is(err, channel.ErrNotFound) || again != number {
			t.Errorf("the old key of channel %d (%d before): %v", again, number, err)
		}
		// Submissions.
		c := fileOne(t, s, number, "000000000001")
		sub := channel.Submission{Channel: number, Digest: channel.Key("d").Hash(), Content: channel.Key("c").Hash(), Case: c, Ticket: "000000000001", Event: 1, At: morning}
		fatal(t, s.WriteChannel(ctx, func(tx channel.Tx) error { return tx.Submit(sub) }))
		fatal(t, s.WriteChannel(ctx, func(tx channel.Tx) error {
			got, known, err := tx.Submitted(number, sub.Digest)
			if err != nil || !known || got != sub {
				t.Errorf("%+v, %v, %v", got, known, err)
			}
			_, known, err = tx.Submitted(number+1, sub.Digest)
			if err != nil || known {
				t.Errorf("another channel's: %v, %v", known, err)
			}
			return nil
		}))
		if n, err := s.DropSubmissions(ctx, morning); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := s.DropSubmissions(ctx, morning.Add(1)); n != 0 || err != nil { // less than a microsecond is nothing
			t.Errorf("%d, %v", n, err)
		}
		if n, err := s.DropSubmissions(ctx, morning.Add(time.Second)); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		// Updates.
		filed, _, err := s.Case(ctx, c)
		fatal(t, err)
		byID, err := s.CaseByID(ctx, filed.ID)
		fatal(t, err)
		if byID.Number != c || byID.Channel != number {
			t.Errorf("%+v", byID)
		}
		if _, err := s.CaseByID(ctx, "nobody's"); !errors.Is(err, docket.ErrNotFound) {
			t.Errorf("%v", err)
		}
		fileOne(t, s, 0, "000000000002")
		advance(t, s, c, docket.Event{Action: docket.Accept, At: morning.Add(time.Hour)})
		for want, q := range map[string]channel.UpdateQuery{
			"[]": {From: morning, Until: morning.Add(time.Hour)},
			"[000000000001.1 000000000002.1 000000000001.2]": {Services: []string{"repair"}, From: morning, Until: morning.Add(time.Hour)},
			"[000000000001.1 000000000001.2]":                {Services: []string{"none", "other"}, Own: number, From: morning, Until: morning.Add(time.Hour)},
			"[000000000001.2]":                               {Services: []string{"repair"}, From: morning.Add(time.Second), Until: morning.Add(time.Hour)},
			"[000000000002.1]":                               {Services: []string{"repair"}, From: morning, Until: morning.Add(time.Hour), Limit: 1, Offset: 1},
		} {
			all, err := s.Updates(ctx, q)
			fatal(t, err)
			got := []string{}
			for _, u := range all {
				got = append(got, fmt.Sprintf("%s.%d", string(u.Case.Ticket), u.Event.Number))
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%+v: %v, want %s", q, got, want)
			}
		}
		events, err := s.EventsOf(ctx, []int64{c})
		fatal(t, err)
		if len(events[c]) != 2 || events[c][1].Status != docket.Accepted {
			t.Errorf("%+v", events)
		}
	})
}
