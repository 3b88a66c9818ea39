package desk

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/classify"
	"lintai/sync/central/docket"
	"lintai/sync/central/proposal"
	"lintai/sync/central/store"
)

// lift files a report of a broken lift.
func (b *bench) lift(at time.Time) int64 {
	b.t.Helper()
	code, err := ticket.New(12, randomBytes{})
	b.must(err)
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", Address: "3号楼502室",
		Answers: []request.Answer{{Step: "what", Option: "lift", Text: "电梯"}, {Step: "place", Option: "stairs", Text: "楼道"}}}
	body, err := json.Marshal(r)
	b.must(err)
	var number int64
	b.must(b.Store.Write(b.t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(docket.Case{ID: r.ID, Kiosk: 12, Ticket: code, Service: r.Service, Urgency: docket.Normal, RequestedAt: at, ReceivedAt: at, Body: body})
		if err == nil {
			number, err = filed[0].Number, filed[0].Err
		}
		return err
	}))
	return number
}

func (b *bench) classified() int {
	b.t.Helper()
	n, err := b.Classify(b.t.Context())
	b.must(err)
	return n
}

func TestWhatWasFiledIsClassified(t *testing.T) {
	b := setup(t)
	var all []int64
	for i := range 3 {
		n := b.lift(now.AddDate(0, 0, -40+20*i))
		all = append(all, n)
		if b.classified() != 1 || b.classified() != 0 {
			t.Fatal("it is classified once")
		}
		if i == 2 {
			break
		}
		for _, to := range []docket.Status{docket.Accepted, docket.Working, docket.Done} {
			c, _, _ := b.state(n)
			b.must(b.Move(t.Context(), n, c.Events, to, "", "王芳"))
		}
	}
	c, err := b.Store.Classification(t.Context(), all[2])
	b.must(err)
	if last := c.Reasons[len(c.Reasons)-1]; c.Repeat != 3 || c.Topic != "lift" || last.Rule != classify.RepeatRule || last.Words[0] != "3" {
		t.Errorf("%+v", c)
	}
	if row, _, _ := b.state(all[2]); row.Repeat != 3 || row.Category != docket.LivingNeed || row.Urgency != docket.Soon {
		t.Errorf("%+v", row)
	}
	twice := b.lift(now.Add(time.Hour))
	b.classified()
	if c, err = b.Store.Classification(t.Context(), twice); err != nil || len(c.Duplicates) != 1 || c.Duplicates[0].Case != all[2] {
		t.Errorf("reported twice: %+v, %v", c, err)
	}
	counts, err := b.Store.RuleCounts(t.Context())
	if err != nil || counts["lift"].Fired != 4 {
		t.Errorf("%+v, %v", counts, err)
	}
	// What cannot be read is classified too, so that it does not stand in the way.
	b.file("nothing known", 0)
	if b.classified() != 1 || b.classified() != 0 {
		t.Error("what no rule knows waits for ever")
	}
}

// redacting takes the words out of what is to be classified after it was read.
type redacting struct {
	docket.Store
	redact func()
}

func (r redacting) Cases(ctx context.Context, q docket.CaseQuery) ([]docket.Case, error) {
	all, err := r.Store.Cases(ctx, q)
	if q.Unclassified && r.redact != nil {
		r.redact()
	}
	return all, err
}

// Words that were taken out meanwhile, of a vote or by who asked for it, do not come
// back with what rules made of them.
func TestWordsThatAreGoneAreNotClassified(t *testing.T) {
	b := setup(t)
	n := b.lift(now)
	stored := b.Store.(*store.Store)
	body, err := json.Marshal(request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Service: "repair", Answers: []request.Answer{}})
	b.must(err)
	b.Store = redacting{b.Store, func() {
		b.must(stored.WriteProposals(t.Context(), func(tx proposal.Tx) error { return tx.Redact(n, body) }))
	}}
	b.classified()
	if c, err := stored.Classification(t.Context(), n); !errors.Is(err, docket.ErrNotFound) {
		t.Errorf("%+v, %v", c, err)
	}
	b.Store = stored
	if b.classified() != 1 || b.classified() != 0 {
		t.Error("it waits for ever")
	}
	if c, err := stored.Classification(t.Context(), n); err != nil || c.Topic != "" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestStaffWriteRules(t *testing.T) {
	b := setup(t)
	if err := b.SetRules(t.Context(), `{"version":1}`); !errors.Is(err, classify.ErrRules) {
		t.Fatalf("%v", err)
	}
	b.must(b.SetRules(t.Context(), `{"version":7,"duplicate_days":7,"duplicate_score":60,"repeats":[],"shared":[],
		"rules":[{"id":"any_repair","services":["repair"],"category":"social"}]}`))
	n := b.file("repair", 12)
	b.classified()
	if c, err := b.Store.Classification(t.Context(), n); err != nil || c.Category != docket.SocialNeed || c.Rules != 7 {
		t.Errorf("%+v, %v", c, err)
	}
	b.must(b.SetRules(t.Context(), ""))
	if r, err := b.Rules(t.Context()); err != nil || r.Version != classify.Default().Version {
		t.Errorf("%+v, %v", r, err)
	}
}
