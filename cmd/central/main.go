// Command central is the service that terminals report to and staff work with.
//
//	central serve      --data DIR [--database URL] [--listen ADDRESS] [--kiosk-listen ADDRESS] [--public-address URL] [--catalog FILE] [--community FILE] [--tls-cert FILE --tls-key FILE] [--mqtt-listen ADDRESS [--mqtt-tls]]
//	central kiosk add    --data DIR --number N --name NAME [--address URL]
//	central kiosk add    --data DIR --number N --renew [--address URL]
//	central kiosk add    --data DIR --csv FILE --out FILE [--renew] [--address URL]
//	central kiosk revoke --data DIR --number N
//	central kiosk list   --data DIR
//	central import     --data DIR [--revoked-too] FILE...
//	central key        --data DIR
//	central key rotate --data DIR [--again]
//	central account add     --data DIR --login LOGIN --name NAME --role ROLE[,ROLE] [--phone PHONE]
//	central account reset   --data DIR --login LOGIN
//	central account disable --data DIR --login LOGIN [--undo]
//	central account list    --data DIR
//	central channel add    --data DIR --name NAME
//	central channel revoke --data DIR --name NAME
//	central channel list   --data DIR
//	central webhook add    --data DIR --name CHANNEL --url URL
//	central webhook enable|disable|remove --data DIR --number N
//	central webhook list   --data DIR
//	central webhook allow  --data DIR --networks NETWORK[,NETWORK]
//	central sensor add     --data DIR --id ID --kind KIND --name NAME --place ADDRESS [--spaces N]
//	central sensor revoke  --data DIR --id ID
//	central sensor list    --data DIR
//	central document publish  --data DIR --kind KIND [--kiosk N] FILE
//	central document withdraw --data DIR --kind KIND [--kiosk N]
//	central document list     --data DIR
//	central update add     --data DIR FILE
//	central update list    --data DIR
//	central update start   --data DIR --version VERSION [--first N] [--watch-first TIME] [--watch-tenth TIME]
//	central update stop|go-on|withdraw|remove --data DIR --version VERSION
//	central proposal recount  --data DIR --number N [--round N]
//	central proposal recount  --file FILE [--key KEY]
//	central proposal export   --data DIR --number N [--round N]
//	central demo-data  --data DIR [--database URL] [--seed N] [--cases N] [--until DAY] [--password PASSWORD]
//	central migrate    --data DIR --to URL
//	central backup     --data DIR [--database URL] [--passphrase-file FILE | --unencrypted] FILE
//	central restore    --data DIR [--database URL] [--passphrase-file FILE] FILE
//	central version
//
// The first serve on an empty folder makes the database and the keys. As long as nobody
// can manage accounts, "serve" and "key" print a one-time address at which the first
// administrator sets her password; she makes the other accounts on her page, or the
// operator here with "account". Terminals have a door of their own, --kiosk-listen: TLS with
// a certificate for each. "kiosk add" prints the [central] section of a terminal's
// configuration, with the one-time code for its first certificate. "document publish" checks and signs what terminals are given, and
// "key rotate" makes a new key for them to seal to. "channel add" gives the hotline, a mini-program
// or a website its key for the API, and "webhook add" has it told of cases. "sensor add" gives a
// device that measures its key. "update add" takes a bundle of terminals' image, and "update start" leads it out
// by stages: one terminal, a tenth, all. "import" files what terminals
// without a line exported onto a stick, and writes a receipt beside each file. All of
// these may run while central serves. "demo-data" fills a new folder with the year of a community
// that does not exist. Logs go to standard error.
//
// With --database, or $LINTAI_DATABASE, the docket is in a PostgreSQL database, and only
// the keys are in the data folder: all commands then need it. Several processes
// serve one database, each with a copy of the folder keys.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	giveRoom()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errUsage is a command line that says nothing that can be done.
var errUsage = errors.New("usage")

