package kioskapi

import (
	"strings"
	"testing"

	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// What is lost between two processes ends with Everything, at which a terminal's stream
// says all that it ever says.
func TestWhatAStreamHears(t *testing.T) {
	for word, want := range map[live.Word]string{
		{Kind: live.Changes, Kiosk: 12}:       wire.StreamChanged,
		{Kind: live.Changes, Kiosk: 13}:       "",
		{Kind: live.Orders, Kiosk: 12}:        wire.StreamOrders,
		{Kind: live.Orders, Kiosk: 13}:        "",
		{Kind: live.Documents}:                wire.StreamDocuments,
		{Kind: live.Documents, Kiosk: 12}:     wire.StreamDocuments,
		{Kind: live.Documents, Kiosk: 13}:     "",
		{Kind: live.Everything}:               wire.StreamChanged + " " + wire.StreamDocuments + " " + wire.StreamOrders,
		{Kind: live.Call, Kiosk: 12}:          "",
		{Kind: live.Terminal, Kiosk: 12}:      "",
		{Kind: live.Case, ID: "7", Kiosk: 12}: "",
		{Kind: live.Quarantine, ID: "7"}:      "",
	} {
		if hears(word, 12) != (want != "") {
			t.Errorf("%+v: %v", word, hears(word, 12))
			continue
		}
		var events []string
		for line := range strings.SplitSeq(streamEvent(word), "\n") {
			if name, is := strings.CutPrefix(line, "event: "); is {
				events = append(events, name)
			}
		}
		if got := strings.Join(events, " "); want != "" && got != want {
			t.Errorf("%+v makes %q", word, got)
		}
	}
}
