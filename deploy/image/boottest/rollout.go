package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Central's part in an update: what its operator does by command, and what it knows of
// the terminal.

func (l *lobby) centralDir() string { return filepath.Join(l.scratch, "central") }

// commandPause is how often central's commands are asked for what is waited for.
const commandPause = 3 * time.Second

// operator runs one of central's commands, such as "update list".
func (l *lobby) operator(ctx context.Context, args ...string) (string, error) {
	all := append([]string{args[0], args[1], "--data", l.centralDir()}, args[2:]...)
	return ask(ctx, l.program("central"), all...)
}

// told waits until central was told something of the terminal.
func (l *lobby) told(ctx context.Context, what string) error {
	err := every(ctx, commandPause, 2*patience, func(ctx context.Context) error {
		list, err := l.operator(ctx, "kiosk", "list")
		if err == nil && !strings.Contains(list, what) {
			err = fmt.Errorf("central was not told %q, but %q", what, strings.TrimSpace(list))
		}
		return err
	})
	if err == nil {
		l.report.step("central was told: "+what, "")
	}
	return err
}

// runs waits until central was told which system the terminal runs, not on trial.
func (l *lobby) runs(ctx context.Context, s system) error {
	return l.told(ctx, fmt.Sprintf("image %s in system %s", s.version, l.slot))
}

// rollsOut takes a bundle in and begins with this terminal, which hears of it from the
// central that serves.
func (l *lobby) rollsOut(ctx context.Context, s system) error {
	if _, err := l.operator(ctx, "update", "add", s.bundle); err != nil {
		return err
	}
	if err := l.begins(ctx, s); err != nil {
		return err
	}
	l.report.step("central offers "+s.version, "")
	return nil
}

func (l *lobby) begins(ctx context.Context, s system) error {
	_, err := l.operator(ctx, "update", "start", "--version", s.version, "--first", "12", "--watch-first", time.Minute.String(), "--watch-tenth", time.Minute.String())
	return err
}

// over ends a rollout, so that another may begin, and tells how it stood.
func (l *lobby) over(ctx context.Context, s system, stood string) error {
	standing := ""
	err := every(ctx, commandPause, patience, func(ctx context.Context) error {
		list, err := l.operator(ctx, "update", "list")
		if err != nil {
			return err
		}
		if standing = rowOf(list, s.version); !strings.Contains(standing, stood) {
			return fmt.Errorf("the rollout is %q and not %q", standing, stood)
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.report.step("the rollout: "+standing, "")
	_, err = l.operator(ctx, "update", "withdraw", "--version", s.version)
	if err != nil {
		return err
	}
	_, err = l.operator(ctx, "update", "remove", "--version", s.version)
	return err
}

// rowOf is what the list says of a version.
func rowOf(list, version string) string {
	for row := range strings.Lines(list) {
		if rest, ok := strings.CutPrefix(row, version+" "); ok {
			return strings.Join(strings.Fields(rest), " ")
		}
	}
	return ""
}

// saysNoBundle is in what central says of a bundle that is not whole.
const saysNoBundle = "this is no bundle of a terminal's image"

// errTaken: central took in what it must not, or said no for another reason.
var errTaken = errors.New("it was not refused for being no bundle")
