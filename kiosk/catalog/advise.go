package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Chinese is the locale that a catalogue is written in.
const Chinese = "zh-CN"

// Limits are the longest texts that a screen shows well in its largest letters,
// in characters, and the longest prompt that somebody listens to.
type Limits struct {
	Tile, Title, Hint, Name, Detail, Need, Label, Description, Prompt int
}

var (
	chineseLimits = Limits{Tile: 6, Title: 12, Hint: 20, Name: 6, Detail: 10, Need: 14, Label: 6, Description: 40, Prompt: 60}
	// Letters are half as wide as Chinese characters and say a third as much.
	letterLimits = Limits{Tile: 18, Title: 36, Hint: 60, Name: 16, Detail: 28, Need: 44, Label: 24, Description: 110, Prompt: 180}
)

// LimitsIn returns the limits of a locale.
func LimitsIn(locale string) Limits {
	if locale == Chinese {
		return chineseLimits
	}
	return letterLimits
}

// Advise lists what a catalogue that passes its check should do better for those
// who use it: texts that are too long for large letters, prompts that a voice
// cannot read, tiles that cannot be told apart. A terminal takes it all the
// same; who writes a catalogue should heed it.
func (c *Catalog) Advise() []string {
	a := adviser{}
	for _, locale := range append([]string{Chinese}, slices.Sorted(maps.Keys(c.Translations))...) {
		a.locale, a.limits = locale, LimitsIn(locale)
		for _, s := range c.Translated(locale).Services {
			a.service(&s)
		}
	}
	for _, s := range c.Services {
		for _, p := range s.Personal {
			if !s.asks(p) {
				a.say(s.Code, "may take %s, but no step asks for it", p)
			}
		}
		if len(s.Keywords) == 0 {
			a.say(s.Code, "has no keywords to be found by")
		}
	}
	return a.advice
}

type adviser struct {
	locale string
	limits Limits
	advice []string
}

func (a *adviser) say(path, format string, args ...any) {
	a.advice = append(a.advice, a.locale+" "+path+": "+fmt.Sprintf(format, args...))
}

func (a *adviser) length(path, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		a.say(path, "%d characters, at most %d: %s", n, most, text)
	}
}

func (a *adviser) service(s *Service) {
	a.length(s.Code+".tile", s.Tile, a.limits.Tile)
	a.length(s.Code+".description", s.Description, a.limits.Description)
	for i := range s.Steps {
		a.step(s, &s.Steps[i])
	}
}

func (a *adviser) step(s *Service, st *Step) {
	path := s.Code + "." + st.ID
	a.length(path+".title", st.Title, a.limits.Title)
	a.length(path+".hint", st.Hint, a.limits.Hint)
	a.length(path+".label", st.Label, a.limits.Label)
	a.length(path+".prompt", st.Prompt, a.limits.Prompt)
	if strings.Count(st.Title, "？")+strings.Count(st.Title, "?") > 1 || strings.ContainsAny(st.Title, "。；;") {
		a.say(path+".title", "asks more than one thing: %s", st.Title)
	}
	a.prompt(path+".prompt", st.Prompt)
	if said := strings.ToLower(st.Prompt + st.Hint); st.Optional && !strings.Contains(said, "跳过") && !strings.Contains(said, "skip") {
		a.say(path, "may be passed over, but does not say so")
	}
	a.options(path, st.Options)
	a.options(path, st.Periods)
	if st.Kind != Requirements {
		return
	}
	if of, ok := s.Step(st.Of); ok {
		for _, o := range of.Options {
			if len(o.Needs) == 0 {
				a.say(path, "has nothing to show for %s", o.ID)
			}
		}
	}
}

func (a *adviser) options(path string, options []Option) {
	pictures := 0
	for i, o := range options {
		a.length(path+"."+o.ID+".name", o.Name, a.limits.Name)
		a.length(path+"."+o.ID+".detail", o.Detail, a.limits.Detail)
		for j, need := range o.Needs {
			a.length(fmt.Sprintf("%s.%s.needs.%d", path, o.ID, j), need, a.limits.Need)
		}
		if slices.ContainsFunc(options[:i], func(p Option) bool { return p.Name == o.Name }) {
			a.say(path+"."+o.ID+".name", "is the name of another option: %s", o.Name)
		}
		if o.Icon != "" {
			pictures++
		}
	}
	if pictures > 0 && pictures < len(options) {
		a.say(path, "%d of %d options have a picture: either all or none", pictures, len(options))
	}
}

// prompt looks for what a voice stumbles over: half sentences, brackets, and
// signs of which it does not know how they are read.
func (a *adviser) prompt(path, text string) {
	if !strings.ContainsRune("。？！.?!", last(text)) {
		a.say(path, "is no whole sentence: %s", text)
	}
	for _, r := range text {
		switch {
		case strings.ContainsRune("()[]{}（）【】〔〕《》<>/\\|*#&+=~_…—", r):
			a.say(path, "holds %q, which cannot be spoken", r)
		case unicode.IsDigit(r):
			a.say(path, "holds the digit %q: write it as a word", r)
		case a.locale == Chinese && unicode.Is(unicode.Latin, r):
			a.say(path, "holds the letter %q", r)
		default:
			continue
		}
		return
	}
}

func last(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

// asks tells whether some step brings a personal field.
func (s *Service) asks(p PersonalField) bool {
	return slices.ContainsFunc(s.Steps, func(st Step) bool {
		switch p {
		case Phone, IDNumber:
			return st.Field == p
		case Address:
			return st.Kind == Identify || st.Address
		}
		return st.Kind == Identify
	})
}
