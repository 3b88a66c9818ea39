package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/pelletier/go-toml/v2"

	"lintai/sync/central"
)

// section is what "kiosk add" prints, as package settings of a terminal reads it.
type section struct {
	Central struct {
		Address       string `toml:"address"`
		PublicAddress string `toml:"public_address"`
		Token         string `toml:"token"`
		PublicKey     string `toml:"public_key"`
		CardKey       string `toml:"card_key"`
	} `toml:"central"`
}

func addKiosk(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("kiosk add", flag.ContinueOnError)
	data := flags.String("data", "", "data `folder` of central")
	number := flags.Int("number", 0, "`number` of the terminal, 1 to 9999; it begins every ticket code")
	name := flags.String("name", "", "`name` for staff: where the terminal stands")
	address := flags.String("address", "", "`URL` at which the terminal reaches central (default: where it was last served)")
	public := flags.String("public-address", "", "`URL` in the QR codes of its slips (default: the public address of the last serve)")
	renew := flags.Bool("renew", false, "make a new token for a terminal that exists; its old one stops")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("%w: central kiosk add: --data is missing", errUsage)
	}
	for _, a := range []string{*address, *public} {
		if a == "" {
			continue
		}
		if err := central.CheckAddress(a); err != nil {
			return err
		}
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Existing: *renew})
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Fresh {
		fmt.Fprintf(log, "central: there was no central in %s: a new one was made there, with keys of its own. If the name was mistyped, this terminal will not reach yours\n", *data)
	}
	e, err := c.AddTerminal(ctx, *number, *name, *renew)
	if err != nil {
		return err
	}
	if *address != "" {
		e.Address = *address
	}
	if *public != "" {
		e.PublicAddress = *public
	}
	var s section
	s.Central.Address, s.Central.PublicAddress = e.Address, e.PublicAddress
	s.Central.Token, s.Central.PublicKey, s.Central.CardKey = e.Token, e.PublicKey.String(), e.CardKey
	text, err := toml.Marshal(s)
	if err != nil {
		return fmt.Errorf("central: %w", err)
	}
	_, err = fmt.Fprintf(out, "# Terminal %d. Token and card key are secret; the token is shown only now.\n%s", *number, text)
	return err
}

func showKey(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("key", flag.ContinueOnError)
	data := flags.String("data", "", "data `folder` of central")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *data == "" {
		return fmt.Errorf("%w: central key: --data is missing", errUsage)
	}
	c, err := central.Open(ctx, central.Config{Folder: *data, Existing: true})
	if err != nil {
		return err
	}
	defer c.Close()
	_, public, err := c.Addresses(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "staff sign in at", c.SignIn(public))
	return err
}
