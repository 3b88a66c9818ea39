package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/roster"
	"lintai/kiosk/settings"
	"lintai/sync/central/sheet"
)

// Names in the folder that "card prepare" makes, beside the terminals' files.
const (
	indexName  = "index.csv"
	labelsName = "labels.html"
)

// preparing is one run of "card prepare".
type preparing struct {
	list, folder string
	address      string // central's, for rows without one
	codes        string // FILE that central wrote
	central      string // central's data folder, on this very machine
	renew        map[int]bool
	now          time.Time
	log          io.Writer
}

func prepareCards(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("card prepare", flag.ContinueOnError)
	p := preparing{renew: map[int]bool{}, now: time.Now(), log: log}
	flags.StringVar(&p.list, "csv", "", "`FILE` (.csv or .xlsx): a heading, and a row for each terminal")
	flags.StringVar(&p.folder, "out", "", "`DIR` for the files")
	flags.StringVar(&p.address, "central", "", "`URL` at which terminals reach central")
	flags.StringVar(&p.codes, "codes", "", "`FILE` that \"central kiosk add --csv\" wrote")
	flags.StringVar(&p.central, "central-data", "", "central's data `DIR`, when this is its machine: codes are made there")
	renew := flags.String("renew", "", "`NUMBERS` (12,15) of terminals that get a new code, because their card is replaced")
	if err := parseFlags(flags, args, log); err != nil {
		return err
	}
	if p.list == "" || p.folder == "" || p.codes != "" && p.central != "" {
		return fmt.Errorf("%w: kioskctl card prepare --csv FILE --out DIR [--central URL] [--codes FILE | --central-data DIR] [--renew NUMBERS]", errUsage)
	}
	for _, word := range strings.FieldsFunc(*renew, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("%w: kioskctl card prepare: --renew %q is no number", errUsage, word)
		}
		p.renew[n] = true
	}
	if p.address != "" && !settings.CentralAddress(p.address) {
		return fmt.Errorf("%w: kioskctl card prepare: --central looks like https://central.example.cn:8421", errUsage)
	}
	return p.run(ctx, out)
}

func (p preparing) run(ctx context.Context, out io.Writer) error {
	rows, err := readSheet(p.list)
	if err != nil {
		return err
	}
	terminals, err := roster.Read(rows)
	if err != nil {
		return fmt.Errorf("%s\n%w", phrase.Text("prepare.mistakes", "file", p.list), err)
	}
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}
	codes, err := p.kept()
	if err != nil {
		return err
	}
	kept := len(codes)
	if p.codes != "" {
		if err := p.fromFile(codes); err != nil {
			return err
		}
	}
	var missing []roster.Terminal
	for _, t := range terminals {
		if _, has := codes[t.Number]; !has {
			missing = append(missing, t)
		}
	}
	// The place for the files is made before codes are, which are good only once.
	draft, err := os.MkdirTemp(p.folder, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	if len(missing) > 0 {
		if p.central == "" {
			return errors.New(phrase.Text("prepare.no_codes", "numbers", numbersOf(missing), "list", p.list))
		}
		if err := p.ask(ctx, missing, codes); err != nil {
			return err
		}
	}
	if err := p.write(draft, terminals, codes); err != nil {
		return err
	}
	fmt.Fprintln(out, phrase.Text("prepare.made", "count", strconv.Itoa(len(terminals)), "folder", p.folder, "new", strconv.Itoa(len(missing)), "kept", strconv.Itoa(kept)))
	fmt.Fprintln(out, phrase.Text("prepare.next", "folder", p.folder))
	return nil
}

func readSheet(name string) ([][]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rows, err := sheet.Read(text)
	if err != nil {
		return nil, errors.New(phrase.Text("prepare.no_sheet", "file", name, "why", err.Error()))
	}
	return rows, nil
}

func numbersOf(terminals []roster.Terminal) string {
	var all []string
	for _, t := range terminals {
		all = append(all, strconv.Itoa(t.Number))
	}
	return strings.Join(all, "、")
}

// kept are the codes of an earlier run that still hold: they stand in its files.
func (p preparing) kept() (map[int]roster.Code, error) {
	codes := map[int]roster.Code{}
	name := filepath.Join(p.folder, indexName)
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return codes, nil
	}
	entries, err := readIndex(p.folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Until.After(p.now) || p.renew[e.Number] {
			continue
		}
		s, err := readSettings(filepath.Join(p.folder, e.File))
		if err != nil || s.Terminal.Number != e.Number || s.Central.Code == "" {
			continue // gone, or edited by hand: a new code
		}
		codes[e.Number] = roster.Code{Number: e.Number, Code: s.Central.Code, Address: s.Central.Address, Until: e.Until}
	}
	return codes, nil
}

func readIndex(folder string) ([]roster.Entry, error) {
	name := filepath.Join(folder, indexName)
	rows, err := readSheet(name)
	if err != nil {
		return nil, err
	}
	entries, err := roster.ReadIndex(rows)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", name, err)
	}
	return entries, nil
}

