package cases

import (
	"html/template"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/console/calls"
	"lintai/sync/central/console/overdue"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
	"lintai/sync/central/proposal"
)

// caseView is a case as a row of the list, or as a page.
type caseView struct {
	docket.Case
	Service  string
	Summary  string // the chosen options, in a line
	Urgency  string // key of the section urgency
	Name     string // masked in a list
	Address  string
	Terminal string // or the channel
	Late     bool
	Answers  []readable.Labelled
	Moves    []docket.Status
	Repeated string       // that it broke again
	Limit    overdue.Mark // zero where there is none

	// On the page of the case alone.
	IDNumber    string // masked
	Phone       string
	Behalf      string // number of the member of staff who filled it in
	Language    string // the resident's, when it is not Chinese
	Attachments []readable.Attachment
	Happened    []happened
	State       docket.State
	Assigned    string // who is to do it, by name
	Forms       []form
	Choices     choices
	Classified  *classified // nil until it is
	Ratings     []readable.Rating
	Panel       overdue.Panel
	Assign      template.HTML
	Masked      bool
	Whys        []privacy.Why
	Erased      time.Time // when its words were taken out
}

// mask hides who it is, and what was typed: names and addresses stand there, too.
func (v *caseView) mask(body request.Request) {
	v.Masked, v.Whys = true, privacy.Whys
	v.Name, v.Phone, v.Address = privacy.Name(v.Name), privacy.Phone(v.Phone), privacy.Address(v.Address)
	for i := range v.Answers {
		if i >= len(body.Answers) || body.Answers[i].Option == "" {
			v.Answers[i].Text = hidden
		}
	}
	v.Attachments = nil
}

const hidden = "***"

// languages are what staff call those of residents.
var languages = map[string]phrase.ID{string(phrase.English): "console.english"}

// view makes a case readable. whole shows the name as it is.
func (a *Area) view(f docket.Case, names map[int]string, whole bool) (caseView, error) {
	body, err := f.Request()
	if err != nil {
		return caseView{}, err
	}
	body = proposal.Secret(body)
	v := caseView{Case: f, Terminal: names[f.Kiosk], Urgency: f.Urgency.String(), Address: body.Address,
		Late: f.ReceivedAt.Sub(f.RequestedAt) >= calls.Late, Moves: f.Status.Next(), Repeated: repeated(f.Repeat)}
	if f.Kiosk == 0 && body.Channel != nil { // also of a device
		v.Terminal = body.Channel.Name
	}
	v.Service, v.Answers = a.Reader.Answers(body)
	v.Summary = strings.Join(a.Reader.Chosen(body), phrase.Text("console.separator"))
	if body.Person != nil {
		v.Name = body.Person.Name
		if v.Address == "" {
			v.Address = body.Person.Address
		}
	}
	if !whole {
		v.Name = readable.MaskedName(v.Name)
		return v, nil
	}
	if body.Person != nil {
		v.IDNumber, v.Phone = readable.MaskedNumber(body.Person.IDNumber), body.Person.Phone
	}
	v.Behalf, v.Language = body.Behalf, body.Language
	if id, ok := languages[body.Language]; ok {
		v.Language = phrase.Text(id)
	}
	return v, nil
}
