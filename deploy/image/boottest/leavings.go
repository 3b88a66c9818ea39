package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lintai/deploy/image/guest"
)

// leavings takes the data partition off the card: its file system is whole, nothing of a
// resident is to be read in any of its bytes, and the queue is sound.
func (l *lobby) leavings(ctx context.Context) error {
	data := filepath.Join(l.scratch, "data.ext4")
	defer os.Remove(data)
	if err := guest.Extract(l.card(), 4, data); err != nil {
		return err
	}
	f, err := os.Open(data)
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := guest.Readable(f, secrets())
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("readable on the card: %s", strings.Join(found, "; "))
	}
	// The search itself must be able to find: what a terminal may keep is there.
	control, err := os.Open(data)
	if err != nil {
		return err
	}
	defer control.Close()
	if there, err := guest.Readable(control, map[string]string{"SQLite's head": "SQLite format 3"}); err != nil || len(there) == 0 {
		return fmt.Errorf("the search finds not even the queue's file: %w", err)
	}
	l.report.step("no byte of the data partition tells who was here", "")
	if err := l.codeIsGone(); err != nil {
		return err
	}
	_, err = l.queueIsSound(ctx, data)
	return err
}

// codeIsGone: the code that enrolled the terminal stands in no byte any more of the
// partition that any computer reads, while the rest of kiosk.toml is there.
func (l *lobby) codeIsGone() error {
	boot := filepath.Join(l.scratch, "boot.vfat")
	defer os.Remove(boot)
	if err := guest.Extract(l.card(), 1, boot); err != nil {
		return err
	}
	all, err := os.ReadFile(boot)
	if err != nil {
		return err
	}
	if !bytes.Contains(all, []byte("# Written by deploy/image/boot-test.")) {
		return errors.New("no kiosk.toml of ours is on the card")
	}
	if bytes.Contains(all, []byte(l.code)) {
		return errors.New("the code that enrolled the terminal still stands on the card")
	}
	l.report.step("the code that enrolled the terminal is gone from the card", "")
	return nil
}

// queueIsSound judges the queue and the audit log on a data partition, and that there is
// an item for each slip; it tells how many items there are.
func (l *lobby) queueIsSound(ctx context.Context, data string) (items int, err error) {
	if items, err = l.judgeQueue(ctx, data); err != nil {
		return 0, err
	}
	if items < len(l.tickets) {
		return 0, fmt.Errorf("%d slips were printed, and the queue has %d items", len(l.tickets), items)
	}
	l.report.step(fmt.Sprintf("queue and audit log are sound; %d items, %d slips", items, len(l.tickets)), "")
	return items, nil
}

// judgeQueue replays the journal as the next start would, takes the kiosk's folder out of
// the file system and has kioskctl judge it; it tells how many items there are. Nothing
// personal is told of an item, and its ticket is personal: that central has each of them
// is seen in the end.
func (l *lobby) judgeQueue(ctx context.Context, data string) (items int, err error) {
	// Exit status 1: something was mended, which after a cut is the journal.
	if out, err := ask(ctx, "e2fsck", "-fy", data); err != nil && !strings.Contains(err.Error(), "exit status 1:") {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	folder := filepath.Join(l.scratch, "taken")
	_ = os.RemoveAll(folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	if _, err := ask(ctx, "debugfs", "-R", "rdump /kiosk "+folder, data); err != nil {
		return 0, err
	}
	kiosk := filepath.Join(folder, "kiosk")
	if _, err := os.Stat(filepath.Join(kiosk, "kiosk.db")); err != nil {
		return 0, err
	}
	out, err := ask(ctx, l.program("kioskctl"), "outbox", "verify", "--data", kiosk, "--json")
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	if _, err := ask(ctx, l.program("kioskctl"), "audit", "verify", "--data", kiosk); err != nil {
		return 0, err
	}
	list, err := ask(ctx, l.program("kioskctl"), "outbox", "list", "--data", kiosk, "--json")
	return strings.Count(list, "\n"), err
}
