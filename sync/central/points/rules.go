package points

import (
	"fmt"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/catalog"
)

// Rules say what brings points and what they are good for. They are a document that
// staff edit; the versions before stay. An entry holds the amounts it was booked with,
// so another version changes nothing that was booked.
type Rules struct {
	Version int64     `json:"-"` // counts up; 0: the built-in ones
	At      time.Time `json:"-"`
	By      string    `json:"-"`
	Earn    []Rule    `json:"earn"`
	Goods   []Rule    `json:"goods"`
}

// Rule is one way to earn, or one kind of goods.
type Rule struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Points int64  `json:"points"`
}

// Ids of rules that central itself books by.
const (
	Volunteering = "volunteer"  // one voluntary service
	Suggestion   = "suggestion" // one that was taken up
)

// DefaultRules are in force until staff write others.
func DefaultRules() Rules {
	return Rules{
		Earn: []Rule{
			{Volunteering, "参与一次志愿服务", 10},
			{Suggestion, "提出一条有效建议", 5},
		},
		Goods: []Rule{
			{"rice", "一袋大米", 100},
			{"housekeeping", "一次免费家政服务", 200},
		},
	}
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// Bounds of a document of rules.
const (
	mostRules   = 30
	mostGoods   = 3*catalog.MaxTiles - 1 // what a terminal can offer beside the balance
	longestName = 24
)

// Check tells what is wrong with rules. Both of central's own must be there: what is
// confirmed must be booked by something.
func (r Rules) Check() error {
	for _, list := range [][]Rule{r.Earn, r.Goods} {
		if len(list) > mostRules {
			return fmt.Errorf("%w: more than %d", ErrRules, mostRules)
		}
		seen := map[string]bool{}
		for _, one := range list {
			if !identifier.MatchString(one.ID) || seen[one.ID] {
				return fmt.Errorf("%w: the id %q must be new, in small letters, digits and _", ErrRules, one.ID)
			}
			seen[one.ID] = true
			if n := utf8.RuneCountInString(one.Name); n < 1 || n > longestName || containsControl(one.Name) {
				return fmt.Errorf("%w: the name of %s has 1 to %d characters", ErrRules, one.ID, longestName)
			}
			if one.Points < 1 || one.Points > MaxAmount {
				return fmt.Errorf("%w: %s is 1 to %d points", ErrRules, one.ID, MaxAmount)
			}
		}
	}
	if len(r.Goods) < 1 || len(r.Goods) > mostGoods {
		return fmt.Errorf("%w: 1 to %d kinds of goods", ErrRules, mostGoods)
	}
	if _, taken := find(r.Goods, tellMine); taken {
		return fmt.Errorf("%w: the id %q has another meaning", ErrRules, tellMine)
	}
	for _, id := range []string{Volunteering, Suggestion} {
		if _, ok := find(r.Earn, id); !ok {
			return fmt.Errorf("%w: %s is missing", ErrRules, id)
		}
	}
	return nil
}

// Earning finds a way to earn.
func (r Rules) Earning(id string) (Rule, bool) { return find(r.Earn, id) }

// Good finds a kind of goods.
func (r Rules) Good(id string) (Rule, bool) { return find(r.Goods, id) }

func find(list []Rule, id string) (Rule, bool) {
	for _, one := range list {
		if one.ID == id {
			return one, true
		}
	}
	return Rule{}, false
}

func containsControl(text string) bool {
	for _, r := range text {
		if unicode.IsControl(r) {
			return true
		}
	}
	return false
}
