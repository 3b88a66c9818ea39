package bench_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate/bench"
	"lintai/hw/idcard"
	"lintai/hw/printer"
	"lintai/hw/printer/dots"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// desk is a running bench and what a test asks of it.
type desk struct {
	t   *testing.T
	dir string
	ctx context.Context
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskWith(t, bench.Options{})
}

// newDeskWith runs a bench with options, to which the font is added.
func newDeskWith(t *testing.T, o bench.Options) *desk {
	t.Helper()
	file, err := os.ReadFile("../../../ui/font/lintai-regular.otf")
	if err != nil {
		t.Fatal(err)
	}
	font, err := dots.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	// A socket's path is short: not the test's own folder.
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		t.Fatal(err)
	}
	o.Font = font
	b, err := bench.Start(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(func() {
		cancel()
		b.Close()
		os.RemoveAll(dir)
	})
	return &desk{t, dir, ctx}
}

func (d *desk) ask(r bench.Request) bench.Reply {
	d.t.Helper()
	reply, err := bench.Ask(d.ctx, d.dir, r)
	if err != nil {
		d.t.Fatalf("%s: %v", r.Do, err)
	}
	return reply
}

// startPrinter runs a driver on the bench's printer and gives its health.
func (d *desk) startPrinter() (*printer.Printer, <-chan hw.Health) {
	healths := make(chan hw.Health, 100)
	p := printer.New(printer.Options{
		Line:    printer.Line{Address: filepath.Join(d.dir, "printer"), Baud: 115200},
		Profile: printer.Paper80,
	}, func(h hw.Health) { healths <- h })
	ctx, stop := context.WithCancel(d.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	d.t.Cleanup(func() { stop(); <-ended })
	return p, healths
}

func (d *desk) await(healths <-chan hw.Health, state hw.State, code fault.Code) {
	d.t.Helper()
	for {
		select {
		case h := <-healths:
			if h.State == state && h.Code == code {
				return
			}
		case <-d.ctx.Done():
			d.t.Fatalf("never %v %q", state, code)
		}
	}
}

func TestSlipFromDriverToPicture(t *testing.T) {
	d := newDesk(t)
	p, healths := d.startPrinter()
	d.await(healths, hw.Ready, fault.None)
	link := "https://central.example/t/001234567891"
	got := p.Print(d.ctx, slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: "邻台社区服务", Large: true, Align: slip.Center}, slip.QR{Data: link}, slip.Pair{Label: "状态", Value: "已保存"},
	}})
	if got.Outcome != slip.Printed {
		t.Fatalf("%+v", got)
	}
	reply := d.ask(bench.Request{Do: "printer slip", Slip: 1})
	if want := "邻台社区服务\n[QR " + link + "]\n状态：已保存\n"; reply.Slip.Text != want {
		t.Fatalf("text %q, want %q", reply.Slip.Text, want)
	}
	picture := filepath.Join(d.dir, "slip.png")
	if err := os.WriteFile(picture, reply.Slip.PNG, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := exec.Command("zbarimg", "-q", "--raw", picture).Output()
	if err != nil || strings.TrimSpace(string(read)) != link {
		t.Fatalf("zbarimg reads %q (%v), want %q", read, err, link)
	}
}

func TestHandsAtThePrinter(t *testing.T) {
	d := newDesk(t)
	_, healths := d.startPrinter()
	d.await(healths, hw.Ready, fault.None)
	d.ask(bench.Request{Do: "printer set", Set: map[string]string{"paper": "out", "cover": "open"}})
	d.await(healths, hw.Fault, fault.CoverOpen)
	d.ask(bench.Request{Do: "printer set", Set: map[string]string{"cover": "closed"}})
	d.await(healths, hw.Fault, fault.PaperOut)
	d.ask(bench.Request{Do: "printer set", Set: map[string]string{"paper": "near"}})
	d.await(healths, hw.Degraded, fault.PaperNearEnd)
	d.ask(bench.Request{Do: "unplug", Device: "printer"})
	d.await(healths, hw.Absent, fault.Unplugged)
	d.ask(bench.Request{Do: "plug", Device: "printer"})
	d.await(healths, hw.Degraded, fault.PaperNearEnd)
}

func TestScanReachesTheDriver(t *testing.T) {
	for _, mode := range []string{"line", "gm65"} {
		t.Run(mode, func(t *testing.T) { scanReachesTheDriver(t, mode) })
	}
}

