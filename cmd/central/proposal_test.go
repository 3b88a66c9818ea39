package main

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/keyring"
	"lintai/sync/central/live"
	pointstest "lintai/sync/central/points/storetest"
	"lintai/sync/central/proposal"
	"lintai/sync/central/store"
)

// votes fills a data folder with a vote that three cards voted in.
func votes(t *testing.T, data string, counted bool) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(data, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	key, err := keyring.Folder(filepath.Join(data, "keys")).DocumentKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) // as the requests of File
	k := &proposal.Keeper{Store: s, Key: key, Random: rand.Reader, Hub: live.NewHub(), Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	number, err := k.Collect(t.Context(), proposal.Proposal{Title: "加装电梯"}, 0, "")
	if err == nil {
		err = k.Act(t.Context(), number, proposal.Discuss, "", "")
	}
	if err == nil {
		_, err = k.PutToVote(t.Context(), proposal.Poll{Proposal: number, Question: "要不要加装电梯？", Options: proposal.NewOptions([]string{"同意", "不同意"}, false),
			From: now.Add(-time.Hour), Until: now.Add(time.Hour), CountAt: now.Add(time.Hour), Electorate: proposal.Cardholders}, nil, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, option := range []string{"o1", "o2", "o1"} {
		pointstest.File(t, s, i+1, proposal.Service, pointstest.Token(i+1), "张桂兰", request.Answer{Step: "p1r1", Option: option, Text: "同意"})
	}
	if _, err := k.Delivered(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if now = now.Add(time.Hour); counted {
		if err := k.CountVote(t.Context(), number, ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVotesAreCountedAnew(t *testing.T) {
	data := t.TempDir()
	if _, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅"); err != nil {
		t.Fatal(err)
	}
	votes(t, data, true)
	said, err := call(t, "proposal", "recount", "--data", data, "--number", "1")
	if err != nil || !strings.Contains(said, "ballots  3\n  同意   2\n  不同意  1\noutcome  adopted 同意\nsound\n") {
		t.Fatalf("%v\n%s", err, said)
	}
	list, err := call(t, "proposal", "export", "--data", data, "--number", "1", "--round", "1")
	if err != nil || strings.Count(list, "\nballot,") != 3 {
		t.Fatalf("%v\n%s", err, list)
	}
	file := filepath.Join(t.TempDir(), "ballots.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(list)
	again, err := call(t, "proposal", "recount", "--file", file)
	_, figures, _ := strings.Cut(again, "\n") // but for the key
	if err != nil || figures != said {
		t.Errorf("the list is counted otherwise: %v\n%s", err, again)
	}
	if out, err := call(t, "proposal", "recount", "--file", file, "--key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="); !errors.Is(err, errVote) || !strings.Contains(out, "WRONG    signature") {
		t.Errorf("another key: %v\n%s", err, out)
	}
	write(strings.Replace(list, ",o2\n", ",o1\n", 1))
	if out, err := call(t, "proposal", "recount", "--file", file); !errors.Is(err, errVote) || !strings.Contains(out, "WRONG    chain") || !strings.Contains(out, "WRONG    result") {
		t.Errorf("a changed list: %v\n%s", err, out)
	}
	write("nothing")
	if _, err := call(t, "proposal", "recount", "--file", file); !errors.Is(err, proposal.ErrExport) {
		t.Errorf("no list: %v", err)
	}
	for name, statement := range map[string]string{
		"extra":   "INSERT INTO proposal_ballots (proposal, round, receipt, choice) VALUES (1, 1, '2222222222', 'o2')",
		"removed": "DELETE FROM proposal_ballots WHERE choice = 'o2'",
		"changed": "UPDATE proposal_ballots SET choice = 'o2'",
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			if _, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅"); err != nil {
				t.Fatal(err)
			}
			votes(t, data, false)
			if out, err := call(t, "proposal", "recount", "--data", data, "--number", "1"); err != nil || !strings.Contains(out, "ballots  3\nwhat was voted for is told when the vote was counted\nsound\n") {
				t.Fatalf("before the count: %v\n%s", err, out)
			}
			s, err := store.Open(t.Context(), filepath.Join(data, "central.db"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Database().Exec(statement)
			if s.Close(); err != nil {
				t.Fatal(err)
			}
			if out, err := call(t, "proposal", "recount", "--data", data, "--number", "1"); !errors.Is(err, errVote) || !strings.Contains(out, "WRONG    chain") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	for _, args := range [][]string{{"recount", "--data", data, "--number", "9"}, {"export", "--data", data, "--number", "1", "--round", "9"}} {
		if _, err := call(t, append([]string{"proposal"}, args...)...); !errors.Is(err, proposal.ErrNotFound) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
