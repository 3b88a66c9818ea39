package mediation

import (
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/mediation"
)

func actor(r *console.Request) mediation.Actor {
	return mediation.Actor{Account: r.Who.ID, Name: r.Who.Name}
}

func text(r *console.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
}

// does does something to a matter and shows it, or what was wrong.
func (a *Area) does(r *console.Request, f func(number int64) error) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	wrong := f(number)
	if wrong == nil {
		return r.Redirect("/console/mediation/" + strconv.FormatInt(number, 10))
	}
	v, err := a.view(r)
	if err != nil {
		return err
	}
	v.Typed = typed{Text: r.PostFormValue("text"), Outcome: r.PostFormValue("outcome")}
	return r.ShowWith(onePage, v, refused(wrong))
}

// take takes a case on, or a matter over that another has.
func (a *Area) take(r *console.Request) error {
	return a.does(r, func(number int64) error {
		if r.PostFormValue("over") != "" {
			return a.Keeper.Over(r.Context(), number, actor(r))
		}
		return a.Keeper.Take(r.Context(), number, actor(r))
	})
}

func (a *Area) addParty(r *console.Request) error {
	return a.does(r, func(number int64) error {
		return a.Keeper.AddParty(r.Context(), mediation.Party{Case: number, Side: mediation.Side(text(r, "side")), Name: text(r, "name"),
			Phone: text(r, "phone"), Address: text(r, "address")}, actor(r))
	})
}

func (a *Area) dropParty(r *console.Request) error {
	party, err := r.Number("party")
	if err != nil {
		return err
	}
	return a.does(r, func(number int64) error { return a.Keeper.DropParty(r.Context(), number, party, actor(r)) })
}

func (a *Area) plan(r *console.Request) error {
	return a.does(r, func(number int64) error {
		return a.Keeper.Plan(r.Context(), mediation.Session{Case: number, At: minute(text(r, "at")), Place: text(r, "place")}, actor(r))
	})
}

func (a *Area) minute(r *console.Request) error {
	session, err := r.Number("session")
	if err != nil {
		return err
	}
	return a.does(r, func(number int64) error {
		return a.Keeper.Minute(r.Context(), mediation.Session{Number: session, Case: number, State: mediation.State(text(r, "state")),
			Present: text(r, "present"), Minutes: text(r, "minutes")}, actor(r))
	})
}

func (a *Area) conclude(r *console.Request) error {
	return a.does(r, func(number int64) error {
		if r.ParseForm() != nil {
			return console.ErrForm
		}
		var promises []mediation.Promise
		words, days := r.PostForm["promise"], r.PostForm["due"]
		for i, one := range words {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			p := mediation.Promise{Text: one}
			if i < len(days) {
				if t, err := time.ParseInLocation(time.DateOnly, days[i], phrase.Zone); err == nil {
					p.Due = t.UTC()
				}
			}
			promises = append(promises, p)
		}
		return a.Keeper.Conclude(r.Context(), mediation.Ending{Case: number, Outcome: mediation.Outcome(text(r, "outcome")), Text: text(r, "text")}, promises, actor(r))
	})
}

func (a *Area) resume(r *console.Request) error {
	return a.does(r, func(number int64) error { return a.Keeper.Resume(r.Context(), number, actor(r)) })
}

// settle notes how a promise went, or that what was told of it is read.
func (a *Area) settle(r *console.Request) error {
	promise, err := r.Number("promise")
	if err != nil {
		return err
	}
	return a.does(r, func(number int64) error {
		if r.PostFormValue("keeping") == "seen" {
			return a.Keeper.See(r.Context(), number, promise, actor(r))
		}
		return a.Keeper.Settle(r.Context(), number, promise, mediation.Keeping(text(r, "keeping")), actor(r))
	})
}
