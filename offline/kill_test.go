package offline

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
)

// The test binary runs itself again as another process for tests that need one.
const (
	childEnv  = "LINTAI_OFFLINE_TEST_CHILD"
	childPath = "LINTAI_OFFLINE_TEST_PATH"
	childKey  = "LINTAI_OFFLINE_TEST_KEY"
)

func TestMain(m *testing.M) {
	path := os.Getenv(childPath)
	switch os.Getenv(childEnv) {
	case "open":
		openOnce(path)
	case "save":
		saveWithoutEnd(path, os.Getenv(childKey))
	case "full":
		fillPartition(path)
	default:
		logSize = smallLog
		os.Exit(m.Run())
	}
}

// twoAttachments are saved with some requests of the kill test.
const twoAttachments = 2

func openOnce(path string) {
	private, err := seal.Generate()
	if err != nil {
		panic(err)
	}
	_, err = Open(path, private.Public(), time.Now)
	fmt.Println(FaultOf(err), err)
}

// saveWithoutEnd prints each item's id once it is durable, as 已保存 would be
// shown. Now and then it delivers everything, so that kills also hit the wiping
// and the emptying of the log.
func saveWithoutEnd(path, key string) {
	public, err := seal.ParsePublicKey(key)
	if err != nil {
		panic(err)
	}
	q, err := Open(path, public, time.Now)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	for n := 1; ; n++ {
		id := uuid.Must(uuid.NewV7()).String()
		if n%5 == 0 {
			err = q.SaveCall(ctx, request.Call{ID: id, Kiosk: 12, MadeAt: time.Now()})
		} else {
			code, _ := ticket.New(12, rand.Reader)
			r := request.Request{ID: id, Kiosk: 12, Ticket: code, Service: "repair", MadeAt: time.Now()}
			var attachments []request.Attachment
			if n%3 == 0 {
				for range twoAttachments {
					a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "audio/wav", make([]byte, 100_000), 3)
					attachments = append(attachments, a)
					r.Attachments = append(r.Attachments, a.Reference)
				}
			}
			err = q.SaveRequest(ctx, r, attachments...)
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(id)
		if n%7 == 0 {
			items, err := q.Next(ctx, 100, 1<<20)
			if err != nil {
				panic(err)
			}
			var answers []Answer
			for _, i := range items {
				answers = append(answers, Answer{ID: i.ID, State: Delivered})
			}
			if err := q.Settle(ctx, answers); err != nil {
				panic(err)
			}
		}
	}
}

func TestKillLosesNothingThatWasShownAsSaved(t *testing.T) {
	const kills = 15
	b := setup(t)
	must(t, b.Close())
	random := mathrand.New(mathrand.NewPCG(1, uint64(time.Now().UnixNano())))
	shown := map[string]bool{}
	withAttachments := 0
	for kill := range kills {
		child := exec.Command("/proc/self/exe")
		child.Env = append(os.Environ(), childEnv+"=save", childPath+"="+b.path, childKey+"="+b.private.Public().String())
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		lines := bufio.NewScanner(out)
		for left := 1 + random.IntN(25); left > 0 && lines.Scan(); left-- {
			shown[lines.Text()] = true
		}
		// Somewhere in the next save, or in the delivery after it.
		for range random.IntN(20000) {
			random.Uint64()
		}
		must(t, child.Process.Kill())
		for lines.Scan() { // what it had printed until then
			if id := lines.Text(); len(id) == 36 {
				shown[id] = true
			}
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("kill %d: the process ended by itself: %v", kill, err)
		}

		b.open(t) // includes quick_check
		rows, err := b.db.Query(`SELECT id FROM outbox WHERE kind <> 'attachment'`)
		must(t, err)
		kept := map[string]bool{}
		for rows.Next() {
			var id string
			must(t, rows.Scan(&id))
			kept[id] = true
		}
		must(t, rows.Err())
		for id := range shown {
			if !kept[id] {
				t.Errorf("kill %d: %s was shown as saved and is lost", kill, id)
			}
		}
		// One more than was shown may be there: durable, but killed before it said so.
		if extra := len(kept) - len(shown); extra < 0 || extra > kill+1 {
			t.Errorf("kill %d: %d kept, %d shown", kill, len(kept), len(shown))
		}
		// A request has all of its attachments or none: each save brings two of
		// them, right after the request.
		var attachments, halves int
		must(t, b.db.QueryRow(`SELECT count(*) FROM outbox WHERE kind = 'attachment'`).Scan(&attachments))
		must(t, b.db.QueryRow(`SELECT count(*) FROM outbox r WHERE r.kind = 'request' AND (
			SELECT count(*) FROM outbox a WHERE a.kind = 'attachment' AND a.sequence IN (r.sequence + 1, r.sequence + 2)
			AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind <> 'attachment' AND o.sequence > r.sequence AND o.sequence < a.sequence)) = 1`).Scan(&halves))
		if halves > 0 || attachments%twoAttachments != 0 {
			t.Errorf("kill %d: %d requests with half of their attachments, %d attachments", kill, halves, attachments)
		}
		withAttachments += attachments
		must(t, b.Close())
	}
	if withAttachments == 0 {
		t.Error("no attachment was ever saved")
	}
	if len(shown) < kills {
		t.Fatalf("only %d items in %d runs", len(shown), kills)
	}
	t.Logf("%d kills, %d items shown as saved, none lost", kills, len(shown))
}
