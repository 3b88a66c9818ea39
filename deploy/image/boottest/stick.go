package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/deploy/image/guest"
	"lintai/kiosk/ticket"
)

// saysWaiting stands on a slip whose request is saved, and not yet at central.
const saysWaiting = "待送达"

// stick is the way of a terminal whose line is dead: a resident's request waits, a clerk
// takes it to central on a memory stick, and the log beside it. When the line is back the
// terminal sends the same once more, and central has it once.
func (l *lobby) stick(ctx context.Context) error {
	if err := l.machine.Connect(ctx, false); err != nil {
		return err
	}
	code, err := l.visitsOffline(ctx)
	if err != nil {
		return err
	}
	if err := l.plugsStick(ctx, 64<<20); err != nil {
		return err
	}
	if err := l.opensMenu(ctx); err != nil {
		return err
	}
	for _, what := range []string{"导出未送达", "导出日志"} {
		if err := l.exports(ctx, what); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if err := errors.Join(l.leavesMenu(ctx), l.pulls(ctx)); err != nil {
		return err
	}
	if err := l.brings(ctx, code); err != nil {
		return err
	}
	before, err := l.cases(ctx)
	if err != nil {
		return err
	}
	if err := l.machine.Connect(ctx, true); err != nil {
		return err
	}
	// What waits is sent in its order: when this request is there, the other was sent, too.
	if err := l.visits(ctx); err != nil {
		return err
	}
	after, err := l.cases(ctx)
	if err == nil && after != before+1 {
		err = fmt.Errorf("central had %d cases, and has %d after one more visit", before, after)
	}
	if err == nil {
		l.report.step("the line is back, and central has nothing twice", "")
	}
	return err
}

// visitsOffline is a visit whose slip says that the request waits.
func (l *lobby) visitsOffline(ctx context.Context) (ticket.Code, error) {
	if err := l.reports(ctx, func(context.Context, string) error { return nil }); err != nil {
		return "", err
	}
	code, err := l.slip(ctx)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(l.out, fmt.Sprintf("slip-%d.txt", l.slips)))
	if err == nil && !strings.Contains(string(text), saysWaiting) {
		err = fmt.Errorf("without a network the slip does not say %s", saysWaiting)
	}
	if err != nil {
		return "", err
	}
	list, err := l.get(ctx, "/open311/v2/requests.json")
	if err == nil && strings.Contains(list, string(code)) {
		err = errors.New("central knows what nobody can have told it")
	}
	if err != nil {
		return "", err
	}
	return code, l.home(ctx)
}

// stickAt is the image of the memory stick.
func (l *lobby) stickAt() string { return filepath.Join(l.scratch, "usb.img") }

// plugsStick plugs a stick of so many bytes with files on it, as people copy them there.
func (l *lobby) plugsStick(ctx context.Context, size int64, files ...string) error {
	if err := os.WriteFile(l.stickAt(), nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(l.stickAt(), size); err != nil {
		return err
	}
	if _, err := ask(ctx, "mkfs.vfat", "-n", "USB", l.stickAt()); err != nil {
		return err
	}
	for _, f := range files {
		if _, err := ask(ctx, "mcopy", "-i", l.stickAt(), f, "::"+filepath.Base(f)); err != nil {
			return err
		}
	}
	return l.machine.PlugStick(ctx, "people", l.stickAt())
}

// pulls pulls the stick out.
func (l *lobby) pulls(ctx context.Context) error { return l.machine.UnplugStick(ctx, "people") }

// leavesMenu goes from any page of the staff menu to the start screen.
func (l *lobby) leavesMenu(ctx context.Context) error {
	if err := l.pressesBetween(ctx, panelHeight/2, panelHeight, "退出"); err != nil {
		return err
	}
	_, err := l.sees(ctx, "触摸屏幕开始")
	return err
}

// exports chooses an entry of the menu, wherever in its list it stands, and the stick.
func (l *lobby) exports(ctx context.Context, what string) error {
	if err := l.turnsTo(ctx, what); err != nil {
		return err
	}
	if err := l.presses(ctx, what); err != nil {
		return err
	}
	if err := l.shows(ctx, "sticks", "请选择"); err != nil {
		return err
	}
	if err := l.presses(ctx, "sda"); err != nil {
		return err
	}
	if err := l.shows(ctx, "exported", "可以拔出"); err != nil {
		return err
	}
	return l.pressesBetween(ctx, panelHeight/2, panelHeight, "返回")
}

// turnsTo turns the pages of a list until words are on one.
func (l *lobby) turnsTo(ctx context.Context, words string) error {
	return eventually(ctx, patience, func(ctx context.Context) error {
		p, err := l.machine.Settled(ctx)
		if err != nil {
			return errors.Join(err, l.machine.Running())
		}
		which, at, err := guest.FindAny(ctx, l.scratch, p, words, "下一页")
		if err != nil || which == 0 {
			return err
		}
		if err := l.machine.Touch(ctx, at.Min.Add(at.Max).Div(2), 0); err != nil {
			return err
		}
		// A page turned twice would be one that nobody saw.
		err = eventually(ctx, time.Minute, func(ctx context.Context) error {
			now, err := l.machine.Settled(ctx)
			if err == nil && bytes.Equal(now.Pix, p.Pix) {
				err = errors.New("the page does not turn")
			}
			return err
		})
		return errors.Join(err, fmt.Errorf("%s is not on this page", words))
	})
}

// brings takes what is on the stick to central: the requests, which nobody can read on
// the way, and the log, which tells of nobody.
func (l *lobby) brings(ctx context.Context, code ticket.Code) error {
	folder, err := os.MkdirTemp(l.scratch, "brought")
	if err != nil {
		return err
	}
	if _, err := ask(ctx, "mcopy", "-i", l.stickAt(), "::*", folder); err != nil {
		return err
	}
	queue, err := filepath.Glob(filepath.Join(folder, "lintai-*.export"))
	if err != nil {
		return err
	}
	logs, err := filepath.Glob(filepath.Join(folder, "lintai-logs-*.txt.gz"))
	if err != nil {
		return err
	}
	if len(queue) != 1 || len(logs) != 1 {
		return fmt.Errorf("the stick has %d exports and %d logs", len(queue), len(logs))
	}
	sealed, err := os.ReadFile(queue[0])
	if err != nil {
		return err
	}
	log, err := unzipped(logs[0])
	if err != nil {
		return err
	}
	found, err := guest.Readable(io.MultiReader(bytes.NewReader(sealed), bytes.NewReader(log)), secrets())
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("readable on the stick: %s", strings.Join(found, "; "))
	}
	if err := os.WriteFile(l.log("terminal"), log, 0o644); err != nil {
		return err
	}
	if !bytes.Contains(log, []byte("lintai-kiosk.service")) {
		return errors.New("the log says nothing of the terminal's window")
	}
	l.report.step(fmt.Sprintf("on the stick: %d bytes of requests, %d bytes of log; nothing of who was here", len(sealed), len(log)), "")
	said, err := ask(ctx, l.program("central"), "import", "--data", l.centralDir(), queue[0])
	if err != nil {
		return err
	}
	l.report.step("central took it in: "+strings.Join(strings.Fields(said), " "), "")
	return l.arrives(ctx, code)
}

func unzipped(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// cases counts what central's public list has.
func (l *lobby) cases(ctx context.Context) (int, error) {
	list, err := l.get(ctx, "/open311/v2/requests.json")
	return strings.Count(list, `"service_request_id"`), err
}
