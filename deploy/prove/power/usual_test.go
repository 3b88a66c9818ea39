//go:build !race

package power_test

// usual is how many disks are looked at when nobody says: about a minute of them.
const usual = 2000
