package storetest

import (
	"errors"
	"fmt"
	"strings"

	"lintai/sync/central/docket"
	"lintai/sync/central/mediation"
	"lintai/sync/central/privacy"
	"lintai/sync/central/sensor"
)

// elsewhere: the other party of a quarrel and who wears a wristband are found as those who
// are looked after: by name with door or telephone. A matter that goes on keeps her, and
// the case that finds her there; her namesakes keep theirs.
func elsewhere(b *bench) {
	ctx := b.Context()
	b.file("repair", "card", toDone...)
	matter := func(applicant string, phone, address string, actions ...docket.Action) int64 {
		c := b.file("mediation", applicant, actions...)
		b.must(b.WriteMediation(ctx, func(tx mediation.Tx) error {
			if err := tx.AddMatter(mediation.Matter{Case: c.Number, Mediator: "m", OpenedAt: at}); err != nil {
				return err
			}
			return errors.Join(tx.AddParty(mediation.Party{Case: c.Number, Side: mediation.Respondent, Name: "张桂兰", Phone: phone, Address: address}),
				tx.AddSession(mediation.Session{Case: c.Number, At: at, Place: "调解室", State: mediation.Held, Minutes: "张桂兰说音乐不大", By: "m", WrittenAt: at}),
				tx.AddEnding(mediation.Ending{Case: c.Number, Outcome: mediation.Agreed, Text: "十点后不放音乐", At: at, By: "m"}))
		}))
		return c.Number
	}
	over, going := matter("other", "", "幸福里三号楼-502", docket.Refuse), matter("other", "138 0000-1234", "")
	namesake := matter("other", "13999999999", "光明路2号", docket.Refuse)
	b.must(b.WriteSensors(ctx, func(tx sensor.Tx) error {
		for id, place := range map[string]string{"band-1": "幸福里3号楼502", "band-2": "光明路2号"} {
			if err := tx.AddDevice(sensor.Device{ID: id, Kind: sensor.Wristband, Name: "张桂兰的手环", Place: place, AddedAt: at}, docket.Hash{}); err != nil {
				return err
			}
		}
		return tx.AddPoint(sensor.Point{Device: "band-1", At: at, Values: map[sensor.Quantity]float64{sensor.Systolic: 171}})
	}))
	raised := b.file("sensor", "", docket.Refuse)
	b.must(b.WriteSensors(ctx, func(tx sensor.Tx) error {
		return tx.AddDecision(sensor.Decision{Device: "band-1", At: at, Rule: "pressure", Why: sensor.WhyRaised, Value: 171, Limit: 160, Case: raised.Number})
	}))

	n, err := b.keeper.ByCard(ctx, privacy.Copy, "card", "clerk")
	b.must(err)
	b.must(b.reads.Note(ctx, "m", privacy.Read{Part: privacy.OfMediation, Case: over}))
	d, err := b.keeper.Document(ctx, n, "clerk", map[string]string{"m": "陈静"})
	b.must(err)
	if len(d.Quarrels) != 2 || d.Quarrels[0].Case != over || d.Quarrels[1].Case != going || d.Quarrels[0].Agreements[0] != "十点后不放音乐" {
		b.Fatalf("%+v", d.Quarrels)
	}
	if len(d.Worn) != 1 || d.Worn[0].ID != "band-1" || len(d.Worn[0].Measured) != 1 || d.Worn[0].Measured[0].Values["systolic"] != 171 || len(d.Cases) != 2 || d.Cases[1].Number != raised.Number {
		b.Fatalf("%+v %+v", d.Worn, d.Cases)
	}
	if text := fmt.Sprintf("%+v", d); strings.Contains(text, "音乐不大") || !strings.Contains(text, "陈静") {
		b.Fatal(text)
	}

	n, err = b.keeper.ByCard(ctx, privacy.Delete, "card", "clerk")
	b.must(err)
	name := func(of int64) string {
		parties, err := b.Parties(ctx, of)
		b.must(err)
		sessions, err := b.Sessions(ctx, of)
		b.must(err)
		if there := strings.Contains(sessions[0].Minutes, "张桂兰"); there != (parties[0].Name != "") {
			b.Fatalf("%+v beside %+v", sessions, parties)
		}
		return parties[0].Name + parties[0].Phone + parties[0].Address
	}
	_, err = b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	if name(over) != "" || name(going) == "" || name(namesake) == "" {
		b.Fatalf("%q %q %q", name(over), name(going), name(namesake))
	}
	hers, err := b.Device(ctx, "band-1")
	b.must(err)
	other, err := b.Device(ctx, "band-2")
	b.must(err)
	points, err := b.Points(ctx, []string{"band-1"}, at)
	b.must(err)
	if hers.Name+hers.Place != "" || hers.RevokedAt.IsZero() || len(points) != 0 || other.Name == "" || !other.RevokedAt.IsZero() {
		b.Fatalf("%+v %+v %+v", hers, points, other)
	}
	b.gone(raised.Number, true)
	// The matter ends, and so does what was kept for it.
	b.must(b.Write(ctx, func(tx docket.Tx) error {
		c, err := tx.LockCase(going)
		if err == nil {
			_, err = docket.Advance(tx, c, docket.Event{Action: docket.Refuse, At: b.now, By: "王芳", Note: "张桂兰，您好"})
		}
		return err
	}))
	_, err = b.keeper.Erase(ctx, n, "clerk")
	b.must(err)
	if name(going) != "" || name(namesake) == "" {
		b.Fatalf("%q %q", name(going), name(namesake))
	}
}
