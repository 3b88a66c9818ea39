package terminals

import (
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// computer is what a terminal says of itself as a computer, in words.
type computer struct {
	wire.System
	Boot    string // why it started
	Up      string // since when
	Storage []string
	Low     bool // the storage is worn, or nearly full
	Warm    string
	Hot     bool
	Update  *updateView // nil: none is under way
}

// updateView is how far an update is.
type updateView struct {
	Words   string
	Fault   string // what went wrong, or ""
	Cure    string
	Percent int
	Moving  bool // it is fetched or installed
	Over    bool // nothing more comes of it
}

// What is worth a look: degrees, percent of the life of a card, megabytes left.
const (
	hot    = 75
	worn   = 80
	little = 512
)

func computerOf(h docket.Health, now time.Time) *computer {
	s := h.System
	if s == nil {
		return nil
	}
	c := &computer{System: *s, Boot: inWords("fleet_boot.", s.BootReason), Up: readiness.Age(time.Duration(s.Uptime)*time.Millisecond + now.Sub(h.At))}
	if s.WornPercent != nil {
		c.Storage = append(c.Storage, phrase.Text("fleet.worn", "percent", strconv.Itoa(*s.WornPercent)))
		c.Low = *s.WornPercent >= worn
	}
	if s.FreeMB != nil {
		c.Storage = append(c.Storage, phrase.Text("fleet.free", "size", size(*s.FreeMB)))
		c.Low = c.Low || *s.FreeMB < little
	}
	if s.WrittenMB != nil {
		c.Storage = append(c.Storage, phrase.Text("fleet.written", "size", size(*s.WrittenMB)))
	}
	if s.Celsius != nil {
		c.Warm, c.Hot = phrase.Text("fleet.celsius", "degrees", strconv.Itoa(*s.Celsius)), *s.Celsius >= hot
	}
	if u := s.Update; u != nil && (u.State != "none" || u.Fault != fault.None) {
		v := &updateView{Words: inWords("fleet_update.", u.State), Percent: u.Percent, Moving: u.State == "fetching" || u.State == "installing", Over: u.State == "none" || u.State == "failed"}
		if u.Version != "" {
			v.Words += " " + u.Version
		}
		v.Fault, v.Cure = faultWords(u.Fault)
		c.Update = v
	}
	return c
}

// changes tells that another version is on its way, or on trial.
func (c *computer) changes() bool { return c.Trial || c.Update != nil && !c.Update.Over }

// size writes megabytes as people read them.
func size(mb int64) string {
	if mb < 10_000 {
		return strconv.FormatInt(mb, 10) + " MB"
	}
	return strconv.FormatInt(mb/1000, 10) + " GB"
}

// inWords is the phrase for a word of a terminal's, or the word: a newer one may say more.
func inWords(section, word string) string {
	if id := phrase.ID(section + word); phrase.Has(id) {
		return phrase.Text(id)
	}
	return word
}

// faultWords are what is wrong and what to do.
func faultWords(code fault.Code) (meaning, cure string) {
	if entry, ok := fault.Find(code); ok {
		return entry.Meaning, entry.Cure
	}
	return string(code), ""
}

// Troubled tells whether somebody should look at a terminal.
func (v View) Troubled() bool {
	c := v.Computer
	return v.Alarm != "" || v.Queue != nil && (v.Queue.Held > 0 || v.Queue.LowSpace) || v.serious() ||
		c != nil && (c.Low || c.Hot || c.Update != nil && c.Update.Fault != "" || slices.Contains([]string{"fallback", "watchdog", "rescue"}, c.BootReason))
}

func (v View) serious() bool {
	return slices.ContainsFunc(v.Faults, func(f deviceView) bool { return f.Serious })
}
