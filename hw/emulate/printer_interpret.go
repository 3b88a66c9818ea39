package emulate

import "golang.org/x/text/encoding/simplifiedchinese"

// interpreter turns bytes into a page, command by command. Commands that it does
// not know are passed over as far as their length is known.
type interpreter struct {
	mech  mechanism
	width int

	page Page
	raw  []byte // what made the page so far
	kept int    // length of raw before the command at work

	line    []Run
	lineEnd int // dots used on the line
	lineTop int // dots of its highest character

	style   Run // of the next character; its Text and Indent are empty
	place   Placement
	area    Area
	spacing int // dots from line to line
	chinese bool
	// codePage is that of bytes beyond ASCII while Chinese is off.
	codePage codePage

	symbol  symbol
	barcode barcodeStyle
	stored  *Picture // GS ( L
}

// defaultSpacing is 1/6 inch at 203 dots per inch, rounded as Epson has it.
const defaultSpacing = 30

func newInterpreter(width int, m mechanism) *interpreter {
	in := &interpreter{mech: m, width: width}
	in.page.Width = width
	in.reset()
	return in
}

// reset is ESC @: settings as at power-on and the line that was begun forgotten.
func (in *interpreter) reset() {
	in.line, in.lineEnd, in.lineTop = nil, 0, 0
	in.style = Run{Wide: 1, High: 1}
	in.place = AtLeft
	in.area = Area{}
	in.spacing = defaultSpacing
	in.chinese = true
	in.codePage = 0
	in.symbol = symbol{module: 3, level: 'L'}
	in.barcode = barcodeStyle{height: 162, module: 3}
	in.stored = nil
}

// next is the next byte; it is kept with the slip's raw bytes.
func (in *interpreter) next() (byte, error) {
	b, err := in.mech.next()
	if err == nil {
		in.raw = append(in.raw, b)
	}
	return b, err
}

