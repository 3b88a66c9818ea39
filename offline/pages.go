package offline

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// pages reads a SQLite file as it lies on the disk, page by page, with or without
// what its write-ahead log has on top. It trusts neither: see record.
// The formats are those of sqlite.org/fileformat2.html.
type pages struct {
	file, log *os.File
	size      int64            // of a page
	count     uint32           // of the file's pages
	newer     map[uint32]int64 // page → offset in log of its newest image
	usable    int64
}

// pageSize is that of every queue: what SQLite takes when nobody says otherwise.
const pageSize = 4096

// openPages opens the file, and with log its write-ahead log if there is one. Each
// may be damaged anywhere.
func openPages(file, log string) (*pages, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, classify(err)
	}
	p := &pages{file: f, size: pageSize, usable: pageSize, newer: map[uint32]int64{}}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, classify(err)
	}
	p.count = uint32(info.Size() / p.size)
	if log != "" {
		if p.log, err = os.Open(log); err == nil {
			p.readLog()
		}
	}
	return p, nil
}

func (p *pages) close() {
	p.file.Close()
	if p.log != nil {
		p.log.Close()
	}
}

// readLog finds the newest image of each page in the log: of all frames of the
// present generation up to the last commit. A frame that was damaged inside is
// taken all the same: what is in it proves itself or is passed over.
func (p *pages) readLog() {
	var header [32]byte
	if _, err := p.log.ReadAt(header[:], 0); err != nil {
		return
	}
	salt := string(header[16:24])
	pending := map[uint32]int64{}
	var frame [24]byte
	for at := int64(32); ; at += 24 + p.size {
		if _, err := p.log.ReadAt(frame[:], at); err != nil {
			return
		}
		number, committed := binary.BigEndian.Uint32(frame[0:]), binary.BigEndian.Uint32(frame[4:])
		if string(frame[8:16]) != salt || number == 0 {
			if at == 32 {
				return
			}
			// Either the end of this generation or a damaged head; look one further, as
			// beyond the end there is nothing with this salt.
			var next [24]byte
			if _, err := p.log.ReadAt(next[:], at+24+p.size); err != nil || string(next[8:16]) != salt {
				return
			}
			continue
		}
		pending[number] = at + 24
		if committed != 0 {
			for n, offset := range pending {
				p.newer[n] = offset
				p.count = max(p.count, n)
			}
			clear(pending)
		}
	}
}

var errNoPage = errors.New("no such page")

func (p *pages) read(number uint32, into []byte) error {
	if number == 0 || number > p.count {
		return errNoPage
	}
	from, at := p.file, int64(number-1)*p.size
	if offset, ok := p.newer[number]; ok {
		from, at = p.log, offset
	}
	n, err := from.ReadAt(into[:p.size], at)
	if n == int(p.size) || err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return errNoPage
	}
	return err // a sector that cannot be read
}

// record is one row as its page has it: the rowid of a table, or 0, and columns of
// type nil, int64, string or []byte.
type record struct {
	rowid   int64
	columns []any
}

// records calls each with every row that can be read from the leaves of tables and
// from the nodes of indices; unread counts pages that cannot be read at all.
func (p *pages) records(each func(record)) (unread int) {
	page := make([]byte, p.size)
	for number := uint32(1); number <= p.count; number++ {
		if err := p.read(number, page); err != nil {
			if !errors.Is(err, errNoPage) {
				unread++
			}
			continue
		}
		p.cells(number, page, each)
	}
	return unread
}

const (
	tableLeaf     = 0x0d
	indexLeaf     = 0x0a
	indexInterior = 0x02
)

func (p *pages) cells(number uint32, page []byte, each func(record)) {
	head := 0
	if number == 1 {
		head = 100 // the file's own header
	}
	kind, pointers := page[head], head+8
	switch kind {
	case tableLeaf, indexLeaf:
	case indexInterior:
		pointers = head + 12
	default:
		return
	}
	count := int(binary.BigEndian.Uint16(page[head+3:]))
	for n := range count {
		at := pointers + 2*n
		if at+2 > len(page) {
			return
		}
		if r, ok := p.cell(kind, page, int(binary.BigEndian.Uint16(page[at:]))); ok {
			each(r)
		}
	}
}

