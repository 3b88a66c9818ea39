package open311

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
)

// filler fills in a request from the fields of a form, as the steps of a visit do at a
// terminal.
type filler struct {
	api     *API
	service *catalog.Service
	form    url.Values
	located bool // the place was told apart from the steps
	body    request.Request
	address strings.Builder // of the steps for building and room
	wrong   failures
}

func (f *filler) refuse(format string, args ...any) {
	f.wrong = append(f.wrong, failure{http.StatusBadRequest, fmt.Sprintf(format, args...)})
}

// fill goes through the steps in order. What is asked under a condition that is not
// met is left out, as at a terminal.
func (f *filler) fill() {
	for i := range f.service.Steps {
		step := &f.service.Steps[i]
		if _, ok := f.api.asked(step); !ok || !f.applies(step) {
			continue
		}
		text, given := f.attribute(step.ID)
		if !given {
			if !step.Optional && !(step.Address && f.located) && !(step.Kind == catalog.Text && f.form.Get("description") != "") {
				f.refuse("attribute[%s] is missing: %s", step.ID, step.Title)
			}
			continue
		}
		f.answer(step, text)
	}
}

func (f *filler) applies(step *catalog.Step) bool {
	w := step.When
	return w == nil || slices.ContainsFunc(f.body.Answers, func(a request.Answer) bool {
		return a.Step == w.Step && slices.Contains(w.Options, a.Option)
	})
}

// attribute reads attribute[code], or attribute[code][] as a list sends it.
func (f *filler) attribute(code string) (string, bool) {
	var all []string
	for _, name := range []string{"attribute[" + code + "]", "attribute[" + code + "][]"} {
		for _, v := range f.form[name] {
			if v = tidy(v); v != "" {
				all = append(all, v)
			}
		}
	}
	if len(all) > 1 {
		f.refuse("attribute[%s] takes one value", code)
	}
	return strings.Join(all, " "), len(all) > 0
}

func (f *filler) answer(step *catalog.Step, text string) {
	a := request.Answer{Step: step.ID, Text: text}
	switch step.Kind {
	case catalog.Choose, catalog.Slot, catalog.Place, catalog.List:
		values := f.api.values(step)
		i := slices.IndexFunc(values, func(v value) bool { return v.Key == text })
		if i < 0 {
			f.refuse("attribute[%s] must be a key of the service's definition", step.ID)
			return
		}
		a.Option, a.Text = text, values[i].Name
		if o, ok := step.Option(text); ok && o.Urgency != "" {
			f.body.Urgency = o.Urgency
		}
	case catalog.Number:
		digits := strings.TrimSpace(strings.TrimSuffix(text, step.Suffix))
		least := max(step.MinDigit, 1)
		if len(digits) < least || len(digits) > step.MaxDigit || strings.Trim(digits, "0123456789") != "" {
			f.refuse("attribute[%s] must have %d to %d digits", step.ID, least, step.MaxDigit)
			return
		}
		a.Text = digits + step.Suffix
		if step.Address {
			f.address.WriteString(a.Text)
		}
	case catalog.Text:
		if utf8.RuneCountInString(text) > step.Longest() {
			f.refuse("attribute[%s] has at most %d characters", step.ID, step.Longest())
			return
		}
	case catalog.Ticket:
		code, err := ticket.Parse(text)
		if err != nil {
			f.refuse("attribute[%s] is no service_request_id", step.ID)
			return
		}
		f.rating().Ticket = code
		return
	case catalog.Rating:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 5 {
			f.refuse("attribute[%s] must be a number from 1 to 5", step.ID)
			return
		}
		f.rating().Stars = n
		f.rating().RatingCode, _ = f.attribute(ratingCode)
		return
	}
	f.body.Answers = append(f.body.Answers, a)
}

func (f *filler) rating() *request.Rating {
	if f.body.Rating == nil {
		f.body.Rating = &request.Rating{}
	}
	return f.body.Rating
}

// tidy makes of what a client sent what a page can show: a browser ends a line with two
// signs, and other signs without a picture have no place in a text.
func tidy(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // turn the writing's direction
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}

// line is tidy for what has one line.
func line(text string) string { return strings.ReplaceAll(tidy(text), "\n", " ") }
