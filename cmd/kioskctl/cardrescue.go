package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/hw/sdcard"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/settings"
	"lintai/offline"
)

// rescueCard ends with exit code 3 when something could not be read.
func rescueCard(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("card rescue", flag.ContinueOnError)
	from := flags.String("from", "", "the card: a `DISK` (/dev/sdb), or a file")
	folder := flags.String("out", "", "`DIR`, new or empty, for what is on it")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if *from == "" || *folder == "" {
		return fmt.Errorf("%w: kioskctl card rescue --from DISK --out DIR", errUsage)
	}
	to, err := emptyFolder(*folder)
	if err != nil {
		return err
	}
	if strings.HasPrefix(*from, "/dev/") {
		m := sdcard.Machine{Root: "/"}
		d, err := m.Find(*from)
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New(phrase.Text("card.no_target", "disk", *from))
		}
		if err == nil {
			err = m.Quiet(d)
		}
		if err != nil {
			return err
		}
	}
	card, err := sdcard.OpenToRead(*from)
	if err != nil {
		return err
	}
	defer card.Close()
	p := newCardProgress(out, time.Now)
	r, err := sdcard.Rescue(ctx, card, to, p.show)
	p.end()
	if r.Unreadable > 0 {
		fmt.Fprintln(out, phrase.Text("card.rescue_unreadable", "size", fmt.Sprintf("%d KB", r.Unreadable>>10)))
	}
	if ctx.Err() != nil {
		return errors.New(phrase.Text("card.rescue_stopped"))
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, phrase.Text("card.rescued", "folder", r.Folder))
	if r.Repaired != "" {
		fmt.Fprintln(out, phrase.Text("card.rescue_repaired"))
	}
	if err := pointAt(out, r, to); err != nil {
		return err
	}
	sound := rescuedQueue(ctx, out, r.Folder)
	if r.Unreadable > 0 || !sound {
		return exitCode(3)
	}
	return nil
}

// emptyFolder makes the folder; its path is absolute, as kiosk.toml wants it.
func emptyFolder(folder string) (string, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		return "", errors.Join(err, errors.New(phrase.Text("card.rescue_not_empty", "folder", folder)))
	}
	return folder, nil
}

// pointAt writes the card's kiosk.toml with the data folder that is here now.
func pointAt(out io.Writer, r sdcard.Rescued, folder string) error {
	text, err := settings.Fill(r.Config, map[string]string{"terminal.data": `"` + r.Folder + `"`})
	if err == nil {
		_, err = settings.Parse(text)
	}
	if err != nil {
		fmt.Fprintln(out, phrase.Text("card.rescue_no_config", "folder", r.Folder))
		return nil
	}
	name := filepath.Join(folder, sdcard.ConfigName)
	if err := writeSynced(name, text); err != nil {
		return err
	}
	fmt.Fprintln(out, phrase.Text("card.rescue_config", "file", name))
	return nil
}

// rescuedQueue says what waits in the copy.
func rescuedQueue(ctx context.Context, out io.Writer, folder string) bool {
	if err := checkQueue(ctx, []string{"--data", folder}, out, io.Discard); err != nil {
		fmt.Fprintln(out, err)
		if offline.FaultOf(err) == fault.QueueDamaged {
			fmt.Fprintln(out, phrase.Text("card.rescue_queue", "folder", folder))
		}
		return false
	}
	return true
}
