package power_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"lintai/deploy/prove/power"
	"lintai/kiosk/seal"
)

var cuts = flag.Int("cuts", usual, "how many disks after a power cut to look at")

// What a child of the tests is told through its environment.
const (
	childRole   = "LINTAI_POWER_ROLE"
	childFolder = "LINTAI_POWER_FOLDER"
	childKey    = "LINTAI_POWER_KEY" // of a throw-away key pair, in hex
	childSeed   = "LINTAI_POWER_SEED"
	childFault  = "LINTAI_POWER_FAULT" // what PRAGMA synchronous is set to behind the program's back
)

// roles are the programs that are recorded: the tests' own binary, started again.
var roles = map[string]func(task){
	"queue":    useQueue,
	"central":  useCentral,
	"files":    useFiles,
	"folders":  useFolders,
	"identity": useIdentity,
	"keys":     useKeys,
	"salvage":  useSalvage,
}

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		t := readTask()
		if t.synchronous != "" {
			weaken(t.synchronous)
		}
		roles[role](t)
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// task is what a child does.
type task struct {
	role, folder string
	key          seal.PrivateKey
	seed         uint64
	synchronous  string
}

func readTask() task {
	t := task{role: os.Getenv(childRole), folder: os.Getenv(childFolder), synchronous: os.Getenv(childFault)}
	var raw []byte
	_, err := fmt.Sscanf(os.Getenv(childKey), "%x", &raw)
	if err == nil {
		t.key, err = seal.ParsePrivateKey(raw)
	}
	if err == nil {
		_, err = fmt.Sscan(os.Getenv(childSeed), &t.seed)
	}
	must(err)
	return t
}

// record runs a task in a child and records it.
func record(tb testing.TB, t task) *power.Recording {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	key, err := t.key.Bytes()
	if err != nil {
		tb.Fatal(err)
	}
	r, err := power.Record(power.Program{Path: self, Folder: t.folder, Env: append(os.Environ(),
		childRole+"="+t.role, childFolder+"="+t.folder, fmt.Sprintf("%s=%x", childKey, key),
		fmt.Sprintf("%s=%d", childSeed, t.seed), childFault+"="+t.synchronous)})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// must ends a child whose program failed without any cut.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// line is what a child says: what it is about to do, and that it was done. Each
// actor does one thing after the other.
type line struct {
	Actor string `json:"actor"`
	N     int    `json:"n"` // counts up for each actor, from 1
	Done  bool   `json:"done,omitempty"`
	Act   *act   `json:"act,omitempty"` // unless Done
	// Audit is the head of the audit log afterwards, when it was asked for.
	Audit     int64  `json:"audit,omitempty"`
	AuditHash []byte `json:"audit_hash,omitempty"`
}

// actor says what it does.
type actor struct {
	name string
	n    int
}

// promise says that something will be done, does it, and says that it is done.
func (a *actor) promise(what act, do func() error) {
	a.n++
	say(line{Actor: a.name, N: a.n, Act: &what})
	must(do())
	say(line{Actor: a.name, N: a.n, Done: true})
}

// say writes a line in one call, as a screen shows a sentence at once.
func say(l line) {
	b, err := json.Marshal(l)
	must(err)
	_, err = os.Stdout.Write(append(b, '\n'))
	must(err)
}

// restarted stands between what two programs said, of which the second found what
// a cut left of the first.
const restarted = `{"actor":"power"}`

// history is what was said at a cut.
type history struct {
	acts  []act  // in their order, first those that were said to be done
	heads []line // those with the head of an audit log
}

func readHistory(said []string) (history, error) {
	var h history
	begun := map[string]act{}
	cut := func() {
		for _, name := range slices.Sorted(maps.Keys(begun)) {
			a := begun[name]
			a.underway = true
			h.acts = append(h.acts, a)
		}
		clear(begun)
	}
	for _, text := range said {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return h, fmt.Errorf("%w: %.200q", err, text)
		}
		switch {
		case text == restarted:
			cut()
		case l.Act != nil:
			begun[l.Actor] = *l.Act
		case l.Done:
			h.acts = append(h.acts, begun[l.Actor])
			delete(begun, l.Actor)
		case l.Audit > 0:
			h.heads = append(h.heads, l)
		}
	}
	cut()
	return h, nil
}

// promised tells whether something was said to be done.
func (h history) promised(do string) bool {
	return slices.ContainsFunc(h.acts, func(a act) bool { return a.Do == do && !a.underway })
}
