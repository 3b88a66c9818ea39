// Package sound makes, reads and levels what the speaker plays: sentences by
// espeak-ng, clips of a prompt pack (WAV, Ogg Vorbis) and voice notes (WAV, Ogg
// Opus). It knows no sound card and needs no C, so a technician's tool can build
// and check packs on any machine.
//
// Whatever its origin, a sound comes out at one loudness: a resident must not reach
// for the volume because one sentence was recorded and the next one is synthetic.
package sound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/jfreymuth/oggvorbis"
)

// Sound is mono 16-bit audio at some rate, as it is kept in memory.
type Sound struct {
	Rate    int // samples a second
	Samples []int16
}

// Length is how long it sounds.
func (s Sound) Length() time.Duration {
	if s.Rate == 0 {
		return 0
	}
	return time.Duration(len(s.Samples)) * time.Second / time.Duration(s.Rate)
}

// longest bounds what a file may decode to: a clip of some bytes that unfolds into
// hours would take the terminal's memory.
const longest = 3 * time.Minute

const (
	lowestRate, highestRate = 4000, 192000
	mostChannels            = 8
)

// ErrFormat is a file that is no sound, or in no format that is played.
var ErrFormat = errors.New("sound: not a 16-bit PCM WAV, Ogg Vorbis or Ogg Opus file")

// Decode reads a file: WAV with 16-bit PCM, Ogg Vorbis, or Ogg Opus. It goes by the
// content; several channels are mixed to one. The context bounds the decoding of
// Opus, which the program opusdec (Debian: opus-tools) does.
func Decode(ctx context.Context, file []byte) (Sound, error) {
	// The first packet of an Ogg stream follows a page header of 28 bytes (RFC 3533;
	// RFC 7845 for Opus, Vorbis I section 4.2.1).
	switch {
	case bytes.HasPrefix(file, []byte("RIFF")):
		return parseWAV(file)
	case !bytes.HasPrefix(file, []byte("OggS")) || len(file) < 36:
		return Sound{}, ErrFormat
	case string(file[28:36]) == "OpusHead":
		return decodeOpus(ctx, file)
	case string(file[28:35]) == "\x01vorbis":
		return decodeVorbis(file)
	}
	return Sound{}, ErrFormat
}

func decodeVorbis(file []byte) (s Sound, err error) {
	// The decoder trusts its input; a damaged clip must not end the terminal.
	defer func() {
		if broken := recover(); broken != nil {
			s, err = Sound{}, fmt.Errorf("%w: Vorbis: %v", ErrFormat, broken)
		}
	}()
	r, err := oggvorbis.NewReader(bytes.NewReader(file))
	if err != nil {
		return Sound{}, fmt.Errorf("sound: Vorbis: %w", err)
	}
	rate, channels := r.SampleRate(), r.Channels()
	if channels < 1 || channels > mostChannels || rate < lowestRate || rate > highestRate {
		return Sound{}, fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, channels, rate)
	}
	s.Rate = rate
	buffer, idle := make([]float32, 4096*channels), 0
	for s.Length() < longest {
		n, err := r.Read(buffer)
		for i := 0; i+channels <= n; i += channels {
			sum := float32(0)
			for _, v := range buffer[i : i+channels] {
				sum += v
			}
			v := sum / float32(channels)
			if v != v { // a damaged clip can give what is no number
				v = 0
			}
			s.Samples = append(s.Samples, int16(32767*max(-1, min(1, v))))
		}
		if n > 0 {
			idle = 0
		}
		switch {
		case errors.Is(err, io.EOF):
			return s, nil
		case err != nil:
			return Sound{}, fmt.Errorf("sound: Vorbis: %w", err)
		case n == 0:
			if idle++; idle == mostIdle {
				return Sound{}, fmt.Errorf("%w: Vorbis without sound", ErrFormat)
			}
		}
	}
	return s, nil
}

// mostIdle is how often in a row the decoder may return nothing: a packet may be silent, but no
// file is made of such packets only.
const mostIdle = 100

// decodeLimit bounds one run of opusdec or oggenc: a minute of speech takes them
// some tenths of a second on a Raspberry Pi.
const decodeLimit = 5 * time.Second

func decodeOpus(ctx context.Context, file []byte) (Sound, error) {
	ctx, cancel := context.WithTimeout(ctx, decodeLimit)
	defer cancel()
	wav, err := pipe(ctx, file, "opusdec", "--quiet", "--force-wav", "--rate", "48000", "-", "-")
	if err != nil {
		return Sound{}, err
	}
	return parseWAV(wav)
}

// pipe runs a program on an input, and returns what it prints. The program is one of
// its own, under its own licence, and stays one.
func pipe(ctx context.Context, input []byte, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = bytes.NewReader(input)
	out := limited{most: int(longest/time.Second) * 48000 * 2 * mostChannels, full: cancel}
	var complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		line, _, _ := bytes.Cut(bytes.TrimSpace(complaint.Bytes()), []byte("\n"))
		return nil, fmt.Errorf("sound: %s: %w %s", name, err, line[:min(len(line), 200)])
	}
	return out.Bytes(), nil
}

// limited ends the program that fills it without end.
type limited struct {
	bytes.Buffer
	most int
	full func()
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.most {
		l.full()
		return 0, errors.New("sound: too long")
	}
	return l.Buffer.Write(p)
}
