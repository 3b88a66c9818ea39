package main

import (
	"database/sql"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The faults that are planted are in the disks and in the paper, below the
// programs: these are as they are, and believe that all went well.
const (
	// terminalForgets: every second request is gone from the terminal's queue when
	// its transaction is committed.
	terminalForgets = `CREATE TRIGGER planted AFTER INSERT ON tickets WHEN (SELECT sequence FROM outbox WHERE id = NEW.request) % 2 = 0 BEGIN
		DELETE FROM tickets WHERE digest = NEW.digest; DELETE FROM outbox WHERE id = NEW.request; END`
	// centralForgets: central answers for every second request, and has not got it.
	centralForgets = `DROP TRIGGER case_events_keep_delete;
		CREATE TRIGGER planted AFTER INSERT ON items WHEN NEW.kind = 'request' AND NEW.sequence % 2 = 0 BEGIN
		DELETE FROM case_events WHERE case_number = (SELECT number FROM cases WHERE id = NEW.id); DELETE FROM cases WHERE id = NEW.id; END`
	// centralDoubles: every other request becomes two cases.
	centralDoubles = `CREATE TRIGGER planted_twice AFTER INSERT ON items WHEN NEW.kind = 'request' AND NEW.sequence % 2 = 1 BEGIN
		INSERT INTO cases (id, kiosk, ticket, service, catalog_version, urgency, requested_at, received_at, body)
		SELECT id || '-', kiosk, ticket || '-', service, catalog_version, urgency, requested_at, received_at, body FROM cases WHERE id = NEW.id; END`
	// paperAgain: the last slip comes out of the printer once more when the
	// terminal has died.
	paperAgain = "paper again"
	// terminalRetainsTooMuch: the retention job takes requests that central has not.
	terminalRetainsTooMuch = `CREATE TRIGGER planted_retention AFTER INSERT ON tickets WHEN (SELECT sequence FROM outbox WHERE id = NEW.request) % 2 = 1 BEGIN
		INSERT OR IGNORE INTO retained SELECT sequence, sequence FROM outbox WHERE id = NEW.request;
		DELETE FROM tickets WHERE digest = NEW.digest; DELETE FROM outbox WHERE id = NEW.request; END`
	// documentsHalved: of a page of the community half of the bytes are kept.
	documentsHalved = `CREATE TRIGGER planted_half AFTER INSERT ON documents WHEN NEW.kind = 'community' BEGIN
		UPDATE documents SET body = substr(body, 1, length(body) / 2) WHERE kind = NEW.kind AND version = NEW.version; END`
	// documentsForgotten: the catalogue is gone once a request was saved.
	documentsForgotten = `CREATE TRIGGER planted_back AFTER INSERT ON tickets BEGIN DELETE FROM documents WHERE kind = 'catalog'; END`
	// attachmentsHalved: of one in two photos central has half.
	attachmentsHalved = `CREATE TRIGGER planted_photo AFTER INSERT ON attachments WHEN length(NEW.data) > 65536 AND NEW.rowid % 2 = 0 BEGIN
		UPDATE attachments SET data = substr(data, 1, length(data) / 2) WHERE id = NEW.id; END`
	// attachmentsDoubled: and of the others, two.
	attachmentsDoubled = `CREATE TRIGGER planted_photos AFTER INSERT ON attachments WHEN length(NEW.data) > 65536 AND NEW.rowid % 2 = 1 BEGIN
		INSERT INTO attachments (id, kiosk, request, type, size, hash, received_at, data)
		SELECT id || '-', kiosk, request, type, size, hash, received_at, data FROM attachments WHERE id = NEW.id; END`
)

func plant(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func (p *proof) plantPaper(h *hall) {
	slips := h.printer.Slips()
	if p.planted != paperAgain || len(slips) == 0 {
		return
	}
	port, err := os.OpenFile(h.port, os.O_WRONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		p.t.Error(err)
		return
	}
	defer port.Close()
	if _, err := port.Write(slips[len(slips)-1].Raw); err != nil {
		p.t.Error(err)
	}
}

// TestKillFindsWhatIsPlanted: the proof can fail.
func TestKillFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plant func(p *proof)
		paper string
		want  []string
	}{
		"the terminal forgets and the paper comes twice": {
			func(p *proof) {
				plant(p.t, p.halls[0].queue(), terminalForgets)
				plant(p.t, p.halls[0].queue(), terminalRetainsTooMuch)
				plant(p.t, p.halls[0].queue(), documentsHalved)
				plant(p.t, p.halls[0].queue(), documentsForgotten)
			}, paperAgain, []string{"LOST: visit", "REPRINTED", "GONE", "RETAINED", "HALF", "BACK: terminal"},
		},
		"central forgets and doubles": {
			func(p *proof) {
				plant(p.t, p.office.docket(), centralForgets)
				plant(p.t, p.office.docket(), centralDoubles)
				plant(p.t, p.office.docket(), attachmentsHalved)
				plant(p.t, p.office.docket(), attachmentsDoubled)
			}, "central", []string{"LOST: visit", "TWICE: visit", "TWICE: case", "ALTERED: attachment"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProof(t, 1, c.paper)
			c.plant(p)
			found, missing := "", c.want
			for range 16 { // the plants take every other request, and there must be one
				p.kill(p.kills + 1)
				if p.memory.slipsShown() == 0 {
					continue
				}
				p.drain()
				found = strings.Join(p.judge(), "\n")
				missing = slices.DeleteFunc(slices.Clone(c.want), func(want string) bool { return strings.Contains(found, want) })
				if len(missing) == 0 {
					break
				}
			}
			for _, want := range missing {
				t.Errorf("not found: %s\n%s\n%s", want, p.line(), found)
			}
		})
	}
}
