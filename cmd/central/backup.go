package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central"
)

// passphraseVariable is another way to give the passphrase of a backup.
const passphraseVariable = "LINTAI_BACKUP_PASSPHRASE"

// shortest is what a passphrase of a file that may lie about for years has at least, in
// characters.
const shortest = 12

// backupFlags reads what backup and restore share: flags, then one file.
func backupFlags(name string, args []string, log io.Writer) (b central.Backup, plain bool, err error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	data, database := dataFlags(flags)
	secret := flags.String("passphrase-file", "", "`file` whose first line is the passphrase (default: $"+passphraseVariable+")")
	open := flags.Bool("unencrypted", false, "write a file that whoever has it can read: residents' words and all keys")
	flags.SetOutput(log)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return b, false, err
	} else if err != nil || *data == "" || flags.NArg() != 1 {
		return b, false, errors.Join(fmt.Errorf("%w: central %s --data DIR [--database URL] [--passphrase-file FILE] FILE", errUsage, name), err)
	}
	b = central.Backup{Folder: *data, Database: databaseAddress(*database), File: flags.Arg(0), Passphrase: os.Getenv(passphraseVariable), Clock: time.Now}
	if *secret != "" {
		text, err := os.ReadFile(*secret)
		if err != nil {
			return b, false, fmt.Errorf("central: passphrase: %w", err)
		}
		b.Passphrase, _, _ = strings.Cut(string(text), "\n")
		b.Passphrase = strings.TrimRight(b.Passphrase, "\r")
	}
	return b, *open, nil
}

func backUp(ctx context.Context, args []string, out, log io.Writer) error {
	b, plain, err := backupFlags("backup", args, log)
	switch {
	case err != nil:
		return err
	case plain && b.Passphrase != "":
		return fmt.Errorf("%w: central backup: a passphrase and --unencrypted contradict each other", errUsage)
	case !plain && b.Passphrase == "":
		return fmt.Errorf("%w: central backup: a backup has all that residents said, and all keys. Give a passphrase with --passphrase-file or $%s, or say --unencrypted", errUsage, passphraseVariable)
	case !plain && len([]rune(b.Passphrase)) < shortest:
		return fmt.Errorf("%w: central backup: the passphrase has less than %d characters", errUsage, shortest)
	}
	if err := central.BackUp(ctx, b); err != nil {
		return err
	}
	if plain {
		_, err = fmt.Fprintf(out, "%s is written. It is SECRET: it holds what residents said and all keys of central, and is not encrypted. Only its owner can read it here; see to it that this stays so\n", b.File)
		return err
	}
	_, err = fmt.Fprintf(out, "%s is written, encrypted with the passphrase. Keep the two apart: without the passphrase nobody opens it, you neither\n", b.File)
	return err
}

func restore(ctx context.Context, args []string, out, log io.Writer) error {
	b, _, err := backupFlags("restore", args, log)
	if err != nil {
		return err
	}
	r, err := central.Restore(ctx, b)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `the docket of %s is back in %s
What came in after that is not in it, though terminals and people were told that it had arrived. Staff's pages name it
under 恢复核对 as terminals come on line. Everybody signs in anew; invitations and one-time codes for terminals are void;
accounts, terminals and channels that were disabled or revoked since the backup count again: disable them again.
`, r.Backup.In(phrase.Zone).Format("2006-01-02 15:04:05"), b.Folder)
	return err
}
