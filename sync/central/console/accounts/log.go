package accounts

import (
	"fmt"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/staff"
)

// line is an entry of the log as people read it.
type line struct {
	staff.Entry
	By      string // name, or the operator
	Account string // name and login
	Detail  string
}

// logView is the page of the log.
type logView struct {
	Lines []line
	Next  int64 // the page after begins before it; 0 when there is none
}

func (a *Area) log(r *console.Request) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	lines, err := a.lines(r, "", before, longLog+1)
	if err != nil {
		return err
	}
	v := logView{Lines: lines}
	if len(lines) > longLog {
		v.Lines = lines[:longLog]
		v.Next = v.Lines[longLog-1].Number
	}
	return r.Show(logPage, v)
}

func (a *Area) lines(r *console.Request, account string, before int64, limit int) ([]line, error) {
	entries, err := a.Office.Store.AccountLog(r.Context(), account, before, limit)
	if err != nil {
		return nil, err
	}
	all, err := a.Office.Store.Accounts(r.Context())
	if err != nil {
		return nil, err
	}
	names := map[string]staff.Account{}
	for _, one := range all {
		names[one.ID] = one
	}
	var lines []line
	for _, e := range entries {
		l := line{Entry: e, By: names[e.By].Name, Account: fmt.Sprintf("%s（%s）", names[e.Account].Name, names[e.Account].Login), Detail: roleWords(e.Detail)}
		if e.By == staff.Operator {
			l.By = phrase.Text("account.operator")
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// roleWords puts the roles of a detail into staff's words.
func roleWords(detail string) string {
	words := strings.Fields(detail)
	for i, word := range words {
		if r := staff.Role(word); r.Known() {
			words[i] = phrase.Text(phrase.ID("role." + string(r)))
		}
	}
	return strings.Join(words, " ")
}
