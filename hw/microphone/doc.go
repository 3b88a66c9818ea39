// Package microphone records a voice note: a resident tells what is broken where
// writing is too much.
//
// The sound comes from ALSA's arecord, a program of its own, so that a driver that
// hangs takes nothing with it: it is asked to end, given a moment, and killed. A
// note is 16-bit mono PCM at 16 kHz in a WAV file that exists in memory only. It
// is bounded in length, it can be erased, and nothing of it is ever logged.
//
// Between notes, the supervisor's probe opens the microphone for one sample in
// 16000 and throws it away: that is the only way to learn whether it would open.
package microphone
