package speaker

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"time"
)

// Speeds of espeak-ng in words a minute, as a listener over 70 follows them.
const (
	speedNormal = 130
	speedSlow   = 100
)

// synthesisLimit bounds one run of espeak-ng, which takes about 40 ms.
const synthesisLimit = 5 * time.Second

// Synthesise runs espeak-ng on pinyin with tone digits. espeak-ng is a program
// of its own (GPL) and stays one: a process per sentence, text in, WAV out. The
// voice is cmn-latn-pinyin because the one for Chinese characters in Debian 12
// reads wrongly.
func synthesise(ctx context.Context, pinyin string, slow bool) (sound, error) {
	speed := speedNormal
	if slow {
		speed = speedSlow
	}
	ctx, cancel := context.WithTimeout(ctx, synthesisLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", "cmn-latn-pinyin", "-s", strconv.Itoa(speed), "--stdin", "--stdout")
	cmd.Stdin = bytes.NewReader([]byte(pinyin))
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return sound{}, fmt.Errorf("speaker: espeak-ng: %w %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	return parseWAV(out.Bytes())
}
