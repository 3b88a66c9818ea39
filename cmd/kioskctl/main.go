// Command kioskctl is the technician's tool on a terminal.
//
//	kioskctl queue create  --config FILE | --data DIR
//	kioskctl queue check   --config FILE | --data DIR
//	kioskctl outbox list   --config FILE | --data DIR [--json]
//	kioskctl outbox show   ID --config FILE | --data DIR [--json]
//	kioskctl outbox verify --config FILE | --data DIR [--json]
//	kioskctl outbox export --config FILE --out DIR
//	kioskctl outbox settle --config FILE --receipt FILE
//	kioskctl sync status   --config FILE | --data DIR [--json]
//	kioskctl sync now      --config FILE | --data DIR [--json]
//	kioskctl audit verify  --config FILE | --data DIR [--head SEQ:HASH] [--json]
//	kioskctl audit show    --config FILE | --data DIR [--json]
//	kioskctl queue salvage --config FILE | --data DIR [--json]
//	kioskctl config check  FILE
//	kioskctl enrol         --config FILE [--code CODE]
//	kioskctl doctor        --config FILE [--json] [--slip]
//	kioskctl card write    --image FILE --to DISK|FILE [--config FILE] [--eject]
//	kioskctl card batch    --image FILE --to DISK --dir DIR
//	kioskctl card show     --from DISK|FILE
//	kioskctl card rescue   --from DISK|FILE --out DIR
//	kioskctl card prepare  --csv FILE --out DIR [--central URL] [--codes FILE | --central-data DIR]
//	kioskctl appliance
//	kioskctl rescue
//	kioskctl voice script  [--locale L] [--catalog FILE]
//	kioskctl voice build   --out DIR [--locale L] [--catalog FILE]
//	kioskctl voice check   [--locale L] [--catalog FILE] DIR...
//	kioskctl voice sign    --locale L [--catalog FILE] DIR [KEY...]
//
// "queue create" makes the request queue of a new terminal and refuses when one
// is there: no program makes a queue by itself. "queue check" only reads, also
// beside a running terminal. The exit code is 0 when all is well, 1 when it is not,
// 2 for a command line that makes no sense.
//
// "outbox" shows what the queue holds and where each item stands, and nothing
// personal; of a damaged one what can still be read. "outbox verify" computes the
// hash of every sealed body, and looks for items that are gone and for changes of
// the audit log: exit code 0 for sound, 3 when something is wrong with items or the
// log, 1 when the database itself is damaged.
//
// "outbox export" writes what central has not settled into one file, sealed as it is
// and signed by the terminal, for a terminal without a line; it changes nothing here.
// "central import" takes the file and writes a receipt, and "outbox settle" settles
// by that. Exit code 3 says that some items could not be read.
//
// "sync" asks the running terminal how its line to central is. "sync now" ends all
// waiting and says within a bounded time what was delivered and what still waits:
// exit code 0 only when central has everything, 3 when something waits or the time
// ran out, 1 when it failed or no terminal runs.
//
// "audit verify" checks the terminal's log of what happened, with --head also
// against an entry that was known before; "audit show" prints it.
//
// "queue salvage" makes a new queue of what can be read out of a damaged one, while
// the terminal's program is stopped or out of service, and puts it in its place. The damaged file is kept
// under another name. Its exit code is 3 when something is missing, and says what.
//
// "config check" also reads the community's documents, if the file names their folder.
//
// "doctor" looks at the file, the queue, the line to central, the board and every
// device. A terminal that runs has the devices' ports and is asked for its own
// word; otherwise each device is opened with its driver. Its exit code is 0 when
// the terminal can serve, 3 when it serves with something missing, 1 when it
// cannot serve. With --slip the report is printed on the terminal's printer too.
//
// "card" makes the cards that terminals start from, at the technician's own computer.
// "prepare" makes the kiosk.toml of each terminal from a list, with codes that central
// made; nothing is made when any row has a mistake. "write" writes an image and such a
// file to a card, reads all of it back, and writes the partition table last; it refuses
// disks that are in use, that are no cards, and cards on which requests may wait.
// "batch" does so for one terminal after the other and knows a card that it wrote.
// "rescue" takes the queue off the card of a terminal that does not start any more.
//
// "appliance" is the service of a terminal that is an appliance: it runs as root and does
// what the window may ask of its computer. "rescue" is the screen that stands there when
// the window ended too often. systemd starts both; neither is for a person.
//
// "voice" keeps prompt packs: folders of clips that a terminal plays instead of
// synthesising its sentences (kiosk --voice DIR). "script" lists what is to be spoken,
// "build" synthesises all of it, "check" names clips that are missing or speak other
// words than the screen shows, with exit code 3, and "sign" notes that recordings speak
// today's words.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/kiosk/settings"
	"lintai/offline"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(explain(err, os.Stderr))
}

