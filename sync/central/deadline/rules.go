package deadline

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"lintai/sync/central/docket"
)

// ErrRules is returned for a document of limits that cannot be used.
var ErrRules = errors.New("deadline: no document of limits")

// Setting is the name of the setting that holds the document, when staff have written
// one.
const Setting = "deadline.limits"

// DefaultDocument is that of a community that wrote none.
//
//go:embed limits.toml
var DefaultDocument string

// longest is how long a limit may be, so that times stay within what can be counted.
const longest = 365 * 24 * time.Hour

// Rules is a document that was read.
type Rules struct {
	// Digest is that of the text: what was counted by another text is counted anew.
	Digest string
	limits []Limit
	hours  hours
}

// Limit is one entry: for which cases it is, and how long they may take.
type Limit struct {
	Category      docket.Category // "" is each
	Urgency       docket.Urgency
	Response, Fix time.Duration
	Always        bool // counted around the clock, not in working hours
	Remind        int  // in percent of the limit: how much of it is left then
	Escalate      time.Duration
}

// document is the text as it is written.
type document struct {
	Hours struct {
		Workday  []string         `toml:"workday"`
		Weekdays []int            `toml:"weekdays"`
		Holidays []toml.LocalDate `toml:"holidays"`
		Extra    []toml.LocalDate `toml:"extra"`
	} `toml:"hours"`
	Limit []struct {
		Category string `toml:"category"`
		Urgency  string `toml:"urgency"`
		Response string `toml:"response"`
		Fix      string `toml:"fix"`
		Count    string `toml:"count"`
		Remind   int    `toml:"remind"`
		Escalate string `toml:"escalate"`
	} `toml:"limit"`
}

// Parse reads a document; an empty text is DefaultDocument. ErrRules.
func Parse(text string) (*Rules, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultDocument
	}
	var d document
	decoder := toml.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return nil, fmt.Errorf("%w: %s", ErrRules, strict.String())
		}
		return nil, fmt.Errorf("%w: %w", ErrRules, err)
	}
	sum := sha256.Sum256([]byte(text))
	r := &Rules{Digest: hex.EncodeToString(sum[:8])}
	var err error
	if r.hours, err = parseHours(d); err != nil {
		return nil, fmt.Errorf("%w: hours: %w", ErrRules, err)
	}
	for i, given := range d.Limit {
		l := Limit{Category: docket.Category(given.Category), Urgency: docket.ParseUrgency(given.Urgency), Remind: given.Remind}
		switch {
		case l.Category != "" && !slices.Contains(docket.Categories, l.Category):
			err = fmt.Errorf("no category %q", given.Category)
		case l.Urgency.String() != given.Urgency:
			err = fmt.Errorf("no urgency %q", given.Urgency)
		case given.Count != "always" && given.Count != "working":
			err = fmt.Errorf("count is %q, not always or working", given.Count)
		case l.Remind < 1 || l.Remind > 99:
			err = fmt.Errorf("remind is %d, not 1 to 99 percent", l.Remind)
		case slices.ContainsFunc(r.limits, func(o Limit) bool { return o.Category == l.Category && o.Urgency == l.Urgency }):
			err = errors.New("there is one for the same cases before")
		}
		l.Always = given.Count == "always"
		for _, one := range []struct {
			name, text string
			into       *time.Duration
		}{{"response", given.Response, &l.Response}, {"fix", given.Fix, &l.Fix}, {"escalate", given.Escalate, &l.Escalate}} {
			if err == nil {
				*one.into, err = length(one.name, one.text)
			}
		}
		if err == nil && l.Response > l.Fix {
			err = errors.New("it is to be done before it is answered")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: limit %d: %w", ErrRules, i+1, err)
		}
		r.limits = append(r.limits, l)
	}
	for _, u := range []docket.Urgency{docket.Urgent, docket.Soon, docket.Normal} {
		if !slices.ContainsFunc(r.limits, func(l Limit) bool { return l.Category == "" && l.Urgency == u }) {
			return nil, fmt.Errorf("%w: there is none for %s of each category", ErrRules, u)
		}
	}
	return r, nil
}

func length(name, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Minute || d > longest {
		return 0, fmt.Errorf("%s is %q, not a time such as 2h30m, from a minute to a year", name, text)
	}
	return d, nil
}

// Limits lists the entries.
func (r *Rules) Limits() []Limit { return slices.Clone(r.limits) }

// limit is the entry for a case: that of its category, else that of each.
func (r *Rules) limit(category docket.Category, urgency docket.Urgency) Limit {
	var found Limit
	for _, l := range r.limits {
		if l.Urgency == urgency && (l.Category == category || l.Category == "" && found.Fix == 0) {
			found = l
		}
	}
	return found
}
