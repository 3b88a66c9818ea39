package catalog

import (
	"fmt"
	"regexp"
	"slices"
)

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

func (c *Catalog) check() error {
	if c.Version < 1 {
		return fmt.Errorf("version must be 1 or more")
	}
	if len(c.Services) == 0 {
		return fmt.Errorf("no services")
	}
	seen := map[string]bool{}
	for i := range c.Services {
		s := &c.Services[i]
		if !identifier.MatchString(s.Code) {
			return fmt.Errorf("service %d: code %q: small letters, digits and _ only", i+1, s.Code)
		}
		if seen[s.Code] {
			return fmt.Errorf("service %s: twice", s.Code)
		}
		seen[s.Code] = true
		if err := s.check(); err != nil {
			return fmt.Errorf("service %s: %w", s.Code, err)
		}
	}
	if err := c.checkOwnTexts(); err != nil {
		return err
	}
	return c.checkTranslations()
}

func (s *Service) check() error {
	if s.Name == "" || s.Tile == "" || s.Description == "" {
		return fmt.Errorf("name, tile and description must not be empty")
	}
	switch s.Kind {
	case KindRequest, KindBehalf:
		if len(s.Steps) == 0 {
			return fmt.Errorf("no steps")
		}
	case KindLookUp, KindPolicy, KindInformation:
		if len(s.Steps) > 0 || len(s.Personal) > 0 {
			return fmt.Errorf("a service of kind %s has no steps and takes nothing personal", s.Kind)
		}
	default:
		return fmt.Errorf("kind %q: allowed are %s, %s, %s, %s, %s", s.Kind, KindRequest, KindLookUp, KindPolicy, KindInformation, KindBehalf)
	}
	if len(s.Personal) > 0 && (s.Purpose == "" || s.RetentionDays < 1) {
		return fmt.Errorf("takes personal data but does not say purpose and retention_days")
	}
	for _, p := range s.Personal {
		switch p {
		case Name, Address, IDNumber, Phone:
		default:
			return fmt.Errorf("personal field %q: allowed are %s, %s, %s, %s", p, Name, Address, IDNumber, Phone)
		}
	}
	return s.checkSteps()
}

func (s *Service) checkSteps() error {
	consented := map[PersonalField]bool{}
	for i := range s.Steps {
		st := &s.Steps[i]
		if !identifier.MatchString(st.ID) || slices.ContainsFunc(s.Steps[:i], func(o Step) bool { return o.ID == st.ID }) {
			return fmt.Errorf("step %d: id %q: must be new, in small letters, digits and _", i+1, st.ID)
		}
		if err := st.check(); err != nil {
			return fmt.Errorf("step %s: %w", st.ID, err)
		}
		if err := s.checkReferences(i); err != nil {
			return fmt.Errorf("step %s: %w", st.ID, err)
		}
		switch {
		case st.Kind == Identify && len(s.Personal) == 0:
			return fmt.Errorf("step %s: identifies, but the service takes no personal field", st.ID)
		case st.Field != "" && !s.Allows(st.Field):
			return fmt.Errorf("step %s: field %s is not among the service's personal fields", st.ID, st.Field)
		case st.Kind == Consent:
			consented[st.Field] = true
		case st.Kind == Identify && s.Allows(IDNumber) && !consented[IDNumber]:
			return fmt.Errorf("step %s: %s needs a %s step before it", st.ID, IDNumber, Consent)
		case once(st.Kind) && slices.ContainsFunc(s.Steps[:i], func(o Step) bool { return o.Kind == st.Kind }):
			return fmt.Errorf("step %s: a service has one %s step", st.ID, st.Kind)
		case st.Kind == Rating && !slices.ContainsFunc(s.Steps[:i], func(o Step) bool { return o.Kind == Ticket }):
			return fmt.Errorf("step %s: a %s step before it must tell what is rated", st.ID, Ticket)
		case st.Behalf && s.Kind != KindBehalf:
			return fmt.Errorf("step %s: behalf belongs to a service of kind %s", st.ID, KindBehalf)
		}
	}
	if s.Kind == KindBehalf && !slices.ContainsFunc(s.Steps, func(st Step) bool { return st.Behalf }) {
		return fmt.Errorf("no step takes the number of the member of staff (behalf)")
	}
	return nil
}

// once tells whether a request has room for one answer of this kind only.
func once(k StepKind) bool {
	switch k {
	case Identify, Ticket, Rating, List:
		return true
	}
	return false
}

