package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os/exec"
	"testing"
	"time"
)

// wav writes a 16-bit PCM file; length is what its header claims.
func wav(rate, channels int, length uint32, samples ...int16) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*2))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*2))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, length)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// tone is a sine of an amplitude from 0 to 1.
func tone(rate int, amplitude float64, length time.Duration) Sound {
	s := Sound{Rate: rate, Samples: make([]int16, int(length.Seconds()*float64(rate)))}
	for i := range s.Samples {
		s.Samples[i] = int16(amplitude * 32767 * math.Sin(2*math.Pi*440*float64(i)/float64(rate)))
	}
	return s
}

func rms(samples []float32) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

func TestDecodeWAV(t *testing.T) {
	for name, tt := range map[string]struct {
		file []byte
		want []int16
	}{
		"mono":                 {wav(22050, 1, 4, 5, -6), []int16{5, -6}},
		"endless header":       {wav(22050, 1, 0x7ffff000, 5, -6), []int16{5, -6}},
		"stereo is mixed":      {wav(48000, 2, 8, 10, 20, -4, -8), []int16{15, -6}},
		"odd byte at the end":  {append(wav(22050, 1, 5, 5, -6), 1), []int16{5, -6}},
		"no samples":           {wav(22050, 1, 0), []int16{}},
		"cut before the data":  {wav(22050, 1, 4)[:30], nil},
		"eight bits":           {append(append(wav(22050, 1, 4)[:34], 8, 0), wav(22050, 1, 4)[36:]...), nil},
		"a rate of 0":          {wav(0, 1, 2, 1), nil},
		"something else":       {[]byte("OggS............"), nil},
		"nothing":              {nil, nil},
		"a chunk in front too": {append([]byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00"), wav(22050, 1, 2, 7)[12:]...), []int16{7}},
	} {
		got, err := Decode(t.Context(), tt.file)
		if (err == nil) != (tt.want != nil) || len(got.Samples) != len(tt.want) {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i := range tt.want {
			if got.Samples[i] != tt.want[i] {
				t.Errorf("%s: %v", name, got.Samples)
			}
		}
	}
}

func TestWAVIsReadBack(t *testing.T) {
	made := tone(22050, 0.3, time.Second)
	read, err := Decode(t.Context(), formatWAV(made))
	if err != nil || read.Rate != made.Rate || len(read.Samples) != len(made.Samples) || read.Samples[77] != made.Samples[77] {
		t.Errorf("%d samples at %d Hz, %v", len(read.Samples), read.Rate, err)
	}
}

// The real programs of Debian's vorbis-tools and opus-tools make the files.
func TestOggIsRead(t *testing.T) {
	made := tone(22050, 0.3, 2*time.Second)
	ogg, extension, err := Encode(t.Context(), made)
	if err != nil || extension != "ogg" {
		t.Fatalf("oggenc (Debian: vorbis-tools) gives %q, %v", extension, err)
	}
	again, _, err := Encode(t.Context(), made)
	if err != nil || !bytes.Equal(ogg, again) {
		t.Errorf("the same sound gives other bytes, %v", err)
	}
	opus, err := pipe(t.Context(), formatWAV(made), "opusenc", "--quiet", "--bitrate", "24", "-", "-")
	if err != nil {
		t.Fatal("opusenc (Debian: opus-tools): ", err)
	}
	for name, file := range map[string][]byte{"Vorbis": ogg, "Opus": opus} {
		read, err := Decode(t.Context(), file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if off := read.Length() - made.Length(); off.Abs() > 50*time.Millisecond {
			t.Errorf("%s: %v long, want %v", name, read.Length(), made.Length())
		}
		sum := 0.0
		for _, v := range read.Samples {
			sum += float64(v) * float64(v) / 32768 / 32768
		}
		if got := math.Sqrt(sum / float64(len(read.Samples))); math.Abs(20*math.Log10(got/(0.3/math.Sqrt2))) > 1 {
			t.Errorf("%s: level %v", name, got)
		}
		for _, cut := range []int{0, 3, 30, 36, 60, len(file) / 2} {
			if s, err := Decode(t.Context(), file[:cut]); err == nil && s.Length() >= made.Length() {
				t.Errorf("%s cut at %d is whole", name, cut)
			}
		}
	}
	if _, err := Decode(t.Context(), append([]byte("OggS"), make([]byte, 60)...)); !errors.Is(err, ErrFormat) {
		t.Errorf("another codec: %v", err)
	}
}

func TestProgramThatFailsIsAnError(t *testing.T) {
	if _, err := pipe(t.Context(), nil, "a-program-that-nobody-has"); !errors.Is(err, exec.ErrNotFound) {
		t.Error(err)
	}
	out := limited{most: 3, full: func() {}}
	if _, err := out.Write([]byte("four")); err == nil {
		t.Error("an endless output is taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(wav(22050, 1, 4, 5, -6))
	f.Add(wav(48000, 2, 0xffffffff, 5, -6))
	if ogg, _, err := Encode(f.Context(), tone(8000, 0.5, 100*time.Millisecond)); err == nil {
		f.Add(ogg)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= 36 && string(b[28:36]) == "OpusHead" {
			return // another program's affair
		}
		if s, err := Decode(t.Context(), b); err == nil && len(s.Samples) < 1<<16 {
			Render(s, 48000, 1)
		}
	})
}

func TestSoundsComeOutEquallyLoud(t *testing.T) {
	for _, amplitude := range []float64{0.01, 0.1, 0.5, 1} {
		s := tone(22050, amplitude, time.Second)
		clear(s.Samples[11025:]) // the other half is silence
		out := Render(s, 48000, 1)
		if len(out) != 48000 {
			t.Fatalf("one second has %d frames", len(out))
		}
		if l := rms(out[:24000]); math.Abs(20*math.Log10(l/loudness)) > 0.5 {
			t.Errorf("amplitude %v comes out at %v, want %v", amplitude, l, loudness)
		}
	}
	// Noise of a silent recording stays noise.
	if l := rms(Render(tone(22050, 0.0005, time.Second), 48000, 1)); l > loudness/8 {
		t.Errorf("silence comes out at %v", l)
	}
	if out := Render(Sound{Rate: 22050}, 48000, 1); len(out) != 0 {
		t.Errorf("nothing has %d frames", len(out))
	}
}

// Speech has peaks far above its mean: they must not keep a sentence quiet, and no
// boost may cut them off.
func TestPeaksAreHeldDown(t *testing.T) {
	speech, err := Synthesise(t.Context(), "cmn-latn-pinyin", "qing3 wen4 shen2 me5 huai4 le5", false)
	if err != nil {
		t.Fatal(err)
	}
	before := 0.0
	for _, decibels := range []float64{-8, -4, 0, 4, 8} {
		out := Render(speech, 48000, math.Pow(10, decibels/20))
		cut := 0
		for i, v := range out {
			if math.Abs(float64(v)) > ceiling {
				t.Fatalf("%v dB: a sample of %v", decibels, v)
			}
			if i > 0 && v == out[i-1] && math.Abs(float64(v)) == ceiling {
				cut++
			}
		}
		level := 20 * math.Log10(rms(out))
		if cut > 0 || before != 0 && level-before < 2.5 {
			t.Errorf("%v dB: level %.1f after %.1f, %d samples cut", decibels, level, before, cut)
		}
		before = level
	}
}

func TestLevelKeepsRateAndLength(t *testing.T) {
	quiet := tone(22050, 0.02, time.Second)
	level := Level(quiet)
	if level.Rate != quiet.Rate || len(level.Samples) != len(quiet.Samples) {
		t.Errorf("%d samples at %d Hz", len(level.Samples), level.Rate)
	}
	if twice := Level(level); math.Abs(float64(twice.Samples[1000]-level.Samples[1000])) > 3 {
		t.Errorf("levelled twice: %d after %d", twice.Samples[1000], level.Samples[1000])
	}
}

func TestEspeakSpeaks(t *testing.T) {
	for voice, spelling := range map[string]string{
		"cmn-latn-pinyin": "qing3 wen4 shen2 me5 huai4 le5",
		"en-us":           "Please put your card on the reader.",
	} {
		normal, err := Synthesise(t.Context(), voice, spelling, false)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := Synthesise(t.Context(), voice, spelling, true)
		if err != nil {
			t.Fatal(err)
		}
		if normal.Length() < time.Second || float64(slow.Length()) < 1.15*float64(normal.Length()) {
			t.Errorf("%s: %v long, slowly %v", voice, normal.Length(), slow.Length())
		}
		peak := int16(0)
		for _, v := range normal.Samples {
			peak = max(peak, v)
		}
		if peak < 1000 {
			t.Errorf("%s: the loudest sample is %d", voice, peak)
		}
		// Slower, but no deeper.
		if a, b := crossings(normal), crossings(slow); math.Abs(a-b) > 0.15*a {
			t.Errorf("%s: %.0f crossings a second, slowly %.0f", voice, a, b)
		}
	}
}

// crossings of zero in a second of what is loud: a measure of pitch and timbre.
func crossings(s Sound) float64 {
	n, loud := 0, 0
	block := s.Rate / 50
	for i := 0; i+block < len(s.Samples); i += block {
		part := s.Samples[i : i+block]
		peak := int16(0)
		for _, v := range part {
			peak = max(peak, v)
		}
		if peak < 3000 {
			continue
		}
		loud += block
		for j := 1; j < block; j++ {
			if part[j-1] < 0 && part[j] >= 0 {
				n++
			}
		}
	}
	return float64(n) * float64(s.Rate) / float64(loud)
}
