package deadline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

func local(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, phrase.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWorkingHours(t *testing.T) {
	rules, err := Parse(strings.NewReplacer("holidays = [2027-01-01]", "holidays = [2026-11-25]", "extra = []", "extra = [2026-11-28]").Replace(DefaultDocument))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from   string
		length time.Duration
		until  string
	}{
		{"2026-11-23 09:00", time.Hour, "2026-11-23 10:00"},
		{"2026-11-23 11:30", time.Hour, "2026-11-23 14:30"},                  // over noon
		{"2026-11-23 11:00", time.Hour, "2026-11-23 12:00"},                  // to the very end of a span
		{"2026-11-23 17:00", time.Hour, "2026-11-24 09:00"},                  // over night
		{"2026-11-23 03:00", time.Hour, "2026-11-23 09:30"},                  // before work
		{"2026-11-24 17:00", time.Hour, "2026-11-26 09:00"},                  // over a holiday
		{"2026-11-27 17:00", time.Hour, "2026-11-28 09:00"},                  // into a worked Saturday
		{"2026-11-28 17:00", time.Hour, "2026-11-30 09:00"},                  // over a Sunday
		{"2026-11-22 10:00", 7 * time.Hour, "2026-11-23 17:30"},              // a day from a Sunday on
		{"2026-11-30 08:30", 35 * time.Hour, "2026-12-04 17:30"},             // a week
		{"2026-11-23 12:00", time.Minute, "2026-11-23 14:01"},                // at noon
		{"2026-11-30 08:30", 35*time.Hour + time.Minute, "2026-12-07 08:31"}, // and over its end
	} {
		if got := rules.hours.after(local(t, c.from).UTC(), c.length); !got.Equal(local(t, c.until)) {
			t.Errorf("%v of work from %s: %v, want %s", c.length, c.from, got.In(phrase.Zone), c.until)
		}
	}
}

func TestDefaultRules(t *testing.T) {
	rules, err := Parse("")
	if err != nil {
		t.Fatal(err)
	}
	sunday := local(t, "2026-11-22 23:00")
	for _, c := range []struct {
		category      docket.Category
		urgency       docket.Urgency
		response, fix string
	}{
		{"", docket.Urgent, "2026-11-23 00:00", "2026-11-23 01:00"}, // 急 is counted around the clock
		{docket.HealthNeed, docket.Urgent, "2026-11-23 00:00", "2026-11-23 01:00"},
		{"", docket.Soon, "2026-11-23 12:00", "2026-11-24 17:30"},
		{docket.SafetyNeed, docket.Soon, "2026-11-23 01:00", "2026-11-23 11:00"},
		{docket.HealthNeed, docket.Soon, "2026-11-23 10:30", "2026-11-23 17:30"},
		{docket.EducationNeed, docket.Normal, "2026-11-23 17:30", "2026-11-27 17:30"},
		{docket.SocialNeed, docket.Normal, "2026-11-24 17:30", "2026-12-04 17:30"},
	} {
		s, open := rules.Of(c.category, c.urgency, []docket.Event{{Number: 1, Status: docket.Delivered, At: sunday}})
		if !open || !s.Response.Due.Equal(local(t, c.response)) || !s.Fix.Due.Equal(local(t, c.fix)) {
			t.Errorf("%q %v: %v %v, want %s %s", c.category, c.urgency, s.Response.Due.In(phrase.Zone), s.Fix.Due.In(phrase.Zone), c.response, c.fix)
		}
	}
}

func TestRulesThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{`urgency = "soon"`, `urgency = "later"`},
		{`category = "health"`, `category = "wealth"`},
		{`category = "health"`, `category = "safety"`},
		{`fix = "2h"`, `fix = "2"`},
		{`fix = "2h"`, `fix = "-2h"`},
		{`fix = "2h"`, `fix = "30m"`},
		{`fix = "2h"`, `fix = "99999h"`},
		{"count = \"always\"\nremind", "count = \"often\"\nremind"},
		{`remind = 25`, `remind = 100`},
		{`remind = 25`, `reminder = 25`},
		{`"08:30-12:00"`, `"8:30-12:00"`},
		{`"08:30-12:00"`, `"12:00-08:30"`},
		{`"08:30-12:00"`, `"08:30-15:00"`},
		{`"08:30-12:00", "14:00-17:30"`, ``},
		{`[1, 2, 3, 4, 5]`, `[]`},
		{`[1, 2, 3, 4, 5]`, `[8]`},
		{`extra = []`, `extra = [2027-01-01]`},
		{"[[limit]]\nurgency = \"urgent\"", "[[limit]]\ncategory = \"social\"\nurgency = \"urgent\""},
	} {
		text := strings.Replace(DefaultDocument, c.from, c.to, 1)
		if text == DefaultDocument {
			t.Fatalf("%q is not in the document", c.from)
		}
		if _, err := Parse(text); !errors.Is(err, ErrRules) {
			t.Errorf("%q for %q: %v", c.to, c.from, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(DefaultDocument)
	f.Add("[hours]\nworkday = [\"00:00-24:00\"]\nweekdays = [7]")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := Parse(text)
		if err != nil {
			return
		}
		began := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
		for _, u := range []docket.Urgency{docket.Urgent, docket.Soon, docket.Normal} {
			s, open := rules.Of("", u, []docket.Event{{Number: 1, Status: docket.Delivered, At: began}})
			if !open || !s.Response.Due.After(began) || s.Fix.Due.Before(s.Response.Due) {
				t.Errorf("%v: %+v", u, s)
			}
			for i, a := range s.Alarms {
				if i > 0 && a.At.Before(s.Alarms[i-1].At) || a.Stage == Reminder && a.At.After(a.Due) {
					t.Errorf("%v: alarms %+v", u, s.Alarms)
				}
			}
		}
	})
}

