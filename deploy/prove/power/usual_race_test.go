//go:build race

package power_test

// usual is less here: the race detector makes SQLite some ten times slower.
const usual = 140
