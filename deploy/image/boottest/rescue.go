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

// head is as much of a file system as holds what it is recognized by.
const head = 64 << 10

// rescue takes away what the data partition is recognized by, as a card does that wears
// out. The terminal cannot serve without its queue: the rescue screen stands there, says
// so in words and in a code for support. When the partition is back, so is the terminal.
func (l *lobby) rescue(ctx context.Context) error {
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	kept, err := l.swapHead(make([]byte, head))
	if err != nil {
		return err
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	err = eventually(ctx, 2*patience, func(ctx context.Context) error {
		p, err := l.machine.Settled(ctx)
		if err != nil {
			return errors.Join(err, l.machine.Running())
		}
		text, err := guest.Text(ctx, l.scratch, p)
		for _, words := range []string{"暂停服务", "5550"} {
			if err == nil && !strings.Contains(text, words) {
				err = fmt.Errorf("the screen does not say %s", words)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := l.keep(ctx, "rescue"); err != nil {
		return err
	}
	code, err := ask(ctx, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", filepath.Join(l.out, fmt.Sprintf("%02d-rescue.png", l.pictures)))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(code, "LINTAI 12 ") {
		return fmt.Errorf("the code for support says %q", code)
	}
	l.report.step("the rescue screen's code says: "+strings.TrimSpace(code), "")
	l.machine.Cut()
	if _, err := l.machine.Settle(guest.NoLoss, nil); err != nil {
		return err
	}
	found, err := l.swapHead(kept)
	if err != nil {
		return err
	}
	if !bytes.Equal(found, make([]byte, head)) {
		return errors.New("something wrote to a partition that it cannot know")
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	return l.atStart(ctx, "after-rescue")
}

// swapHead writes the head of the data partition and returns what was there.
func (l *lobby) swapHead(head []byte) ([]byte, error) {
	card, err := os.OpenFile(l.card(), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer card.Close()
	all, err := guest.Partitions(card)
	if err != nil {
		return nil, err
	}
	was := make([]byte, len(head))
	if _, err := card.ReadAt(was, all[3].Start); err != nil {
		return nil, err
	}
	_, err = card.WriteAt(head, all[3].Start)
	return was, err
}