// checkReferences checks what a step says about the steps before it.
func (s *Service) checkReferences(i int) error {
	st := &s.Steps[i]
	before := func(id string) (*Step, error) {
		for j := range s.Steps[:i] {
			if s.Steps[j].ID == id && s.Steps[j].Kind == Choose {
				return &s.Steps[j], nil
			}
		}
		return nil, fmt.Errorf("%q is no %s step before this one", id, Choose)
	}
	if st.Kind == Requirements {
		if _, err := before(st.Of); err != nil {
			return fmt.Errorf("of: %w", err)
		}
	}
	if st.When == nil {
		return nil
	}
	asked, err := before(st.When.Step)
	if err != nil {
		return fmt.Errorf("when: %w", err)
	}
	if len(st.When.Options) == 0 {
		return fmt.Errorf("when: no options")
	}
	for _, o := range st.When.Options {
		if _, ok := asked.Option(o); !ok {
			return fmt.Errorf("when: step %s has no option %q", asked.ID, o)
		}
	}
	return nil
}

// silent steps leave nothing on the confirm page and need no label.
func (st *Step) silent() bool { return st.Kind == Identify || st.Kind == Requirements }

func (st *Step) check() error {
	if st.Title == "" || st.Prompt == "" {
		return fmt.Errorf("title and prompt must not be empty")
	}
	if !st.silent() && st.Label == "" {
		return fmt.Errorf("label must not be empty")
	}
	if err := st.checkKind(); err != nil {
		return err
	}
	switch {
	case st.Kind != Choose && len(st.Options) > 0:
		return fmt.Errorf("only a %s step has options", Choose)
	case st.Kind != Slot && len(st.Periods) > 0:
		return fmt.Errorf("only a %s step has periods", Slot)
	case (st.Address || st.Behalf) && st.Kind != Number:
		return fmt.Errorf("only a %s step can be part of the address or take a staff number", Number)
	case st.Optional && (st.Kind == Identify || st.Kind == Consent || st.Kind == Requirements || st.Address || st.Behalf):
		return fmt.Errorf("a step of this kind cannot be optional")
	}
	return nil
}

func (st *Step) checkKind() error {
	switch st.Kind {
	case Choose:
		if len(st.Options) < 2 || len(st.Options) > 3*MaxTiles {
			return fmt.Errorf("%d options: 2 to %d are allowed", len(st.Options), 3*MaxTiles)
		}
		return checkOptions(st.Options)
	case Slot:
		if st.Days < 1 || st.Days > MaxTiles || st.FirstDay < 0 || st.FirstDay > 30 {
			return fmt.Errorf("days %d, first_day %d: 1 to %d days from a day 0 to 30 on", st.Days, st.FirstDay, MaxTiles)
		}
		for _, d := range st.Weekdays {
			if d < 1 || d > 7 {
				return fmt.Errorf("weekday %d: 1 is Monday, 7 Sunday", d)
			}
		}
		if len(st.Periods) < 1 || len(st.Periods) > MaxTiles {
			return fmt.Errorf("%d periods: 1 to %d are allowed", len(st.Periods), MaxTiles)
		}
		return checkOptions(st.Periods)
	case List:
		if st.Source != Activities {
			return fmt.Errorf("source %q: allowed is %s", st.Source, Activities)
		}
	case Number:
		if st.MaxDigit < 1 || st.MaxDigit > 11 || st.MinDigit < 0 || st.MinDigit > st.MaxDigit {
			return fmt.Errorf("min_digits %d, max_digits %d: allowed are 1 to 11", st.MinDigit, st.MaxDigit)
		}
		if st.Field != "" && st.Field != Phone {
			return fmt.Errorf("field %q: a %s step can only fill in %s", st.Field, Number, Phone)
		}
	case Text, Voice:
		if st.MaxRunes < 0 || st.MaxRunes > 200 || st.Seconds < 0 || st.Seconds > 120 {
			return fmt.Errorf("max_runes %d, seconds %d: at most 200 and 120", st.MaxRunes, st.Seconds)
		}
	case Consent:
		if st.Field != IDNumber {
			return fmt.Errorf("field %q: consent is asked for %s", st.Field, IDNumber)
		}
	case Place, Photo, Requirements, Identify, Rating, Ticket:
	default:
		return fmt.Errorf("kind %q is unknown", st.Kind)
	}
	return nil
}

func checkOptions(options []Option) error {
	for i, o := range options {
		if !identifier.MatchString(o.ID) || slices.ContainsFunc(options[:i], func(p Option) bool { return p.ID == o.ID }) {
			return fmt.Errorf("option %q: must be new, in small letters, digits and _", o.ID)
		}
		if o.Name == "" {
			return fmt.Errorf("option %s: no name", o.ID)
		}
		switch o.Urgency {
		case "", "urgent", "soon", "normal":
		default:
			return fmt.Errorf("option %s: urgency %q: allowed are urgent, soon, normal", o.ID, o.Urgency)
		}
	}
	return nil
}