// errUsage is a command line that says nothing that can be done.
var errUsage = errors.New("usage")

const usage = `kioskctl queue create  --config FILE | --data DIR          make the request queue of a new terminal
kioskctl queue check   --config FILE | --data DIR          is it sound, and how much waits?
kioskctl outbox list   --config FILE | --data DIR [--json]    every item and where it stands; nothing personal
kioskctl outbox show   ID --config FILE | --data DIR [--json] one of them
kioskctl outbox verify --config FILE | --data DIR [--json]    is everything there as it was saved? exit code 0 yes, 3 not all, 1 damaged
kioskctl outbox export --config FILE --out DIR                what waits as one signed file, for a memory stick; changes nothing
kioskctl outbox settle --config FILE --receipt FILE           take central's receipt for it
kioskctl sync status   --config FILE | --data DIR [--json]    is central reached, and what waits?
kioskctl sync now      --config FILE | --data DIR [--json]    send what waits; exit code 0 only when central has all of it
kioskctl audit verify  --config FILE | --data DIR [--head SEQ:HASH] [--json]   was the log of what happened changed or cut?
kioskctl audit show    --config FILE | --data DIR [--json]    the log
kioskctl queue salvage --config FILE | --data DIR [--json] read what can be read out of a damaged one; exit code 3 when something is missing
kioskctl config check  FILE                                is the configuration right?
kioskctl enrol         --config FILE [--code CODE]          get this terminal its identity, by the one-time code
kioskctl doctor        --config FILE [--json] [--slip]     can it serve, and what is to be done? exit code 0 yes, 3 in part, 1 no
kioskctl card prepare  --csv FILE --out DIR [--central URL] [--codes FILE | --central-data DIR]   a kiosk.toml for each row of a list of terminals
kioskctl card write    --image FILE --to DISK|FILE [--config FILE] [--eject]   write a card and read it back; without --to: which cards are there?
kioskctl card batch    --image FILE --to DISK --dir DIR    one card after the other, for all that "prepare" made
kioskctl card show     --from DISK|FILE                    whose card is it?
kioskctl card rescue   --from DISK|FILE --out DIR          copy what a dead terminal's card still holds; exit code 3 when not all could be read
kioskctl appliance                                         the service that the window asks for what only root may do; systemd runs it
kioskctl rescue                                            the screen when the window ended too often; systemd runs it
kioskctl voice script  [--locale L] [--catalog FILE]       every sentence that the voice says: key, text, spelling
kioskctl voice build   --out DIR [--locale L] [--catalog FILE]   make a prompt pack of them
kioskctl voice check   [--locale L] [--catalog FILE] DIR...      has the first of these packs that has it today's words? exit code 3 no
kioskctl voice sign    --locale L [--catalog FILE] DIR [KEY...]  these recordings were listened to and speak today's words
`