func scanReachesTheDriver(t *testing.T, mode string) {
	d := newDeskWith(t, bench.Options{Scanner: mode})
	codes, ready := make(chan string, 1), make(chan hw.Health, 10)
	driver := scanner.New(scanner.Config{
		OpenPort: scanner.On(serialport.Settings{Path: filepath.Join(d.dir, "scanner"), Baud: 9600}),
		Protocol: scanner.Protocol(mode),
		OnCode:   func(code string) { codes <- code },
	})
	ctx, stop := context.WithCancel(d.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: driver.Open, OnHealth: func(h hw.Health) { ready <- h }}).Run(ctx)
	}()
	defer func() { stop(); <-ended }()
	d.await(ready, hw.Ready, fault.None)
	d.ask(bench.Request{Do: "scan", Code: "0012 3456 7891"})
	select {
	case got := <-codes:
		if got != "0012 3456 7891" {
			t.Fatalf("scanned %q", got)
		}
	case <-d.ctx.Done():
		t.Fatal("nothing scanned")
	}
}

// TestWhatATapSaysReachesTheDriver: kind, end of validity and the new address of a card.
func TestWhatATapSaysReachesTheDriver(t *testing.T) {
	d := newDesk(t)
	cards, ready := make(chan idcard.Card, 1), make(chan hw.Health, 10)
	reader := idcard.New(idcard.Config{
		OpenPort: idcard.On(serialport.Settings{Path: filepath.Join(d.dir, "card"), Baud: 115200}),
		Poll:     time.Millisecond,
		OnEvent: func(e idcard.Event) {
			if c, ok := e.(idcard.Card); ok {
				cards <- c
			}
		},
	})
	reader.SetMode(idcard.Read)
	ctx, stop := context.WithCancel(d.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: reader.Open, OnHealth: func(h hw.Health) { ready <- h }}).Run(ctx)
	}()
	defer func() { stop(); <-ended }()
	d.await(ready, hw.Ready, fault.None)
	d.ask(bench.Request{Do: "card tap", Type: "J", To: "20200131", Moved: "虚构市新路2号"})
	select {
	case c := <-cards:
		if c.Kind != idcard.Permit || c.ValidTo != (idcard.Date{Year: 2020, Month: 1, Day: 31}) || c.CurrentAddress() != "虚构市新路2号" {
			t.Errorf("kind %v, valid to %v, the new address %v", c.Kind, c.ValidTo, c.CurrentAddress() == "虚构市新路2号")
		}
	case <-d.ctx.Done():
		t.Fatal("no card")
	}
}

func TestMistakesAreNamed(t *testing.T) {
	d := newDesk(t)
	for _, r := range []bench.Request{
		{Do: "dance"},
		{Do: "scan"},
		{Do: "speak", File: "/nowhere/words.wav"},
		{Do: "speak", File: "bench_test.go"},
		{Do: "plug", Device: "kettle"},
		{Do: "printer set"},
		{Do: "printer set", Set: map[string]string{"paper": "blue"}},
		{Do: "printer set", Set: map[string]string{"ink": "low"}},
		{Do: "printer set", Set: map[string]string{"end": "soon"}},
		{Do: "printer slip"},
		{Do: "light", Light: "green"},
		{Do: "card tap", ID: "123"},
		{Do: "card tap", Type: "Z"},
		{Do: "nfc tap", Type: "C"},
		{Do: "nfc tap", UID: "0"},
		{Do: "nfc tap", UID: "0102030405"},
		{Do: "nfc tap", Type: "B", UID: "01020304050607"},
		{Do: "card tap", To: "20351350"},
		{Do: "card tap", Name: "一二三四五六七八九十一二三四五六"},
	} {
		if reply, err := bench.Ask(d.ctx, d.dir, r); err == nil {
			t.Errorf("%+v is accepted: %+v", r, reply)
		}
	}
	// A wrong setting changes nothing, also not the right one beside it.
	_, err := bench.Ask(d.ctx, d.dir, bench.Request{Do: "printer set", Set: map[string]string{"paper": "out", "zeal": "low"}})
	if err == nil || !strings.Contains(d.ask(bench.Request{Do: "status"}).Text, "paper=ok") {
		t.Errorf("half of a wrong request was carried out (%v)", err)
	}
}

func TestWaitsEnd(t *testing.T) {
	d := newDesk(t)
	for _, r := range []bench.Request{
		{Do: "printer slip", Slip: 3, Seconds: 0.05},
		{Do: "light", Light: "blinking", Seconds: 0.05},
	} {
		if _, err := bench.Ask(d.ctx, d.dir, r); !errors.Is(err, bench.ErrLate) {
			t.Errorf("%s: %v, want ErrLate", r.Do, err)
		}
	}
}

func TestOneBenchAFolder(t *testing.T) {
	d := newDesk(t)
	if b, err := bench.Start(d.dir, bench.Options{}); err == nil {
		b.Close()
		t.Fatal("a second bench runs in the same folder")
	}
	if _, err := bench.Ask(d.ctx, t.TempDir(), bench.Request{Do: "status"}); !errors.Is(err, bench.ErrNotRunning) {
		t.Fatalf("no bench: %v", err)
	}
}
