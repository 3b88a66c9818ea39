// Package handwriting reads characters that a resident draws with the finger.
//
// The reading is done by zinnia, a program of its own from Debian's zinnia-utils,
// with the model of tegaki-zinnia-simplified-chinese: all characters of GB 2312.
// Both are optional; where one is missing, Open says so and the terminal does not
// offer the pad.
//
// One process is started for each reading, which takes some ten milliseconds, and
// it is killed with the context or after a bounded time. So nothing stays in memory
// of what was drawn, and a character that hangs the program takes nothing with it.
// The lines reach it through its standard input, where no list of processes shows
// them, and neither they nor what was read stand in an error or a log.
package handwriting