// explain prints an error with what a technician can do about it, and returns
// the exit code.
func explain(err error, out io.Writer) int {
	var code exitCode
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, errUsage):
		fmt.Fprintln(out, err)
		return 2
	}
	fmt.Fprintln(out, err)
	var e enrolError
	if errors.As(err, &e) {
		if f, ok := fault.Find(e.code); ok {
			fmt.Fprintf(out, "%s  %s。%s。\n", f.Code, f.Meaning, f.Cure)
		}
		return 1
	}
	var q queueError
	if errors.As(err, &q) {
		if f, ok := fault.Find(offline.FaultOf(err)); ok {
			fmt.Fprintf(out, "%s  %s。%s。\n", f.Code, f.Meaning, f.Cure)
		}
	}
	return 1
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) == 1 && (args[0] == "help" || args[0] == "-h" || args[0] == "--help") {
		fmt.Fprint(out, usage)
		return nil
	}
	if len(args) >= 1 && args[0] == "enrol" {
		return enrol(ctx, args[1:], out, log)
	}
	if len(args) >= 1 && args[0] == "doctor" {
		return doctor(ctx, args[1:], out, log)
	}
	if len(args) >= 1 && args[0] == "appliance" {
		return serveAppliance(ctx, args[1:], log)
	}
	if len(args) >= 1 && args[0] == "rescue" {
		return rescueScreen(ctx, args[1:], log)
	}
	if len(args) >= 2 {
		switch rest := args[2:]; args[0] + " " + args[1] {
		case "queue create":
			return createQueue(rest, out, log)
		case "queue check":
			return checkQueue(ctx, rest, out, log)
		case "outbox list":
			return listOutbox(ctx, rest, out, log)
		case "outbox show":
			return showOutbox(ctx, rest, out, log)
		case "outbox verify":
			return verifyOutbox(ctx, rest, out, log)
		case "outbox export":
			return exportOutbox(ctx, rest, out, log)
		case "outbox settle":
			return settleOutbox(ctx, rest, out, log)
		case "sync status":
			return askSync(ctx, readiness.SyncStatus, rest, out, log)
		case "sync now":
			return askSync(ctx, readiness.SyncNow, rest, out, log)
		case "audit verify":
			return verifyLog(ctx, rest, out, log)
		case "audit show":
			return showLog(ctx, rest, out, log)
		case "queue salvage":
			return salvageQueue(ctx, rest, out, log)
		case "config check":
			return checkConfig(rest, out)
		case "card write":
			return writeCard(ctx, rest, out, log)
		case "card batch":
			return writeCards(ctx, rest, os.Stdin, out, log)
		case "card show":
			return showCard(ctx, rest, out, log)
		case "card rescue":
			return rescueCard(ctx, rest, out, log)
		case "card prepare":
			return prepareCards(ctx, rest, out, log)
		case "voice script":
			return voiceScript(rest, out, log)
		case "voice build":
			return voiceBuild(ctx, rest, out, log)
		case "voice check":
			return voiceCheck(ctx, rest, out, log)
		case "voice sign":
			return voiceSign(rest, out, log)
		}
	}
	return fmt.Errorf("%w:\n%s", errUsage, usage)
}

// queuePath parses the flags of a queue command and finds the queue's file.
func queuePath(flags *flag.FlagSet, args []string, log io.Writer) (string, error) {
	config := flags.String("config", "", "the terminal's configuration `FILE`")
	data := flags.String("data", "", "the terminal's data `DIR`")
	flags.SetOutput(log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return "", err
	} else if err != nil {
		return "", fmt.Errorf("%w: kioskctl %s: %w", errUsage, flags.Name(), err)
	}
	switch {
	case flags.NArg() > 0:
		return "", fmt.Errorf("%w: kioskctl %s: unexpected %q", errUsage, flags.Name(), flags.Arg(0))
	case (*config == "") == (*data == ""):
		return "", fmt.Errorf("%w: kioskctl %s: give one of --config FILE and --data DIR", errUsage, flags.Name())
	case *config != "":
		s, err := readSettings(*config)
		if err != nil {
			return "", err
		}
		*data = s.Terminal.Data
	}
	return filepath.Join(*data, offline.FileName), nil
}

func readSettings(file string) (*settings.Settings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := settings.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	return s, nil
}
