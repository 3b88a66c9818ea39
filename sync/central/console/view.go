package console

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
)

// frame is what every page needs around its own content.
type frame struct {
	Title   string // key of the section console
	Session docket.Session
	Problem string // key of the section problem, or ""
	Calls   []callView
	Content any
}

// callView is one call on the banner.
type callView struct {
	docket.Call
	Terminal string
	Late     bool // it took minutes to arrive: the person may be gone
	Answers  []answerView
}

type answerView struct{ ID, Words string }

// late is when a call or request counts as sent in later.
const late = 2 * time.Minute

// frame reads what stands on every page.
func (c *Console) frame(ctx context.Context, s docket.Session, title string, content any) (frame, error) {
	calls, err := c.Store.OpenCalls(ctx)
	if err != nil {
		return frame{}, err
	}
	names, err := c.terminalNames(ctx)
	if err != nil {
		return frame{}, err
	}
	f := frame{Title: title, Session: s, Content: content}
	var answers []answerView
	for _, id := range desk.Prepared {
		words, _ := desk.Words(id)
		answers = append(answers, answerView{id, words})
	}
	for _, call := range calls {
		f.Calls = append(f.Calls, callView{Call: call, Terminal: names[call.Kiosk],
			Late: call.ReceivedAt.Sub(call.RaisedAt) >= late, Answers: answers})
	}
	return f, nil
}

func (c *Console) terminalNames(ctx context.Context) (map[int]string, error) {
	terminals, err := c.Store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, t := range terminals {
		names[t.Number] = t.Name
	}
	return names, nil
}

// caseView is a case as a row of the list, or as a page.
type caseView struct {
	docket.Case
	Service  string
	Summary  string // the chosen options, in a line
	Urgency  string // key of the section urgency
	Name     string // masked in a list
	Address  string
	Terminal string
	Late     bool
	Answers  []labelled
	Moves    []docket.Status

	// On the page of the case alone.
	IDNumber    string // masked
	Phone       string
	Behalf      string // number of the member of staff who filled it in
	Language    string // the resident's, when it is not Chinese
	Attachments []attachmentView
	Events      []docket.Event
	Ratings     []ratingView
}

// languages are what staff call those of residents.
var languages = map[string]phrase.ID{string(phrase.English): "console.english"}

type labelled struct{ Label, Text string }

// view makes a case readable. whole shows the name as it is.
func (c *Console) view(f docket.Case, names map[int]string, whole bool) (caseView, error) {
	body, err := f.Request()
	if err != nil {
		return caseView{}, err
	}
	v := caseView{Case: f, Terminal: names[f.Kiosk], Urgency: f.Urgency.String(), Address: body.Address,
		Late: f.ReceivedAt.Sub(f.RequestedAt) >= late, Moves: f.Status.Next()}
	v.Service, v.Answers = c.answers(body)
	var chosen []string // what was typed is the address, which has its own line
	for _, a := range body.Answers {
		if a.Option != "" {
			chosen = append(chosen, a.Text)
		}
	}
	v.Summary = strings.Join(chosen, phrase.Text("console.separator"))
	if body.Person != nil {
		v.Name = body.Person.Name
		if v.Address == "" {
			v.Address = body.Person.Address
		}
	}
	if !whole {
		v.Name = masked(v.Name)
		return v, nil
	}
	if body.Person != nil {
		v.IDNumber, v.Phone = maskedNumber(body.Person.IDNumber), body.Person.Phone
	}
	v.Behalf, v.Language = body.Behalf, body.Language
	if id, ok := languages[body.Language]; ok {
		v.Language = phrase.Text(id)
	}
	return v, nil
}

// answers labels what the resident chose by the catalogue; an unknown service
// or step keeps its code, and its answer is shown all the same.
func (c *Console) answers(body request.Request) (string, []labelled) {
	name := body.Service
	if service, known := c.Catalog().Service(body.Service); known {
		name = service.Name
	}
	var all []labelled
	for _, a := range body.Answers {
		all = append(all, labelled{c.label(body.Service, a.Step), a.Text})
	}
	return name, all
}

// masked leaves the family name: 张**.
func masked(name string) string {
	if name == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + "**"
}
