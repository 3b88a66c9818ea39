package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"time"

	"lintai/hw"
	"lintai/hw/board"
	"lintai/hw/checkup"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/kiosk/settings"
	"lintai/kiosk/slip"
	"lintai/offline"
	"lintai/sync/agent"
)

// exitCode is an error that says nothing but the exit code.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// diagnosis is what the doctor found, and the figures that only a program reads.
type diagnosis struct {
	readiness.Report
	Queue *offline.Counts `json:"queue,omitempty"`
	Board board.Figures   `json:"board"`
	// ClockOffset is what to add to this machine's clock to have central's.
	ClockOffset *float64     `json:"clock_offset_seconds,omitempty"`
	Printed     *slip.Result `json:"printed,omitempty"`
}

// doctor is "kioskctl doctor".
func doctor(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(log)
	config := flags.String("config", "", "the terminal's configuration `FILE`")
	asJSON := flags.Bool("json", false, "one JSON object")
	print := flags.Bool("slip", false, "print the report on the terminal's printer too")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: kioskctl doctor: %w", errUsage, err)
	}
	if *config == "" || flags.NArg() > 0 {
		return fmt.Errorf("%w: kioskctl doctor --config FILE [--json] [--slip]", errUsage)
	}
	d := examine(ctx, *config, *print, "/")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if *asJSON {
		if err := json.NewEncoder(out).Encode(d); err != nil {
			return err
		}
	} else {
		fmt.Fprint(out, d.Text())
		if d.Printed != nil {
			fmt.Fprintln(out, ofSlip(*d.Printed))
		}
	}
	if code := d.Verdict.ExitCode(); code != 0 {
		return exitCode(code)
	}
	return nil
}

// examine looks at everything; what it cannot look at because the file is wrong
// is left out. The board is read below root.
func examine(ctx context.Context, config string, print bool, root string) diagnosis {
	d := diagnosis{Report: readiness.Report{At: time.Now()}}
	s, err := readSettings(config)
	if err != nil {
		d.Rows = append(d.Rows, readiness.Part(readiness.Config, config, fault.ConfigInvalid, err.Error()))
		d.Board, _ = board.Read(root)
		d.Judge()
		return d
	}
	d.Terminal, d.Place = s.Terminal.Number, s.Terminal.Place
	d.Rows = append(d.Rows, readiness.Part(readiness.Config, config, fault.None, ""))
	d.content(s)
	d.queue(ctx, s)
	d.central(ctx, s)
	d.board(ctx, root, s)
	d.devices(ctx, s)
	d.Sort()
	d.Judge()
	if print {
		result := d.print(ctx, s)
		d.Printed = &result
	}
	return d
}

// content looks at the community's documents, where there are any.
func (d *diagnosis) content(s *settings.Settings) {
	folder := s.Terminal.Content
	if folder == "" {
		return
	}
	row := readiness.Part(readiness.Content, folder, fault.None, "")
	if err := checkContent(folder); err != nil {
		row = readiness.Part(readiness.Content, folder, fault.ContentInvalid, err.Error())
	}
	d.Rows = append(d.Rows, row)
}

func (d *diagnosis) queue(ctx context.Context, s *settings.Settings) {
	path := filepath.Join(s.Terminal.Data, offline.FileName)
	row := func(err error) {
		d.Rows = append(d.Rows, readiness.Part(readiness.Queue, path, offline.FaultOf(err), err.Error()))
	}
	i, err := offline.Inspect(ctx, path)
	if err != nil {
		row(err)
		return
	}
	defer i.Close()
	c, err := i.Counts(ctx)
	if err != nil {
		row(err)
		return
	}
	d.Queue = &c
	d.Rows = append(d.Rows, readiness.Part(readiness.Queue, path, fault.None, phrase.Text("doctor.queue_counts",
		"saved", fmt.Sprint(c.Saved), "delivered", fmt.Sprint(c.Delivered), "conflict", fmt.Sprint(c.Conflict), "rejected", fmt.Sprint(c.Rejected),
		"attachments", fmt.Sprint(c.Attachments))))
}

