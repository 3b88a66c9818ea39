package overdue

import (
	"context"
	"errors"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/console"
	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// Mark says how a case stands against a limit: 已超时 35 分钟, 还剩 20 分钟.
type Mark struct {
	What  string
	Words string
	Over  bool
	Due   time.Time
}

// mark is that of the earliest open limit.
func mark(s deadline.Standing, now time.Time) Mark {
	what, due := s.Due()
	return markOf(what, due, now)
}

func markOf(what deadline.What, due, now time.Time) Mark {
	m := Mark{What: limitName(what), Over: !now.Before(due), Due: due}
	if m.Over {
		m.Words = phrase.Text("limit.over", "time", readiness.Age(now.Sub(due)))
	} else {
		m.Words = phrase.Text("limit.left", "time", readiness.Age(due.Sub(now)))
	}
	return m
}

func limitName(what deadline.What) string {
	if what == deadline.Response {
		return phrase.Text("limit.response")
	}
	return phrase.Text("limit.fix")
}

// Marks are those of the cases of a list that are open, by number.
func (a *Area) Marks(ctx context.Context, cases []docket.Case) (map[int64]Mark, error) {
	var open []int64
	for _, c := range cases {
		if !c.Status.Closed() {
			open = append(open, c.Number)
		}
	}
	kept, err := a.Store.KeptLimits(ctx, open)
	if err != nil {
		return nil, err
	}
	marks := map[int64]Mark{}
	for number, k := range kept {
		marks[number] = mark(k.Standing, a.Clock())
	}
	return marks, nil
}

// Panel is what the page of a case shows of its limits.
type Panel struct {
	Marks []Mark
	Met   time.Time // when it was answered; zero while it was not
	Told  []Told
}

// Told is one who was told.
type Told struct {
	At    time.Time
	Who   string
	Words string
}

// Panel is that of a case, counted now from its events.
func (a *Area) Panel(ctx context.Context, c docket.Case, events []docket.Event) (Panel, error) {
	text, err := a.Store.Setting(ctx, deadline.Setting)
	if err != nil {
		return Panel{}, err
	}
	rules, err := deadline.Parse(text)
	if err != nil {
		return Panel{}, err
	}
	var p Panel
	if s, open := rules.Of(c.Category, c.Urgency, events); open {
		if p.Met = s.Response.Met; p.Met.IsZero() {
			p.Marks = append(p.Marks, markOf(deadline.Response, s.Response.Due, a.Clock()))
		}
		p.Marks = append(p.Marks, markOf(deadline.Fix, s.Fix.Due, a.Clock()))
	}
	told, err := a.Store.NotificationsOf(ctx, c.Number)
	if err != nil || len(told) == 0 {
		return p, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return p, err
	}
	for _, n := range told {
		p.Told = append(p.Told, Told{At: n.At, Who: names.holder(docket.ToWorker(n.Account)), Words: toldWords(n)})
	}
	return p, nil
}

func toldWords(n deadline.Notification) string {
	if n.Stage.Late() {
		return phrase.Text("limit.told_over", "limit", limitName(n.What))
	}
	return phrase.Text("limit.told_soon", "limit", limitName(n.What))
}

// mostNotices is how many the banner shows at once; the rest comes as these are seen.
const mostNotices = 3

// Notices are what the banner tells somebody.
func (a *Area) Notices(ctx context.Context, who staff.Account) ([]console.Notice, error) {
	if !who.Has(roles...) {
		return nil, nil
	}
	all, err := a.Store.UnseenNotifications(ctx, who.ID, mostNotices)
	if err != nil {
		return nil, err
	}
	now := a.Clock()
	var notices []console.Notice
	for _, n := range all {
		m := markOf(n.What, n.Due, now)
		notices = append(notices, console.Notice{Number: n.Number, Case: n.Case, Late: m.Over,
			Words: phrase.Text("limit.notice", "limit", m.What, "mark", m.Words)})
	}
	return notices, nil
}

func (a *Area) seen(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	err = a.Store.SeeNotification(r.Context(), r.Who.ID, number, a.Clock().UTC())
	if errors.Is(err, deadline.ErrNotFound) {
		return docket.ErrNotFound
	}
	if err != nil {
		return err
	}
	return r.Redirect(r.Back())
}
