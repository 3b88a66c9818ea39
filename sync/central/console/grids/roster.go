package grids

import (
	"errors"
	"net/http"

	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

type rosterView struct {
	Version           int64
	Account, Name     string
	Week, Days, Aways string
	Wrong             string
}

// whose finds the worker of the path.
func (a *Area) whose(r *console.Request) (name string, err error) {
	accounts, err := a.Accounts(r.Context())
	if err != nil {
		return "", err
	}
	for _, one := range accounts {
		if one.ID == r.PathValue("account") {
			return one.Name, nil
		}
	}
	return "", docket.ErrNotFound
}

func (a *Area) roster(r *console.Request) error {
	name, err := a.whose(r)
	if err != nil {
		return err
	}
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	one := b.Roster(r.PathValue("account"))
	return r.Show(rosterPage, rosterView{Version: b.Version, Account: one.Account, Name: name,
		Week: writeWeek(one.Weekly), Days: writeDays(one.Days), Aways: writeAbsences(one.Absences)})
}

func (a *Area) putRoster(r *console.Request) error {
	name, err := a.whose(r)
	if err != nil {
		return err
	}
	v := rosterView{Account: r.PathValue("account"), Name: name, Week: r.PostFormValue("week"), Days: r.PostFormValue("days"), Aways: r.PostFormValue("absences")}
	one := grid.Roster{Account: v.Account}
	if one.Weekly, err = readWeek(v.Week); err == nil {
		if one.Days, err = readDays(v.Days); err == nil {
			one.Absences, err = readAbsences(v.Aways)
		}
	}
	if err == nil {
		_, err = a.Store.ChangeGrids(r.Context(), func(b *grid.Book) error { b.PutRoster(one); return nil })
	}
	if errors.Is(err, grid.ErrBook) {
		v.Wrong = err.Error()
		return r.ShowWith(rosterPage, v, console.Refuse(http.StatusBadRequest, "bad_roster", err))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/console/grids")
}
