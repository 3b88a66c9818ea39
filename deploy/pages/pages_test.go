package main

import (
	"strings"
	"testing"
)

func TestKind(t *testing.T) {
	for path, want := range map[string]string{
		"/console/cases":                                 "/console/cases",
		"/console/cases/50000":                           "/console/cases/N",
		"/console/cases?grid=&status=":                   "/console/cases",
		"/console/cases?status=done&grid=3":              "/console/cases?grid&status",
		"/console/report/2026Q3":                         "/console/report/N",
		"/console/sensors/lamp-07/days":                  "/console/sensors/N/days",
		"/console/cases/7/files/0191-aa":                 "/console/cases/N/files/N",
		"/console/terminals/12/history?before=2026-11-0": "/console/terminals/N/history?before",
	} {
		if got := kind(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestPage(t *testing.T) {
	const at = "http://127.0.0.1:80"
	for link, want := range map[string]string{
		at + "/console/cases?x=1#top":          "/console/cases?x=1",
		at + "/console/insight.xlsx":           "",
		at + "/console/cases/1/attachments/2":  "",
		at + "/console/grids/export.csv?all=1": "",
		"https://elsewhere.example/console":    "",
		at + "#top":                            "",
	} {
		got, is := page(at, link)
		if is != (want != "") || is && got != want {
			t.Errorf("%s: %q %v, want %q", link, got, is, want)
		}
	}
}

func TestMissesAreNamed(t *testing.T) {
	good := visit{Who: "clerk", Path: "/console/cases", Status: 200, Bytes: mostBytes - 1, FCP: mostFCP - 1, Wide: phoneWidth}
	if all := good.misses(); all != nil {
		t.Errorf("%v", all)
	}
	for what, spoil := range map[string]func(*visit){
		"status 500":   func(v *visit) { v.Status = 500 },
		"100000 bytes": func(v *visit) { v.Bytes = mostBytes },
		"300 ms":       func(v *visit) { v.FCP = mostFCP },
		"-1 ms":        func(v *visit) { v.FCP = -1 },
		"376 px wide":  func(v *visit) { v.Wide = phoneWidth + 1 },
		"console: no":  func(v *visit) { v.Said = []string{"no"} },
	} {
		bad := good
		spoil(&bad)
		r := report{Visits: []visit{good, bad}}
		var table strings.Builder
		if err := r.write(t.TempDir(), &table); err == nil || !strings.Contains(err.Error(), "clerk /console/cases: "+what) || !strings.Contains(err.Error(), "1 of 2") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (&report{Visits: []visit{good}}).write(t.TempDir(), &strings.Builder{}); err != nil {
		t.Error(err)
	}
	if err := (&report{}).write(t.TempDir(), &strings.Builder{}); err == nil {
		t.Error("nothing was looked at, and nothing was missed")
	}
}
