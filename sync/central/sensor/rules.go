package sensor

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"lintai/sync/central/docket"
)

// Setting is the name of the setting that holds the document, when staff have written
// one.
const Setting = "sensor.rules"

// DefaultDocument is that of a community that wrote none.
//
//go:embed rules.toml
var DefaultDocument string

const (
	// MaxDocument is how long a document may be, in bytes.
	MaxDocument = 64 << 10
	maxRules    = 100
	maxWords    = 200
	// longest is how long a time in a rule may be.
	longest = 30 * 24 * time.Hour
)

// Rule says which value of a kind of device is a fault, and what becomes of it.
type Rule struct {
	ID          string
	Kind        Kind
	Of          Quantity
	From, Until float64       // beyond From it is a fault, within Until normal again
	For         time.Duration // without a break
	Pause       time.Duration // after a fault, before the next alarm
	Service     string        // of the catalogue
	Answers     []string      // step=option
	Urgency     docket.Urgency
	Department  docket.Department // that it goes to at once; "": dispatch decides
	Resource    []string          // words of the resource at which it takes a place, the best first; none: of none
	Words       string
}

type document struct {
	Rule []struct {
		ID         string   `toml:"id"`
		Kind       string   `toml:"kind"`
		Of         string   `toml:"of"`
		From       float64  `toml:"from"`
		Until      float64  `toml:"until"`
		For        string   `toml:"for"`
		Pause      string   `toml:"pause"`
		Service    string   `toml:"service"`
		Answers    []string `toml:"answers"`
		Urgency    string   `toml:"urgency"`
		Department string   `toml:"department"`
		Resource   []string `toml:"resource"`
		Words      string   `toml:"words"`
	} `toml:"rule"`
}

var (
	ruleID  = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	chosen  = regexp.MustCompile(`^[a-z0-9_]{1,40}=[a-z0-9_]{1,40}$`)
	service = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
)

// ParseRules reads a document; an empty text is DefaultDocument. ErrRules.
func ParseRules(text string) ([]Rule, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultDocument
	}
	if len(text) > MaxDocument {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrRules, MaxDocument)
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
	if len(d.Rule) > maxRules {
		return nil, fmt.Errorf("%w: more than %d rules", ErrRules, maxRules)
	}
	var all []Rule
	for i, given := range d.Rule {
		r := Rule{ID: given.ID, Kind: Kind(given.Kind), Of: Quantity(given.Of), From: given.From, Until: given.Until, Service: given.Service,
			Answers: given.Answers, Urgency: docket.ParseUrgency(given.Urgency), Department: docket.Department(given.Department),
			Resource: given.Resource, Words: given.Words}
		err := r.check(given.Urgency, all)
		if err == nil {
			r.For, err = length(given.For)
		}
		if err == nil {
			r.Pause, err = length(given.Pause)
		}
		if err == nil && r.Of == Silence && r.For > 0 {
			err = errors.New("silence is a time by itself: it has no for")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: rule %d: %w", ErrRules, i+1, err)
		}
		all = append(all, r)
	}
	return all, nil
}

func (r Rule) check(urgency string, before []Rule) error {
	finite := func(v float64) bool { return !math.IsNaN(v) && math.Abs(v) <= 1e9 }
	switch {
	case !ruleID.MatchString(r.ID) || slices.ContainsFunc(before, func(o Rule) bool { return o.ID == r.ID }):
		return fmt.Errorf("the id %q must be new, in small letters, digits and _", r.ID)
	case !slices.Contains(Kinds, r.Kind):
		return fmt.Errorf("no kind %q", r.Kind)
	case r.Of != Silence && r.Of != Battery && !slices.Contains(r.Kind.Measures(), r.Of):
		return fmt.Errorf("a %s has no %q", r.Kind, r.Of)
	case !finite(r.From) || !finite(r.Until):
		return errors.New("from and until must be numbers")
	case r.Of == Silence && (r.From < r.Until || r.From < 5 || r.From > longest.Minutes() || r.Until <= 0):
		return errors.New("silence is from 5 minutes on, and until less")
	case !service.MatchString(r.Service):
		return errors.New("service is missing")
	case r.Urgency.String() != urgency:
		return fmt.Errorf("no urgency %q", urgency)
	case r.Department != "" && !slices.Contains(docket.Departments, r.Department):
		return fmt.Errorf("no department %q", r.Department)
	case slices.ContainsFunc(r.Answers, func(a string) bool { return !chosen.MatchString(a) }) || len(r.Answers) > 10:
		return errors.New("answers are step=option")
	case len(r.Resource) > 10 || slices.Contains(r.Resource, ""):
		return errors.New("resource is some words")
	case strings.TrimSpace(r.Words) == "" || utf8.RuneCountInString(r.Words) > maxWords:
		return fmt.Errorf("words must say something, in %d characters", maxWords)
	}
	return nil
}

func length(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("%q is no time like 90s, 15m or 2h", text)
	}
	return d, nil
}

// Say fills in the words of a rule.
func (r Rule) Say(d Device, value float64) string {
	return strings.NewReplacer("{name}", d.Name, "{place}", d.Place, "{value}", Number(value), "{limit}", Number(r.From)).Replace(r.Words)
}

// Number writes a value as people do.
func Number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
