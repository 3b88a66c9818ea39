package handwriting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"lintai/kiosk/visit"
)

const (
	// DefaultProgram and DefaultModel are where Debian's packages put them.
	DefaultProgram = "zinnia"
	DefaultModel   = "/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model"

	// characters is how many are given, two pages of the screen's five, and asked how
	// many zinnia is asked for.
	characters = 10
	asked      = 20
	// limit bounds one reading.
	limit = 2 * time.Second
	// endLimit is the moment in which a killed process must let go of its pipes.
	endLimit = time.Second
)

// ErrNotInstalled is returned by Open where program or model is missing.
var ErrNotInstalled = errors.New("handwriting: not installed")

// Recogniser reads characters. It may be used by several goroutines.
type Recogniser struct {
	program, model string
	limit          time.Duration
}

// Open finds the program and its model; empty names stand for Debian's.
func Open(program, model string) (*Recogniser, error) {
	if program == "" {
		program = DefaultProgram
	}
	if model == "" {
		model = DefaultModel
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("%w: no program %s (Debian package zinnia-utils)", ErrNotInstalled, program)
	}
	file, err := os.Open(model)
	if err != nil {
		return nil, fmt.Errorf("%w: no model %s (Debian package tegaki-zinnia-simplified-chinese)", ErrNotInstalled, model)
	}
	defer file.Close()
	return &Recogniser{path, model, limit}, nil
}

// Recognise returns the characters that the strokes may be, best first. Without
// strokes there are none.
func (r *Recogniser) Recognise(ctx context.Context, strokes []visit.Stroke) ([]string, error) {
	drawn := describe(strokes)
	if drawn == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program, "-m", r.model, "-n", strconv.Itoa(asked))
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = endLimit
	cmd.Stdin = bytes.NewReader(drawn)
	answer, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("handwriting: %w", ctx.Err())
	}
	if err != nil {
		// Only how it ended: what it says may quote what was drawn.
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return nil, fmt.Errorf("handwriting: %s ended with %s", DefaultProgram, ended.ProcessState)
		}
		return nil, fmt.Errorf("handwriting: %s: %w", DefaultProgram, err)
	}
	readings, err := parse(answer)
	if err != nil {
		return nil, err
	}
	return rank(readings), nil
}
