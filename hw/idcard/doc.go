// Package idcard reads identity cards through a serial reader with a security
// module, as they stand on the counters of every public office.
//
// The terminal asks and the reader answers, one frame each: status of the module;
// is there a card (find); speak to it (select); what does it say (read). The
// reader never speaks by itself, so a Reader asks again and again while somebody
// wants to know: not at all, only whether a card lies there, or until one is read.
// Its protocol is called SDT after the library that vendors ship; the bytes here
// are those of its serial form at 115200 baud, 8N1.
//
// frame.go packs and finds frames, status.go knows what the three status bytes
// say, card.go and the files of its fields turn 256 bytes of text into a Card,
// exchange.go asks one question, and reader.go is the driver.
//
// What a card says is the most personal thing a terminal ever holds. It is given
// to whoever asked and kept nowhere: buffers are zeroed after parsing, frames are
// never logged, and a Card prints as nothing.
package idcard
