package demodata

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"time"

	"lintai/sync/central/channel"
	"lintai/sync/central/grid"
	"lintai/sync/central/resource"
	"lintai/sync/central/staff"
)

type colleague struct {
	login string
	roles []staff.Role
}

// colleagues are those who can sign in: the logins are their roles.
var colleagues = []colleague{
	{"demo-admin", []staff.Role{staff.Administrator}},
	{"demo-clerk1", []staff.Role{staff.Clerk}},
	{"demo-clerk2", []staff.Role{staff.Clerk}},
	{"demo-mediator", []staff.Role{staff.Mediator}},
	{"demo-auditor", []staff.Role{staff.Auditor}},
	{"demo-worker1", []staff.Role{staff.Worker}},
	{"demo-worker2", []staff.Role{staff.Worker}},
}

// terminals is how many there are, each in a hall.
const terminals = 6

// settleIn makes who works there, the grids, the terminals and what can help.
func (y *year) settleIn(ctx context.Context) error {
	residents := 0
	y.grids, y.buildings, residents = sizes(y.options.Cases)
	y.residents = people(residents, y.buildings, y.options.Seed, y.random)
	all := slices.Clone(colleagues)
	for i := 3; i <= y.grids+1; i++ { // the last one at night
		all = append(all, colleague{fmt.Sprint("demo-worker", i), []staff.Role{staff.Worker}})
	}
	for i, c := range all {
		a, code, err := y.house.Office.Add(ctx, staff.Operator, staff.Account{Login: c.login, Name: name(i), Phone: phone(i), Roles: c.roles})
		if err != nil {
			return err
		}
		y.made.Staff = append(y.made.Staff, a)
		if a.Has(staff.Worker) {
			y.workers = append(y.workers, a)
		}
		if i >= len(colleagues) {
			continue // her invitation waits: each password costs a moment
		}
		cookie, a, err := y.house.Office.Redeem(ctx, code, y.options.Password, staff.Claim{From: "127.0.0.1"})
		if err != nil {
			return fmt.Errorf("password of %s: %w", c.login, err)
		}
		if err := y.house.Office.SignOut(ctx, cookie); err != nil {
			return err
		}
		y.made.Accounts = append(y.made.Accounts, a)
		switch {
		case a.Has(staff.Clerk):
			y.clerks = append(y.clerks, a)
		case a.Has(staff.Mediator):
			y.mediator = a
		}
	}
	for i := range terminals {
		if err := y.house.Terminal(ctx, i+1, strconv.Itoa(1+i*y.buildings/terminals)+"号楼大厅"); err != nil {
			return err
		}
		y.terminals = append(y.terminals, i+1)
	}
	for _, name := range []string{"社区热线", "微信小程序"} {
		c := channel.Channel{Name: name, AddedAt: y.from.UTC()}
		key, err := channel.NewKey(rand.Reader) // nobody has it
		if err != nil {
			return err
		}
		if c.Number, err = y.house.Store.AddChannel(ctx, c, key.Hash()); err != nil {
			return err
		}
		y.channels = append(y.channels, c)
	}
	if _, err := y.house.Store.ChangeGrids(ctx, y.drawGrids); err != nil {
		return err
	}
	for i, r := range resource.Defaults() {
		r.ID, r.Name, r.Where, r.Phone = "", Estate+r.Name, fmt.Sprintf("%s%d号楼底层", Estate, 1+2*i), phone(500+i)
		r.Place = at(1 + 2*i)
		if err := y.house.Resources.Put(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// at is where a building is: in the gulf of Guinea, where degrees are counted from and nobody lives.
func at(building int) grid.Point {
	column, row := (building-1)%10, (building-1)/10
	return grid.Point{Latitude: 0.1 - 0.0008*float64(row), Longitude: 0.01 + 0.001*float64(column)}
}

func (y *year) drawGrids(b *grid.Book) error {
	day, night := grid.Span{From: 8 * 60, Until: 20 * 60}, grid.Span{From: 20 * 60, Until: 8 * 60}
	grids := y.grids
	all := make([]grid.Grid, grids)
	for i := range all {
		all[i] = grid.Grid{ID: strconv.Itoa(i + 1), Name: strconv.Itoa(i+1) + "号网格", Posts: []grid.Post{
			{Account: y.workers[i].ID}, {Account: y.workers[(i+1)%grids].ID, Deputy: true}, {Account: y.workers[grids].ID, Deputy: true}}}
		if i > 0 {
			all[i].Neighbours = []string{strconv.Itoa(i)}
		}
	}
	for n := 1; n <= y.buildings; n++ {
		g := &all[(n-1)*grids/y.buildings]
		g.Buildings = append(g.Buildings, grid.Building{Name: strconv.Itoa(n) + "号楼", Place: at(n)})
	}
	for i, name := range []string{"中心花园", "活动室", "小区大门"} {
		all[i].Buildings = append(all[i].Buildings, grid.Building{Name: name, Place: at(3 + 6*i)})
	}
	for _, g := range all {
		b.Put(g)
	}
	for i, w := range y.workers {
		r := grid.Roster{Account: w.ID}
		for d := time.Sunday; d <= time.Saturday; d++ {
			span := day
			if i == grids {
				span = night
			} else if int(d) == i%7 {
				continue // her day off
			}
			r.Weekly = append(r.Weekly, grid.Shift{Weekday: d, Span: span})
		}
		if i < grids {
			leave := y.from.AddDate(0, 1+i%11, i%28)
			r.Absences = []grid.Absence{{From: leave, Until: leave.AddDate(0, 0, 7), Reason: "年休假"}}
		}
		b.PutRoster(r)
	}
	return nil
}
