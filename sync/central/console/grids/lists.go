package grids

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/grid"
	"lintai/sync/central/sheet"
	"lintai/sync/central/staff"
)

// The list of grids has a row for each building; what belongs to the grid stands in its
// first row, and may be left out in the others. Workers are named by their logins.

// columns are its headings, in order.
var columns = []phrase.ID{"grid.column_id", "grid.column_name", "grid.column_building", "grid.column_also", "grid.column_place",
	"grid.column_workers", "grid.column_deputies", "grid.column_neighbours", "grid.column_terminals"}

const (
	columnID = iota
	columnName
	columnBuilding
	columnAlso
	columnPlace
	columnWorkers
	columnDeputies
	columnNeighbours
	columnTerminals
)

func (a *Area) export(r *console.Request) error {
	f := sheet.Format(r.URL.Query().Get("format"))
	if !f.Known() {
		return console.ErrForm
	}
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	accounts, err := a.Accounts(r.Context())
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Type", f.Type())
	r.Writer.Header().Set("Content-Disposition", `attachment; filename="grids.`+string(f)+`"`)
	r.Writer.Header().Set("Cache-Control", "no-store")
	return sheet.Write(r.Writer, f, rowsOf(b, accounts))
}

func rowsOf(b *grid.Book, accounts []staff.Account) [][]string {
	head := make([]string, len(columns))
	for i, id := range columns {
		head[i] = phrase.Text(id)
	}
	rows := [][]string{head}
	for _, g := range b.Grids {
		first := make([]string, len(columns))
		first[columnID], first[columnName] = g.ID, g.Name
		var workers, deputies, terminals []string
		for _, p := range g.Posts {
			for _, one := range accounts {
				switch {
				case one.ID == p.Account && p.Deputy:
					deputies = append(deputies, one.Login)
				case one.ID == p.Account:
					workers = append(workers, one.Login)
				}
			}
		}
		for _, n := range g.Terminals {
			terminals = append(terminals, strconv.Itoa(n))
		}
		first[columnWorkers], first[columnDeputies] = strings.Join(workers, " "), strings.Join(deputies, " ")
		first[columnNeighbours], first[columnTerminals] = strings.Join(g.Neighbours, " "), strings.Join(terminals, " ")
		first[columnPlace] = writePoint(g.Place)
		rows = append(rows, first)
		for _, one := range g.Buildings {
			row := make([]string, len(columns))
			row[columnID], row[columnBuilding], row[columnAlso], row[columnPlace] = g.ID, one.Name, strings.Join(one.Also, "、"), writePoint(one.Place)
			rows = append(rows, row)
		}
	}
	return rows
}

type importView struct {
	Problems []string
}

func (a *Area) importForm(r *console.Request) error { return r.Show(importPage, importView{}) }

// mostProblems bounds what is said about a list.
const mostProblems = 20

// errRows is a list with rows that cannot be taken.
var errRows = errors.New("grids: rows that cannot be taken")

func (a *Area) imported(r *console.Request) error {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) != 1 {
		return console.ErrForm
	}
	f, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, sheet.MaxFile+1))
	if err != nil {
		return err
	}
	problems, err := a.take(r.Context(), file)
	switch {
	case err == nil:
		return r.Redirect("/console/grids")
	case errors.Is(err, errRows):
		return r.ShowWith(importPage, importView{problems}, console.Refuse(http.StatusBadRequest, "bad_rows", err))
	case errors.Is(err, grid.ErrBook):
		return r.ShowWith(importPage, importView{[]string{err.Error()}}, console.Refuse(http.StatusBadRequest, "bad_rows", err))
	case errors.Is(err, sheet.ErrFormat), errors.Is(err, sheet.ErrLarge):
		return r.ShowWith(importPage, importView{}, console.Refuse(http.StatusBadRequest, "bad_sheet", err))
	}
	return err
}

// take reads a list and puts its grids in place of those with the same numbers: all of
// them, or none when a row is wrong.
func (a *Area) take(ctx context.Context, file []byte) (problems []string, err error) {
	cells, err := sheet.Read(file)
	if err != nil {
		return nil, err
	}
	accounts, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	before, err := a.Store.Grids(ctx)
	if err != nil {
		return nil, err
	}
	grids, problems, err := parse(cells, before, accounts)
	if err != nil || len(problems) > 0 {
		return problems, errors.Join(err, rowsError(problems))
	}
	_, err = a.Store.ChangeGrids(ctx, func(b *grid.Book) error {
		for _, g := range grids {
			b.Put(g)
		}
		return nil
	})
	return nil, err
}

func rowsError(problems []string) error {
	if len(problems) > 0 {
		return errRows
	}
	return nil
}

