package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"lintai/sync/central"
	"lintai/sync/central/staff"
)

// showKey says where staff sign in.
func showKey(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("key", flag.ContinueOnError)
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	c, err := openExisting(ctx, "key", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	_, public, err := c.Addresses(ctx)
	if err != nil {
		return err
	}
	invited, err := c.FirstInvitation(ctx, public)
	if err != nil {
		return err
	}
	if invited != "" {
		_, err = fmt.Fprintln(out, "the administrator sets her password at", invited)
		return err
	}
	_, err = fmt.Fprintf(out, "staff sign in at %s\na forgotten password: central account reset --login LOGIN\n", central.SignIn(public))
	return err
}

// tellSignIn says as serve starts where somebody has to set the first password; once
// that was done it says nothing.
func tellSignIn(ctx context.Context, c *central.Central, out io.Writer, address string) error {
	invited, err := c.FirstInvitation(ctx, address)
	if err == nil && invited != "" {
		_, err = fmt.Fprintf(out, "the administrator (login %s) sets her password at %s\n", central.FirstLogin, invited)
	}
	return err
}

// accountFlags are those that the commands on one account share.
func accountFlags(name string) (flags *flag.FlagSet, data, database, login *string) {
	flags = flag.NewFlagSet(name, flag.ContinueOnError)
	data, database = dataFlags(flags)
	return flags, data, database, flags.String("login", "", "`login` of the account")
}

// explain puts a refusal into an operator's words.
func explain(err error) error {
	for _, known := range []struct {
		err   error
		words string
	}{
		{staff.ErrExists, "the login is taken"},
		{staff.ErrName, "a login has small letters, digits and . - _ only, at most 32; a name has at most 20 characters; a telephone number has digits only"},
		{staff.ErrRole, "--role must name one or several of " + strings.ReplaceAll(staff.JoinRoles(staff.Roles), " ", ", ")},
		{staff.ErrNotFound, "there is no account with this login; \"central account list\" names them"},
	} {
		if errors.Is(err, known.err) {
			return fmt.Errorf("central account: %s", known.words)
		}
	}
	return err
}

// onAccount opens the folder and finds the account.
func onAccount(ctx context.Context, command, data, database, login string, do func(*central.Central, staff.Account) error) (err error) {
	if login == "" {
		return fmt.Errorf("%w: central %s: --login is missing", errUsage, command)
	}
	c, err := openExisting(ctx, command, data, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	a, err := c.Office().Store.AccountByLogin(ctx, staff.NormalLogin(login))
	if err != nil {
		return explain(err)
	}
	return explain(do(c, a))
}

func addAccount(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags, data, database, login := accountFlags("account add")
	name := flags.String("name", "", "`name` of the person, as colleagues know her")
	phone := flags.String("phone", "", "her telephone `number`")
	roles := flags.String("role", "", "her `roles`, with commas between them: "+strings.ReplaceAll(staff.JoinRoles(staff.Roles), " ", ", "))
	if err := parse(flags, args, log); err != nil {
		return err
	}
	if *login == "" || *name == "" || *roles == "" {
		return fmt.Errorf("%w: central account add: --login, --name and --role are needed", errUsage)
	}
	a := staff.Account{Login: *login, Name: *name, Phone: *phone}
	for _, role := range strings.Split(*roles, ",") {
		a.Roles = append(a.Roles, staff.Role(strings.TrimSpace(role)))
	}
	c, err := openExisting(ctx, "account add", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	made, code, err := c.Office().Add(ctx, staff.Operator, a)
	if err != nil {
		return explain(err)
	}
	return tellInvitation(ctx, c, out, made, code)
}

// tellInvitation prints the address that is shown only now.
func tellInvitation(ctx context.Context, c *central.Central, out io.Writer, a staff.Account, code string) error {
	_, public, err := c.Addresses(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s (login %s) sets the password at %s\nthe address works once, within seven days, and is shown only now\n", a.Name, a.Login, central.Invitation(public, code))
	return err
}

func resetAccount(ctx context.Context, args []string, out, log io.Writer) error {
	flags, data, database, login := accountFlags("account reset")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	return onAccount(ctx, "account reset", *data, *database, *login, func(c *central.Central, a staff.Account) error {
		code, err := c.Office().Reset(ctx, staff.Operator, a.ID)
		if err != nil {
			return err
		}
		return tellInvitation(ctx, c, out, a, code)
	})
}

func disableAccount(ctx context.Context, args []string, out, log io.Writer) error {
	flags, data, database, login := accountFlags("account disable")
	undo := flags.Bool("undo", false, "let a disabled account in again")
	if err := parse(flags, args, log); err != nil {
		return err
	}
	return onAccount(ctx, "account disable", *data, *database, *login, func(c *central.Central, a staff.Account) error {
		if err := c.Office().Disable(ctx, staff.Operator, a.ID, !*undo); err != nil {
			return err
		}
		words := "is disabled, and signed out everywhere"
		if *undo {
			words = "may sign in again"
		}
		_, err := fmt.Fprintln(out, a.Login, words)
		return err
	})
}

func listAccounts(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("account list", flag.ContinueOnError)
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	c, err := openExisting(ctx, "account list", *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	all, err := c.Office().Store.Accounts(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LOGIN\tNAME\tROLES\tSTANDING")
	for _, a := range all {
		standing := "active"
		switch {
		case a.Disabled:
			standing = "disabled"
		case a.Password == "":
			standing = "no password yet"
		case a.Second.On():
			standing = "active, second factor"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", a.Login, a.Name, staff.JoinRoles(a.Roles), standing)
	}
	return table.Flush()
}
