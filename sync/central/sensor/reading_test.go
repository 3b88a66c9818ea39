package sensor

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReadings(t *testing.T) {
	r, err := ParseReading([]byte(`{"boot":"k3f9","seq":17,"age":12.5,"at":"1970-01-01T00:00:07Z","fill":82,"battery":40}`))
	if err != nil || r.Boot != "k3f9" || r.Seq != 17 || r.Age != 12500*time.Millisecond || r.Values[Fill] != 82 || r.Values[Battery] != 40 || len(r.Values) != 2 {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := ParseReading([]byte(`{"boot":"a","seq":1,"call":true}`)); err != nil || !r.Call {
		t.Errorf("%+v %v", r, err)
	}
	for _, body := range []string{``, `null`, `[]`, `{}`, `{"boot":"a","seq":1}`, `{"boot":"a","seq":1,"call":false}`, `{"seq":1,"fill":3}`, `{"boot":"a","fill":3}`,
		`{"boot":"a","seq":0,"fill":3}`, `{"boot":"a","seq":-1,"fill":3}`, `{"boot":"a","seq":1.5,"fill":3}`, `{"boot":"a","seq":99999999999999999999,"fill":3}`,
		`{"boot":"A b","seq":1,"fill":3}`, `{"boot":"a","seq":1,"fill":101}`, `{"boot":"a","seq":1,"fill":-1}`, `{"boot":"a","seq":1,"fill":"3"}`, `{"boot":"a","seq":1,"fill":1e999}`,
		`{"boot":"a","seq":1,"fill":3,"fill":99}`, `{"boot":"a","seq":1,"fill":3,"admin":true}`, `{"boot":"a","seq":1,"fill":3} {}`, `{"boot":"a","seq":1,"fill":3,"age":-1}`,
		`{"boot":"a","seq":1,"fill":3,"age":99999999}`, `{"boot":"a","seq":1,"FILL":3}`, `{"boot":"a","seq":1,"fill":3,"at":"` + strings.Repeat("9", 41) + `"}`,
		`{"boot":"a","seq":1,"fill":3` + strings.Repeat(" ", MaxMessage) + `}`} {
		if r, err := ParseReading([]byte(body)); !errors.Is(err, ErrReading) {
			t.Errorf("%s is a message: %+v", body, r)
		}
	}
	for _, test := range []struct {
		device Device
		body   string
		fits   bool
	}{
		{Device{Kind: Bin}, `{"boot":"a","seq":1,"fill":3}`, true}, {Device{Kind: Bin}, `{"boot":"a","seq":1,"db":3}`, false}, {Device{Kind: Bin}, `{"boot":"a","seq":1,"call":true}`, false},
		{Device{Kind: Lamp}, `{"boot":"a","seq":1,"out":true,"battery":3}`, true}, {Device{Kind: Wristband}, `{"boot":"a","seq":1,"call":true,"pulse":80}`, true},
		{Device{Kind: Parking, Spaces: 40}, `{"boot":"a","seq":1,"free":40}`, true}, {Device{Kind: Parking, Spaces: 40}, `{"boot":"a","seq":1,"free":41}`, false},
	} {
		r, err := ParseReading([]byte(test.body))
		if err != nil || (r.fits(test.device) == nil) != test.fits {
			t.Errorf("%s of a %s: %v", test.body, test.device.Kind, err)
		}
	}
}

func FuzzParseReading(f *testing.F) {
	for _, body := range []string{`{"boot":"k3f9","seq":17,"fill":82}`, `{"boot":"a","seq":1,"call":true}`, `{"boot":"a","seq":1,"out":true,"age":1e300}`, `{"boot":"a","seq":9007199254740993,"free":0}`, "{\"boot\":\"\xff\",\"seq\":1,\"db\":1}"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseReading(body)
		if err != nil {
			if !errors.Is(err, ErrReading) || len(err.Error()) > 200 {
				t.Errorf("%v", err)
			}
			return
		}
		if r.Boot == "" || r.Seq < 1 || r.Age < 0 || r.Age > maxAge || !r.Call && len(r.Values) == 0 || len(body) > MaxMessage {
			t.Errorf("%+v", r)
		}
		for q, v := range r.Values {
			if b := bounds[q]; !(v >= b[0] && v <= b[1]) {
				t.Errorf("%s is %v", q, v)
			}
		}
	})
}

func TestOrderOfMessages(t *testing.T) {
	var k Kept
	take := func(boot string, seq int64) bool {
		r := Reading{Boot: boot, Seq: seq}
		if k.behind(r) {
			return false
		}
		k.follow(r)
		return true
	}
	for _, step := range []struct {
		boot string
		seq  int64
		want bool
	}{{"a", 1, true}, {"a", 1, false}, {"a", 3, true}, {"a", 2, false}, {"b", 1, true}, {"a", 4, false}, {"b", 2, true}, {"b", 1, false}, {"c", 9, true}, {"a", 9, false}, {"b", 3, false}} {
		if got := take(step.boot, step.seq); got != step.want {
			t.Errorf("%s %d: %v", step.boot, step.seq, got)
		}
	}
}
