package cases

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// maxAct is the largest form of an action: its words and its photos.
const maxAct = desk.MaxPhotos*desk.MaxPhoto + 64<<10

// offered are the actions that the page of a case offers beside its next move, each
// with who may do them; clerks and administrators may do all.
var offered = map[docket.Action][]staff.Role{
	docket.Accept: {staff.Worker, staff.Mediator}, docket.Start: {staff.Worker, staff.Mediator},
	docket.Return: {staff.Worker}, docket.Complete: {staff.Worker, staff.Mediator}, docket.Tell: {staff.Worker, staff.Mediator},
	docket.Dispatch: nil, docket.Redispatch: nil, docket.Transfer: nil, docket.Submit: nil, docket.Approve: nil, docket.Decline: nil,
	docket.Reopen: nil, docket.Cancel: nil, docket.Refuse: nil, docket.Merge: nil, docket.Correct: nil,
}

func may(who staff.Account, action docket.Action) bool {
	roles, known := offered[action]
	return known && (seesAll(who) || who.Has(roles...))
}

// form is one action that can be done now, and what it asks for.
type form struct {
	Action docket.Action
	// What stands in it beside the note for the resident.
	Worker, Department, Other, Inner, Record, Classification bool
	Step                                                     docket.Department
	Reason                                                   bool // the note must be written
	Next                                                     bool // it is what is to be done now
}

// plain tells whether a form asks for nothing but a note: then the press of the next move
// does as much.
func (f form) plain() bool { return f == form{Action: f.Action} }

// forms are those of a case for who asks; approved tells that its service needs approvals.
func forms(who staff.Account, s docket.State, approved bool) []form {
	var all []form
	for _, action := range s.Status.Actions() {
		f := form{Action: action}
		step, open := s.Step()
		switch action {
		case docket.Submit:
			if !approved {
				continue
			}
		case docket.Approve, docket.Decline:
			if !open {
				continue
			}
			f.Step, f.Reason = step, action == docket.Decline
		case docket.Complete:
			if open {
				continue
			}
			f.Record = true
		case docket.Dispatch, docket.Redispatch:
			f.Worker = true
		case docket.Transfer:
			f.Department = true
		case docket.Merge:
			if s.Status == docket.Merged {
				continue
			}
			f.Other = true
		case docket.Tell, docket.Return:
			f.Inner = true
		case docket.Correct:
			f.Classification = true
		case docket.Refuse:
			f.Reason = true
		}
		if may(who, action) {
			all = append(all, f)
		}
	}
	// A case that waits for an approval waits for nothing else.
	slices.SortStableFunc(all, func(a, b form) int {
		switch {
		case a.Step != "" && b.Step == "":
			return -1
		case a.Step == "" && b.Step != "":
			return 1
		}
		return 0
	})
	for i := range all {
		all[i].Next = all[i].Action == docket.Approve
	}
	return all
}

// act does what a form of the page says.
func (a *Area) act(r *console.Request) error {
	f, _, err := a.seen(r)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	e := docket.Event{Action: docket.Action(r.PostFormValue("action")), By: r.Who.Name, Note: r.PostFormValue("note")}
	if !may(r.Who, e.Action) {
		return console.ErrForbidden
	}
	if e.Detail, err = detail(r, e.Action); err != nil {
		return err
	}
	var photos []docket.Attachment
	if e.Action == docket.Complete {
		if e.Record, photos, err = a.record(r, f); err != nil {
			return err
		}
	}
	if err := a.Desk.ActWith(r.Context(), f.Number, seen, e, photos); err != nil {
		return explained(err)
	}
	if f, _, err = a.Reader.Store.Case(r.Context(), f.Number); err != nil {
		return err
	}
	if !sees(r.Who, f) {
		return r.Redirect("/console") // a worker's case is closed, or given back
	}
	return r.Redirect("/console/cases/" + strconv.FormatInt(f.Number, 10))
}

// explained gives the desk's refusals words.
func explained(err error) error {
	for words, refusal := range map[string]error{"approval": docket.ErrApproval, "followed": docket.ErrFollowed,
		"event": docket.ErrEvent, "wrong_photo": desk.ErrPhoto} {
		if errors.Is(err, refusal) {
			return console.Refuse(http.StatusConflict, words, err)
		}
	}
	return err
}

func detail(r *console.Request, action docket.Action) (d docket.Detail, err error) {
	d.Inner = r.PostFormValue("inner")
	switch action {
	case docket.Dispatch, docket.Redispatch:
		d.Assignee = docket.ToWorker(r.PostFormValue("worker"))
	case docket.Transfer:
		d.Assignee = docket.ToDepartment(docket.Department(r.PostFormValue("department")))
	case docket.Approve, docket.Decline:
		d.Step = docket.Department(r.PostFormValue("step"))
	case docket.Merge:
		if d.Other, err = strconv.ParseInt(strings.TrimSpace(r.PostFormValue("other")), 10, 64); err != nil {
			return d, console.ErrForm
		}
	case docket.Correct:
		c := docket.Correction{Category: docket.Category(r.PostFormValue("category")), Concern: docket.Concern(r.PostFormValue("concern")),
			Priority: docket.Urgency(slices.Index(urgencies, r.PostFormValue("priority")))}
		if c.Priority < 0 {
			return d, console.ErrForm
		}
		d.Correction = &c
	}
	return d, nil
}

// urgencies are the words of docket.Urgency, in its order.
var urgencies = []string{docket.Urgent.String(), docket.Soon.String(), docket.Normal.String()}

// record is what was done, and its photos as the desk keeps them. nil when nothing
// was written.
func (a *Area) record(r *console.Request, f docket.Case) (of *docket.Record, photos []docket.Attachment, err error) {
	record := docket.Record{Text: r.PostFormValue("record")}
	if r.MultipartForm != nil {
		files := r.MultipartForm.File["photo"]
		if len(files) > desk.MaxPhotos {
			return nil, nil, explained(desk.ErrPhoto)
		}
		for _, header := range files {
			if header.Size == 0 {
				continue
			}
			file, err := header.Open()
			if err != nil {
				return nil, nil, err
			}
			data, err := io.ReadAll(io.LimitReader(file, desk.MaxPhoto+1))
			file.Close()
			if err != nil {
				return nil, nil, err
			}
			photo, err := a.Desk.Photo(f, data)
			if err != nil {
				return nil, nil, explained(err)
			}
			photos = append(photos, photo)
		}
	}
	if record.Text == "" && photos == nil {
		return nil, nil, nil
	}
	return &record, photos, nil
}
