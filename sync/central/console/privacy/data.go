package privacy

import (
	"strconv"

	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/opendata"
)

type dataView struct {
	Lines []opendata.Line
	Next  int
}

// data shows the figures that are public.
func (a *Area) data(r *console.Request) error {
	lines, err := a.Public.Lines(r.Context())
	if err != nil {
		return err
	}
	var v dataView
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 || from > len(lines) {
		from = 0
	}
	if v.Lines = lines[from:]; len(v.Lines) > perPage {
		v.Lines, v.Next = v.Lines[:perPage], from+perPage
	}
	return r.Show(dataPage, v)
}

// download is the same as a file.
func (a *Area) download(r *console.Request) error {
	format := r.PathValue("format")
	if format != "csv" && format != "json" {
		return docket.ErrNotFound
	}
	r.Writer.Header().Set("Content-Disposition", `attachment; filename="cases.`+format+`"`)
	return a.Public.Write(r.Context(), r.Writer, format)
}