func (p *pages) cell(kind byte, page []byte, at int) (r record, ok bool) {
	if at < 8 || at >= len(page) {
		return r, false
	}
	rest := page[at:]
	if kind == indexInterior {
		if len(rest) < 4 {
			return r, false
		}
		rest = rest[4:]
	}
	length, n := varint(rest)
	if n == 0 || length < 1 || length > maxPayload {
		return r, false
	}
	rest = rest[n:]
	if kind == tableLeaf {
		if r.rowid, n = varint(rest); n == 0 {
			return r, false
		}
		rest = rest[n:]
	}
	payload, ok := p.payload(kind, rest, length)
	if !ok {
		return r, false
	}
	r.columns, ok = columns(payload)
	return r, ok
}

// maxPayload is more than any row of a queue has.
const maxPayload = 64 << 20

// payload puts a row together: what is on its page, and the chain of pages behind.
func (p *pages) payload(kind byte, rest []byte, length int64) ([]byte, bool) {
	most := p.usable - 35
	if kind != tableLeaf {
		most = (p.usable-12)*64/255 - 23
	}
	if length <= most {
		if int64(len(rest)) < length {
			return nil, false
		}
		return rest[:length], true
	}
	least := (p.usable-12)*32/255 - 23
	local := least + (length-least)%(p.usable-4)
	if local > most {
		local = least
	}
	if int64(len(rest)) < local+4 {
		return nil, false
	}
	whole := append(make([]byte, 0, length), rest[:local]...)
	next := binary.BigEndian.Uint32(rest[local:])
	page := make([]byte, p.size)
	for int64(len(whole)) < length {
		if p.read(next, page) != nil {
			return nil, false // of a circle, too, the length is the end
		}
		next = binary.BigEndian.Uint32(page)
		whole = append(whole, page[4:4+min(p.usable-4, length-int64(len(whole)))]...)
	}
	return whole, true
}

// columns reads a record in SQLite's format.
func columns(payload []byte) ([]any, bool) {
	headerSize, n := varint(payload)
	if n == 0 || headerSize < int64(n) || headerSize > int64(len(payload)) {
		return nil, false
	}
	types, body := payload[n:headerSize], payload[headerSize:]
	var all []any
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 || kind < 0 {
			return nil, false
		}
		types = types[n:]
		size := int64(0)
		switch {
		case kind >= 12:
			size = (kind - 12) / 2
		case kind == 5:
			size = 6
		case kind == 6, kind == 7:
			size = 8
		case kind <= 4:
			size = kind
		case kind >= 10:
			return nil, false
		}
		if size > int64(len(body)) {
			return nil, false
		}
		value := body[:size]
		body = body[size:]
		switch {
		case kind == 0:
			all = append(all, nil)
		case kind == 8, kind == 9:
			all = append(all, kind-8)
		case kind >= 12 && kind%2 == 0:
			all = append(all, append([]byte{}, value...))
		case kind >= 13:
			all = append(all, string(value))
		case kind == 7:
			return nil, false // a queue has no fractions
		default:
			number := int64(int8(value[0]))
			for _, b := range value[1:] {
				number = number<<8 | int64(b)
			}
			all = append(all, number)
		}
	}
	return all, true
}

// varint reads SQLite's variable-length integer; n is 0 when it is cut off.
func varint(b []byte) (value int64, n int) {
	var v uint64
	for n < 8 {
		if n >= len(b) {
			return 0, 0
		}
		c := b[n]
		n++
		v = v<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return int64(v), n
		}
	}
	if n >= len(b) {
		return 0, 0
	}
	return int64(v<<8 | uint64(b[n])), n + 1
}