const usage = `central serve      --data DIR [--database URL] [--listen ADDRESS] [--kiosk-listen ADDRESS] [--public-address URL] [--catalog FILE] [--community FILE] [--tls-cert FILE --tls-key FILE] [--mqtt-listen ADDRESS [--mqtt-tls]]
central kiosk add    --data DIR --number N --name NAME [--address URL]
central kiosk add    --data DIR --number N --renew [--address URL]
central kiosk add    --data DIR --csv FILE --out FILE [--renew] [--address URL]
central kiosk revoke --data DIR --number N
central kiosk list   --data DIR
central import     --data DIR [--revoked-too] FILE...
central key        --data DIR
central key rotate --data DIR [--again]
central account add     --data DIR --login LOGIN --name NAME --role ROLE[,ROLE] [--phone PHONE]
central account reset   --data DIR --login LOGIN
central account disable --data DIR --login LOGIN [--undo]
central account list    --data DIR
central channel add    --data DIR --name NAME
central channel revoke --data DIR --name NAME
central channel list   --data DIR
central webhook add    --data DIR --name CHANNEL --url URL
central webhook enable|disable|remove --data DIR --number N
central webhook list   --data DIR
central webhook allow  --data DIR --networks NETWORK[,NETWORK]
central sensor add     --data DIR --id ID --kind KIND --name NAME --place ADDRESS [--spaces N]
central sensor revoke  --data DIR --id ID
central sensor list    --data DIR
central document publish  --data DIR --kind KIND [--kiosk N] FILE
central document withdraw --data DIR --kind KIND [--kiosk N]
central document list     --data DIR
central update add     --data DIR FILE
central update list    --data DIR
central update start   --data DIR --version VERSION [--first N] [--watch-first TIME] [--watch-tenth TIME]
central update stop|go-on|withdraw|remove --data DIR --version VERSION
central proposal recount  --data DIR --number N [--round N]
central proposal recount  --file FILE [--key KEY]
central proposal export   --data DIR --number N [--round N]
central demo-data  --data DIR [--database URL] [--seed N] [--cases N] [--until DAY] [--password PASSWORD]
central migrate    --data DIR --to URL
central backup     --data DIR [--database URL] [--passphrase-file FILE | --unencrypted] FILE
central restore    --data DIR [--database URL] [--passphrase-file FILE] FILE
central version
`

func run(ctx context.Context, args []string, out, log io.Writer) error {
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	if command == "kiosk" && len(args) > 0 {
		command, args = "kiosk "+args[0], args[1:]
	}
	if (command == "document" || command == "proposal" || command == "key" || command == "account" || command == "channel" || command == "webhook" || command == "sensor" || command == "update") && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = command+" "+args[0], args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, out, log)
	case "kiosk add":
		return addKiosk(ctx, args, out, log)
	case "kiosk revoke":
		return revokeKiosk(ctx, args, out, log)
	case "kiosk list":
		return listKiosks(ctx, args, out, log)
	case "import":
		return importFiles(ctx, args, out, log)
	case "key":
		return showKey(ctx, args, out, log)
	case "key rotate":
		return rotateKey(ctx, args, out, log)
	case "account add":
		return addAccount(ctx, args, out, log)
	case "account reset":
		return resetAccount(ctx, args, out, log)
	case "account disable":
		return disableAccount(ctx, args, out, log)
	case "account list":
		return listAccounts(ctx, args, out, log)
	case "channel add":
		return addChannel(ctx, args, out, log)
	case "channel revoke":
		return revokeChannel(ctx, args, out, log)
	case "channel list":
		return listChannels(ctx, args, out, log)
	case "webhook add":
		return addWebhook(ctx, args, out, log)
	case "webhook enable", "webhook disable", "webhook remove":
		return changeWebhook(ctx, strings.TrimPrefix(command, "webhook "), args, out, log)
	case "webhook list":
		return listWebhooks(ctx, args, out, log)
	case "webhook allow":
		return allowWebhooks(ctx, args, out, log)
	case "sensor add":
		return addSensor(ctx, args, out, log)
	case "sensor revoke":
		return revokeSensor(ctx, args, out, log)
	case "sensor list":
		return listSensors(ctx, args, out, log)
	case "update add":
		return addUpdate(ctx, args, out, log)
	case "update list":
		return listUpdates(ctx, args, out, log)
	case "update start", "update stop", "update go-on", "update withdraw", "update remove":
		return changeUpdate(ctx, strings.TrimPrefix(command, "update "), args, out, log)
	case "document publish":
		return publishDocument(ctx, args, out, log)
	case "document withdraw":
		return withdrawDocument(ctx, args, out, log)
	case "document list":
		return listDocuments(ctx, args, out, log)
	case "proposal recount":
		return recount(ctx, args, out, log)
	case "proposal export":
		return exportBallots(ctx, args, out, log)
	case "backup":
		return backUp(ctx, args, out, log)
	case "restore":
		return restore(ctx, args, out, log)
	case "migrate":
		return migrateDocket(ctx, args, out, log)
	case "demo-data":
		return makeDemo(ctx, args, out, log)
	case "version":
		fmt.Fprintln(out, version())
		return nil
	case "help", "-h", "--help":
		fmt.Fprint(out, usage)
		return nil
	}
	return fmt.Errorf("%w:\n%s", errUsage, usage)
}

// parse reads the flags of a command; words that are no flag are an error.
func parse(flags *flag.FlagSet, args []string, log io.Writer) error {
	flags.SetOutput(log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: central %s: %w", errUsage, flags.Name(), err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: central %s: unexpected %q", errUsage, flags.Name(), flags.Arg(0))
	}
	return nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "central (unknown build)"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value
		}
	}
	return "central " + v + " " + info.GoVersion
}
