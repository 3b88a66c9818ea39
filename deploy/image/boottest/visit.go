package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/deploy/image/guest"
	"lintai/kiosk/ticket"
)

// resident is a synthetic person: the town does not exist, no region has a number that
// begins with 93, and the check digit is right.
var resident = struct{ name, number, address, phone string }{
	"欧阳小静", "932682198501010017", "虚构市样板区幸福里小区3号楼2单元501室", "01055500501",
}

// secrets are what must not be readable on the card of who was at the terminal.
func secrets() map[string]string {
	return map[string]string{"name": resident.name, "ID number": resident.number, "middle of the ID number": resident.number[3:14],
		"address": resident.address, "end of the address": "3号楼2单元501室", "phone number": resident.phone}
}

func (l *lobby) devbench(ctx context.Context, args ...string) (string, error) {
	return ask(ctx, l.program("devbench"), append(args, "--dir", l.benchDir(), "--timeout", "240")...)
}

// visits: a resident reports a leak with her card and takes her slip; central has it.
func (l *lobby) visits(ctx context.Context) error {
	if err := l.reports(ctx, l.keep); err != nil {
		return err
	}
	code, err := l.slip(ctx)
	if err != nil {
		return err
	}
	// The slip comes out before the words do: an emulated screen is slow.
	if err := l.shows(ctx, "saved", "完成"); err != nil {
		return err
	}
	if err := l.arrives(ctx, code); err != nil {
		return err
	}
	return l.home(ctx)
}

// reports goes from the start screen to the touch that confirms, and keeps a picture of
// each screen.
func (l *lobby) reports(ctx context.Context, keep func(ctx context.Context, name string) error) error {
	// Who was there before may have left another screen, which goes by itself.
	if _, err := l.sees(ctx, "触摸屏幕开始"); err != nil {
		return err
	}
	for _, s := range []struct{ touched, seen, name string }{
		{"触摸屏幕开始", "我要报修", "home"},
		{"我要报修", "漏水", "what"},
		{"漏水", "家里", "place"},
		{"家里", "很急", "urgency"},
		{"很急", "身份证", "identify"},
	} {
		if err := l.insists(ctx, s.touched, func(ctx context.Context) error { return l.touches(ctx, s.touched) }); err != nil {
			return err
		}
		if _, err := l.sees(ctx, s.seen); err != nil {
			return err
		}
		if err := keep(ctx, s.name); err != nil {
			return err
		}
	}
	if _, err := l.devbench(ctx, "card", "tap", "--name", resident.name, "--id", resident.number, "--address", resident.address); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "对不对"); err != nil {
		return err
	}
	if err := keep(ctx, "confirm"); err != nil {
		return err
	}
	if _, err := l.devbench(ctx, "card", "lift"); err != nil {
		return err
	}
	// On a small panel there is more than one page to be confirmed.
	l.turns = nil
	if err := eventually(ctx, patience, func(ctx context.Context) error {
		p, err := l.machine.Settled(ctx)
		if err != nil {
			return err
		}
		if _, err = guest.Find(ctx, l.scratch, p, "确认提交"); err == nil {
			return nil
		}
		if more, e := guest.Find(ctx, l.scratch, p, "接着看"); e == nil {
			e = l.machine.Touch(ctx, more[0].Min.Add(more[0].Max).Div(2), 0)
			l.turns = append(l.turns, more[0].Min.Add(more[0].Max).Div(2))
			return errors.Join(err, e)
		}
		return err
	}); err != nil {
		return err
	}
	return l.touches(ctx, "确认提交")
}

// insists touches again when nothing has come of it for a while, as people do.
func (l *lobby) insists(ctx context.Context, words string, touch func(context.Context) error) (err error) {
	for range 4 {
		patient, over := context.WithTimeout(ctx, 40*time.Second)
		err = l.changes(patient, touch)
		over()
		if err == nil {
			return nil
		}
		l.repeated = append(l.repeated, words)
	}
	return fmt.Errorf("%s was touched four times: %w", words, err)
}

// slip waits for the next slip on the serial line, as the emulated printer understood
// it, and reads its ticket out of the picture of its QR code.
func (l *lobby) slip(ctx context.Context) (ticket.Code, error) {
	l.slips++
	prefix := filepath.Join(l.out, fmt.Sprintf("slip-%d", l.slips))
	if _, err := l.devbench(ctx, "printer", "last", "--wait", fmt.Sprint(l.slips), "--raw", prefix+".raw"); err != nil {
		return "", err
	}
	_ = os.Remove(prefix + ".raw")
	if _, err := l.devbench(ctx, "printer", "slip", fmt.Sprint(l.slips), "--out", prefix); err != nil {
		return "", err
	}
	read, err := ask(ctx, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", prefix+".png")
	if err != nil {
		return "", err
	}
	code, err := ticket.ParseScan(strings.TrimSpace(read))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(prefix + ".txt")
	if err != nil {
		return "", err
	}
	for what, secret := range secrets() {
		if strings.Contains(string(text), secret) {
			return "", fmt.Errorf("slip %d tells the %s", l.slips, what)
		}
	}
	if !strings.Contains(string(text), code.String()) {
		return "", fmt.Errorf("slip %d does not say %s in words", l.slips, code)
	}
	l.tickets = append(l.tickets, string(code))
	l.report.step(fmt.Sprintf("slip %d came over the serial line, whole", l.slips), filepath.Base(prefix)+".png")
	return code, nil
}

// arrives waits until central's public list has a ticket.
func (l *lobby) arrives(ctx context.Context, codes ...ticket.Code) error {
	err := eventually(ctx, patience, func(ctx context.Context) error {
		list, err := l.get(ctx, "/open311/v2/requests.json")
		for _, c := range codes {
			if err == nil && !strings.Contains(list, string(c)) {
				err = fmt.Errorf("central does not know %s", c)
			}
		}
		return err
	})
	if err == nil {
		l.report.step("central has it", "")
	}
	return err
}

// home ends a visit wherever it is and waits for the start screen, to which the terminal
// also goes by itself.
func (l *lobby) home(ctx context.Context) error {
	return eventually(ctx, patience, func(ctx context.Context) error {
		p, err := l.machine.Settled(ctx)
		if err != nil {
			return errors.Join(err, l.machine.Running())
		}
		which, at, err := guest.FindAny(ctx, l.scratch, p, "触摸屏幕开始", "完成")
		if err == nil && which == 1 {
			// A second touch would begin the next visit.
			ended := l.changes(ctx, func(ctx context.Context) error { return l.machine.Touch(ctx, at.Min.Add(at.Max).Div(2), 0) })
			return errors.Join(ended, errors.New("the visit was ended just now"))
		}
		return err
	})
}

// end pulls the plug, for a terminal has no other switch, and looks at what lies on the
// card.
func (l *lobby) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l.machine.Cut()
	settled, err := l.machine.Settle(guest.NoLoss, nil)
	if err != nil {
		return err
	}
	l.report.step("the plug is pulled: "+settled.String(), "")
	return l.leavings(ctx)
}
