package docket

import "slices"

// Category is which of the five needs of residents a case is about.
type Category string

const (
	LivingNeed    Category = "living"    // 基本生活
	HealthNeed    Category = "health"    // 健康医疗
	EducationNeed Category = "education" // 教育就业
	SocialNeed    Category = "social"    // 社交文化
	SafetyNeed    Category = "safety"    // 安全应急
)

// Categories lists every category.
var Categories = []Category{LivingNeed, HealthNeed, EducationNeed, SocialNeed, SafetyNeed}

// Concern is how a case weighs on whoever asks: 急难愁盼. A case may be none of them.
type Concern string

const (
	NoConcern Concern = ""
	Emergency Concern = "urgent" // 急: it just happened
	Hardship  Concern = "hard"   // 难: means are lacking, or a rule stands in the way
	Worry     Concern = "worry"  // 愁: it has gone on for long
	Hope      Concern = "hope"   // 盼: something better
)

// Concerns lists every concern but none.
var Concerns = []Concern{Emergency, Hardship, Worry, Hope}

// Classification is what rules made of a case, with their reasons.
type Classification struct {
	Category Category `json:"category"`
	Concern  Concern  `json:"concern,omitempty"`
	Priority Urgency  `json:"priority"`
	// Topic is what it is about in one word of the rules, e.g. "lift", or "".
	Topic string `json:"topic,omitempty"`
	// Place stands for what broke where: cases of the same topic at the same place have
	// the same number. It tells nobody the place. 0: not known.
	Place int64 `json:"place,omitempty"`
	// Repeat counts the faults of this topic at this place within RepeatDays, this
	// one included; 0 where the place is not known.
	Repeat     int         `json:"repeat,omitempty"`
	Rules      int         `json:"rules"` // version of the document of rules
	Reasons    []Firing    `json:"reasons,omitempty"`
	Duplicates []Duplicate `json:"duplicates,omitempty"` // the likeliest first
}

// RepeatDays is how far back faults at the same place count.
const RepeatDays = 90

// Firing is one rule that fired, the words that made it, and what it spoke for.
type Firing struct {
	Rule     string   `json:"rule"`
	Words    []string `json:"words,omitempty"`
	Category Category `json:"category,omitempty"`
	Concern  Concern  `json:"concern,omitempty"`
	Priority *Urgency `json:"priority,omitempty"`
}

// Duplicate is a case that may be about the same thing.
type Duplicate struct {
	Case  int64 `json:"case"`
	Score int   `json:"score"` // percent
	// Reasons are words of the section duplicate: place, topic, service, words, time.
	Reasons []string `json:"reasons"`
}

// Correction is the classification that staff gave instead.
type Correction struct {
	Category Category `json:"category"`
	Concern  Concern  `json:"concern,omitempty"`
	Priority Urgency  `json:"priority"`
}

func (c *Correction) valid() bool {
	return c != nil && slices.Contains(Categories, c.Category) &&
		(c.Concern == NoConcern || slices.Contains(Concerns, c.Concern)) && c.Priority >= Urgent && c.Priority <= Normal
}

// Wrong lists the rules that spoke for something else than a correction says:
// they are counted, so that whoever writes rules sees which mislead.
func (c Classification) Wrong(by Correction) []string {
	var wrong []string
	for _, f := range c.Reasons {
		if (f.Category != "" && f.Category == c.Category && c.Category != by.Category ||
			f.Concern != "" && f.Concern == c.Concern && c.Concern != by.Concern ||
			f.Priority != nil && *f.Priority == c.Priority && c.Priority != by.Priority) && !slices.Contains(wrong, f.Rule) {
			wrong = append(wrong, f.Rule)
		}
	}
	return wrong
}

// RuleCount is how a rule did so far.
type RuleCount struct {
	Fired     int
	Corrected int // it spoke for what staff corrected
}
