// Package microphone records a voice note: a resident tells what is broken where
// writing is too much.
//
// The sound comes from ALSA's arecord, a program of its own, so that a driver that
// hangs takes nothing with it: it is asked to end, given a moment, and killed. It
// is 16-bit mono PCM at 16 kHz; opusenc, another program, makes 180 kB a minute of
// it. Both talk to this one through pipes, so that a note exists in memory only,
// and nothing of it is ever logged. It is bounded in length, and one that holds
// nothing but silence is told as such: a resident who spoke for a minute to a
// microphone that is muted must know.
//
// Between notes, the supervisor's probe opens the microphone for one sample in
// 16000 and throws it away: that is the only way to learn whether it would open.
package microphone