// history makes events of what is written as "action status minute".
func history(began time.Time, steps ...any) []docket.Event {
	var all []docket.Event
	for i := 0; i < len(steps); i += 2 {
		all = append(all, docket.Event{Number: int64(len(all) + 1), Status: steps[i].(docket.Status), At: began.Add(time.Duration(steps[i+1].(int)) * time.Minute)})
	}
	return all
}

func TestHowACaseStands(t *testing.T) {
	rules, err := Parse("")
	if err != nil {
		t.Fatal(err)
	}
	at := local(t, "2026-11-22 23:00").UTC()
	minute := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	for _, c := range []struct {
		name     string
		events   []docket.Event
		open     bool
		round    int
		response time.Time // met
		due      int       // the earliest open limit, in minutes
	}{
		{"filed", history(at, docket.Delivered, 0), true, 1, time.Time{}, 60},
		{"accepted is no response", history(at, docket.Delivered, 0, docket.Accepted, 5), true, 1, time.Time{}, 60},
		{"dispatched", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Dispatched, 7), true, 1, minute(7), 120},
		{"begun at once", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Working, 9), true, 1, minute(9), 120},
		{"late", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Dispatched, 90), true, 1, minute(90), 120},
		{"given back", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Dispatched, 7, docket.Accepted, 20), true, 1, minute(7), 120},
		{"to somebody else", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Dispatched, 7, docket.Dispatched, 50), true, 1, minute(7), 120},
		{"done", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Working, 7, docket.Done, 8), false, 0, time.Time{}, 0},
		{"cancelled", history(at, docket.Delivered, 0, docket.Cancelled, 8), false, 0, time.Time{}, 0},
		{"merged", history(at, docket.Delivered, 0, docket.Merged, 8, docket.Merged, 9), false, 0, time.Time{}, 0},
		{"opened again", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Working, 7, docket.Done, 8, docket.Rated, 500, docket.Accepted, 500), true, 2, time.Time{}, 560},
		{"and begun", history(at, docket.Delivered, 0, docket.Accepted, 5, docket.Working, 7, docket.Done, 8, docket.Accepted, 500, docket.Working, 510), true, 2, minute(510), 620},
		{"a note", history(at, docket.Delivered, 0, docket.Delivered, 3), true, 1, time.Time{}, 60},
	} {
		s, open := rules.Of("", docket.Urgent, c.events)
		if open != c.open {
			t.Errorf("%s: open %v", c.name, open)
			continue
		}
		if !open {
			continue
		}
		what, due := s.Due()
		if s.Round != c.round || !s.Response.Met.Equal(c.response) || !due.Equal(minute(c.due)) || (what == Fix) != (!c.response.IsZero()) {
			t.Errorf("%s: round %d, answered %v, %s due %v", c.name, s.Round, s.Response.Met, what, due)
		}
		if s.Overdue(due.Add(-time.Microsecond)) || !s.Overdue(due) {
			t.Errorf("%s: overdue before the limit, or not at it", c.name)
		}
	}
}

func TestAlarms(t *testing.T) {
	rules, err := Parse("")
	if err != nil {
		t.Fatal(err)
	}
	at := local(t, "2026-11-22 23:00").UTC()
	s, _ := rules.Of("", docket.Urgent, history(at, docket.Delivered, 0))
	var got []string
	for _, a := range s.Alarms {
		got = append(got, string(a.What)+" "+string(a.Stage)+" "+a.At.Sub(at).String())
	}
	want := []string{"response reminder 45m0s", "response overdue 1h0m0s", "response clerk 1h30m0s", "fix reminder 1h30m0s",
		"response administrator 2h0m0s", "fix overdue 2h0m0s", "fix clerk 2h30m0s", "fix administrator 3h0m0s"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("alarms\n%s", strings.Join(got, "\n"))
	}
	rung := s.Rung(at.Add(100 * time.Minute))
	if len(rung) != 3 || rung[0].Stage != Overdue || rung[1].Stage != ToClerks || rung[2].What != Fix {
		t.Errorf("after 100 minutes: %+v", rung) // without the reminder that is stale
	}
	if next := s.Next(at.Add(100 * time.Minute)); !next.Equal(at.Add(2 * time.Hour)) {
		t.Errorf("next %v", next)
	}
	if next := s.Next(at.Add(3 * time.Hour)); !next.IsZero() {
		t.Errorf("after the last: %v", next)
	}
}
