package insight

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"time"
)

// Sketch counts times in classes that grow by two in a hundred, so that a quantile is
// off by one in a hundred at most and two sketches add up. It is a map from class to
// count; the zero value is empty.
type Sketch map[int]int

const (
	growth = 1.02
	// finest is the shortest time that is told from none.
	finest = time.Second
)

var perClass = math.Log(growth)

// longest is the last class: a hundred years.
var longest = class(100 * 365 * 24 * time.Hour)

func class(d time.Duration) int {
	if d <= finest {
		return 0
	}
	return int(math.Ceil(math.Log(float64(d)/float64(finest)) / perClass))
}

// Add counts one time.
func (s *Sketch) Add(d time.Duration) {
	if *s == nil {
		*s = Sketch{}
	}
	(*s)[min(class(d), longest)]++
}

// Merge adds what another has counted.
func (s *Sketch) Merge(o Sketch) {
	if *s == nil {
		*s = make(Sketch, len(o))
	}
	for c, n := range o {
		(*s)[c] += n
	}
}

// Count is how many times were counted.
func (s Sketch) Count() (n int) {
	for _, c := range s {
		n += c
	}
	return n
}

// Quantile is the time within which a share of them lies (0.5: the median); zero of none.
func (s Sketch) Quantile(share float64) time.Duration {
	n := s.Count()
	if n == 0 {
		return 0
	}
	rank := max(1, int(math.Ceil(share*float64(n))))
	for _, c := range slices.Sorted(maps.Keys(s)) {
		if rank -= s[c]; rank <= 0 {
			if c == 0 {
				return 0
			}
			// The middle of the class, as a ratio.
			return time.Duration(float64(finest) * math.Pow(growth, float64(c)) * 2 / (1 + growth))
		}
	}
	return 0
}

// MarshalJSON writes class, count, class, count….
func (s Sketch) MarshalJSON() ([]byte, error) {
	flat := make([]int, 0, 2*len(s))
	for _, c := range slices.Sorted(maps.Keys(s)) {
		flat = append(flat, c, s[c])
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads that.
func (s *Sketch) UnmarshalJSON(b []byte) error {
	var flat []int
	if err := json.Unmarshal(b, &flat); err != nil {
		return err
	}
	if len(flat)%2 != 0 {
		return errors.New("insight: a class without its count")
	}
	*s = make(Sketch, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		if flat[i] < 0 || flat[i] > longest || flat[i+1] < 0 {
			return errors.New("insight: no such class")
		}
		(*s)[flat[i]] = flat[i+1]
	}
	return nil
}