func (p preparing) fromFile(codes map[int]roster.Code) error {
	rows, err := readSheet(p.codes)
	if err != nil {
		return err
	}
	all, err := roster.ReadCodes(rows)
	if err != nil {
		return fmt.Errorf("%s:\n%w", p.codes, err)
	}
	for _, c := range all {
		if !c.Until.After(p.now) {
			return errors.New(phrase.Text("prepare.expired", "number", strconv.Itoa(c.Number), "file", p.codes))
		}
		codes[c.Number] = c
	}
	return nil
}

// ask has central make codes for terminals, through pipes: no code touches a screen or
// another file than the terminal's own.
func (p preparing) ask(ctx context.Context, missing []roster.Terminal, codes map[int]roster.Code) error {
	var fresh, again []roster.Terminal
	for _, t := range missing {
		if p.renew[t.Number] {
			again = append(again, t)
		} else {
			fresh = append(fresh, t)
		}
	}
	program, err := centralProgram()
	if err != nil {
		return err
	}
	// Renewing cannot be refused for what stands in the docket, so it comes last.
	for _, group := range []struct {
		terminals []roster.Terminal
		args      []string
	}{{fresh, nil}, {again, []string{"--renew"}}} {
		if len(group.terminals) == 0 {
			continue
		}
		rows := [][]string{{roster.Name("terminal.number"), roster.Name("terminal.place")}}
		for _, t := range group.terminals {
			rows = append(rows, []string{strconv.Itoa(t.Number), t.Place})
		}
		var list, answer bytes.Buffer
		if err := sheet.Write(&list, sheet.CSV, rows); err != nil {
			return err
		}
		c := exec.CommandContext(ctx, program, append([]string{"kiosk", "add", "--data", p.central, "--csv", "-", "--out", "-"}, group.args...)...)
		c.Stdin, c.Stdout, c.Stderr = &list, &answer, p.log
		if err := c.Run(); err != nil {
			return errors.New(phrase.Text("prepare.central_failed", "why", err.Error()))
		}
		rows, err := sheet.Read(answer.Bytes())
		if err != nil {
			return errors.New(phrase.Text("prepare.central_failed", "why", err.Error()))
		}
		made, err := roster.ReadCodes(rows)
		if err != nil {
			return err
		}
		for _, c := range made {
			codes[c.Number] = c
		}
	}
	return nil
}

// centralProgram is the program beside this one, else in the path.
func centralProgram() (string, error) {
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), "central")
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath("central")
	if err != nil {
		return "", errors.New(phrase.Text("prepare.no_central"))
	}
	return path, nil
}

// write writes all files beside, and gives them their names only when all are there and
// hold by the terminal's own rules.
func (p preparing) write(draft string, terminals []roster.Terminal, codes map[int]roster.Code) error {
	var entries []roster.Entry
	for _, t := range terminals {
		code, has := codes[t.Number]
		if !has {
			return errors.New(phrase.Text("prepare.enrolled", "number", strconv.Itoa(t.Number)))
		}
		address := p.address
		if address == "" && !atHome(code.Address) {
			address = code.Address
		}
		if address == "" && !t.HasAddress() {
			return errors.New(phrase.Text("prepare.no_address"))
		}
		text, err := t.File(address, code.Code)
		if err != nil {
			return err
		}
		if _, err := settings.Parse(text); err != nil {
			return fmt.Errorf("%s\n%w", roster.FileName(t.Number), err)
		}
		e := roster.Entry{Number: t.Number, Place: t.Place, File: roster.FileName(t.Number), Until: code.Until}
		if err := writeSynced(filepath.Join(draft, e.File), text); err != nil {
			return err
		}
		entries = append(entries, e)
	}
	var index, labels bytes.Buffer
	if err := sheet.Write(&index, sheet.CSV, roster.IndexRows(entries)); err != nil {
		return err
	}
	if err := labelPage.Execute(&labels, entries); err != nil {
		return err
	}
	for name, text := range map[string][]byte{labelsName: labels.Bytes(), indexName: index.Bytes()} {
		if err := writeSynced(filepath.Join(draft, name), text); err != nil {
			return err
		}
	}
	// The index last: it names files that are there.
	for _, e := range append(entries, roster.Entry{File: labelsName}, roster.Entry{File: indexName}) {
		if err := os.Rename(filepath.Join(draft, e.File), filepath.Join(p.folder, e.File)); err != nil {
			return err
		}
	}
	return nil
}

// atHome tells whether an address reaches central from its own machine only: what
// central tells that was never served elsewhere.
func atHome(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// labelPage is what is stuck onto card and case: number and place, no code.
var labelPage = template.Must(template.New("labels").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>labels</title>
<style>body{font-family:sans-serif;margin:10mm;display:flex;flex-wrap:wrap;gap:4mm}div{border:1px dashed #666;width:58mm;height:26mm;padding:3mm;box-sizing:border-box;overflow:hidden;break-inside:avoid}b{display:block;font-size:10mm;line-height:11mm}</style>
{{range .}}<div><b>{{printf "%03d" .Number}}</b>{{.Place}}</div>
{{end}}</html>
`))
