package insight

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
)

// Season is the length of the season in days: a week. A year's season needs two
// years of days before it can be told from chance.
const Season = 7

// smoothing is exponential smoothing with an additive season and, when trend is set, a
// trend that is damped by phi (Holt and Winters; Hyndman and Athanasopoulos,
// "Forecasting: principles and practice", chapter 8). Its weights are those with which the
// errors of one day ahead are least.
type smoothing struct {
	trend                   bool
	alpha, beta, gamma, phi float64
}

// weights turns the unbounded numbers of the search into weights.
func weights(trend bool, x []float64) smoothing {
	between := func(x, low, high float64) float64 { return low + (high-low)/(1+math.Exp(-x)) }
	s := smoothing{trend: trend, alpha: between(x[0], 0.001, 0.999), phi: 1}
	s.gamma = between(x[1], 0.001, 0.999) * (1 - s.alpha)
	if trend {
		s.beta, s.phi = between(x[2], 0.0001, 0.5)*s.alpha, between(x[3], 0.8, 0.98)
	}
	return s
}

// numbers is how many numbers the data had to decide, the beginning included.
func (s smoothing) numbers() float64 {
	if s.trend {
		return 4 + 2 + Season
	}
	return 2 + 1 + Season
}

// begun is the state before the first day: the level of two weeks, and how their days
// differ from it over the first eight.
func begun(y []float64) (level float64, season []float64) {
	head := y[:min(len(y), 8*Season)]
	level = stat.Mean(y[:2*Season], nil)
	mean := stat.Mean(head, nil)
	season = make([]float64, Season)
	for d := range season {
		n := 0.0
		for i := d; i < len(head); i += Season {
			season[d] += head[i] - mean
			n++
		}
		season[d] /= n
	}
	return level, season
}

// run goes through the days, and returns the sum of the squared errors of one day ahead
// and what is expected of each of the days after the last.
func (s smoothing) run(y []float64, ahead int) (squares float64, expected []float64) {
	level, season := begun(y)
	trend := 0.0
	for i, actual := range y {
		d := i % Season
		damped := s.phi * trend
		wrong := actual - (level + damped + season[d])
		squares += wrong * wrong
		level += damped + s.alpha*wrong
		trend = damped + s.beta*wrong
		season[d] += s.gamma * wrong
	}
	reach := 0.0
	for h := 1; h <= ahead; h++ {
		reach += math.Pow(s.phi, float64(h))
		if !s.trend {
			reach = 0
		}
		expected = append(expected, math.Max(0, level+reach*trend+season[(len(y)+h-1)%Season]))
	}
	return squares, expected
}

// smooth fits both forms and expects the days after the last by that which explains more
// than its numbers cost (AIC, corrected for few days). It is the same each time.
func smooth(y []float64, ahead int) []float64 {
	var best []float64
	least := math.Inf(1)
	for _, trend := range []bool{false, true} {
		start := []float64{-1, -2}
		if trend {
			start = append(start, -2, 1)
		}
		problem := optimize.Problem{Func: func(x []float64) float64 {
			squares, _ := weights(trend, x).run(y, 0)
			return squares
		}}
		settings := &optimize.Settings{FuncEvaluations: 240, Concurrent: 1,
			Converger: &optimize.FunctionConverge{Absolute: 1e-6, Relative: 1e-6, Iterations: 20}}
		at := start
		if found, err := optimize.Minimize(problem, start, settings, &optimize.NelderMead{}); found != nil && (err == nil || found.X != nil) {
			at = found.X
		}
		s := weights(trend, at)
		squares, expected := s.run(y, ahead)
		n, k := float64(len(y)), s.numbers()
		score := n*math.Log(squares/n+1e-9) + 2*k + 2*k*(k+1)/math.Max(1, n-k-1)
		if score < least {
			least, best = score, expected
		}
	}
	return best
}

// naive expects of each day what the same day of the last week had.
func naive(y []float64, ahead int) []float64 {
	last := y[len(y)-Season:]
	expected := make([]float64, ahead)
	for h := range expected {
		expected[h] = last[h%Season]
	}
	return expected
}

// scale is how far the naive forecast is off by, a week ahead, within some days: what an
// error is measured by (MASE).
func scale(y []float64) float64 {
	if len(y) <= Season {
		return 0
	}
	return floats.Distance(y[Season:], y[:len(y)-Season], 1) / float64(len(y)-Season)
}
