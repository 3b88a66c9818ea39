package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pelletier/go-toml/v2"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// section is what "kiosk add" prints, as package settings of a terminal reads it.
type section struct {
	Central struct {
		Address string `toml:"address"`
		Code    string `toml:"code"`
	} `toml:"central"`
}

func addKiosk(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("kiosk add", flag.ContinueOnError)
	data, database := dataFlags(flags)
	number := flags.Int("number", 0, "`number` of the terminal, 1 to 9999; it begins every ticket code")
	name := flags.String("name", "", "`name` for staff: where the terminal stands")
	address := flags.String("address", "", "`URL` at which the terminal reaches central (default: where its door for terminals was last served)")
	renew := flags.Bool("renew", false, "make a new code for a terminal that exists; it keeps its queue")
	list := flags.String("csv", "", "`FILE` (.csv or .xlsx) with a row for each terminal, as \"kioskctl card prepare\" reads it; - is standard input")
	to := flags.String("out", "", "`FILE` for the codes of --csv, which only its owner can read; - is a pipe")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("%w: central kiosk add: --data is missing", errUsage)
	}
	if (*list == "") != (*to == "") || *list != "" && (*number != 0 || *name != "") {
		return fmt.Errorf("%w: central kiosk add: --csv goes with --out, and without --number and --name", errUsage)
	}
	if *address != "" {
		if err := central.CheckKioskAddress(*address); err != nil {
			return err
		}
	}
	if *list != "" {
		all := addKiosks{list: *list, to: *to, address: *address, renew: *renew, in: os.Stdin, out: out, log: log, now: time.Now()}
		return all.run(ctx, central.Config{Folder: *data, Database: databaseAddress(*database), Existing: true})
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Database: databaseAddress(*database), Existing: *renew})
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Fresh {
		fmt.Fprintf(log, "central: there was no central in %s: a new one was made there, with keys of its own. If the name was mistyped, this terminal will not reach yours\n", *data)
	}
	var e central.Enrolment
	if *renew {
		e, err = c.RenewCode(ctx, *number)
	} else {
		e, err = c.AddTerminal(ctx, *number, *name)
	}
	if err != nil {
		return err
	}
	if *address != "" {
		e.Address = *address
	}
	var s section
	s.Central.Address, s.Central.Code = e.Address, e.Code.String()
	text, err := toml.Marshal(s)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	_, err = fmt.Fprintf(out, "# Terminal %d. The code is shown only now, and is good for one machine until %s.\n%s", *number, day(e.Until), text)
	return err
}

// day is a date as people where the terminals stand write it.
func day(t time.Time) string { return t.In(phrase.Zone).Format("2006-01-02") }

func revokeKiosk(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("kiosk revoke", flag.ContinueOnError)
	data, database := dataFlags(flags)
	number := flags.Int("number", 0, "`number` of the terminal")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" || *number == 0 {
		return fmt.Errorf("%w: central kiosk revoke: --data and --number are needed", errUsage)
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Database: databaseAddress(*database), Existing: true})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Revoke(ctx, *number); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "terminal %d is revoked: nothing of it is taken any more. \"central kiosk add --renew\" makes a code that brings it back\n", *number)
	return err
}

func listKiosks(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("kiosk list", flag.ContinueOnError)
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("%w: central kiosk list: --data is missing", errUsage)
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Database: databaseAddress(*database), Existing: true})
	if err != nil {
		return err
	}
	defer c.Close()
	all, err := c.Standings(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		standing := "waits for its code"
		switch {
		case s.Revoked:
			standing = "revoked"
		case s.Enrolled:
			standing = "certificate until " + day(s.Expires)
		}
		heard := "never heard of"
		if !s.LastContact.IsZero() {
			heard = "heard of " + s.LastContact.In(phrase.Zone).Format("2006-01-02 15:04")
		}
		if _, err := fmt.Fprintf(out, "%4d  %s  %s, %s%s\n", s.Number, s.Name, standing, heard, runs(s.System)); err != nil {
			return err
		}
	}
	return nil
}

// runs is which image an appliance last said that it runs, and how an update fares.
func runs(s *wire.System) string {
	if s == nil || s.Image == "" {
		return ""
	}
	text := fmt.Sprintf(", image %s in system %s", s.Image, s.Slot)
	if s.Trial {
		text += " on trial"
	}
	if u := s.Update; u != nil && u.State != "none" && u.State != "" {
		text += fmt.Sprintf(", update %s %s", u.Version, u.State)
		if u.Fault != fault.None {
			text += fmt.Sprintf(" (%s)", u.Fault)
		}
	}
	return text
}
