package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lintai/kiosk/phrase"
)

// logUnits are the units whose lines leave the terminal. The terminal's own say nothing
// personal by the rule of the house; the others speak of the computer. A unit that is
// not here, such as one that would take a person's name for a document's, is left out.
var logUnits = []string{
	"lintai-kiosk.service", "lintai-appliance.service", "lintai-rescue.service", "lintai-first.service", "lintai-clock.service", "lintai-grow.service", "lintai-wifi.service",
	"rauc.service", "seatd.service", "nftables.service", "init.scope",
	"systemd-networkd.service", "systemd-resolved.service", "systemd-timesyncd.service", "systemd-udevd.service", "systemd-journald.service", "systemd-logind.service",
	"data.mount", "boot-firmware.mount",
}

// errEnough ends a reading that has what it needs.
var errEnough = errors.New("enough")

// The longest line of a log, in bytes.
const maxMessage = 2000

// logLines takes what "journalctl --output=json" prints, an entry a line, and hands on
// those of logUnits and of the kernel as text.
type logLines struct {
	line   func(string) error
	rest   []byte
	failed error
}

func (l *logLines) Write(p []byte) (int, error) {
	if l.failed != nil {
		return 0, l.failed
	}
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if len(l.rest)+len(p) <= 1<<20 {
				l.rest = append(l.rest, p...)
			}
			return n, nil
		}
		text, ok := logLine(append(l.rest, p[:i]...))
		l.rest, p = l.rest[:0], p[i+1:]
		if !ok {
			continue
		}
		if err := l.line(text); err != nil {
			l.failed = err
			return 0, err
		}
	}
}

// logLine is an entry as text, false for one that does not leave the terminal.
func logLine(entry []byte) (string, bool) {
	var e struct {
		Time      string `json:"__REALTIME_TIMESTAMP"`
		Transport string `json:"_TRANSPORT"`
		Unit      string `json:"_SYSTEMD_UNIT"`
		Priority  string `json:"PRIORITY"`
		Message   any    `json:"MESSAGE"` // an array of numbers when it is no text
	}
	if json.Unmarshal(entry, &e) != nil {
		return "", false
	}
	from := strings.TrimSuffix(e.Unit, ".service")
	if e.Transport == "kernel" && e.Unit == "" {
		from = "kernel"
	} else if !slices.Contains(logUnits, e.Unit) {
		return "", false
	}
	message, ok := e.Message.(string)
	if !ok {
		return "", false
	}
	message = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, message)
	if len(e.Priority) != 1 || e.Priority[0] < '0' || e.Priority[0] > '7' {
		e.Priority = "-"
	}
	micros, err := strconv.ParseInt(e.Time, 10, 64)
	if err != nil {
		return "", false
	}
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "")
	}
	return fmt.Sprintf("%s %s <%s> %s\n", time.UnixMicro(micros).In(phrase.Zone).Format("2006-01-02 15:04:05.000"), from, e.Priority, message), true
}
