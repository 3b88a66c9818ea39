package privacy

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/proposal"
)

// corrected is what stands in the history of a case that was put right.
func (k *Keeper) corrected() string { return phrase.Text("privacy.was_corrected") }

func subject(number int64) string { return strconv.FormatInt(number, 10) }

// Document is the copy that a resident gets: all that is known of her, and who read
// it. What staff noted for each other is not of her.
type Document struct {
	MadeAt     time.Time   `json:"made_at"`
	Cases      []Copied    `json:"cases"`
	Accounts   []Account   `json:"points,omitempty"`
	Volunteers []Volunteer `json:"volunteer,omitempty"`
	Seats      []Seat      `json:"activities,omitempty"`
	Cared      []Cared     `json:"looked_after,omitempty"`
	Visits     []Visit     `json:"visits,omitempty"`
	Quarrels   []Quarrel   `json:"mediation,omitempty"`
	Worn       []Worn      `json:"wristbands,omitempty"`
	ReadBy     []ReadBy    `json:"read_by"`
}

// Copied is one case in it.
type Copied struct {
	Number   int64             `json:"number"`
	Status   docket.Status     `json:"status"`
	Request  request.Request   `json:"request"`
	Category docket.Category   `json:"category,omitempty"`
	History  []Happened        `json:"history"`
	Ratings  []request.Request `json:"ratings,omitempty"`
	Files    []string          `json:"files,omitempty"` // names in the archive
}

// Happened is an event as the resident was told it.
type Happened struct {
	At     time.Time     `json:"at"`
	Action docket.Action `json:"action"`
	Note   string        `json:"note,omitempty"`
	Stars  int           `json:"stars,omitempty"`
}

// ReadBy is a reading, by name.
type ReadBy struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	Part Part      `json:"part"`
	Case int64     `json:"case,omitempty"`
	Why  Why       `json:"why,omitempty"`
}

// MostReaders is how many readings a copy lists.
const MostReaders = 2000

// Document gathers the copy for an open matter, and notes who made it. names are those
// of accounts.
func (k *Keeper) Document(ctx context.Context, number int64, by string, names map[string]string) (Document, error) {
	_, known, err := k.Known(ctx, number)
	if err != nil {
		return Document{}, err
	}
	reads := []Read{{Part: OfCopy, Subject: subject(number)}}
	for _, c := range known.Cases {
		reads = append(reads, Read{Part: OfCopy, Case: c.Number})
	}
	if err := k.Reads.Note(ctx, by, reads...); err != nil {
		return Document{}, err
	}
	d := Document{MadeAt: k.Clock().UTC(), Accounts: known.Accounts, Volunteers: known.Volunteers, Seats: known.Seats,
		Cared: known.Cared, Visits: known.Visits, Quarrels: known.Quarrels, Worn: known.Worn, Cases: []Copied{}, ReadBy: []ReadBy{}}
	for _, c := range known.Cases {
		one, err := k.copied(ctx, c)
		if err != nil {
			return d, err
		}
		d.Cases = append(d.Cases, one)
	}
	readers, err := k.Store.ReadersOf(ctx, known, MostReaders)
	for _, e := range readers {
		d.ReadBy = append(d.ReadBy, ReadBy{At: e.At, Who: names[e.Account], Part: e.Part, Case: e.Case, Why: e.Why})
	}
	return d, err
}

func (k *Keeper) copied(ctx context.Context, c docket.Case) (Copied, error) {
	one := Copied{Number: c.Number, Status: c.Status, Category: c.Category, History: []Happened{}}
	var err error
	if one.Request, err = c.Request(); err != nil {
		return one, err
	}
	one.Request = proposal.Secret(one.Request) // staff make the copy
	one.Request.RatingCode = ""                // with it who makes the copy could rate in her name
	if one.Request.Person != nil {
		one.Request.Person.Token = "" // of no use to her, and of some to who finds the copy
	}
	_, events, err := k.Docket.Case(ctx, c.Number)
	if err != nil {
		return one, err
	}
	for _, e := range events {
		if e.Told() || e.Stars > 0 {
			one.History = append(one.History, Happened{At: e.At, Action: e.Action, Note: e.Note, Stars: e.Stars})
		}
	}
	of := []string{c.ID}
	ratings, err := k.Docket.Ratings(ctx, c.Number)
	if err != nil {
		return one, err
	}
	for _, r := range ratings {
		said, err := r.Request()
		if err != nil {
			return one, err
		}
		one.Ratings, of = append(one.Ratings, said), append(of, r.ID)
	}
	for _, id := range of {
		files, err := k.Docket.Attachments(ctx, id)
		if err != nil {
			return one, err
		}
		for _, f := range files {
			one.Files = append(one.Files, f.ID+endings[f.Type])
		}
	}
	return one, nil
}

var endings = map[string]string{"audio/ogg": ".ogg", "audio/wav": ".wav", "image/jpeg": ".jpg"}

// Archive writes a copy as a ZIP file: data.json, and photos and voice notes beside it.
func (k *Keeper) Archive(ctx context.Context, w io.Writer, d Document) error {
	z := zip.NewWriter(w)
	data, err := z.Create("data.json")
	if err != nil {
		return fmt.Errorf("privacy: copy: %w", err)
	}
	e := json.NewEncoder(data)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("privacy: copy: %w", err)
	}
	for _, c := range d.Cases {
		for _, name := range c.Files {
			id := name
			for _, ending := range endings {
				if len(id) > len(ending) && id[len(id)-len(ending):] == ending {
					id = id[:len(id)-len(ending)]
					break
				}
			}
			a, err := k.Docket.Attachment(ctx, id)
			if err != nil {
				return err
			}
			f, err := z.Create("files/" + name)
			if err == nil {
				_, err = f.Write(a.Data)
			}
			if err != nil {
				return fmt.Errorf("privacy: copy: %w", err)
			}
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("privacy: copy: %w", err)
	}
	return nil
}
