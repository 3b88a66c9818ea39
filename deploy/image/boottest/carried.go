package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// carried: a version comes on a memory stick, by the staff menu. From a stick with a
// bundle that lost its last byte, and one that a stranger signed where there is such a
// one, nothing is taken; what the next stick brings is installed, started from the menu,
// and kept.
func (l *lobby) carried(ctx context.Context, s system) error {
	bad := []string{filepath.Join(l.scratch, "short.raucb")}
	if _, err := ask(ctx, "cp", s.bundle, bad[0]); err != nil {
		return err
	}
	info, err := os.Stat(bad[0])
	if err == nil {
		err = os.Truncate(bad[0], info.Size()-1)
	}
	if err != nil {
		return err
	}
	if strange, ok := l.updates.made["strange"]; ok {
		bad = append(bad, strange.bundle)
	}
	if err := l.plugsStick(ctx, 2<<30, bad...); err != nil {
		return err
	}
	if err := l.opensMenu(ctx); err != nil {
		return err
	}
	if err := l.choosesUpdate(ctx); err != nil {
		return err
	}
	if err := l.shows(ctx, "nothing-on-the-stick", "没有完成"); err != nil {
		return err
	}
	l.report.step("nothing is taken from a stick with bad bundles", "")
	// A number opens the menu once; she stays in it.
	if err := l.pressesBetween(ctx, panelHeight/2, panelHeight, "返回"); err != nil {
		return err
	}
	if err := errors.Join(l.pulls(ctx), os.Remove(bad[0])); err != nil {
		return err
	}
	if err := l.plugsStick(ctx, 2<<30, s.bundle); err != nil {
		return err
	}
	mark := l.machine.Console.Mark()
	if err := l.choosesUpdate(ctx); err != nil {
		return err
	}
	if err := l.shows(ctx, "stick-with-update", "请选择"); err != nil {
		return err
	}
	if err := l.presses(ctx, "sda"); err != nil {
		return err
	}
	if err := l.shows(ctx, "install", "要安装版本"); err != nil {
		return err
	}
	if err := l.pressesBetween(ctx, panelHeight/2, panelHeight, "确定"); err != nil {
		return err
	}
	if mark, err = l.installed(ctx, mark, s); err != nil {
		return err
	}
	if err := l.shows(ctx, "installed", "现在重新启动"); err != nil {
		return err
	}
	if err := l.pulls(ctx); err != nil {
		return err
	}
	if err := l.pressesBetween(ctx, panelHeight/2, panelHeight, "现在重新启动"); err != nil {
		return err
	}
	if err := l.passes(ctx, mark, s); err != nil {
		return err
	}
	return l.servesOn(ctx)
}

// choosesUpdate chooses the update in the staff menu.
func (l *lobby) choosesUpdate(ctx context.Context) error {
	const entry = "盘更新"
	if err := l.turnsTo(ctx, entry); err != nil {
		return err
	}
	return l.presses(ctx, entry)
}
