package rollout

import (
	"slices"
	"strconv"
	"strings"
)

// Version is a version of the image, 2026.11.22-1: year, month, day, and which one of
// that day.
type Version [4]int

// Parse reads a version; false when it is none, and so has no place in their order.
func Parse(text string) (v Version, ok bool) {
	day, number, ok := strings.Cut(text, "-")
	parts := append(strings.Split(day, "."), number)
	if !ok || len(parts) != len(v) {
		return Version{}, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || len(part) > 4 || part[0] == '+' {
			return Version{}, false
		}
		v[i] = n
	}
	return v, v[1] <= 12 && v[2] <= 31
}

// newer tells whether a version is newer than another. Of two of which one has no place
// in the order neither is.
func newer(a, b string) bool {
	x, ok := Parse(a)
	y, known := Parse(b)
	return ok && known && slices.Compare(x[:], y[:]) > 0
}

// runs tells whether a terminal runs a version or a newer one.
func runs(t Terminal, version string) bool {
	_, ok := Parse(t.Image)
	return ok && !newer(version, t.Image)
}

// Newer orders versions, the newest first; those that are none stand last.
func Newer(a, b string) int {
	x, _ := Parse(a)
	y, _ := Parse(b)
	return slices.Compare(y[:], x[:])
}
