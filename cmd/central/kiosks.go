package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lintai/kiosk/roster"
	"lintai/sync/central"
	"lintai/sync/central/sheet"
)

// addKiosks is "kiosk add --csv": a code for each row of the technician's list. Codes
// go into a file that only its owner reads, or into the pipe of "kioskctl card
// prepare", and never onto a screen.
type addKiosks struct {
	list    string // FILE, or - for standard input
	to      string // FILE, or - for standard output
	address string
	renew   bool
	in      io.Reader
	out     io.Writer
	log     io.Writer
	now     time.Time
}

func (a addKiosks) run(ctx context.Context, config central.Config) error {
	terminals, err := a.read()
	if err != nil {
		return err
	}
	c, err := central.Open(ctx, config)
	if err != nil {
		return err
	}
	defer c.Close()
	kept, err := a.kept()
	if err != nil {
		return err
	}
	standings, err := c.Standings(ctx)
	if err != nil {
		return err
	}
	exists, enrolled := map[int]bool{}, map[int]bool{}
	for _, s := range standings {
		exists[s.Number], enrolled[s.Number] = true, s.Enrolled
	}
	// All is looked at before anything is made.
	var refused, done []string
	for _, t := range terminals {
		_, has := kept[t.Number]
		switch {
		case enrolled[t.Number] && !a.renew:
			done = append(done, fmt.Sprint(t.Number))
		case exists[t.Number] && !has && !a.renew:
			refused = append(refused, fmt.Sprint(t.Number))
		}
	}
	if len(refused) > 0 {
		return fmt.Errorf("central: terminals %s exist, and their codes cannot be shown again; nothing was made. Make new codes for them with --renew, or take their rows out of the list", strings.Join(refused, ", "))
	}
	if len(done) > 0 {
		fmt.Fprintf(a.log, "central: terminals %s have enrolled: no code is made for them without --renew\n", strings.Join(done, ", "))
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	made, codes := 0, []roster.Code(nil)
	var failed error
	for _, t := range terminals {
		code, has := kept[t.Number]
		switch {
		case enrolled[t.Number] && !a.renew:
			continue
		case has && exists[t.Number] && !enrolled[t.Number]:
			codes = append(codes, code)
			continue
		}
		var e central.Enrolment
		if exists[t.Number] {
			e, failed = c.RenewCode(ctx, t.Number)
		} else {
			e, failed = c.AddTerminal(ctx, t.Number, t.Place)
		}
		if failed != nil {
			break // those that were made are written down all the same
		}
		made++
		if a.address != "" {
			e.Address = a.address
		}
		codes = append(codes, roster.Code{Number: t.Number, Code: e.Code.String(), Address: e.Address, Until: e.Until})
	}
	for number, code := range kept { // of rows that are in an earlier list only
		if !slices.ContainsFunc(terminals, func(t roster.Terminal) bool { return t.Number == number }) {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b roster.Code) int { return a.Number - b.Number })
	if err := w.write(codes); err != nil {
		return errors.Join(failed, err)
	}
	if failed != nil {
		return failed
	}
	_, err = fmt.Fprintf(a.log, "central: %d codes made, %d kept from before\n", made, len(codes)-made)
	return err
}

func (a addKiosks) read() ([]roster.Terminal, error) {
	in := a.in
	if a.list != "-" {
		f, err := os.Open(a.list)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, sheet.MaxFile+1))
	if err != nil {
		return nil, err
	}
	rows, err := sheet.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.list, err)
	}
	terminals, err := roster.Read(rows)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", a.list, err)
	}
	return terminals, nil
}

// kept are the codes that an earlier run wrote to the same file, and that still hold.
func (a addKiosks) kept() (map[int]roster.Code, error) {
	kept := map[int]roster.Code{}
	if a.to == "-" {
		return kept, nil
	}
	text, err := os.ReadFile(a.to)
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := sheet.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.to, err)
	}
	codes, err := roster.ReadCodes(rows)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", a.to, err)
	}
	for _, c := range codes {
		if c.Until.After(a.now) {
			kept[c.Number] = c
		}
	}
	return kept, nil
}

// codeFile is where codes go; it is opened before any is made, so that none is made for
// a place that cannot be written to.
type codeFile struct {
	out   io.Writer
	draft *os.File
	name  string
}

func (a addKiosks) open() (*codeFile, error) {
	if a.to == "-" {
		if f, ok := a.out.(*os.File); ok {
			if _, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS); err == nil {
				return nil, errors.New("central: codes are not shown on a screen: give --out FILE")
			}
		}
		return &codeFile{out: a.out}, nil
	}
	draft, err := os.CreateTemp(filepath.Dir(a.to), ".codes-*") // 0600
	if err != nil {
		return nil, err
	}
	return &codeFile{draft: draft, name: a.to}, nil
}

func (w *codeFile) write(codes []roster.Code) error {
	var b bytes.Buffer
	if err := sheet.Write(&b, sheet.CSV, roster.CodeRows(codes)); err != nil {
		return err
	}
	if w.draft == nil {
		_, err := w.out.Write(b.Bytes())
		return err
	}
	defer os.Remove(w.draft.Name()) // fails after the rename, as it should
	defer w.draft.Close()
	if _, err := w.draft.Write(b.Bytes()); err != nil {
		return err
	}
	if err := w.draft.Sync(); err != nil {
		return err
	}
	return os.Rename(w.draft.Name(), w.name)
}
