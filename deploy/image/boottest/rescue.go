package main

import (
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
// out, after a visit. Without its queue the terminal cannot serve: the rescue screen
// stands there and says so, in words and in a code for support. The screen asks for the
// plug to be pulled: at the next start all is mended from what ext4 keeps twice, and the
// queue has what it had.
func (l *lobby) rescue(ctx context.Context) error {
	if len(l.tickets) == 0 {
		if err := l.visits(ctx); err != nil {
			return err
		}
	}
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	if err := l.loseHead(); err != nil {
		return err
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	err := eventually(ctx, 2*patience, func(ctx context.Context) error {
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
	if err := l.boot(ctx); err != nil {
		return err
	}
	return l.atStart(ctx, "after-rescue")
}

// loseHead overwrites the head of the data partition with zeros.
func (l *lobby) loseHead() error {
	card, err := os.OpenFile(l.card(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	all, err := guest.Partitions(card)
	if err == nil {
		_, err = card.WriteAt(make([]byte, head), all[3].Start)
	}
	return errors.Join(err, card.Close())
}
