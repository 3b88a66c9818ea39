package readiness

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
)

// word is a phrase of a section, or the key itself: a newer driver may know a
// state that this catalogue has no word for.
func word(section, key string) string {
	if id := phrase.ID(section + key); phrase.Has(id) {
		return phrase.Text(id)
	}
	return key
}

func clock(t time.Time) string { return t.In(phrase.Zone).Format("2006-01-02 15:04") }

// name is the row's in words.
func (r Row) name() string { return word("device.", r.Name) }

// trouble is what is wrong and what to do, in words; "" when nothing is.
func (r Row) trouble() string {
	if r.Fault == fault.None {
		return ""
	}
	entry, ok := fault.Find(r.Fault)
	if !ok {
		return string(r.Fault)
	}
	text := phrase.Text("doctor.trouble", "meaning", entry.Meaning, "code", string(r.Fault))
	if !r.Since.IsZero() {
		text += phrase.Text("doctor.since", "time", clock(r.Since))
	}
	return text + phrase.Text("doctor.cure", "cure", entry.Cure)
}

// mark is what the eye looks for down the left side.
func (r Row) mark() string {
	switch r.severity() {
	case 0:
		if r.State == StateNone {
			return "-"
		}
		return "✓"
	case fault.Notice:
		return "!"
	}
	return "✗"
}

// Text is the report as a technician reads it on a console.
func (r Report) Text() string {
	var b strings.Builder
	head := phrase.Text("doctor.title", "time", clock(r.At))
	if r.Terminal > 0 {
		head = phrase.Text("doctor.title_of", "number", fmt.Sprint(r.Terminal), "place", r.Place, "time", clock(r.At))
	}
	fmt.Fprintln(&b, head)
	if r.Source != "" {
		fmt.Fprintln(&b, word("source.", string(r.Source)))
	}
	for _, row := range r.Rows {
		line := fmt.Sprintf("%s %s %s %s", row.mark(), padded(row.name(), 14), padded(word("state.", row.State), 14), row.Port)
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
		for _, more := range []string{row.trouble(), row.Detail} {
			for _, line := range strings.Split(more, "\n") {
				if line != "" {
					fmt.Fprintln(&b, "    "+line)
				}
			}
		}
	}
	fmt.Fprintln(&b, word("verdict.", string(r.Verdict)))
	return b.String()
}

// padded fills a text up to a number of columns, of which a Han character takes
// two.
func padded(text string, columns int) string {
	wide := 0
	for _, r := range text {
		wide++
		if utf8.RuneLen(r) == 3 {
			wide++
		}
	}
	return text + strings.Repeat(" ", max(columns-wide, 0))
}

// Slip is the report on paper: what a technician leaves in the terminal's door.
// Ports and details stay on the console; paper that hangs in a lobby says only
// what is well and what is not.
func (r Report) Slip() slip.Slip {
	blocks := []slip.Block{
		slip.Text{Text: phrase.Text("doctor.slip_title"), Large: true, Align: slip.Center},
		slip.Text{Text: r.Place, Bold: true, Align: slip.Center},
		slip.Pair{Label: phrase.Text("doctor.slip_terminal"), Value: fmt.Sprint(r.Terminal)},
		slip.Pair{Label: phrase.Text("doctor.slip_time"), Value: clock(r.At)},
		slip.Rule{},
	}
	for _, row := range r.Rows {
		blocks = append(blocks, slip.Pair{Label: row.name(), Value: row.onPaper()})
	}
	blocks = append(blocks, slip.Rule{})
	for _, row := range r.Rows {
		if entry, ok := fault.Find(row.Fault); ok {
			blocks = append(blocks, slip.Text{Text: phrase.Text("doctor.slip_cure", "name", row.name(), "cure", entry.Cure)})
		}
	}
	return slip.Slip{Blocks: append(blocks, slip.Text{Text: word("verdict.", string(r.Verdict)), Bold: true, Align: slip.Center})}
}

// onPaper is a row's state in one or two words.
func (r Row) onPaper() string {
	if entry, ok := fault.Find(r.Fault); ok {
		return entry.Meaning
	}
	if r.Fault != fault.None {
		return string(r.Fault)
	}
	return word("state.", r.State)
}
