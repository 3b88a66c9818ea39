package insight

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// series makes days: a level that drifts, a week, and chance.
func series(days int, level, drift, week, chance float64, seed uint64) []float64 {
	draw := rand.New(rand.NewPCG(seed, 1))
	var all []float64
	for d := range days {
		expected := level + drift*float64(d) + week*math.Sin(2*math.Pi*float64(d)/Season)
		all = append(all, math.Max(0, math.Round(expected+chance*draw.NormFloat64())))
	}
	return all
}

// Where days scatter around a week that stays, smoothing must be better than last week's
// days, by about the square root of two; and it must find the week itself.
func TestSmoothingIsBetterWhereDaysScatter(t *testing.T) {
	for seed := range uint64(3) {
		f := Predict(monday, series(280, 20, 0, 8, 3, seed))
		if f.Use != BySmoothing || f.Tried != origins || f.Smoothing.MASE > 0.85*f.Naive.MASE || f.Naive.MASE < 0.7 {
			t.Fatalf("%+v", f)
		}
		for h, x := range f.Expected {
			if want := 20 + 8*math.Sin(2*math.Pi*float64(280+h)/Season); math.Abs(x-want) > 3 {
				t.Errorf("day %d: %.1f, want about %.1f", h+1, x, want)
			}
		}
		if f.Within <= 0 || f.Within > 40 || len(f.Weeks()) != 2 {
			t.Errorf("%+v", f)
		}
	}
}

// Where each week is as the one before, nothing beats saying so; and it is said.
func TestTheNaiveForecastIsUsedWhereItIsAsGood(t *testing.T) {
	f := Predict(monday, series(200, 20, 0, 8, 0, 1))
	if f.Use != ByNaive || f.Naive.MAE != 0 {
		t.Fatalf("%+v", f)
	}
	// The level jumps each Monday: the last week is all that there is to know, and its
	// average is no better than its days.
	draw := rand.New(rand.NewPCG(5, 5))
	var y []float64
	level := 100.0
	for d := range 300 {
		if d%Season == 0 {
			level = math.Max(20, level+30*draw.NormFloat64())
		}
		y = append(y, math.Round(level))
	}
	g := Predict(monday, y)
	if (g.Use == ByNaive) != (g.Naive.MAE <= g.Smoothing.MAE) {
		t.Fatalf("%+v", g)
	}
}

func TestAForecastFollowsATrend(t *testing.T) {
	f := Predict(monday, series(200, 10, 0.2, 4, 1, 9))
	if f.Use != BySmoothing || f.Expected[0] < 45 || f.Expected[Ahead-1] > 65 {
		t.Fatalf("%+v", f)
	}
}

func TestShortOrEmptyHistories(t *testing.T) {
	for _, y := range [][]float64{nil, make([]float64, FewestDays-1)} {
		if f := Predict(monday, y); f.Enough || f.Expected != nil {
			t.Errorf("%+v", f)
		}
	}
	f := Predict(monday, make([]float64, FewestDays))
	if !f.Enough || f.Tried == 0 || len(f.Expected) != Ahead || f.Expected[0] != 0 || math.IsNaN(f.Smoothing.MASE) {
		t.Errorf("%+v", f)
	}
	if again := Predict(monday, make([]float64, FewestDays)); !reflect.DeepEqual(f, again) {
		t.Error("not the same again")
	}
}
