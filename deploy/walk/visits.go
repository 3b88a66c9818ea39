package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// firstVisit: she wakes the terminal by touch, reports a leak, taps her card,
// takes her slip; staff work on it; she comes back with the slip, and later
// with nothing but the code.
func (w *walker) firstVisit() []step {
	return []step{
		{"she touches the start screen", "home", w.tapTo("wake", "home")},
		{"she taps 我要报修", "what", w.tapTo("tile.repair", "choose/what")},
		{"she taps 水", "place", w.tapTo("tile.water", "choose/place")},
		{"she taps 家里", "urgency", w.tapTo("tile.home", "choose/urgency")},
		{"she taps 很急", "identify", w.tapTo("tile.urgent", "identify")},
		{"she lays her ID card on the reader", "confirm", w.after(func(ctx context.Context) error {
			return w.house.tapCard(ctx, demoResident)
		}, "confirm")},
		{"she lifts her card and confirms", "", all(w.house.liftCard, w.confirm)},
		{"the slip comes out", "saved", w.takeSlip},
		{"the screen says that it was delivered", "", w.reads("已送达")},
		{"the slip's QR code and text are right", "", func(ctx context.Context) (err error) {
			if w.first, err = w.ticketOf(ctx); err != nil {
				return err
			}
			return w.first.says(terminalPlace, "报修", "已送达", "水", "家里", "很急")
		}},
		{"she ends her visit, the start screen is as before", "start-again", all(w.tapTo("finish", "start"), w.forgotten)},
		{"nothing of her is readable in the terminal's files", "", w.unreadable(everybody())},

		{"staff see her request on their page", "", func(context.Context) error {
			if err := w.staff.sees("水，家里，很急"); err != nil {
				return err
			}
			return w.staffPicture("list")
		}},
		{"staff open it: her code, her address", "", func(context.Context) error {
			if err := w.staff.follows("水，家里，很急"); err != nil {
				return err
			}
			for _, words := range []string{w.first.code.String(), demoResident.name, demoResident.address} {
				if err := w.staff.sees(words); err != nil {
					return err
				}
			}
			return w.staffPicture("case")
		}},
		{"staff move it to 已受理, then to 处理中", "", func(context.Context) error {
			if err := w.moves("accepted"); err != nil {
				return err
			}
			if err := w.moves("working"); err != nil {
				return err
			}
			return w.staffPicture("working")
		}},
		{"she comes back: the slip before the scanner shows 处理中", "progress-working", all(
			w.after(func(ctx context.Context) error { return w.house.scan(ctx, w.first.qr) }, "progress"),
			w.reads("处理中"))},
		{"she ends", "", w.tapTo("finish", "start")},
		{"staff move it to 已完成", "", func(context.Context) error {
			if err := w.moves("done"); err != nil {
				return err
			}
			return w.staffPicture("done")
		}},
		{"she wakes it and taps 查进度", "lookup", all(w.tapTo("wake", "home"), w.tapTo("tile.lookup", "lookup"))},
		{"she types the code on the keypad", "lookup-typed", func(ctx context.Context) error {
			return w.typeDigits(string(w.first.code))(ctx)
		}},
		{"it shows 已完成", "progress-done", all(w.tapTo("next", "progress"), w.reads("已完成"))},
		{"she ends, the start screen is as before", "", all(w.tapTo("finish", "start"), w.forgotten)},
	}
}

// secondVisit: central is down. The same experience, another way through it:
// woken by a card, no card used, the address typed.
func (w *walker) secondVisit() []step {
	return []step{
		{"central is killed", "", func(context.Context) error {
			if err := w.staff.follows("返回列表"); err != nil {
				return err
			}
			if err := w.staff.sees("实时更新中"); err != nil { // the new page follows by itself
				return err
			}
			w.house.central.kill()
			return nil
		}},
		{"a card on the reader wakes the terminal", "", w.after(func(ctx context.Context) error {
			return w.house.tapCard(ctx, demoResident)
		}, "home")},
		{"he takes it back; 我要报修, 电, 楼道, 尽快", "", all(w.house.liftCard,
			w.tapTo("tile.repair", "choose/what"), w.tapTo("tile.power", "choose/place"),
			w.tapTo("tile.stairs", "choose/urgency"), w.tapTo("tile.soon", "identify"))},
		{"he goes on without a card", "building", w.tapTo("skip", "number/building")},
		{"he types his building", "building-typed", w.typeDigits("12")},
		{"and his room", "room", all(w.tapTo("next", "number/room"), w.typeDigits("301"))},
		{"he sees all of it", "confirm-typed", all(w.tapTo("next", "confirm"), w.reads("12号楼", "301室"))},
		{"he confirms, with central down", "", w.confirm},
		{"the slip comes out", "saved-offline", w.takeSlip},
		{"the screen says 已保存", "", w.reads("已保存")},
		{"the slip says 已保存，待送达", "", func(ctx context.Context) (err error) {
			if w.second, err = w.ticketOf(ctx); err != nil {
				return err
			}
			return w.second.says("已保存，待送达", "报修", "电", "楼道", "尽快")
		}},
		{"he ends; the start screen tells that one request waits", "start-waiting", all(w.tapTo("finish", "start"), w.forgotten, w.reads("待送达"))},
		{"nothing of him is readable while it waits", "", w.unreadable(everybody())},
	}
}