// parse makes grids of the rows of a list. A problem names its row as the spreadsheet
// counts.
func parse(cells [][]string, before *grid.Book, accounts []staff.Account) (grids []grid.Grid, problems []string, err error) {
	if len(cells) < 2 {
		return nil, nil, sheet.ErrFormat
	}
	at := make([]int, len(columns))
	for i, id := range columns {
		at[i] = slices.Index(cells[0], phrase.Text(id))
	}
	if at[columnID] < 0 || at[columnBuilding] < 0 {
		return nil, nil, sheet.ErrFormat
	}
	index := map[string]int{}
	for i, row := range cells[1:] {
		get := func(column int) string {
			if c := at[column]; c >= 0 && c < len(row) {
				return strings.TrimSpace(row[c])
			}
			return ""
		}
		wrong := func(why phrase.ID, text string) {
			if len(problems) < mostProblems {
				problems = append(problems, phrase.Text("grid.bad_row", "row", strconv.Itoa(i+2), "why", phrase.Text(why), "text", text))
			}
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		id := strings.ToLower(get(columnID))
		if id == "" || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || len(id) > 16 {
			wrong("grid.bad_id", get(columnID))
			continue
		}
		n, known := index[id]
		if !known {
			n, index[id] = len(grids), len(grids)
			was, _ := before.Grid(id)
			grids = append(grids, grid.Grid{ID: id, Name: was.Name})
		}
		g := &grids[n]
		if name := get(columnName); name != "" {
			if len([]rune(name)) > grid.MaxName {
				wrong("grid.bad_name", name)
			}
			g.Name = name
		}
		if g.Name == "" {
			g.Name = phrase.Text("grid.usual_name", "id", id)
		}
		place, err := readPoint(get(columnPlace))
		if err != nil {
			wrong("grid.bad_place", get(columnPlace))
		}
		buildings := grid.Several(get(columnBuilding))
		if len(buildings) == 0 && place.Known() {
			g.Place = place
		}
		also := strings.FieldsFunc(get(columnAlso), func(r rune) bool { return strings.ContainsRune("、,，;；", r) })
		if len(also) > 0 && len(buildings) != 1 {
			wrong("grid.bad_also", get(columnAlso))
		}
		for _, name := range buildings {
			if len([]rune(name)) > grid.MaxName {
				wrong("grid.bad_name", name)
				continue
			}
			if slices.ContainsFunc(g.Buildings, func(b grid.Building) bool { return b.Name == name }) {
				wrong("grid.bad_again", name)
				continue
			}
			one := grid.Building{Name: name, Place: place}
			for _, a := range also {
				if a = strings.TrimSpace(a); a != "" {
					one.Also = append(one.Also, a)
				}
			}
			g.Buildings = append(g.Buildings, one)
		}
		for column, deputy := range map[int]bool{columnWorkers: false, columnDeputies: true} {
			for _, login := range fields(get(column)) {
				account, ok := workerOf(login, accounts)
				if !ok {
					wrong("grid.bad_worker", login)
					continue
				}
				if slices.ContainsFunc(g.Posts, func(p grid.Post) bool { return p.Account == account }) {
					continue
				}
				g.Posts = append(g.Posts, grid.Post{Account: account, Deputy: deputy})
			}
		}
		for _, id := range fields(get(columnNeighbours)) {
			if !slices.Contains(g.Neighbours, id) {
				g.Neighbours = append(g.Neighbours, id)
			}
		}
		for _, text := range fields(get(columnTerminals)) {
			number, err := strconv.Atoi(text)
			if err != nil || number < 1 {
				wrong("grid.bad_terminal", text)
				continue
			}
			if !slices.Contains(g.Terminals, number) {
				g.Terminals = append(g.Terminals, number)
			}
		}
		if len(grids) > grid.MaxGrids || len(g.Buildings) > grid.MaxBuildings || max(len(g.Neighbours), len(g.Terminals)) > grid.MaxGrids {
			return nil, nil, fmt.Errorf("%w: row %d: the list is too long", grid.ErrBook, i+2)
		}
	}
	for i := range grids {
		// Who works there is asked before who stands in.
		slices.SortStableFunc(grids[i].Posts, func(x, y grid.Post) int {
			switch {
			case x.Deputy == y.Deputy:
				return 0
			case y.Deputy:
				return -1
			}
			return 1
		})
		keepCategories(&grids[i], before)
	}
	return grids, problems, nil
}

// keepCategories keeps what no column says.
func keepCategories(g *grid.Grid, before *grid.Book) {
	was, _ := before.Grid(g.ID)
	for i := range g.Posts {
		for _, p := range was.Posts {
			if p.Account == g.Posts[i].Account {
				g.Posts[i].Categories = p.Categories
			}
		}
	}
}

// workerOf finds a worker by her login, or by her name when that is only hers.
func workerOf(text string, accounts []staff.Account) (account string, ok bool) {
	found := 0
	for _, one := range accounts {
		if one.Disabled || !one.Has(staff.Worker) {
			continue
		}
		if one.Login == staff.NormalLogin(text) {
			return one.ID, true
		}
		if one.Name == text {
			account, found = one.ID, found+1
		}
	}
	return account, found == 1
}
