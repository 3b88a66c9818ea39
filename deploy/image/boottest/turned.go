package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

var windowStarted = regexp.MustCompile(`Started lintai-kiosk\.service`)

var rotationLine = regexp.MustCompile(`(?m)^rotation = \d+$`)

// turned hangs the panel in each of the four ways, with a touch screen of its own behind
// the glass, and has a resident make a visit at each: the picture is upright for her, and
// what she touches is what she sees there. The technician says in kiosk.toml how it hangs.
func (l *lobby) turned(ctx context.Context) error {
	l.glass = true
	for _, turn := range []int{0, 90, 180, 270} {
		if err := l.offAndJudge(ctx); err != nil {
			return err
		}
		if err := l.hang(ctx, turn); err != nil {
			return err
		}
		if err := l.boot(ctx); err != nil {
			return err
		}
		if err := l.atStart(ctx, fmt.Sprintf("turned-%d", turn)); err != nil {
			return err
		}
		// Until systemd says so, the compositor has not looked at its devices; who stands
		// before a panel is not as quick as that.
		if _, _, err := l.machine.Console.Await(ctx, 0, windowStarted); err != nil {
			return err
		}
		l.repeated = nil
		if err := l.visits(ctx); err != nil {
			return fmt.Errorf("turned by %d degrees: %w", turn, err)
		}
		// Neither the first touch of the day nor any other may be lost.
		if len(l.repeated) > 0 {
			return fmt.Errorf("turned by %d degrees: %v had to be touched again", turn, l.repeated)
		}
		l.report.step(fmt.Sprintf("turned by %d degrees: a visit by touch", turn), "")
	}
	return nil
}

// hang writes into the card's kiosk.toml how the panel hangs, and hangs it so.
func (l *lobby) hang(ctx context.Context, turn int) error {
	file := filepath.Join(l.scratch, "kiosk.toml")
	const partition = "@@4M"
	if _, err := ask(ctx, "mcopy", "-n", "-o", "-i", l.card()+partition, "::kiosk.toml", file); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if n := len(rotationLine.FindAll(text, -1)); n != 1 {
		return fmt.Errorf("the card's kiosk.toml says %d times how the panel hangs", n)
	}
	text = rotationLine.ReplaceAll(text, []byte("rotation = "+strconv.Itoa(turn)))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	if _, err := ask(ctx, "mcopy", "-o", "-i", l.card()+partition, file, "::kiosk.toml"); err != nil {
		return err
	}
	l.turn, l.known = turn, map[string]image.Point{}
	return nil
}
