// Package scanner reads codes from a QR and barcode scanner.
//
// In line mode a scanner types what it sees, a line for a code, without being asked.
// Modules of the GM65 kind do the same and can be asked and told besides, on the same
// wire; then a wrong speed and a scanner that fell silent are noticed, and the scanner
// is set to look by itself whatever somebody set it to before. For whoever waits for
// codes there is no difference.
//
// How a line ends depends on how somebody once set the scanner up with a sheet of
// barcodes: carriage return, line feed, both, a tab, or nothing at all, in which
// case a pause is the end. All of these are understood at once. What cannot be a
// code, such as the noise of a wrong speed, is dropped. What a code says is passed
// on and never logged.
//
// line.go cuts a stream into codes, gm65.go packs commands and knows replies, demux.go
// parts the replies from the codes. driver.go owns the port, module.go talks to a GM65.
package scanner

import (
	"unicode"
	"unicode/utf8"
)

const (
	// shortest and longest bound a code, in bytes. One or two bytes are noise;
	// the longest is more than any address on a slip needs.
	shortest = 3
	longest  = 512
)

// Splitter cuts what a scanner types into codes.
type Splitter struct {
	line [longest]byte
	n    int
	bad  bool // this line is no code; dropped up to its end
}

// Add takes the next byte. When it ended a code, that is returned.
func (s *Splitter) Add(b byte) (code string, ok bool) {
	switch b {
	case '\r', '\n', '\t':
		return s.End()
	case 0x02, 0x03: // some scanners frame a line in STX and ETX
		return "", false
	}
	if s.n == len(s.line) {
		s.bad = true
		return "", false
	}
	s.line[s.n] = b
	s.n++
	return "", false
}

// spoil makes the line that stands open, or begins next, no code.
func (s *Splitter) spoil() { s.bad = true }

// Open tells whether a line has begun and not ended.
func (s *Splitter) Open() bool { return s.n > 0 || s.bad }

// End ends the line as it stands, after a pause or a tail.
func (s *Splitter) End() (code string, ok bool) {
	line, bad := s.line[:s.n], s.bad
	s.n, s.bad = 0, false
	defer clear(line)
	if bad || len(line) < shortest || !utf8.Valid(line) {
		return "", false
	}
	code = string(line)
	for _, r := range code {
		if !unicode.IsPrint(r) {
			return "", false
		}
	}
	return code, true
}
