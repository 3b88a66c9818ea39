package printer

import (
	"reflect"
	"testing"

	"lintai/kiosk/fault"
)

// push gives all answers in some bytes.
func push(p *Parser, bytes ...byte) []Answer {
	var all []Answer
	for _, b := range bytes {
		if a, ok := p.Push(b); ok {
			all = append(all, a)
		}
	}
	return all
}

func TestAnswersAreToldApart(t *testing.T) {
	id := [4]byte{'Q', 'S', '1', '3'}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  []Answer
		noise int
	}{
		{"real time", []byte{0x12, 0x1A, 0x72}, []Answer{RealTime{0x12}, RealTime{0x1A}, RealTime{0x72}}, 0},
		{"queued", []byte{0x00, 0x0F, 0x60}, []Answer{Queued{0x00}, Queued{0x0F}, Queued{0x60}}, 0},
		{"flow", []byte{0x13, 0x11}, []Answer{Flow{false}, Flow{true}}, 0},
		{"processed", []byte{0x37, 0x22, 'Q', 'S', '1', '3', 0}, []Answer{Processed{id}}, 0},
		{"processed with flow in it", []byte{0x37, 0x13, 0x22, 'Q', 'S', 0x11, '1', '3', 0}, []Answer{Flow{false}, Flow{true}, Processed{id}}, 0},
		{"processed with a status in it", []byte{0x37, 0x22, 'Q', 0x12, 'S', '1', '3', 0}, []Answer{RealTime{0x12}, Processed{id}}, 0},
		{"cleared", []byte{0x37, 0x25, 0}, []Answer{Cleared{}}, 0},
		{"an unknown block", []byte{0x37, 0x40, 'x', 0, 0x12}, []Answer{RealTime{0x12}}, 4},
		{"automatic", []byte{0x18, 0x00, 0x0C, 0x00}, []Answer{Automatic{Status{Offline: true, PaperOut: true}}}, 0},
		{"automatic with flow in it", []byte{0x18, 0x13, 0x00, 0x0C, 0x00}, []Answer{Flow{false}, Automatic{Status{Offline: true, PaperOut: true}}}, 0},
		{"automatic cut short", []byte{0x18, 0x00, 0x12}, []Answer{RealTime{0x12}}, 2},
		{"garbage", []byte{0xFF, 0x80, 0x12}, []Answer{RealTime{0x12}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Parser
			if got := push(&p, c.bytes...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, want %#v", got, c.want)
			}
			if p.Noise() != c.noise {
				t.Errorf("%d bytes of noise, want %d", p.Noise(), c.noise)
			}
		})
	}
}

func TestProcessIDsCannotBeMistaken(t *testing.T) {
	seen := map[[4]byte]bool{}
	for n := range uint32(14 * 14 * 14 * 14) {
		id := processID(n)
		if seen[id] {
			t.Fatalf("id %q comes twice", id)
		}
		seen[id] = true
		for _, b := range id {
			if b&0x93 == 0x12 || b&0x93 == 0x10 || b&0x90 == 0 || b == 0x37 || b < 0x20 || b > 0x7E {
				t.Fatalf("%q in id %q could be something else", b, id)
			}
		}
	}
}

func TestStatusBits(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers [4]byte // to DLE EOT 1 to 4
		want    fault.Code
		refuses bool
	}{
		{"well", [4]byte{0x12, 0x12, 0x12, 0x12}, fault.None, false},
		{"cover", [4]byte{0x1A, 0x16, 0x12, 0x12}, fault.CoverOpen, true},
		{"paper end stop", [4]byte{0x1A, 0x32, 0x12, 0x12}, fault.PaperOut, true},
		{"paper sensor only", [4]byte{0x12, 0x12, 0x12, 0x72}, fault.PaperOut, true},
		{"near end", [4]byte{0x12, 0x12, 0x12, 0x1E}, fault.PaperNearEnd, false},
		{"cutter", [4]byte{0x1A, 0x52, 0x1A, 0x12}, fault.Cutter, true},
		{"unrecoverable", [4]byte{0x1A, 0x52, 0x32, 0x12}, fault.DeviceFailed, true},
		{"head hot", [4]byte{0x1A, 0x52, 0x52, 0x12}, fault.HeadHot, true},
		{"an error without a name", [4]byte{0x1A, 0x52, 0x12, 0x12}, fault.DeviceFailed, true},
		{"feed key", [4]byte{0x1A, 0x1A, 0x12, 0x12}, fault.None, true},
		{"cover and paper", [4]byte{0x1A, 0x36, 0x12, 0x7E}, fault.CoverOpen, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Status
			for i, b := range c.answers {
				s.apply(i+1, b)
			}
			if got := s.Fault(); got != c.want || s.Refuses() != c.refuses {
				t.Errorf("fault %q, refuses %v (%s); want %q, %v", got, s.Refuses(), s, c.want, c.refuses)
			}
		})
	}
}

func FuzzParser(f *testing.F) {
	f.Add([]byte{0x12, 0x37, 0x22, 'Q', 'S', '1', '3', 0, 0x18, 0, 0x0C, 0, 0x13, 0x37, 0x25, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Parser
		answers := push(&p, b...)
		if len(answers)+p.Noise() > len(b) {
			t.Fatalf("%d answers and %d bytes of noise from %d bytes", len(answers), p.Noise(), len(b))
		}
		if len(p.held) > blockLimit+1 {
			t.Fatalf("%d bytes are held back", len(p.held))
		}
		// Whatever came before, an answer after quiet is understood.
		p.Reset()
		if got := push(&p, 0x12); len(got) != 1 {
			t.Fatal("a status after a reset is not understood")
		}
	})
}
