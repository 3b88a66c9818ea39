package desk

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"lintai/sync/central/classify"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// atOnce is how many cases are classified in one transaction: pushes wait for it no
// longer than for each other.
const atOnce = 50

// mostEarlier is how many earlier cases of a place are looked at.
const mostEarlier = 50

// Rules are those that cases are classified by: what staff wrote, or the built-in ones.
func (d *Desk) Rules(ctx context.Context) (*classify.Rules, error) {
	text, err := d.Store.Setting(ctx, classify.Setting)
	if err != nil || text == "" {
		return classify.Default(), err
	}
	return classify.Parse([]byte(text))
}

// SetRules replaces the rules; the empty text brings the built-in ones back. What is
// classified stays as it is. The error is classify.ErrRules and says why.
func (d *Desk) SetRules(ctx context.Context, text string) error {
	if text != "" {
		if _, err := classify.Parse([]byte(text)); err != nil {
			return err
		}
	}
	if err := d.Store.PutSetting(ctx, classify.Setting, text); err != nil {
		return fmt.Errorf("desk: rules: %w", err)
	}
	d.Log.Info("rules of the classification replaced", "bytes", len(text))
	return nil
}

// Classify classifies some of the cases that nobody has yet, the oldest first, and
// tells how many; 0 when there are none. It is done after intake, not in it: what
// happened at a place before costs more to read than the filing of a case, and a
// terminal's answer is not to wait for it.
func (d *Desk) Classify(ctx context.Context) (int, error) {
	waiting, err := d.Store.Cases(ctx, docket.CaseQuery{Unclassified: true, Order: docket.Oldest, Limit: atOnce})
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	rules, err := d.Rules(ctx)
	if err != nil {
		// Staff's rules were read when they were written; so it is a newer central's
		// document. Cases need not wait for that.
		d.Log.Error("the built-in rules classify", "error", err)
		rules = classify.Default()
	}
	estates := func(int, string) string { return "" }
	if d.Estates != nil {
		if estates, err = d.Estates(ctx); err != nil {
			return 0, fmt.Errorf("desk: classify: %w", err)
		}
	}
	made := make([]docket.Classification, len(waiting))
	for i, c := range waiting {
		if made[i], err = d.classify(ctx, rules, estates, c); err != nil {
			return 0, fmt.Errorf("desk: classify case %d: %w", c.Number, err)
		}
	}
	err = d.Store.Write(ctx, func(tx docket.Tx) error {
		counts := map[string]docket.RuleCount{}
		for i, c := range waiting {
			now, err := tx.LockCase(c.Number)
			if err != nil {
				return err
			}
			if now.Category != "" {
				continue // another process was faster, or staff
			}
			if !bytes.Equal(now.Body, c.Body) {
				continue // its words were changed, or taken out, since they were read: the next time
			}
			if err := tx.Classify(c.Number, made[i]); err != nil {
				return err
			}
			for _, f := range made[i].Reasons {
				n := counts[f.Rule]
				n.Fired++
				counts[f.Rule] = n
			}
		}
		return tx.CountRules(counts)
	})
	if err != nil {
		return 0, fmt.Errorf("desk: classify: %w", err)
	}
	words := make([]live.Word, len(waiting))
	for i, c := range waiting {
		words[i] = live.Word{Kind: live.Case, ID: strconv.FormatInt(c.Number, 10), Kiosk: c.Kiosk}
	}
	d.Hub.Publish(words...)
	return len(waiting), nil
}

func (d *Desk) classify(ctx context.Context, rules *classify.Rules, estates func(int, string) string, c docket.Case) (docket.Classification, error) {
	item, err := classify.Of(c)
	if err != nil {
		// It was filed, so staff can read it by hand; but no rule can.
		return docket.Classification{Category: docket.LivingNeed, Priority: c.Urgency, Rules: rules.Version}, nil
	}
	item.Estate = func(text string) string { return estates(c.Kiosk, text) }
	made := rules.Classify(item)
	if made.Place == 0 {
		return made, nil
	}
	before, err := d.Store.Cases(ctx, docket.CaseQuery{Place: made.Place, From: c.RequestedAt.AddDate(0, 0, -docket.RepeatDays),
		Until: c.RequestedAt, Order: docket.Latest, Limit: mostEarlier})
	if err != nil {
		return made, err
	}
	var earlier []classify.Item
	for _, b := range before {
		if e, err := classify.Of(b); err == nil {
			earlier = append(earlier, e)
		}
	}
	return rules.Compare(made, item, earlier), nil
}
