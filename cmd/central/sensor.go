package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"lintai/kiosk/phrase"
	"lintai/sync/central"
	"lintai/sync/central/deviceapi"
	"lintai/sync/central/sensor"
)

func addSensor(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("sensor add", flag.ContinueOnError)
	id := flags.String("id", "", "`id` of the device, which names it in its topic, e.g. bin-3")
	kind := flags.String("kind", "", "`kind`: bin, lamp, wristband, air, noise or parking")
	name := flags.String("name", "", "`name` of the device, as staff know it, e.g. 3号楼东侧垃圾桶")
	place := flags.String("place", "", "`address` where it stands, or where whoever wears it lives")
	spaces := flags.Int("spaces", 0, "how many `spaces` a car park has")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		d := sensor.Device{ID: *id, Kind: sensor.Kind(*kind), Name: *name, Place: *place, Spaces: *spaces}
		key, err := c.AddDevice(ctx, d)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "# The key of %s is shown only now; central keeps no copy. MQTT: client id and user name are the id,\n# the password is the key, the topic is %s. HTTP: POST %s with \"Authorization: Bearer KEY\".\n%s %s %s\n",
			d.Name, deviceapi.Topic(d.ID), deviceapi.Path(d.ID), d.ID, d.Kind, string(key))
		return err
	})
}

func revokeSensor(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("sensor revoke", flag.ContinueOnError)
	id := flags.String("id", "", "`id` of the device")
	return onFolder(ctx, flags, args, log, func(c *central.Central) error {
		if err := c.RevokeDevice(ctx, *id); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "the key of %s counts no more. \"central sensor add\" with the same id makes another one\n", *id)
		return err
	})
}

func listSensors(ctx context.Context, args []string, out, log io.Writer) error {
	return onFolder(ctx, flag.NewFlagSet("sensor list", flag.ContinueOnError), args, log, func(c *central.Central) error {
		all, err := c.Devices(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, d := range all {
			standing := "never heard"
			switch {
			case d.Revoked():
				standing = "revoked " + day(d.RevokedAt)
			case !d.HeardAt.IsZero():
				standing = "heard " + d.HeardAt.In(phrase.Zone).Format("2006-01-02 15:04")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Kind, d.Name, d.Place, standing)
		}
		return table.Flush()
	})
}
