package speaker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const (
	// openLimit bounds the opening of a card, which takes some milliseconds.
	openLimit = 3 * time.Second
	// endLimit is the moment that is left to a program that was killed.
	endLimit = time.Second
)

// program is the sound card behind ALSA's aplay: a process for each sound, which
// opens the card anew and takes nothing with it when it hangs.
type program struct {
	name    string
	playing *run
}

// run is one process.
type run struct {
	frames *frames
	kill   context.CancelFunc
	ended  chan struct{}
	err    error
}

// openProgram tries whether the card opens now. why is told when it does not: the
// reason for which oto could not be had.
func openProgram(name string, why error) (*program, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openLimit)
	defer cancel()
	cmd, complaint := command(ctx, name, os.DevNull)
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, why
		}
		return nil, fmt.Errorf("%w; %w", why, told(name, err, complaint))
	}
	return &program{name: name}, nil
}

func command(ctx context.Context, name string, rest ...string) (*exec.Cmd, *bytes.Buffer) {
	arguments := []string{"-q", "-D", "default", "-t", "raw", "-f", "FLOAT_LE", "-c", "2", "-r", strconv.Itoa(SampleRate)}
	cmd := exec.CommandContext(ctx, name, append(arguments, rest...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = endLimit
	complaint := &bytes.Buffer{}
	cmd.Stderr = complaint
	return cmd, complaint
}

func told(name string, err error, complaint *bytes.Buffer) error {
	lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
	last := lines[len(lines)-1]
	return fmt.Errorf("speaker: %s: %w %s", name, err, last[:min(len(last), 200)])
}

func (p *program) Play(samples []float32, volume float64) error {
	if _, err := p.Rest(); err != nil {
		return err // the sound before it was not played
	}
	p.Stop()
	ctx, kill := context.WithCancel(context.Background())
	cmd, complaint := command(ctx, p.name)
	r := &run{frames: newFrames(samples, volume), kill: kill, ended: make(chan struct{})}
	cmd.Stdin = r.frames
	if err := cmd.Start(); err != nil {
		kill()
		return told(p.name, err, complaint)
	}
	go func() {
		defer close(r.ended)
		defer kill()
		if err := cmd.Wait(); err != nil {
			r.err = told(p.name, err, complaint)
		}
	}()
	p.playing = r
	return nil
}

func (p *program) SetVolume(volume float64) {
	if p.playing != nil {
		p.playing.frames.setGain(volume)
	}
}

// Stop leaves the process to its end: it was killed, and is waited for elsewhere.
func (p *program) Stop() {
	if p.playing != nil {
		p.playing.kill()
		p.playing = nil
	}
}

// GiveUp does nothing: the next sound is another process.
func (p *program) GiveUp() {}

func (p *program) Rest() (bool, error) {
	if p.playing == nil {
		return true, nil
	}
	select {
	case <-p.playing.ended:
		err := p.playing.err
		p.playing = nil
		return true, err
	default:
		return false, nil
	}
}
