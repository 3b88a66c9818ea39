package classify

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

// Rules is a document of rules.
type Rules struct {
	Version int `json:"version"`
	// DuplicateDays is how long an open case may be the same as a new one;
	// DuplicateScore how many percent of likeness are suggested.
	DuplicateDays  int `json:"duplicate_days"`
	DuplicateScore int `json:"duplicate_score"`
	// Repeats raise the priority of what broke again, the most times first.
	Repeats []Raise `json:"repeats"`
	// Shared are the topics of what a building has once, wherever it was noticed.
	Shared []string `json:"shared"`
	// Wide are the answers to "where" that are too wide for a thing that breaks there
	// twice to be the same one. What was told twice within days may be, all the same.
	Wide  []string `json:"wide,omitempty"`
	Rules []Rule   `json:"rules"`

	topics []string // in the order of the rules
	index  index
}

// Raise is the priority of a fault that came From times within docket.RepeatDays.
type Raise struct {
	From     int    `json:"from"`
	Priority string `json:"priority"`
}

// Rule speaks for something when it fires: for a request of one of Services (all when
// there are none) where one of Answers was chosen (if there are any), that has one of
// Words and one of With, if there are any, and none of Without.
type Rule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"` // as staff read it
	Services []string `json:"services,omitempty"`
	Answers  []string `json:"answers,omitempty"` // "step=option"
	Words    []string `json:"words,omitempty"`
	With     []string `json:"with,omitempty"`
	Without  []string `json:"without,omitempty"`

	Category docket.Category `json:"category,omitempty"`
	Concern  docket.Concern  `json:"concern,omitempty"`
	Priority string          `json:"priority,omitempty"` // urgent, soon: at least
	Topic    string          `json:"topic,omitempty"`
	Weight   int             `json:"weight,omitempty"` // 1 to 9; 0 is 2
}

// maxName is how many characters the name of a rule has at most.
const maxName = 20

// UsualWeight is that of a rule that names none.
const UsualWeight = 2

func (r Rule) weight() int {
	if r.Weight == 0 {
		return UsualWeight
	}
	return r.Weight
}

// fires tells whether a rule fires, and by which words.
func (r *Rule) fires(i Item, in found) ([]string, bool) {
	if len(r.Services) > 0 && !slices.Contains(r.Services, i.Service) ||
		len(r.Answers) > 0 && !slices.ContainsFunc(r.Answers, i.chose) {
		return nil, false
	}
	var words []string
	for _, some := range [...][]string{r.Words, r.With} {
		before := len(words)
		for _, word := range some {
			if in[word] {
				words = append(words, word)
			}
		}
		if len(some) > 0 && len(words) == before {
			return nil, false
		}
	}
	for _, word := range r.Without {
		if in[word] {
			return nil, false
		}
	}
	return words, true
}

// Setting is the name of the setting that holds the document, when staff have
// written one.
const Setting = "classify.rules"

// ErrRules is returned for a document that cannot be used; the text says where and
// why.
var ErrRules = errors.New("classify: no document of rules")

// Bounds of a document.
const (
	MaxDocument = 256 << 10
	maxRules    = 500
	maxWords    = 100
	maxWord     = 20 // characters
)

//go:embed rules.json
var builtIn []byte

// Default are the rules inside the binary. They must not be changed.
var Default = sync.OnceValue(func() *Rules {
	r, err := Parse(builtIn)
	if err != nil {
		panic(err) // a test reads them
	}
	return r
})

// BuiltIn is the document of Default, for staff to begin with.
func BuiltIn() []byte { return bytes.Clone(builtIn) }

