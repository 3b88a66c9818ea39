// Package printer drives thermal slip printers that speak ESC/POS, and tells the
// truth about paper.
//
// Encode turns a slip document into the bytes of a profile: 58 or 80 mm, with or
// without cutter, text in GB18030, QR codes by the printer itself. A line with a
// character that these printers have no glyph for is drawn from a font and sent as
// a picture. Parser turns what the printer says back into answers.
//
// A printer is reached over a serial line, over the kernel's usblp device or over
// TCP (Line). usblp also has printers that cannot or do not answer: those are
// printed to blindly, and their slips stay Unknown.
//
// The driver asks before it prints: an open cover or missing paper refuses the
// slip while nothing of it is on paper. After the slip it sends a fence, a
// question that the printer answers only when it has worked through everything
// before. GS ( H is the better fence, GS r the other; which of them a printer has
// is found by asking, not by its name. A slip whose fence was answered is Printed.
// One that was refused, cut short or stopped by paper or cover is NotPrinted.
// Everything else is Unknown and never printed again by itself: two slips with one
// code are worse than none.
//
// Sources: Epson's ESC/POS command reference (DLE EOT, DLE DC4 fn 8, GS ( H, GS r,
// GS a, GS ( k, GS v 0, GS V) and the manuals of Citizen's CT-S series, which agree.
package printer
