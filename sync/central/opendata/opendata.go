// Package opendata gives everybody the figures that can point at nobody: how many cases
// of which category came in which month from which grid, as CSV and as JSON. Private
// services are not in them, months that are not over are not, and of a small count it
// is only said that it is small: see package privacy.
package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/privacy"
	"lintai/sync/central/sheet"
)

// Data are the figures with the names of grids.
type Data struct {
	Figures *privacy.Figures
	Grids   func(context.Context) (map[string]string, error)
	Log     *slog.Logger
}

// Register adds the routes. They need no sign-in.
func (d *Data) Register(mux *http.ServeMux) {
	for _, format := range []string{"csv", "json"} {
		mux.HandleFunc("GET /open-data/cases."+format, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=3600")
			if err := d.Write(r.Context(), w, format); err != nil {
				if r.Context().Err() == nil {
					d.Log.Error("open data not served", "error", err)
				}
				http.Error(w, "", http.StatusServiceUnavailable)
			}
		})
	}
}

// Line is one count as people read it.
type Line struct {
	privacy.Cell
	Category string
	Grid     string
}

// Lines are the figures in words.
func (d *Data) Lines(ctx context.Context) ([]Line, error) {
	cells, err := d.Figures.Cells(ctx)
	if err != nil {
		return nil, err
	}
	names, err := d.Grids(ctx)
	var lines []Line
	for _, c := range cells {
		l := Line{Cell: c, Category: string(c.Category), Grid: c.Grid}
		if id := phrase.ID("category." + string(c.Category)); phrase.Has(id) {
			l.Category = phrase.Text(id)
		} else if c.Category == "" {
			l.Category = phrase.Text("open_data.unclassified")
		}
		if name := names[c.Grid]; name != "" {
			l.Grid = name
		} else if c.Grid == "" {
			l.Grid = phrase.Text("open_data.nowhere")
		}
		lines = append(lines, l)
	}
	return lines, err
}

// Write writes them whole, or nothing.
func (d *Data) Write(ctx context.Context, w http.ResponseWriter, format string) error {
	var b bytes.Buffer
	if format == "json" {
		cells, err := d.Figures.Cells(ctx)
		if err != nil {
			return err
		}
		if cells == nil {
			cells = []privacy.Cell{}
		}
		err = json.NewEncoder(&b).Encode(map[string]any{"least": privacy.Least, "cells": cells})
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
	} else {
		lines, err := d.Lines(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{strings.Fields(phrase.Text("open_data.columns"))}
		for _, l := range lines {
			rows = append(rows, []string{l.Month, l.Category, l.Grid, l.Shown()})
		}
		if err := sheet.Write(&b, sheet.CSV, rows); err != nil {
			return err
		}
		w.Header().Set("Content-Type", sheet.CSV.Type())
	}
	_, err := w.Write(b.Bytes())
	return err
}
