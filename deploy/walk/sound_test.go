package main

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// tone is a number of seconds of a sine wave of 440 Hz, silence when loud is 0.
func tone(seconds, loud float64) []float32 { return toneOf(seconds, loud, 440) }

func toneOf(seconds, loud, hertz float64) []float32 {
	out := make([]float32, int(seconds*rate))
	for i := range out {
		out[i] = float32(loud * math.Sin(2*math.Pi*hertz*float64(i)/rate))
	}
	return out
}

func TestChimed(t *testing.T) {
	join := func(parts ...[]float32) (all []float32) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	first, second := toneOf(0.35, 0.3, chimeFirst), toneOf(0.5, 0.3, chimeSecond)
	mixed := join(first, second)
	for i, v := range toneOf(0.85, 0.5, 300) { // somebody speaks louder
		mixed[i] += v
	}
	tests := []struct {
		name    string
		samples []float32
		want    bool
	}{
		{"chime in silence", join(tone(0.33, 0), first, second, tone(1, 0)), true},
		{"silence", tone(3, 0), false},
		{"the tones the other way round", join(second, first, tone(1, 0)), false},
		{"the second much later", join(first, tone(2, 0), second), false},
		{"only the first", join(first, first), false},
		{"another sound over it", mixed, false},
	}
	for _, tt := range tests {
		if got := chimed(tt.samples); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestHeard(t *testing.T) {
	tests := []struct {
		name    string
		samples []float32
		want    time.Duration
	}{
		{"nothing", nil, 0},
		{"silence", tone(2, 0), 0},
		{"noise of a converter", tone(2, 0.001), 0},
		{"a second of sound in silence", append(append(tone(1, 0), tone(1, 0.3)...), tone(1, 0)...), time.Second},
	}
	for _, tt := range tests {
		if got := heard(tt.samples); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestCaptureBecomesWAV(t *testing.T) {
	dir := t.TempDir()
	raw := filepath.Join(dir, "voice.raw")
	var b []byte
	for _, v := range []float32{0.5, 0.5, -1, 0, 2, 2} { // three frames; the last too loud
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	b = append(b, 1, 2, 3) // the capture is still being written
	if err := os.WriteFile(raw, b, 0o600); err != nil {
		t.Fatal(err)
	}
	samples, err := readCapture(raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) != 3 || samples[0] != 0.5 || samples[1] != -0.5 {
		t.Fatalf("mono: %v", samples)
	}
	later, err := readCapture(raw, frameBytes+3) // begins at a whole frame
	if err != nil || len(later) != 2 || later[0] != -0.5 {
		t.Fatalf("from the second frame: %v, %v", later, err)
	}
	wav := filepath.Join(dir, "voice.wav")
	if err := writeWAV(wav, samples); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(wav)
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 44+6 || string(out[:4]) != "RIFF" || string(out[36:40]) != "data" {
		t.Fatalf("%d bytes: % x", len(out), out)
	}
	if loudest := int16(binary.LittleEndian.Uint16(out[48:])); loudest != 32767 {
		t.Errorf("too loud a sample became %d, want the largest", loudest)
	}
	if err := writeWAV(wav, nil); err == nil {
		t.Error("an empty capture became a file")
	}
}