// bytes is the next n bytes.
func (in *interpreter) bytes(n int) ([]byte, error) {
	all := make([]byte, 0, min(n, 4096)) // n comes from the line: let it grow
	for range n {
		b, err := in.next()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// word is a length or position, low byte first.
func (in *interpreter) word() (int, error) {
	b, err := in.bytes(2)
	if err != nil {
		return 0, err
	}
	return int(b[0]) | int(b[1])<<8, nil
}

// step works through one character or command.
func (in *interpreter) step() error {
	in.kept = len(in.raw)
	err := in.one()
	if err == errCleared {
		// The print buffer goes too, and the command with it; what is on paper
		// stays.
		in.line, in.lineEnd, in.lineTop = nil, 0, 0
		in.raw = in.raw[:min(in.kept, len(in.raw))]
	}
	return err
}

// question marks the command at work as no part of the slip.
func (in *interpreter) question(q question) error {
	in.raw = in.raw[:in.kept]
	return in.mech.inTurn(q)
}

func (in *interpreter) one() error {
	b, err := in.next()
	if err != nil {
		return err
	}
	switch b {
	case 0x1B:
		return in.escape()
	case 0x1C:
		return in.fieldSeparator()
	case 0x1D:
		return in.groupSeparator()
	case 0x10:
		return in.dataLink()
	case '\n':
		return in.lineFeed()
	case '\t':
		return in.tab()
	case 0x0C:
		return in.lineFeed()
	}
	if b < 0x20 || b == 0x7F {
		return nil // NUL, CR and others do nothing
	}
	if b >= 0x80 && (!in.chinese || b == 0x80 || b == 0xFF) {
		return in.put(in.codePage.decode(b), true)
	}
	r, err := in.character(b)
	if err != nil {
		return err
	}
	return in.put(r, false)
}

// character completes the character that begins with b: ASCII or GB18030.
func (in *interpreter) character(b byte) (rune, error) {
	if b < 0x80 {
		return rune(b), nil
	}
	code := []byte{b}
	next, err := in.next()
	if err != nil {
		return 0, err
	}
	code = append(code, next)
	if next >= '0' && next <= '9' {
		rest, err := in.bytes(2)
		if err != nil {
			return 0, err
		}
		code = append(code, rest...)
		if !in.mech.fourByte() {
			return '\uFFFD', nil
		}
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(code)
	if err != nil {
		return '\uFFFD', nil
	}
	return []rune(string(text))[0], nil
}

// put adds a character to the line, and starts a new line when it is full. Half is
// set for a character of a code page.
func (in *interpreter) put(r rune, half bool) error {
	run := in.style
	run.Half = half
	w := run.cellWidth(r)*run.Wide + run.Spacing
	if in.lineEnd+w > in.room() && in.lineEnd > 0 {
		if err := in.endLine(); err != nil {
			return err
		}
	}
	last := len(in.line) - 1
	if last >= 0 && sameStyle(in.line[last], run) {
		in.line[last].Text += string(r)
	} else {
		run.Text = string(r)
		in.line = append(in.line, run)
	}
	in.lineEnd += w
	height := charDots
	if in.style.Small {
		height = smallHigh
	}
	in.lineTop = max(in.lineTop, height*in.style.High)
	return nil
}

func sameStyle(a, b Run) bool {
	a.Text, a.Indent, b.Text, b.Indent = "", 0, "", 0
	return a == b
}

// room is the width between the margins.
func (in *interpreter) room() int {
	room := max(in.width-in.area.Left, 0)
	if in.area.Width > 0 {
		room = min(room, in.area.Width)
	}
	return room
}

// move goes to a position on the line, in dots from the left margin, forth or back.
func (in *interpreter) move(to int) {
	to = max(min(to, in.room()), 0)
	if to == in.lineEnd {
		return
	}
	gap := in.style
	gap.Indent = to - in.lineEnd
	in.line = append(in.line, gap)
	in.lineEnd = to
}

// tab goes to the next multiple of eight characters.
func (in *interpreter) tab() error {
	stop := 8 * asciiDots
	in.move((in.lineEnd/stop + 1) * stop)
	return nil
}

func (in *interpreter) lineFeed() error { return in.endLine() }

// endLine prints the line that was begun, or moves the paper by one.
func (in *interpreter) endLine() error {
	height := max(in.spacing, in.lineTop)
	if err := in.mech.advance(height); err != nil {
		return err
	}
	in.page.Items = append(in.page.Items, TextLine{Runs: in.line, Place: in.place, Area: in.area, Height: height})
	in.line, in.lineEnd, in.lineTop = nil, 0, 0
	return nil
}

// flush prints the line that was begun, if any.
func (in *interpreter) flush() error {
	if len(in.line) == 0 {
		return nil
	}
	return in.endLine()
}

// tearOff is the length of a feed at which a printer without a knife has its slip
// torn off: four lines.
const tearOff = 4 * defaultSpacing

// feed prints the line that was begun and moves the paper.
func (in *interpreter) feed(dots int) error {
	if err := in.flush(); err != nil {
		return err
	}
	if dots <= 0 {
		return nil
	}
	if err := in.mech.advance(dots); err != nil {
		return err
	}
	in.page.Items = append(in.page.Items, Gap{dots})
	if dots >= tearOff {
		page := in.page
		if in.mech.tear(&page, in.raw) {
			in.newPage()
		}
	}
	return nil
}

func (in *interpreter) newPage() {
	in.page = Page{Width: in.width}
	in.raw, in.kept = nil, 0
}

// knifeDots is the way from the head to the knife.
const knifeDots = 100

// cut feeds to the knife and cuts.
func (in *interpreter) cut(dots int) error {
	if err := in.flush(); err != nil {
		return err
	}
	if dots > 0 {
		if err := in.mech.advance(dots); err != nil {
			return err
		}
		in.page.Items = append(in.page.Items, Gap{dots})
	}
	page := in.page
	done, err := in.mech.cut(&page, in.raw)
	if err != nil {
		return err
	}
	if done {
		in.newPage()
	}
	return nil
}

// picture prints a bitmap, as far as there is paper.
func (in *interpreter) picture(b Picture) error {
	if err := in.flush(); err != nil {
		return err
	}
	const band = 24
	whole := b.Bitmap
	shown := *whole
	shown.H = 0
	for y := 0; y < whole.H; y += band {
		rows := min(band, whole.H-y)
		if err := in.mech.advance(rows * b.High); err != nil {
			return err
		}
		shown.H += rows
		part := shown
		part.Bits = whole.Bits[:part.H*part.Stride()]
		b.Bitmap = &part
		if y == 0 {
			in.page.Items = append(in.page.Items, b)
		} else {
			in.page.Items[len(in.page.Items)-1] = b
		}
	}
	return nil
}
