package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"path/filepath"
	"strconv"
	"strings"

	"lintai/deploy/image/guest"
)

// sparse is a file of which the technician filled in little: the panel, the place and the
// languages are asked for on the screen.
func sparse(snippet string) string {
	var kept []string
	for line := range strings.Lines(technicians(snippet)) {
		switch key, _, _ := strings.Cut(line, " ="); key {
		case "place", "languages", "rotation", "width", "height":
		default:
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// first is a first start with a file that says little and no cable in the socket, as a
// technician goes through it; the pictures of her page are of it. It ends with the
// readiness slip and the start screen.
func (l *lobby) first(ctx context.Context) error {
	if err := l.prepare(ctx, sparse); err != nil {
		return err
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	if err := l.machine.Connect(ctx, false); err != nil {
		return err
	}
	if err := l.atWindow(ctx); err != nil {
		return err
	}
	for _, do := range []func(context.Context) error{l.hangs, l.connects, l.enrols, l.tries, l.serves} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hangs: which way is up, and whether the touches lie where the picture does.
func (l *lobby) hangs(ctx context.Context) error {
	if err := l.shows(ctx, "not-set-up", "维护人员"); err != nil {
		return err
	}
	if err := l.presses(ctx, "维护人员"); err != nil {
		return err
	}
	if err := l.shows(ctx, "turn", "朝上的那个箭头"); err != nil {
		return err
	}
	// The arrows are too little to be read; the one upwards is the first.
	if err := l.machine.Touch(ctx, image.Pt(panelWidth/8, panelHeight*2/5), 0); err != nil {
		return err
	}
	// Nobody who cannot read the picture would say so: it turns back by itself soon.
	if err := l.presses(ctx, "保留"); err != nil {
		return err
	}
	const edge, below = 70, 64
	for n, at := range []image.Point{{edge, 108}, {panelWidth - edge, 108}, {panelWidth - edge, panelHeight - below}, {edge, panelHeight - below}} {
		if _, err := l.sees(ctx, fmt.Sprintf("请按%d号标记", n+1)); err != nil {
			return err
		}
		if n == 0 {
			if err := l.keep(ctx, "touch"); err != nil {
				return err
			}
		}
		if err := l.machine.Touch(ctx, at, 0); err != nil {
			return err
		}
	}
	return l.presses(ctx, "中文和")
}

// connects: there is no network; she sees what is asked of one without a cable, then she
// plugs the cable in.
func (l *lobby) connects(ctx context.Context) error {
	if err := l.shows(ctx, "network", "其他无线网络"); err != nil {
		return err
	}
	if err := l.presses(ctx, "其他无线网络"); err != nil {
		return err
	}
	if err := l.shows(ctx, "name-of-wifi", "无线网络的名称"); err != nil {
		return err
	}
	if err := l.presses(ctx, "返回"); err != nil {
		return err
	}
	if err := l.machine.Connect(ctx, true); err != nil {
		return err
	}
	if err := l.presses(ctx, "网线"); err != nil {
		return err
	}
	return l.pressesBetween(ctx, panelHeight/4, panelHeight, "自动获取")
}

// enrols: the place, and central, which the file names with a code.
func (l *lobby) enrols(ctx context.Context) error {
	if _, err := l.sees(ctx, "本机放在哪里"); err != nil {
		return err
	}
	if err := l.presses(ctx, "社区服务站"); err != nil {
		return err
	}
	if err := l.shows(ctx, "enrol", "登记到中心"); err != nil {
		return err
	}
	return l.pressesBetween(ctx, panelHeight/2, panelHeight, "登记")
}

// tries: every device that the file names.
func (l *lobby) tries(ctx context.Context) error {
	if err := l.shows(ctx, "device", "小票打印机", "通过"); err != nil {
		return err
	}
	if err := l.presses(ctx, "下一步"); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "身份证读卡器"); err != nil {
		return err
	}
	if _, err := l.devbench(ctx, "card", "tap", "--name", resident.name, "--id", resident.number, "--address", resident.address); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "身份证读卡器", "通过"); err != nil {
		return err
	}
	if _, err := l.devbench(ctx, "card", "lift"); err != nil {
		return err
	}
	if err := l.presses(ctx, "下一步"); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "扫码器"); err != nil {
		return err
	}
	if err := l.presses(ctx, "跳过"); err != nil {
		return err
	}
	if _, err := l.sees(ctx, "音箱"); err != nil {
		return err
	}
	return l.presses(ctx, "听到了")
}

// serves: the readiness slip, and the start screen.
func (l *lobby) serves(ctx context.Context) error {
	if err := l.shows(ctx, "ready", "就绪检查"); err != nil {
		return err
	}
	if err := l.pressesBetween(ctx, panelHeight/2, panelHeight, "打印就绪单"); err != nil {
		return err
	}
	// The slip of the test is the first.
	if _, err := l.devbench(ctx, "printer", "last", "--wait", "2", "--raw", filepath.Join(l.scratch, "readiness.raw")); err != nil {
		return err
	}
	if _, err := l.devbench(ctx, "printer", "slip", "2", "--out", filepath.Join(l.out, "readiness")); err != nil {
		return err
	}
	count, err := l.devbench(ctx, "printer", "count")
	if err != nil {
		return err
	}
	if l.slips, err = strconv.Atoi(strings.TrimSpace(count)); err != nil {
		return err
	}
	l.report.step("the readiness slip came over the serial line", "readiness.png")
	return l.atStart(ctx, "home-after-first-start")
}

// presses touches words that stand below the bar, until the screen is another one: a
// touch in the moment in which a screen comes is not taken.
func (l *lobby) presses(ctx context.Context, words string) error {
	return l.pressesBetween(ctx, panelHeight/12, panelHeight, words)
}

// pressesBetween leaves out what stands above and below: a title, or the button of a call,
// may say the same as a button.
func (l *lobby) pressesBetween(ctx context.Context, from, to int, words string) error {
	return l.insists(ctx, words, func(ctx context.Context) error {
		return eventually(ctx, patience, func(ctx context.Context) error {
			p, err := l.machine.Settled(ctx)
			if err != nil {
				return errors.Join(err, l.machine.Running())
			}
			part := image.NewRGBA(image.Rect(0, 0, panelWidth, to-from))
			draw.Draw(part, part.Bounds(), p, image.Pt(0, from), draw.Src)
			places, err := guest.Find(ctx, l.scratch, part, words)
			if err != nil {
				return err
			}
			return l.machine.Touch(ctx, places[0].Min.Add(places[0].Max).Div(2).Add(image.Pt(0, from)), 0)
		})
	})
}
