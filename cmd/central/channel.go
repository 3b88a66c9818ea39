package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"lintai/kiosk/phrase"
	"lintai/sync/central"
	"lintai/sync/central/staff"
)

// onFolder parses the flags of a command and runs it on a data folder.
func onFolder(ctx context.Context, flags *flag.FlagSet, args []string, log io.Writer, run func(*central.Central) error) (err error) {
	data, database := dataFlags(flags)
	if err := parse(flags, args, log); err != nil {
		return err
	}
	c, err := openExisting(ctx, flags.Name(), *data, *database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return run(c)
}

func addChannel(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("channel add", flag.ContinueOnError)
	name := flags.String("name", "", "`name` of the channel, as staff know it, e.g. 热线12345")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		key, err := c.AddChannel(ctx, staff.Operator, *name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "# The key of %s is shown only now; central keeps no copy.\napi_key=%s\n", *name, string(key))
		return err
	})
}

func revokeChannel(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("channel revoke", flag.ContinueOnError)
	name := flags.String("name", "", "`name` of the channel")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		if err := c.RevokeChannel(ctx, staff.Operator, *name); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "the key of %s counts no more. \"central channel add\" with the same name makes another one\n", *name)
		return err
	})
}

func listChannels(ctx context.Context, args []string, out, log io.Writer) error {
	return onFolder(ctx, flag.NewFlagSet("channel list", flag.ContinueOnError), args, log, func(c *central.Central) error {
		all, err := c.Channels(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, ch := range all {
			standing := "since " + day(ch.AddedAt)
			if !ch.RevokedAt.IsZero() {
				standing = "revoked " + day(ch.RevokedAt)
			}
			fmt.Fprintf(table, "%d\t%s\t%s\n", ch.Number, ch.Name, standing)
		}
		return table.Flush()
	})
}

func addWebhook(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("webhook add", flag.ContinueOnError)
	name := flags.String("name", "", "`name` of the channel that is told")
	address := flags.String("url", "", "`URL` at which it is told")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		number, secret, err := c.Subscribe(ctx, staff.Operator, *name, *address)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "# %s is told at %s (number %d). It checks signatures (Standard Webhooks) with\nsecret=%s\n", *name, *address, number, string(secret))
		return err
	})
}

func listWebhooks(ctx context.Context, args []string, out, log io.Writer) error {
	return onFolder(ctx, flag.NewFlagSet("webhook list", flag.ContinueOnError), args, log, func(c *central.Central) error {
		all, err := c.Subscriptions(ctx)
		if err != nil {
			return err
		}
		names := map[int]string{}
		channels, err := c.Channels(ctx)
		if err != nil {
			return err
		}
		for _, ch := range channels {
			names[ch.Number] = ch.Name
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, s := range all {
			standing := "well"
			switch {
			case !s.DisabledAt.IsZero():
				standing = fmt.Sprintf("off since %s (%s)", day(s.DisabledAt), s.Reason)
			case s.Failures > 0:
				standing = "failing since " + s.FailingSince.In(phrase.Zone).Format("2006-01-02 15:04")
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%d waiting\t%s\n", s.Number, names[s.Channel], s.Address, s.Waiting, standing)
		}
		return table.Flush()
	})
}

// changeWebhook is what is done to one subscription.
func changeWebhook(ctx context.Context, command string, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("webhook "+command, flag.ContinueOnError)
	number := flags.Int64("number", 0, "`number` of the webhook, see \"central webhook list\"")
	return onFolder(ctx, flags, args, log, func(c *central.Central) (err error) {
		switch command {
		case "remove":
			err = c.DropSubscription(ctx, staff.Operator, *number)
		default:
			err = c.SwitchSubscription(ctx, staff.Operator, *number, command == "enable")
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "webhook %d: %sd\n", *number, command)
		return err
	})
}

func allowWebhooks(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("webhook allow", flag.ContinueOnError)
	networks := flags.String("networks", "", "private `networks` in which webhooks may be sent, e.g. 10.8.0.0/16,192.168.1.7 (empty: none)")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		if err := c.AllowWebhooks(ctx, staff.Operator, *networks); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "webhooks may be sent in these private networks after the next start of central:", *networks)
		return err
	})
}
