package guest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Partition is a part of a card, in bytes.
type Partition struct{ Start, Size int64 }

// Partitions reads the four of a card's MBR.
func Partitions(card io.ReaderAt) ([4]Partition, error) {
	var all [4]Partition
	table := make([]byte, sector)
	if _, err := card.ReadAt(table, 0); err != nil {
		return all, err
	}
	if table[510] != 0x55 || table[511] != 0xaa {
		return all, errors.New("the card has no partition table")
	}
	for i := range all {
		row := table[446+16*i:]
		all[i] = Partition{int64(binary.LittleEndian.Uint32(row[8:])) * sector, int64(binary.LittleEndian.Uint32(row[12:])) * sector}
	}
	return all, nil
}

// Extract copies the n-th partition (1 to 4) of a card into a file, zeros left out.
func Extract(card string, n int, to string) error {
	in, err := os.Open(card)
	if err != nil {
		return err
	}
	defer in.Close()
	all, err := Partitions(in)
	if err != nil {
		return err
	}
	p := all[n-1]
	if p.Size == 0 {
		return fmt.Errorf("the card has no partition %d", n)
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := out.Truncate(p.Size); err != nil {
		return err
	}
	piece, zeros := make([]byte, 1<<16), make([]byte, 1<<16)
	from := io.NewSectionReader(in, p.Start, p.Size)
	for at := int64(0); ; {
		n, err := io.ReadFull(from, piece)
		if n > 0 && !bytes.Equal(piece[:n], zeros[:n]) {
			if _, err := out.WriteAt(piece[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return out.Close()
		}
		if err != nil {
			return err
		}
	}
}

// Spellings are the forms in which a program leaves a text behind: as UTF-8, as an ID
// reader says it (UTF-16), as a printer is told it (GB 18030), as JSON escapes and as
// Base64 does it, which has three forms by where the text begins.
func Spellings(text string) map[string][]byte {
	var little, big []byte
	var escaped strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
	}
	all := map[string][]byte{"UTF-8": []byte(text), "UTF-16LE": little, "UTF-16BE": big, "JSON": []byte(escaped.String())}
	if gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text)); err == nil {
		all["GB 18030"] = gb
	}
	for shift := range 3 {
		shifted := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
		all[fmt.Sprintf("Base64/%d", shift)] = []byte(shifted[(shift*8+5)/6 : (shift+len(text))*8/6])
	}
	return all
}

// Readable looks through all bytes of a disk, free room included, for texts by what they
// are, and returns each find. Texts of fewer than two characters are refused: they are
// everywhere.
func Readable(disk io.Reader, texts map[string]string) ([]string, error) {
	type needle struct {
		what  string
		bytes []byte
	}
	var needles []needle
	longest := 0
	for what, text := range texts {
		if len([]rune(text)) < 2 {
			return nil, fmt.Errorf("the %s is too short to be looked for", what)
		}
		for how, b := range Spellings(text) {
			needles = append(needles, needle{what + " as " + how, b})
			longest = max(longest, len(b))
		}
	}
	var found []string
	piece := make([]byte, 1<<20)
	kept, before := 0, int64(0) // the end of the piece before, and where it began
	for {
		n, err := io.ReadFull(disk, piece[kept:])
		part := piece[:kept+n]
		for _, look := range needles {
			if at := bytes.Index(part, look.bytes); at >= 0 && at+len(look.bytes) > kept {
				found = append(found, fmt.Sprintf("the %s at byte %d", look.what, before+int64(at)))
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		kept = min(longest-1, len(part))
		before += int64(len(part) - kept)
		copy(piece, part[len(part)-kept:])
	}
}