// Parse reads a document. Unknown keys are errors, so that a misspelt one cannot
// silently switch a rule off.
func Parse(document []byte) (*Rules, error) {
	if len(document) > MaxDocument {
		return nil, fmt.Errorf("%w: %d bytes are more than %d", ErrRules, len(document), MaxDocument)
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	var r Rules
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRules, located(document, err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something stands behind its end", ErrRules)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRules, located(document, err))
	}
	for i := range r.Rules {
		rule := &r.Rules[i]
		for _, words := range [][]string{rule.Words, rule.With, rule.Without} {
			for n, word := range words {
				words[n] = plain(word)
				r.index.add(words[n])
			}
		}
		if rule.Topic != "" && !slices.Contains(r.topics, rule.Topic) {
			r.topics = append(r.topics, rule.Topic)
		}
	}
	return &r, nil
}

var name = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (r *Rules) check() error {
	switch {
	case r.Version < 1:
		return wrong("version", "version must be 1 or more")
	case r.DuplicateDays < 1 || r.DuplicateDays > 30:
		return wrong("duplicate_days", "duplicate_days must be 1 to 30")
	case r.DuplicateScore < 50 || r.DuplicateScore > 100:
		return wrong("duplicate_score", "duplicate_score must be 50 to 100")
	case len(r.Rules) == 0 || len(r.Rules) > maxRules:
		return wrong("rules", "there must be 1 to %d rules, not %d", maxRules, len(r.Rules))
	}
	for n, raise := range r.Repeats {
		if raise.From < 2 || n > 0 && raise.From >= r.Repeats[n-1].From || !raising(raise.Priority) {
			return wrong("repeats", "repeats: entry %d must have from of 2 or more, less than the entry before, and priority urgent or soon", n+1)
		}
	}
	topics, ids := map[string]bool{}, map[string]bool{RepeatRule: true}
	for n := range r.Rules {
		rule := &r.Rules[n]
		if !name.MatchString(rule.ID) {
			return fault{"rules", n, fmt.Errorf("rule %d: id %.40q must be small letters, digits and _", n+1, rule.ID)}
		}
		if ids[rule.ID] {
			return fault{"rules", n, fmt.Errorf("rule %s: another has this id", rule.ID)}
		}
		ids[rule.ID], topics[rule.Topic] = true, true
		if err := rule.check(); err != nil {
			return fault{"rules", n, fmt.Errorf("rule %s: %w", rule.ID, err)}
		}
	}
	for _, topic := range r.Shared {
		if topic == "" || !topics[topic] {
			return wrong("shared", "shared: no rule has the topic %.40q", topic)
		}
	}
	for _, place := range r.Wide {
		if !name.MatchString(place) {
			return wrong("wide", "wide: %.40q must be small letters, digits and _", place)
		}
	}
	return nil
}

func raising(priority string) bool { return priority == "urgent" || priority == "soon" }

func (r *Rule) check() error {
	switch {
	case utf8.RuneCountInString(r.Name) > maxName:
		return fmt.Errorf("its name has more than %d characters", maxName)
	case len(r.Services)+len(r.Answers)+len(r.Words) == 0:
		return errors.New("it fires at everything: it needs services, answers or words")
	case r.Category == "" && r.Concern == "" && r.Priority == "" && r.Topic == "":
		return errors.New("it speaks for nothing: it needs category, concern, priority or topic")
	case r.Category != "" && !slices.Contains(docket.Categories, r.Category):
		return fmt.Errorf("category %.40q is none of %v", r.Category, docket.Categories)
	case r.Concern != "" && !slices.Contains(docket.Concerns, r.Concern):
		return fmt.Errorf("concern %.40q is none of %v", r.Concern, docket.Concerns)
	case r.Priority != "" && !raising(r.Priority):
		return fmt.Errorf("priority %.40q is neither urgent nor soon", r.Priority)
	case r.Topic != "" && !name.MatchString(r.Topic):
		return fmt.Errorf("topic %.40q must be small letters, digits and _", r.Topic)
	case r.Weight < 0 || r.Weight > 9:
		return fmt.Errorf("weight %d is not 1 to 9", r.Weight)
	case len(r.With) > 0 && len(r.Words) == 0:
		return errors.New("with needs words")
	}
	for _, answer := range r.Answers {
		if step, option, ok := strings.Cut(answer, "="); !ok || step == "" || option == "" {
			return fmt.Errorf("answer %.40q is not step=option", answer)
		}
	}
	for _, words := range [][]string{r.Words, r.With, r.Without, r.Services} {
		if len(words) > maxWords {
			return fmt.Errorf("%d words are more than %d", len(words), maxWords)
		}
		for _, word := range words {
			if p := plain(word); p == "" || strings.Contains(p, "\n") || utf8.RuneCountInString(word) > maxWord {
				return fmt.Errorf("word %.40q must have 1 to %d characters", word, maxWord)
			}
		}
	}
	return nil
}

// Sentence makes an item of one sentence, to try rules with.
func Sentence(service, text string) Item {
	return Item{Service: service, Urgency: docket.Normal, Answers: []request.Answer{{Step: "words", Text: text}}}
}
