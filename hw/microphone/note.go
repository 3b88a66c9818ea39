package microphone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
)

// Media types of a note.
const (
	TypeOpus = "audio/ogg" // Opus in Ogg, RFC 7845
	TypeWAV  = "audio/wav"
)

// Note is a voice note as it is kept.
type Note struct {
	Data   []byte
	Type   string
	Length time.Duration
}

const (
	// bitrate is what Opus needs for speech that is easily understood, in kbit/s.
	bitrate = "24"
	// effort of the encoder, 0 to 10: a minute takes a second on a small board.
	effort = "5"
	// encodeLimit bounds the encoder; a resident waits for it.
	encodeLimit = 15 * time.Second
	// longestWAV is what an attachment holds without the encoder: 65 s.
	longestWAV = (request.MaxAttachment - headerBytes) / bytesPerSecond * time.Second
)

// Record records until stop is closed or longest is over, and compresses the note
// where Debian's opus-tools are installed; otherwise it is a WAV file of at most
// 65 s. Nothing is cut off its ends. A context that ends discards it.
//
// The error of a note that holds only silence has the fault nothing_heard, which
// the resident can mend by speaking up; others are the microphone's.
func (m *Microphone) Record(ctx context.Context, stop <-chan struct{}, longest time.Duration) (Note, error) {
	if !m.encodes() {
		longest = min(longest, longestWAV)
	}
	r, err := m.begin(ctx, longest)
	if err != nil {
		return Note{}, err
	}
	select {
	case <-stop:
	case <-r.ended:
	}
	heard, err := r.finish()
	if err != nil {
		heard.erase()
		return Note{}, err
	}
	if heard.silent() {
		heard.erase()
		return Note{}, &hw.Error{Code: fault.NothingHeard, Text: "microphone: the note holds only silence"}
	}
	return m.keep(ctx, heard)
}

// encodes tells whether there is an encoder.
func (m *Microphone) encodes() bool {
	_, err := exec.LookPath(m.config.encoder)
	return err == nil
}

// keep makes the note of what was heard. A note is kept uncompressed rather than
// lost to an encoder that fails.
func (m *Microphone) keep(ctx context.Context, heard *sound) (Note, error) {
	n := Note{Type: TypeOpus, Length: heard.length()}
	var err error
	n.Data, err = m.encode(ctx, heard)
	switch {
	case ctx.Err() != nil:
		heard.erase()
		clear(n.Data)
		return Note{}, ctx.Err()
	case err == nil:
		heard.erase()
		return n, nil
	case len(heard.wav) > request.MaxAttachment:
		heard.erase()
		return Note{}, &hw.Error{Code: fault.DeviceFailed, Text: err.Error()}
	}
	return Note{Data: heard.wav, Type: TypeWAV, Length: n.Length}, nil
}

// encode has opusenc compress, from memory to memory.
func (m *Microphone) encode(ctx context.Context, heard *sound) ([]byte, error) {
	if !m.encodes() {
		return nil, errors.New("microphone: opusenc is not installed (Debian package opus-tools)")
	}
	ctx, cancel := context.WithTimeout(ctx, encodeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.config.encoder, "--quiet", "--speech", "--bitrate", bitrate, "--comp", effort, "-", "-")
	cmd.WaitDelay = endLimit
	cmd.Stdin = bytes.NewReader(heard.wav)
	// Roomy enough that it does not move and leave copies of the note behind.
	out := bytes.NewBuffer(make([]byte, 0, len(heard.wav)/4+1<<16))
	cmd.Stdout = out
	err := cmd.Run()
	switch {
	case err != nil:
		err = fmt.Errorf("microphone: opusenc: %w", err)
	case !bytes.HasPrefix(out.Bytes(), []byte("OggS")) || out.Len() > request.MaxAttachment:
		err = fmt.Errorf("microphone: opusenc made %d bytes that are no note", out.Len())
	default:
		return out.Bytes(), nil
	}
	clear(out.Bytes())
	return nil, err
}
