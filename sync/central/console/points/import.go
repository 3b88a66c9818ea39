package points

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	book "lintai/sync/central/points"
	"lintai/sync/central/sheet"
)

// uploaded reads the file of a form.
func uploaded(r *console.Request) ([]byte, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) != 1 {
		return nil, console.ErrForm
	}
	f, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, sheet.MaxFile+1))
}

func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// row is one of a list, with its number in the spreadsheet.
type row struct {
	book.Row
	Line int
}

// mostProblems bounds what is said about a list.
const mostProblems = 20

// read reads the rows of a list. The first row names the columns: the holder by her
// number here or by her ID card, her name, the points, and why. Rows that cannot be
// booked are told by their number in the spreadsheet.
func (a *Area) read(file []byte) ([]row, []string, error) {
	cells, err := sheet.Read(file)
	if err != nil {
		return nil, nil, err
	}
	if len(cells) < 2 {
		return nil, nil, sheet.ErrFormat
	}
	column := func(id phrase.ID) int { return slices.Index(cells[0], phrase.Text(id)) }
	number, id, name := column("points.column_number"), column("points.column_id"), column("points.column_name")
	points, reason := column("points.column_points"), column("points.column_reason")
	if points < 0 || number < 0 && id < 0 {
		return nil, nil, sheet.ErrFormat
	}
	var rows []row
	var problems []string
	wrong := func(line int, why phrase.ID) {
		if len(problems) < mostProblems {
			problems = append(problems, phrase.Text("points.bad_row", "row", strconv.Itoa(line), "why", phrase.Text(why)))
		}
	}
	for i, cell := range cells[1:] {
		at := func(column int) string {
			if column < 0 || column >= len(cell) {
				return ""
			}
			return cell[column]
		}
		if strings.Join(cell, "") == "" {
			continue
		}
		one := row{Line: i + 2, Row: book.Row{Name: at(name), Reason: at(reason)}}
		var err error
		if text := at(number); text != "" {
			if one.Holder, err = strconv.ParseInt(text, 10, 64); err != nil || one.Holder < 1 {
				wrong(one.Line, "points.bad_number")
				continue
			}
		} else if text := strings.ToUpper(at(id)); IDNumber(text) {
			one.Token = a.Token(text)
		} else {
			wrong(one.Line, "points.bad_id")
			continue
		}
		if one.Points, err = strconv.ParseInt(at(points), 10, 64); err != nil || one.Points == 0 || one.Points > book.MaxAmount || one.Points < -book.MaxAmount {
			wrong(one.Line, "points.bad_points")
			continue
		}
		if len([]rune(one.Reason)) > book.MaxReason {
			wrong(one.Line, "points.bad_reason")
			continue
		}
		rows = append(rows, one)
	}
	return rows, problems, nil
}

// whyNot is why a row was not booked.
func whyNot(err error) phrase.ID {
	switch {
	case errors.Is(err, book.ErrShort):
		return "points.bad_short"
	case errors.Is(err, book.ErrNotFound):
		return "points.bad_number"
	case errors.Is(err, book.ErrBooked):
		return "points.bad_again"
	}
	return "points.bad_points"
}
