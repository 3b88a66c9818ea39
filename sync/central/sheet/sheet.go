// Package sheet reads and writes the lists that staff keep in a spreadsheet: CSV, as
// any program writes it, and XLSX, as Excel and WPS do. What it reads is bounded, as it
// comes from outside: a workbook is a ZIP file, of which a small one can become very
// large. What it writes is opened by a program that takes a cell with = at its
// beginning for a formula, so such a text is written with an apostrophe before it,
// which Read takes away again.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Errors of Read.
var (
	ErrFormat = errors.New("sheet: this is no CSV and no XLSX file")
	ErrLarge  = errors.New("sheet: too many rows or columns, or a cell is too long")
)

// Bounds of what is read.
const (
	MaxFile    = 8 << 20
	MaxRows    = 20_000
	MaxColumns = 60
	MaxCell    = 2_000 // characters
	unpacked   = 64 << 20
	pieces     = 1_000_000 // tags of a workbook beside its sheets: each stays in memory
)

// Format is how a list is written.
type Format string

const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Type is the media type of a format.
func (f Format) Type() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Known tells whether f is a format.
func (f Format) Known() bool { return f == CSV || f == XLSX }

const mark = "\ufeff" // with which Excel knows that a CSV file is UTF-8

// Read reads the rows of a file, of a workbook those of its first sheet. Cells have no
// blanks around them; rows may differ in their length; those at the end that are empty
// are left out, others are not, so that a row's number is that of the spreadsheet.
func Read(file []byte) ([][]string, error) {
	if len(file) > MaxFile {
		return nil, ErrLarge
	}
	var rows [][]string
	var err error
	if bytes.HasPrefix(file, []byte("PK")) {
		rows, err = readXLSX(file)
	} else {
		rows, err = readCSV(file)
	}
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		for j, cell := range row {
			if utf8.RuneCountInString(cell) > MaxCell {
				return nil, ErrLarge
			}
			rows[i][j] = plain(cell)
		}
	}
	for len(rows) > 0 && empty(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	return rows, nil
}

// weigh refuses a workbook whose texts and styles would take far more memory than the
// file has bytes. Sheets are read row by row. ErrFormat, ErrLarge.
func weigh(file []byte) error {
	book, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	tags, read, buffer := 0, 0, make([]byte, 64<<10)
	for _, part := range book.File {
		if name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/")); strings.HasPrefix(name, "xl/worksheets/") {
			continue
		}
		r, err := part.Open()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		for err == nil && read <= unpacked && tags <= pieces {
			var n int
			n, err = r.Read(buffer)
			read += n
			tags += bytes.Count(buffer[:n], []byte("<"))
		}
		r.Close()
		switch {
		case tags > pieces:
			return ErrLarge
		case read > unpacked:
			return fmt.Errorf("%w: it becomes too large", ErrFormat)
		case !errors.Is(err, io.EOF):
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	return nil
}

func readXLSX(file []byte) (rows [][]string, err error) {
	if err := weigh(file); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: unpacked})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	names := book.GetSheetList()
	if len(names) == 0 {
		return nil, ErrFormat
	}
	cursor, err := book.Rows(names[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	defer func() { err = errors.Join(err, cursor.Close()) }()
	for cursor.Next() {
		row, err := cursor.Columns()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if len(rows) == MaxRows || len(row) > MaxColumns {
			return nil, ErrLarge
		}
		rows = append(rows, row)
	}
	if err := cursor.Error(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return rows, nil
}

// readCSV reads UTF-8, or else what Chinese Excel writes: GB 18030.
func readCSV(file []byte) ([][]string, error) {
	if !utf8.Valid(file) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, ErrFormat
		}
		file = decoded
	}
	if bytes.IndexByte(file, 0) >= 0 {
		return nil, ErrFormat
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte(mark))))
	r.FieldsPerRecord = -1
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		line, _ := r.FieldPos(0)
		if line > MaxRows || len(row) > MaxColumns {
			return nil, ErrLarge
		}
		for len(rows) < line-1 { // csv leaves out empty lines
			rows = append(rows, nil)
		}
		rows = append(rows, row)
	}
}

func empty(row []string) bool {
	for _, cell := range row {
		if cell != "" {
			return false
		}
	}
	return true
}

// formula are the signs with which a spreadsheet takes a text for a formula.
const formula = "=+-@\t\r＝＋－＠"

// begins tells whether a text begins with one of them.
func begins(cell string) bool {
	sign, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune(formula, sign)
}

func plain(cell string) string {
	cell = strings.TrimSpace(cell)
	if text, ok := strings.CutPrefix(cell, "'"); ok && begins(text) {
		return text
	}
	return cell
}

func safe(cell string) string {
	if begins(cell) && !number(cell) {
		return "'" + cell
	}
	return cell
}

// number tells whether a cell is a whole number, which is none to be taken for a formula.
func number(cell string) bool {
	digits := strings.TrimPrefix(cell, "-")
	return digits != "" && len(digits) < 16 && strings.Trim(digits, "0123456789") == ""
}

// Write writes rows; the first is the heading.
func Write(w io.Writer, f Format, rows [][]string) error {
	if f == XLSX {
		return writeXLSX(w, rows)
	}
	if _, err := io.WriteString(w, mark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = safe(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeXLSX writes every cell as text: a telephone number or an id must not lose its
// zeros, and no text becomes a formula.
func writeXLSX(w io.Writer, rows [][]string) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	stream, err := book.NewStreamWriter(book.GetSheetList()[0])
	if err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = safe(cell)
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := stream.SetRow(at, cells); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
