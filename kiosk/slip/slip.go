// Package slip is the printed document as data, and what is known of its
// printing. A slip is a list of blocks that a printer driver turns into the
// bytes of its model; nothing here knows dots, bytes or paper widths.
package slip

import "lintai/kiosk/fault"

// Align places a text block on the line.
type Align int

const (
	Left Align = iota
	Center
)

// Block is one part of a slip: Text, Pair, Rule, QR or Space.
type Block interface{ block() }

// Text is one paragraph; the driver wraps it to the paper.
type Text struct {
	Text  string
	Large bool // twice as wide and high
	Bold  bool
	Align Align
}

// Pair is a label and its value, printed as "label：value".
type Pair struct{ Label, Value string }

// Rule is a dashed line over the whole width.
type Rule struct{}

// QR is a QR code of Data, centred, at error correction level M or better.
type QR struct{ Data string }

// Space is a number of empty lines.
type Space struct{ Lines int }

func (Text) block()  {}
func (Pair) block()  {}
func (Rule) block()  {}
func (QR) block()    {}
func (Space) block() {}

// Slip is one document. The driver feeds and cuts after the last block.
type Slip struct {
	Blocks []Block
}

// Outcome is what is known about a slip after printing was asked for. There
// are three, because a serial printer can fall silent between "sent" and "out".
type Outcome int

const (
	// Unknown: bytes were sent and nothing confirms that they became paper.
	// Such a slip is never printed again by itself.
	Unknown Outcome = iota
	// Printed: the printer confirmed that it processed the slip to its end.
	Printed
	// NotPrinted: no complete slip came out, and the driver knows it.
	NotPrinted
)

func (o Outcome) String() string {
	switch o {
	case Printed:
		return "printed"
	case NotPrinted:
		return "not_printed"
	}
	return "unknown"
}

// Result is the truth about one print.
type Result struct {
	Outcome Outcome
	// Method says how it is known: "process_id" (GS ( H), "status_fence"
	// (GS r), "refused" (status before printing), "write_failed", "none".
	Method string
	// Fault is the reason when the outcome is not Printed, or a warning such
	// as paper_near_end when it is.
	Fault fault.Code
}
