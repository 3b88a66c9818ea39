package privacy

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	book "lintai/sync/central/privacy"
)

// document gathers what is known, whole; that is noted.
func (a *Area) document(r *console.Request) (book.Document, error) {
	number, err := r.Number("number")
	if err != nil {
		return book.Document{}, err
	}
	names, err := a.names(r.Context())
	if err != nil {
		return book.Document{}, err
	}
	return a.Keeper.Document(r.Context(), number, r.Who.ID, names)
}

// copy is the file that a resident takes with her.
func (a *Area) copy(r *console.Request) error {
	d, err := a.document(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer // whole before the first byte goes out
	if err := a.Keeper.Archive(r.Context(), &b, d); err != nil {
		return err
	}
	h := r.Writer.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="copy-%d.zip"`, must(r)))
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	_, err = r.Writer.Write(b.Bytes())
	return err
}

// copied is a case on paper.
type copied struct {
	book.Copied
	Service string
	Answers []readable.Labelled
}

// cared is an entry of the care list on paper.
type cared struct {
	book.Cared
	Why string
}

type paperView struct {
	book.Document
	Number int64
	Cases  []copied
	Cared  []cared
}

// paper is the same to print.
func (a *Area) paper(r *console.Request) error {
	d, err := a.document(r)
	if err != nil {
		return err
	}
	v := paperView{Document: d, Number: must(r)}
	for _, c := range d.Cases {
		one := copied{Copied: c}
		one.Service, one.Answers = a.Reader.Answers(c.Request)
		v.Cases = append(v.Cases, one)
	}
	for _, e := range d.Cared {
		one := cared{Cared: e}
		if id := phrase.ID("care_reason." + e.Reason); phrase.Has(id) {
			one.Why = phrase.Text(id)
		}
		v.Cared = append(v.Cared, one)
	}
	// A page is short of 100 KB with so many; the file has them all.
	v.ReadBy = v.ReadBy[:min(len(v.ReadBy), 2*perPage)]
	v.Cases = v.Cases[:min(len(v.Cases), perPage)]
	return r.Show(paperPage, v)
}

func (a *Area) amend(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	of, err := strconv.ParseInt(r.PostFormValue("case"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	c, _, err := a.Reader.Store.Case(r.Context(), of)
	if err != nil {
		return a.again(r, err)
	}
	body, err := c.Request()
	if err != nil {
		return err
	}
	// What is left empty stays as it is: the form shows nothing of what is there.
	var p request.Person
	if body.Person != nil {
		p = *body.Person
	}
	to := body.Address
	for name, field := range map[string]*string{"name": &p.Name, "phone": &p.Phone, "address": &to} {
		if text := strings.TrimSpace(r.PostFormValue(name)); text != "" {
			*field = text
		}
	}
	if err := a.Keeper.Amend(r.Context(), number, of, p, to, r.Who.ID, r.Who.Name); err != nil {
		return a.again(r, err)
	}
	return r.Redirect(address(number) + "?amended=yes")
}

func (a *Area) erase(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	if r.PostFormValue("sure") != "yes" {
		return a.again(r, console.Refuse(http.StatusBadRequest, "privacy_sure", console.ErrForm))
	}
	_, err = a.Keeper.Erase(r.Context(), number, r.Who.ID)
	return a.again(r, err)
}

func (a *Area) close(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	return a.again(r, a.Keeper.Close(r.Context(), number, book.Outcome(r.PostFormValue("outcome")), r.Who.ID))
}
