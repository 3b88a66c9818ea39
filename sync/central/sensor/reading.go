package sensor

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// MaxMessage is how many bytes a message may have.
const MaxMessage = 512

// maxAge is how old a value may be; a device that says more counts wrongly.
const maxAge = 30 * 24 * time.Hour

// Reading is one message of a device. Boot and Seq name it: a device draws Boot anew
// whenever it starts to count Seq from the beginning.
type Reading struct {
	Boot   string
	Seq    int64
	Age    time.Duration // how old the values are, by the device's own counting
	Call   bool          // somebody pressed
	Values map[Quantity]float64
}

// message is it as it is sent:
//
//	{"boot": "k3f9", "seq": 17, "fill": 82}
type message struct {
	Boot      string   `json:"boot"`
	Seq       int64    `json:"seq"`
	Age       float64  `json:"age,omitzero"` // seconds
	At        string   `json:"at,omitzero"`  // what the device holds for the time; not used
	Call      bool     `json:"call,omitzero"`
	Out       *bool    `json:"out,omitzero"`
	Fill      *float64 `json:"fill,omitzero"`
	Systolic  *float64 `json:"systolic,omitzero"`
	Diastolic *float64 `json:"diastolic,omitzero"`
	Pulse     *float64 `json:"pulse,omitzero"`
	PM25      *float64 `json:"pm25,omitzero"`
	Decibels  *float64 `json:"db,omitzero"`
	Free      *float64 `json:"free,omitzero"`
	Battery   *float64 `json:"battery,omitzero"`
}

var bootWord = regexp.MustCompile(`^[a-z0-9]{1,16}$`)

// ParseReading reads a message: JSON with known members, each once, and values that can
// be. ErrReading.
func ParseReading(body []byte) (Reading, error) {
	if len(body) > MaxMessage {
		return Reading{}, fmt.Errorf("%w: more than %d bytes", ErrReading, MaxMessage)
	}
	var m message
	if err := json.Unmarshal(body, &m, json.RejectUnknownMembers(true)); err != nil {
		// The error would quote what somebody wrote.
		return Reading{}, fmt.Errorf("%w: not its JSON", ErrReading)
	}
	if !bootWord.MatchString(m.Boot) || m.Seq < 1 || m.Seq > 1<<53 || m.Age < 0 || m.Age > maxAge.Seconds() || len(m.At) > 40 {
		return Reading{}, fmt.Errorf("%w: boot, seq, age or at", ErrReading)
	}
	r := Reading{Boot: m.Boot, Seq: m.Seq, Age: time.Duration(m.Age * float64(time.Second)), Call: m.Call, Values: map[Quantity]float64{}}
	if m.Out != nil {
		r.Values[Out] = 0
		if *m.Out {
			r.Values[Out] = 1
		}
	}
	for q, v := range map[Quantity]*float64{Fill: m.Fill, Systolic: m.Systolic, Diastolic: m.Diastolic, Pulse: m.Pulse,
		PM25: m.PM25, Decibels: m.Decibels, Free: m.Free, Battery: m.Battery} {
		if v == nil {
			continue
		}
		if b := bounds[q]; !(*v >= b[0] && *v <= b[1]) {
			return Reading{}, fmt.Errorf("%w: %s is not %v to %v", ErrReading, q, b[0], b[1])
		}
		r.Values[q] = *v
	}
	if !r.Call && len(r.Values) == 0 {
		return Reading{}, fmt.Errorf("%w: it says nothing", ErrReading)
	}
	return r, nil
}

// fits tells whether a device of a kind may say that. ErrReading.
func (r Reading) fits(d Device) error {
	if r.Call && d.Kind != Wristband {
		return fmt.Errorf("%w: only a wristband calls", ErrReading)
	}
	for q := range r.Values {
		if q != Battery && !slices.Contains(d.Kind.Measures(), q) {
			return fmt.Errorf("%w: a %s has no %s", ErrReading, d.Kind, q)
		}
	}
	if free, ok := r.Values[Free]; ok && d.Spaces > 0 && free > float64(d.Spaces) {
		return fmt.Errorf("%w: more spaces are free than there are", ErrReading)
	}
	return nil
}

// Broken tells whether an error means that the message itself will never be taken.
func Broken(err error) bool { return errors.Is(err, ErrReading) }
