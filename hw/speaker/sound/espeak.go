package sound

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Voices of espeak-ng that are used, and their speeds in words a minute, as a
// listener over 70 follows them: normal and slow. espeak-ng keeps the pitch. The one
// for Chinese is the voice for pinyin, because the one for characters in Debian 12
// reads wrongly.
var speeds = map[string][2]int{
	"cmn-latn-pinyin": {130, 100},
	"en-us":           {140, 108},
}

// otherSpeeds are those of a voice that is not in the table.
var otherSpeeds = [2]int{135, 105}

// synthesisLimit bounds one run of espeak-ng, which takes about 40 ms.
const synthesisLimit = 5 * time.Second

// Synthesiser names the program that makes sentences, for manifests of packs.
const Synthesiser = "espeak-ng"

// Synthesise speaks a sentence that is spelt as a voice of espeak-ng wants it.
// espeak-ng is a program of its own (GPL) and stays one: a process per sentence,
// text in, WAV out.
func Synthesise(ctx context.Context, voice, spelling string, slow bool) (Sound, error) {
	speed, known := speeds[voice]
	if !known {
		speed = otherSpeeds
	}
	pace := speed[0]
	if slow {
		pace = speed[1]
	}
	ctx, cancel := context.WithTimeout(ctx, synthesisLimit)
	defer cancel()
	wav, err := pipe(ctx, []byte(spelling), Synthesiser, "-v", voice, "-s", strconv.Itoa(pace), "--stdin", "--stdout")
	if err != nil {
		return Sound{}, err
	}
	if len(wav) == 0 { // nothing to speak
		return Sound{Rate: 22050}, nil
	}
	return parseWAV(wav)
}

// Encode writes a sound as Ogg Vorbis with the program oggenc (Debian:
// vorbis-tools), or as WAV where there is none. The extension is "ogg" or "wav". The
// same sound gives the same bytes.
func Encode(ctx context.Context, s Sound) (file []byte, extension string, err error) {
	wav := formatWAV(s)
	if _, err := exec.LookPath("oggenc"); err != nil {
		return wav, "wav", nil
	}
	ctx, cancel := context.WithTimeout(ctx, decodeLimit)
	defer cancel()
	ogg, err := pipe(ctx, wav, "oggenc", strings.Fields("--quiet --serial 1 --quality 2 --output - -")...)
	return ogg, "ogg", err
}
