package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
	"lintai/kiosk/settings"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// desk is a member of staff at a browser without script.
type desk struct {
	t       *testing.T
	client  *http.Client
	address string
	stream  *bufio.Scanner
}

// openDesk signs in to the lobby's central and follows its page.
func (b *lobby) openDesk() *desk {
	b.t.Helper()
	// At central's other door.
	server := httptest.NewServer(b.office.Handler("https://c.example"))
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	d := &desk{t: b.t, client: &http.Client{Jar: jar}, address: server.URL}
	invited, err := b.office.FirstInvitation(b.t.Context(), "")
	if err != nil {
		b.t.Fatal(err)
	}
	_, code, _ := strings.Cut(invited, "#")
	answer, err := d.client.PostForm(server.URL+"/invitation", url.Values{"code": {code}, "password": {"a long word"}, "again": {"a long word"}})
	if err != nil {
		b.t.Fatal(err)
	}
	answer.Body.Close()
	answer, err = d.client.Get(server.URL + "/console/stream")
	if err != nil || answer.StatusCode != http.StatusOK {
		b.t.Fatalf("stream: %v", err)
	}
	d.stream = bufio.NewScanner(answer.Body)
	b.t.Cleanup(func() {
		answer.Body.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return d
}

// until reads the page anew at each word of the stream until it holds a text, and
// lacks another.
func (d *desk) until(holds, lacks string) {
	d.t.Helper()
	d.untilOn("/console", holds, lacks)
}

func (d *desk) untilOn(path, holds, lacks string) {
	d.t.Helper()
	for {
		answer, err := d.client.Get(d.address + path)
		if err != nil {
			d.t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			d.t.Fatal(err)
		}
		if page := string(text); strings.Contains(page, holds) && (lacks == "" || !strings.Contains(page, lacks)) {
			return
		}
		for d.stream.Scan() && !strings.HasPrefix(d.stream.Text(), "data: terminal") {
		}
		if d.stream.Err() != nil {
			d.t.Fatalf("the stream ended before the page said %q: %v", holds, d.stream.Err())
		}
	}
}

// counter is a terminal with a printer of software and nothing else.
type counter struct {
	paper   *emulate.Printer
	line    *emulate.Line
	devices *devices
	data    string
	stop    func()
}

func openCounter(t *testing.T, tell func(*healthBook)) *counter {
	t.Helper()
	dir, err := os.MkdirTemp("", "kiosk") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &counter{paper: emulate.NewPrinter(576), data: dir}
	if c.line, err = emulate.NewLine(filepath.Join(dir, "printer"), c.paper); err != nil {
		t.Fatal(err)
	}
	s := &settings.Settings{Printer: settings.Printer{Serial: settings.Serial{Port: c.line.Path(), Baud: 115200}, WidthMM: 80}, Sound: settings.Sound{Output: "none"}}
	quiet := slog.New(slog.DiscardHandler)
	if c.devices, err = newDevices(s, nil, nil, func(visit.Event) {}, quiet); err != nil {
		t.Fatal(err)
	}
	tell(c.devices.book)
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	c.devices.run(ctx, &parts)
	parts.Go(func() { c.devices.book.answer(ctx, dir, c.devices.printer, quiet) })
	c.stop = sync.OnceFunc(func() { cancel(); parts.Wait(); c.paper.Close(); c.line.Close() })
	t.Cleanup(c.stop)
	return c
}

// What happens to a real driver's printer stands on the staff page, in words, by
// itself.
func TestStaffSeeTheTerminalsDevices(t *testing.T) {
	b := openLobby(t)
	d := b.openDesk()
	c := openCounter(t, func(book *healthBook) { book.tell = b.agent.Report })
	d.until("设备正常", "")
	c.paper.SetPaper(emulate.PaperOut)
	d.until("打印机：缺纸", "设备正常")
	c.paper.SetPaper(emulate.PaperOK)
	d.until("设备正常", "打印机")
	if err := c.line.Unplug(); err != nil {
		t.Fatal(err)
	}
	d.until("打印机：设备未接上", "设备正常")
	if err := c.line.Plug(); err != nil {
		t.Fatal(err)
	}
	d.until("设备正常", "打印机")
}

// ask asks a running terminal as kioskctl does, trying until its socket is there.
func (c *counter) ask(t *testing.T, q readiness.Question) readiness.Snapshot {
	t.Helper()
	var conn net.Conn
	for {
		var err error
		if conn, err = net.Dial("unix", filepath.Join(c.data, readiness.SocketName)); err == nil {
			break
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(q); err != nil {
		t.Fatal(err)
	}
	var s readiness.Snapshot
	if err := json.NewDecoder(conn).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRunningTerminalTellsItsHealthAndPrintsTheSlip(t *testing.T) {
	told := make(chan []wire.Device, 64)
	c := openCounter(t, func(book *healthBook) { book.tell = func(all []wire.Device) { told <- all } })
	for all := range told {
		if i := slices.IndexFunc(all, func(d wire.Device) bool { return d.Name == "printer" && d.State == "ready" }); i >= 0 {
			break
		}
	}
	c.devices.book.mu.Lock()
	c.devices.book.tell = func([]wire.Device) {}
	c.devices.book.mu.Unlock()

	rows := map[string]readiness.Row{}
	for _, r := range c.ask(t, readiness.Question{}).Devices {
		rows[r.Name] = r
	}
	if p := rows["printer"]; p.State != "ready" || p.Fault != fault.None || p.Port != c.line.Path() || p.Since.IsZero() {
		t.Errorf("printer: %+v", p)
	}
	for _, name := range []string{"card", "scanner", "button", "speaker"} {
		if rows[name].State != readiness.StateNone {
			t.Errorf("%s: %+v", name, rows[name])
		}
	}
	r := readiness.Report{At: time.Now(), Terminal: 12, Place: "幸福里", Rows: []readiness.Row{rows["printer"]}}
	r.Judge()
	s := c.ask(t, readiness.Question{Print: &r})
	if s.Printed == nil || s.Printed.Outcome != slip.Printed {
		t.Fatalf("slip: %+v", s.Printed)
	}
	printed, err := c.paper.WaitSlip(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if text := printed.Page.Text(); !strings.Contains(text, "设备检查单") || !strings.Contains(text, "就绪") {
		t.Errorf("the slip:\n%s", text)
	}
	c.stop()
	if _, err := net.Dial("unix", filepath.Join(c.data, readiness.SocketName)); err == nil {
		t.Error("a terminal that ended still answers")
	}
}
