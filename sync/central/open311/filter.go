package open311

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// dates reads start_date and end_date, and fills in what is not given: the list goes
// over 90 days at most.
func dates(c *call, now time.Time, from, until *time.Time) error {
	for _, p := range []struct {
		name string
		at   *time.Time
	}{{"start_date", from}, {"end_date", until}} {
		text := c.parameter(p.name)
		if text == "" {
			continue
		}
		t, ok := parseDate(text)
		if !ok {
			return failure{http.StatusBadRequest, p.name + " must be a time such as 2026-01-31T08:00:00Z"}
		}
		*p.at = t
	}
	if !until.IsZero() {
		// Times are shown in whole seconds; the last one counts to its end.
		*until = until.Truncate(time.Second).Add(time.Second - time.Microsecond)
	}
	switch {
	case from.IsZero() && until.IsZero():
		*from = now.Add(-span)
	case from.IsZero():
		*from = until.Add(-span)
	case until.IsZero():
		*until = from.Add(span)
	case until.Before(*from):
		return failure{http.StatusBadRequest, "end_date is before start_date"}
	case until.Sub(*from) > span+time.Second:
		return failure{http.StatusBadRequest, "the dates may span 90 days at most"}
	}
	return nil
}

// layouts are those of the W3C's profile of ISO 8601 that name a moment.
var layouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00"}

// parseDate reads a time. A plus sign that was not escaped in an address arrives as a
// blank.
func parseDate(text string) (time.Time, bool) {
	text = strings.Replace(text, " ", "+", 1)
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 && t.Year() < 10000 {
			return t, true
		}
	}
	return time.Time{}, false
}

// pages reads page and page_size.
func pages(c *call, limit, offset *int) error {
	*limit = maxRows
	number := func(name string, none, most int) (int, error) {
		text := c.parameter(name)
		if text == "" {
			return none, nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return 0, failure{http.StatusBadRequest, fmt.Sprintf("%s must be a number from 1 to %d", name, most)}
		}
		return n, nil
	}
	if !c.URL.Query().Has("page") && !c.URL.Query().Has("page_size") {
		return nil
	}
	page, err := number("page", 1, 1_000_000)
	if err != nil {
		return err
	}
	if *limit, err = number("page_size", pageSize, maxRows); err != nil {
		return err
	}
	*offset = (page - 1) * *limit
	return nil
}
