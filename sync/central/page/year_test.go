package page

import (
	"html/template"
	"net/http/httptest"
	"testing"
	"time"

	"lintai/kiosk/phrase"
)

// A time of this year is written without the year, any other with it; the year is that of
// the wall, not of Greenwich, and a page follows it over the night of the new year.
func TestTimesTellAnotherYear(t *testing.T) {
	at := func(text string) time.Time {
		t.Helper()
		v, err := time.ParseInLocation("2006-01-02 15:04", text, phrase.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	pages := Of(template.Must(template.New("one").Funcs(Functions).Parse(`{{when .}}`)))
	for _, try := range []struct{ at, now, want string }{
		{"2026-11-22 21:30", "2026-11-23 08:00", "11月22日 21:30"},
		{"2025-12-31 23:59", "2026-01-01 00:01", "2025年12月31日 23:59"},
		{"2026-01-01 00:00", "2026-12-31 23:59", "1月1日 00:00"},
		{"2026-01-01 00:00", "2027-01-01 00:00", "2026年1月1日 00:00"},
		{"2027-01-02 09:00", "2026-12-31 20:00", "2027年1月2日 09:00"},
		{"2027-01-02 09:00", "2027-01-03 20:00", "1月2日 09:00"},
	} {
		now := at(try.now)
		if got := When(at(try.at), now); got != try.want {
			t.Errorf("%s, read at %s: %s, not %s", try.at, try.now, got, try.want)
		}
		w := httptest.NewRecorder()
		if err := Write(w, 200, pages, "one", at(try.at), now); err != nil || w.Body.String() != try.want {
			t.Errorf("%s on a page of %s: %q, %v", try.at, try.now, w.Body, err)
		}
	}
	if got := When(time.Time{}, at("2026-01-01 00:00")); got != "" {
		t.Errorf("the zero time is %q", got)
	}
}