func (d *diagnosis) central(ctx context.Context, s *settings.Settings) {
	identity, err := agent.LoadIdentity(s.Terminal.Data)
	if err == nil && identity.Kiosk != s.Terminal.Number {
		d.Rows = append(d.Rows, readiness.Part(readiness.Central, s.Central.Address, fault.NumberMismatch, ""))
		return
	}
	var offset time.Duration
	address := cmp.Or(s.Central.Address, identity.Address) // typed at the terminal
	if err == nil {
		offset, err = agent.Reach(ctx, address, identity)
	}
	detail := ""
	if err != nil {
		detail = err.Error()
	} else {
		seconds := offset.Seconds()
		d.ClockOffset = &seconds
		detail = phrase.Text("doctor.clock_offset", "seconds", fmt.Sprintf("%+.1f", seconds))
	}
	d.Rows = append(d.Rows, readiness.Part(readiness.Central, address, agent.FaultOf(err), detail))
}

// board adds a row for each trouble of the board, or one that it is well.
func (d *diagnosis) board(ctx context.Context, root string, s *settings.Settings) {
	figures, troubles := board.Board{Root: root, Data: s.Terminal.Data}.Read(ctx)
	d.Board = figures
	for _, t := range troubles {
		d.Rows = append(d.Rows, readiness.Part(readiness.Board, "", t.Code, t.Detail))
	}
	if len(troubles) == 0 {
		d.Rows = append(d.Rows, readiness.Part(readiness.Board, "", fault.None, ""))
	}
}

// devices asks the running terminal, or, when none runs, the devices themselves.
func (d *diagnosis) devices(ctx context.Context, s *settings.Settings) {
	told, err := ask(ctx, s.Terminal.Data, readiness.Question{})
	if err == nil {
		d.Source = readiness.FromTerminal
		// Board and content are looked at afresh above.
		d.Rows = append(d.Rows, slices.DeleteFunc(told.Devices, func(r readiness.Row) bool { return r.Name == readiness.Board || r.Name == readiness.Content })...)
		return
	}
	d.Source = readiness.FromDevices
	for _, f := range checkup.Look(ctx, checkup.Limit, named(s)) {
		if f.None {
			d.Rows = append(d.Rows, readiness.Row{Name: f.Device.Name, State: readiness.StateNone})
			continue
		}
		h := f.Health
		row := readiness.Row{Name: f.Device.Name, Port: f.Device.Port, State: h.State.String(), Fault: h.Code, LastOK: h.LastOK, Detail: h.Detail}
		if h.State == hw.Absent && h.Code == fault.None {
			row = readiness.Row{Name: f.Device.Name, State: readiness.StateNone}
		}
		d.Rows = append(d.Rows, row)
	}
}

// askLimit is how long a running terminal may take, printing a slip included.
const askLimit = 30 * time.Second

// ask asks the terminal that runs on a data folder. An error means that none
// answers there.
func ask(ctx context.Context, data string, q readiness.Question) (readiness.Snapshot, error) {
	var s readiness.Snapshot
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(data, readiness.SocketName))
	if err != nil {
		return s, err
	}
	defer conn.Close()
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	if err := json.NewEncoder(conn).Encode(q); err != nil {
		return s, err
	}
	return s, json.NewDecoder(conn).Decode(&s)
}

// print prints the report's slip: by the running terminal, whose printer it is,
// or by the printer's own driver.
func (d *diagnosis) print(ctx context.Context, s *settings.Settings) slip.Result {
	if d.Source == readiness.FromTerminal {
		told, err := ask(ctx, s.Terminal.Data, readiness.Question{Print: &d.Report})
		if err != nil || told.Printed == nil {
			return slip.Result{Outcome: slip.Unknown, Method: "none"}
		}
		return *told.Printed
	}
	return printAlone(ctx, s, d.Slip())
}

// ofSlip says what became of the slip.
func ofSlip(r slip.Result) string {
	switch r.Outcome {
	case slip.Printed:
		return phrase.Text("doctor.slip_printed", "method", r.Method)
	case slip.NotPrinted:
		reason := string(r.Fault)
		if entry, ok := fault.Find(r.Fault); ok {
			reason = entry.Meaning
		}
		return phrase.Text("doctor.slip_not_printed", "reason", reason)
	}
	return phrase.Text("doctor.slip_unknown")
}
