package emulate

// The commands, one method for each of the four bytes that begin one. Lengths are
// those of Epson's command reference.

// escapeLengths gives how many bytes follow ESC x for commands that change nothing
// here.
var escapeLengths = map[byte]int{
	'%': 1, '=': 1, '?': 1, 'K': 1, 'L': 0, 'R': 1, 'S': 0, 'T': 1, 'U': 1, 'V': 1,
	'W': 8, 'c': 2, 'e': 1, 'p': 3, 'r': 1, 'u': 1, 'v': 0, '{': 1, '<': 0, 0x0C: 0,
}

func (in *interpreter) escape() error {
	c, err := in.next()
	if err != nil {
		return err
	}
	switch c {
	case '@':
		in.reset()
		return nil
	case '2':
		in.spacing = defaultSpacing
		return nil
	case 'i', 'm':
		return in.cut(0)
	case '$':
		to, err := in.word()
		if err == nil {
			in.move(to)
		}
		return err
	case '\\':
		by, err := in.word()
		if err == nil {
			in.move(in.lineEnd + int(int16(by)))
		}
		return err
	case 'D':
		return in.untilNUL()
	case '*':
		return in.bitImage()
	case '&':
		return in.userCharacters()
	case '(':
		_, _, err := in.counted()
		return err
	case '!', ' ', '-', '3', 'E', 'G', 'J', 'M', 'a', 'd', 't':
		n, err := in.next()
		if err != nil {
			return err
		}
		return in.escapeOne(c, n)
	}
	_, err = in.bytes(escapeLengths[c])
	return err
}

// escapeOne is ESC c n.
func (in *interpreter) escapeOne(c, n byte) error {
	switch c {
	case '!':
		in.style.Small = n&0x01 != 0
		in.style.Bold = n&0x08 != 0
		in.style.High = 1 + int(n>>4&1)
		in.style.Wide = 1 + int(n>>5&1)
		in.style.Underline = n&0x80 != 0
	case ' ':
		in.style.Spacing = int(n)
	case '-':
		in.style.Underline = n&0x03 != 0
	case '3':
		in.spacing = int(n)
	case 'E', 'G':
		in.style.Bold = n&1 != 0
	case 'J':
		return in.feed(int(n))
	case 'M':
		in.style.Small = n&1 != 0
	case 'a':
		in.place = AtLeft
		switch n {
		case 1, '1':
			in.place = AtCenter
		case 2, '2':
			in.place = AtRight
		}
	case 'd':
		return in.feed(int(n) * in.spacing)
	case 't':
		in.codePage = codePage(n)
	}
	return nil
}

// untilNUL passes over a list that ends with NUL.
func (in *interpreter) untilNUL() error {
	for {
		b, err := in.next()
		if err != nil || b == 0 {
			return err
		}
	}
}

// counted is the rest of a command "x pL pH data".
func (in *interpreter) counted() (x byte, data []byte, err error) {
	if x, err = in.next(); err != nil {
		return 0, nil, err
	}
	n, err := in.word()
	if err != nil {
		return 0, nil, err
	}
	data, err = in.bytes(n)
	return x, data, err
}

// userCharacters is ESC & y c1 c2 and a bitmap for each character.
func (in *interpreter) userCharacters() error {
	b, err := in.bytes(3)
	if err != nil {
		return err
	}
	for c := int(b[1]); c <= int(b[2]); c++ {
		wide, err := in.next()
		if err != nil {
			return err
		}
		if _, err := in.bytes(int(b[0]) * int(wide)); err != nil {
			return err
		}
	}
	return nil
}

// fieldSeparator is FS: Chinese characters.
func (in *interpreter) fieldSeparator() error {
	c, err := in.next()
	if err != nil {
		return err
	}
	switch c {
	case '&':
		in.chinese = true
	case '.':
		in.chinese = false
	case '!', '-', 'C', 'W':
		n, err := in.next()
		if err != nil {
			return err
		}
		switch c {
		case '-':
			in.style.Underline = n&0x03 != 0
		case 'W':
			in.style.Wide, in.style.High = 1+int(n&1), 1+int(n&1)
		}
	case 'S', 'p', '?':
		_, err = in.bytes(2)
	case '2':
		_, err = in.bytes(2 + 72)
	case '(':
		_, _, err = in.counted()
	}
	return err
}

// groupLengths is as escapeLengths, for GS.
var groupLengths = map[byte]int{
	'#': 1, '$': 2, '/': 1, ':': 0, 'E': 1, 'P': 2, 'T': 1, '\\': 2,
	'^': 3, 'b': 1, 'c': 0, 'f': 1, 'j': 1,
}