// delivery: central comes back, and what waited arrives by itself.
func (w *walker) delivery() []step {
	return []step{
		{"central is started again", "", func(ctx context.Context) error { return w.house.startCentral(ctx) }},
		{"the request arrives by itself", "", func(ctx context.Context) error {
			return eventually(ctx, 90*time.Second, func() error {
				list, err := get(ctx, w.house.address()+"/open311/v2/requests.json")
				if err == nil && !strings.Contains(list, string(w.second.code)) {
					err = fmt.Errorf("central does not know %s", w.second.code)
				}
				return err
			})
		}},
		{"the terminal shows so", "start-delivered", w.reads("刚刚送达")},
		{"staff see it without loading their page anew", "", func(context.Context) error {
			if err := w.staff.sees("电，楼道，尽快"); err != nil {
				return err
			}
			return w.staffPicture("second")
		}},
		{"he looks it up: 已送达", "progress-delivered", all(
			w.tapTo("wake", "home"), w.tapTo("tile.lookup", "lookup"),
			func(ctx context.Context) error { return w.typeDigits(string(w.second.code))(ctx) },
			w.tapTo("next", "progress"), w.reads("已送达"))},
		{"he ends, the start screen is as before", "", all(w.tapTo("finish", "start"), w.forgotten)},
	}
}

// moves clicks the button of a status on the open case and waits until the page
// has it.
func (w *walker) moves(status string) error {
	if err := w.staff.presses(`#move button[value="` + status + `"]`); err != nil {
		return err
	}
	return w.staff.finds(`#case[data-status="` + status + `"]`)
}

// confirm goes through the pages of the confirm page, taps 确认 on the last one and waits until it is saved; the terminal itself tells how
// long that took.
func (w *walker) confirm(ctx context.Context) error {
	if err := w.turnTo("confirm")(ctx); err != nil {
		return err
	}
	mark := w.trace.mark()
	if err := w.tapTo("confirm", "saved")(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	e, err := w.trace.await(ctx, mark, "measure durable", func(e event) bool { return e.Kind == "measure" && e.Name == "durable" })
	if err != nil {
		return err
	}
	name := "durable_ms"
	if w.house.central.running() != nil {
		name = "durable_offline_ms"
	}
	w.report.measure(name, e.MS, "milliseconds from the touch on confirm until the request is durable on the terminal")
	return nil
}

// takeSlip takes the next slip out of the printer.
func (w *walker) takeSlip(ctx context.Context) error {
	w.papers++
	return w.house.takeSlip(ctx, w.papers, w.out)
}

// ticketOf reads the slip taken last as an outsider and asks central's public page about the
// address in its QR code, if central is up.
func (w *walker) ticketOf(ctx context.Context) (paper, error) {
	n := w.papers
	p, err := readSlip(ctx, w.out, n)
	if err != nil {
		return p, err
	}
	if err := p.keepsSilentOf(everybody()); err != nil {
		return p, err
	}
	// Behind the address stands what a rating needs. A browser keeps that to itself.
	if want := p.code.URL(w.house.address()); !strings.HasPrefix(p.qr, want+"#r=") || len(p.qr) != len(want)+len("#r=0000") {
		return p, fmt.Errorf("the QR code of slip %d says %q, want %q with the code for a rating", n, p.qr, want)
	}
	if w.house.central.running() != nil {
		return p, nil
	}
	_, err = get(ctx, p.qr)
	return p, err
}
