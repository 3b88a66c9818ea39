package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

var rows = [][]string{
	{"姓名", "积分", "说明"},
	{"张桂兰", "-30", `=HYPERLINK("http://evil.example","x")`},
	nil,
	{"李,\"大山\"", "007", "@a"},
	{"", "", "+86 138\n二行"},
}

func TestRoundTrip(t *testing.T) {
	for _, f := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		if err := Write(&b, f, rows); err != nil {
			t.Fatal(err)
		}
		got, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(f, err)
		}
		for i, row := range rows {
			if len(row) == 0 && len(got[i]) == 0 {
				continue
			}
			if !reflect.DeepEqual(got[i], row) {
				t.Errorf("%s: row %d is %q, want %q", f, i+1, got[i], row)
			}
		}
		if f == CSV && strings.Contains(b.String(), ",=") {
			t.Error("a text can be taken for a formula")
		}
	}
}

func TestForeignFiles(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("姓名,积分\r\n\r\n张桂兰,30\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(gb)
	if want := [][]string{{"姓名", "积分"}, nil, {"张桂兰", "30"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("GB 18030: %q, %v", got, err)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"picture":      {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ErrFormat},
		"quote":        {[]byte(`a,"b`), ErrFormat},
		"broken ZIP":   {[]byte("PK\x03\x04rest"), ErrFormat},
		"long cell":    {[]byte(strings.Repeat("长", MaxCell+1)), ErrLarge},
		"many columns": {[]byte(strings.Repeat(",", MaxColumns)), ErrLarge},
		"many rows":    {[]byte(strings.Repeat("a\n", MaxRows+1)), ErrLarge},
		"large":        {make([]byte, MaxFile+1), ErrLarge},
	} {
		if got, err := Read(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %d rows, %v, want %v", name, len(got), err, c.want)
		}
	}
	if got, err := Read(nil); err != nil || len(got) != 0 {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

// A small file that becomes a large one is refused before it is large.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/workbook.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range unpacked>>20 + 1 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > MaxFile {
		t.Fatalf("the bomb has %d bytes", b.Len())
	}
	if _, err := Read(b.Bytes()); !errors.Is(err, ErrFormat) {
		t.Errorf("bomb: %v", err)
	}
}

// A part of many small pieces takes some forty times as much memory as it is long.
func TestManyPieces(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/sharedStrings.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte("<si/>"), pieces+1)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(b.Bytes()); !errors.Is(err, ErrLarge) {
		t.Errorf("%v", err)
	}
}

// Some spreadsheets take the wide signs of a Chinese keyboard for a formula, too.
func TestWideFormulasStayTexts(t *testing.T) {
	var b bytes.Buffer
	want := [][]string{{"＝1+1", "－1+1", "＋1", "＠x", "说明"}}
	if err := Write(&b, CSV, want); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.HasPrefix(text, mark+"'＝1+1,'－1+1,'＋1,'＠x,说明") {
		t.Errorf("%q", text)
	}
	if got, err := Read(b.Bytes()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, format := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		if err := Write(&b, format, rows); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("a;b\n'=1\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Read(file)
		if err != nil {
			return
		}
		if len(got) > MaxRows {
			t.Fatalf("%d rows", len(got))
		}
		for _, row := range got {
			if len(row) > MaxColumns {
				t.Fatalf("%d columns", len(row))
			}
		}
	})
}
