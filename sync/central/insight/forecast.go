package insight

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"lintai/sync/central/docket"
)

// Method is how the next days were reckoned.
type Method string

const (
	BySmoothing Method = "smoothing" // see smoothing
	ByNaive     Method = "naive"     // as the same days of the last week
)

const (
	// Ahead is how many days a forecast reaches, two weeks.
	Ahead = 2 * Season
	// FewestDays is how many days of history it needs.
	FewestDays = 12 * Season
	// mostDays bounds the history that it is made of: older weeks say little, and cost time.
	mostDays = 2 * 365
	// origins is from how many past weeks the methods are tried at most.
	origins = 8
	// learnt is how many days must lie before each of them.
	learnt = 6 * Season
)

// Forecast is what is expected of the days after a history.
type Forecast struct {
	Category docket.Category `json:"category"` // "": all together
	First    time.Time       `json:"first"`    // the first day that is expected
	Enough   bool            `json:"enough"`   // there was enough history; else nothing below is there
	Use      Method          `json:"use,omitempty"`
	Expected []float64       `json:"expected,omitempty"` // by Use, a day each
	Recent   []float64       `json:"recent,omitempty"`   // the last days of the history
	// Within is how far off the sum of a week was at most, in eight of ten weeks.
	Within float64 `json:"within,omitempty"`
	// Tried is from how many past weeks both were tried: they had only the days before.
	Tried     int   `json:"tried,omitempty"`
	Smoothing Error `json:"smoothing,omitzero"`
	Naive     Error `json:"naive,omitzero"`
}

// Error is how far off a method was on days that it did not know.
type Error struct {
	MAE  float64 `json:"mae"`  // cases a day, in the mean
	MASE float64 `json:"mase"` // as a multiple of what last week's days are off by; 1 is no better
}

// Recent is how many days of history go with a forecast, to be drawn.
const Recent = 8 * Season

// Predict reckons what comes after a history of days. Both methods are tried on its last weeks,
// each from several days on, and the better one is used: the naive one, too, where
// smoothing is no better.
func Predict(first time.Time, history []float64) Forecast {
	f := Forecast{First: first.AddDate(0, 0, len(history)), Recent: slices.Clone(history[max(0, len(history)-Recent):])}
	if len(history) < FewestDays {
		return f
	}
	y := history[max(0, len(history)-mostDays):]
	f.Enough = true
	var errors [2]trial
	for from := len(y) - Ahead; from >= learnt && f.Tried < origins; from -= Season {
		f.Tried++
		errors[0].add(smooth(y[:from], Ahead), y[from:from+Ahead])
		errors[1].add(naive(y[:from], Ahead), y[from:from+Ahead])
	}
	by := scale(y[:len(y)-Ahead-(f.Tried-1)*Season])
	f.Smoothing, f.Naive = errors[0].error(by), errors[1].error(by)
	f.Use, f.Expected = ByNaive, naive(y, Ahead)
	better := errors[1]
	if f.Smoothing.MAE < f.Naive.MAE {
		f.Use, f.Expected, better = BySmoothing, smooth(y, Ahead), errors[0]
	}
	slices.Sort(better.weeks)
	f.Within = stat.Quantile(0.8, stat.Empirical, better.weeks, nil)
	return f
}

// trial gathers how far off a method was.
type trial struct {
	days, weeks []float64
}

func (t *trial) add(expected, actual []float64) {
	for i := range expected {
		t.days = append(t.days, math.Abs(expected[i]-actual[i]))
	}
	for i := 0; i+Season <= len(expected); i += Season {
		t.weeks = append(t.weeks, math.Abs(floats.Sum(expected[i:i+Season])-floats.Sum(actual[i:i+Season])))
	}
}

func (t *trial) error(scale float64) Error {
	e := Error{MAE: stat.Mean(t.days, nil)}
	if scale > 0 {
		e.MASE = e.MAE / scale
	}
	return e
}

// Weeks are the sums of the weeks that are expected.
func (f Forecast) Weeks() []float64 {
	var all []float64
	for i := 0; i+Season <= len(f.Expected); i += Season {
		all = append(all, floats.Sum(f.Expected[i:i+Season]))
	}
	return all
}

// Forecasts are those of all together and of each category.
func Forecasts(c *Cube) []Forecast {
	all := make([]Forecast, 0, 1+len(docket.Categories))
	for _, category := range append([]docket.Category{""}, docket.Categories...) {
		f := Predict(c.Daily(func(k Key) bool { return category == "" || k.Category == category }))
		f.Category = category
		all = append(all, f)
	}
	return all
}