func (in *interpreter) groupSeparator() error {
	c, err := in.next()
	if err != nil {
		return err
	}
	switch c {
	case '!', 'B', 'H', 'h', 'w', 'a', 'r', 'I':
		n, err := in.next()
		if err != nil {
			return err
		}
		return in.groupOne(c, n)
	case 'L', 'W': // only at the beginning of a line
		n, err := in.word()
		if err != nil || in.lineEnd > 0 {
			return err
		}
		if c == 'L' {
			in.area.Left = min(n, in.width)
		} else {
			in.area.Width = n
		}
		return nil
	case 'V':
		return in.knife()
	case '(':
		return in.bracket()
	case '8':
		return in.longGraphics()
	case 'v':
		return in.raster()
	case '*':
		b, err := in.bytes(2)
		if err != nil {
			return err
		}
		_, err = in.bytes(int(b[0]) * int(b[1]) * 8)
		return err
	case 'k':
		return in.bar()
	case 'g':
		_, err = in.bytes(4)
		return err
	case 'z':
		_, err = in.bytes(3)
		return err
	case 'C':
		return in.counter()
	}
	_, err = in.bytes(groupLengths[c])
	return err
}

// groupOne is GS c n.
func (in *interpreter) groupOne(c, n byte) error {
	switch c {
	case '!':
		in.style.High = 1 + int(n&0x07)
		in.style.Wide = 1 + int(n>>4&0x07)
	case 'B':
		in.style.Reverse = n&1 != 0
	case 'H':
		in.barcode.human = n != 0 && n != '0'
	case 'h':
		in.barcode.height = int(n)
	case 'w':
		in.barcode.module = min(max(int(n), 1), 6)
	case 'a':
		return in.question(question{kind: askAutomatic, n: n})
	case 'r':
		return in.question(question{kind: askQueued, n: n})
	case 'I':
		return in.question(question{kind: askIdentity, n: n})
	}
	return nil
}

// knife is GS V m [n].
func (in *interpreter) knife() error {
	m, err := in.next()
	if err != nil {
		return err
	}
	switch m {
	case 65, 66, 97, 98, 103, 104:
		n, err := in.next()
		if err != nil {
			return err
		}
		return in.cut(knifeDots + int(n))
	}
	return in.cut(0)
}

// counter is GS C 0, 1, 2 or ;.
func (in *interpreter) counter() error {
	c, err := in.next()
	if err != nil {
		return err
	}
	switch c {
	case '0', '2':
		_, err = in.bytes(2)
	case '1':
		_, err = in.bytes(6)
	case ';':
		for range 5 { // five numbers that end with a semicolon each
			for b := byte(0); b != ';'; {
				if b, err = in.next(); err != nil {
					return err
				}
			}
		}
	}
	return err
}

// bracket is GS ( x pL pH data.
func (in *interpreter) bracket() error {
	if !in.mech.knowsProcessID() {
		return in.bracketWithoutH()
	}
	x, data, err := in.counted()
	if err != nil {
		return err
	}
	return in.function(x, data)
}

// bracketWithoutH is how a printer without GS ( H takes it: what follows is text.
func (in *interpreter) bracketWithoutH() error {
	x, err := in.next()
	if err != nil {
		return err
	}
	if x == 'H' {
		return in.put('H', false)
	}
	n, err := in.word()
	if err != nil {
		return err
	}
	data, err := in.bytes(n)
	if err != nil {
		return err
	}
	return in.function(x, data)
}

func (in *interpreter) function(x byte, data []byte) error {
	switch x {
	case 'H':
		if len(data) == 6 && (data[0] == 48 || data[0] == 0) && (data[1] == 48 || data[1] == 0) {
			return in.question(question{kind: askProcessed, id: data[2:]})
		}
	case 'k':
		return in.twoDimensional(data)
	case 'L':
		return in.graphics(data)
	}
	return nil
}

// dataLink is DLE. Real-time commands were obeyed when they arrived; in turn they
// are passed over, unless this printer only answers in turn.
func (in *interpreter) dataLink() error {
	c, err := in.next()
	if err != nil {
		return err
	}
	switch c {
	case 0x04:
		n, err := in.next()
		if err != nil {
			return err
		}
		return in.question(question{kind: askRealTime, n: n})
	case 0x05:
		_, err = in.next()
		in.raw = in.raw[:in.kept]
		return err
	case 0x14:
		fn, err := in.next()
		if err != nil {
			return err
		}
		n := 2
		if fn == 8 {
			n = 7
		}
		_, err = in.bytes(n)
		in.raw = in.raw[:in.kept]
		return err
	}
	return nil
}
