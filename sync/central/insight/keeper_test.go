package insight

import (
	"context"
	"testing"
	"time"

	"lintai/sync/central/deadline"
)

// endless has a stale case after each. What it does not have panics: it is not to be asked.
type endless struct{ Store }

func (endless) Page(context.Context, string, any) (time.Time, error) { return time.Time{}, nil }
func (endless) StaleCases(_ context.Context, _ time.Time, after int64, limit int) (all []int64, err error) {
	for n := range int64(limit) {
		all = append(all, after+n+1)
	}
	return all, nil
}
func (endless) Sources(context.Context, []int64) ([]Source, error) { return nil, nil }
func (endless) PutFacts(context.Context, []Fact) error             { return nil }

func TestAJobLeavesTheRestInTime(t *testing.T) {
	for name, c := range map[string]struct {
		has  time.Duration // 0: all the time in the world
		want int64
	}{"nobody waits": {0, aJob}, "its time is nearly over": {spare - time.Second, atOnce}} {
		ctx := t.Context()
		if c.has > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.has)
			defer cancel()
		}
		var rest []Count
		k := &Keeper{Store: endless{}, Clock: time.Now, Rules: func(context.Context) (*deadline.Rules, error) { return rules(t), nil },
			Later: func(_ context.Context, c Count) error { rest = append(rest, c); return nil }}
		if err := k.Count(ctx, Count{}); err != nil {
			t.Fatal(err)
		}
		if len(rest) != 1 || rest[0].After != c.want || !rest[0].Whole {
			t.Errorf("%s: the rest is %+v, want it to begin after %d", name, rest, c.want)
		}
	}
}

func TestFiguresThatWereNeverCountedAreNone(t *testing.T) {
	k := &Keeper{Store: endless{}, Clock: time.Now}
	if cube, err := k.Cube(t.Context()); err != nil || !cube.AsOf.IsZero() || len(cube.Cells) > 0 {
		t.Errorf("%+v %v", cube, err)
	}
}
