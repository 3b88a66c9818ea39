package emulate_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/microphone"
	"lintai/kiosk/fault"
)

// TestSpeechReachesTheDriver: what is spoken on the bench is what the terminal's
// driver records, by ALSA, and at the pace of speech.
func TestSpeechReachesTheDriver(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "microphone")
	bench, err := emulate.NewMicrophone(path)
	if err != nil {
		t.Fatal(err)
	}
	defer bench.Close()
	config := filepath.Join(dir, "asound.conf")
	text := fmt.Sprintf("pcm.bench_microphone {\n type file\n slave.pcm { type null }\n file /dev/null\n infile %q\n format raw\n}\n", path)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", config)
	levels := make(chan float64, 1000)
	m := microphone.New(microphone.Config{Device: "bench_microphone", OnLevel: func(l float64) { levels <- l }})

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// Nobody speaks.
	if n, err := m.Record(ctx, nil, time.Second); hw.FaultOf(err) != fault.NothingHeard || n.Data != nil {
		t.Errorf("a quiet lobby: %d bytes, %v", len(n.Data), err)
	}
	for len(levels) > 0 {
		<-levels
	}
	stop, ended := make(chan struct{}), make(chan error, 1)
	var note microphone.Note
	go func() {
		var err error
		note, err = m.Record(ctx, stop, time.Minute)
		ended <- err
	}()
	<-levels // it listens
	if err := bench.Speak(ctx, emulate.Syllables(1)); err != nil {
		t.Fatal(err)
	}
	for loud := 0; loud < 8; {
		if <-levels > 0.5 {
			loud++
		}
	}
	close(stop)
	if err := <-ended; err != nil || note.Length < 800*time.Millisecond || note.Length > 30*time.Second {
		t.Errorf("%v, %v", note.Length, err)
	}
	if err := bench.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Record(ctx, nil, time.Minute); hw.FaultOf(err) != fault.Unplugged {
		t.Errorf("pulled out: %v", err)
	}
	if err := bench.Speak(ctx, emulate.Syllables(1)); err == nil {
		t.Error("somebody speaks into nothing")
	}
}

func wavOf(rate, channels int, samples ...int16) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate*channels))
	b = binary.LittleEndian.AppendUint16(b, uint16(2*channels))
	b = append(binary.LittleEndian.AppendUint16(b, 16), "data\xff\xff\xff\xff"...)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func TestSpeechOfFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		wav  []byte
		want []int16
	}{
		"as it is": {wavOf(16000, 1, 1, -2, 3), []int16{1, -2, 3}},
		"faster":   {wavOf(32000, 1, 1, 2, 3, 4), []int16{1, 3}},
		"slower":   {wavOf(8000, 1, 5, 6), []int16{5, 5, 6, 6}},
		"stereo":   {wavOf(16000, 2, 1, 9, 2, 9), []int16{1, 2}},
	} {
		got, err := emulate.Speech(tt.wav)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := emulate.Speech([]byte("OggS")); !errors.Is(err, emulate.ErrNoSpeech) {
		t.Error(err)
	}
}

func FuzzSpeech(f *testing.F) {
	f.Add(wavOf(22050, 1, 1, 2, 3))
	f.Fuzz(func(t *testing.T, wav []byte) {
		if samples, err := emulate.Speech(wav); err == nil && len(samples) > 4*len(wav) {
			t.Errorf("%d samples of %d bytes", len(samples), len(wav))
		}
	})
}

// TestSpeechComesInWholePieces: the file plugin takes a piece that is too short for
// a whole one, so that there must be none.
func TestSpeechComesInWholePieces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "microphone")
	bench, err := emulate.NewMicrophone(path)
	if err != nil {
		t.Fatal(err)
	}
	defer bench.Close()
	pipe, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	const piece = 2 * emulate.MicrophoneRate / 8
	for range 4 {
		b := make([]byte, 2*piece)
		if n, err := pipe.Read(b); err != nil || n != piece {
			t.Fatalf("%d bytes, %v; want %d", n, err, piece)
		}
	}
}
