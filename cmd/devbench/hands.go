package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/hw/emulate/bench"
)

// options are the flags of the commands to a running bench.
type options struct {
	dir               string
	seconds           float64
	name, id, address string
	kind, to, moved   string
	uid               string
	hold              float64
	times             int
	wait              string
	png, text, raw    string
	out               string
}

// slack is what an answer may take longer than the wait that it ends.
const slack = 5 * time.Second

// hands is every command but run and paced.
func hands(ctx context.Context, args []string, out io.Writer) error {
	o, request, err := commandLine(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.seconds*float64(time.Second))+slack)
	defer cancel()
	reply, err := bench.Ask(ctx, o.dir, request)
	if err != nil {
		return err
	}
	return o.show(request, reply, out)
}

// commandLine reads a command line for a running bench.
func commandLine(args []string) (options, bench.Request, error) {
	var o options
	f := flag.NewFlagSet("devbench", flag.ContinueOnError)
	f.StringVar(&o.dir, "dir", bench.DefaultDir(), "")
	f.Float64Var(&o.seconds, "timeout", 20, "")
	f.StringVar(&o.name, "name", "", "")
	f.StringVar(&o.id, "id", "", "")
	f.StringVar(&o.address, "address", "", "")
	f.StringVar(&o.kind, "type", "", "")
	f.StringVar(&o.uid, "uid", "", "")
	f.StringVar(&o.to, "to", "", "")
	f.StringVar(&o.moved, "moved", "", "")
	f.Float64Var(&o.hold, "for", 0, "")
	f.IntVar(&o.times, "times", 0, "")
	f.StringVar(&o.wait, "wait", "", "")
	f.StringVar(&o.png, "png", "", "")
	f.StringVar(&o.text, "text", "", "")
	f.StringVar(&o.raw, "raw", "", "")
	f.StringVar(&o.out, "out", "", "")
	words, err := parse(f, args)
	if err != nil {
		return o, bench.Request{}, err
	}
	request, err := o.request(words)
	return o, request, err
}

// request is what a command line asks of the bench.
func (o options) request(words []string) (bench.Request, error) {
	r := bench.Request{Seconds: o.seconds}
	line := strings.Join(words, " ")
	switch {
	case line == "card tap":
		r.Do, r.Name, r.ID, r.Address = line, o.name, o.id, o.address
		r.Type, r.To, r.Moved = o.kind, o.to, o.moved
	case line == "nfc tap":
		r.Do, r.UID, r.Type = line, o.uid, o.kind
	case line == "card lift", line == "nfc lift", line == "button hold", line == "button release", line == "presence here", line == "presence gone",
		line == "printer count", line == "status":
		r.Do = line
	case line == "button press":
		r.Do, r.Seconds = line, o.hold
	case len(words) > 0 && len(words) <= 3 && words[0] == "fault":
		words = append(words, "", "")
		r.Do, r.Device, r.Kind, r.Times, r.Seconds = "fault", words[1], words[2], o.times, o.hold
	case line == "speak":
		r.Do = line
	case len(words) == 2 && words[0] == "speak":
		r.Do = "speak"
		var err error
		// The bench may run in another folder.
		r.File, err = filepath.Abs(words[1])
		return r, err
	case len(words) == 2 && words[0] == "scan":
		r.Do, r.Code = "scan", words[1]
	case line == "light":
		r.Do, r.Light = line, o.wait
	case len(words) == 2 && (words[0] == "plug" || words[0] == "unplug"):
		r.Do, r.Device = words[0], words[1]
	case line == "printer last":
		r.Do = "printer slip"
		if o.wait != "" {
			return r, number(o.wait, &r.Slip)
		}
	case len(words) == 3 && words[0] == "printer" && words[1] == "slip":
		r.Do = "printer slip"
		return r, number(words[2], &r.Slip)
	case len(words) > 1 && words[0] == "printer":
		r.Do, r.Set = "printer set", map[string]string{}
		for _, w := range words[1:] {
			key, value, ok := strings.Cut(w, "=")
			if !ok {
				return r, fmt.Errorf("printer %s: want name=value: %w", w, errUsage)
			}
			r.Set[key] = value
		}
	default:
		return r, fmt.Errorf("no command %q: %w", line, errUsage)
	}
	return r, nil
}

func number(word string, n *int) error {
	v, err := strconv.Atoi(word)
	if err != nil || v < 1 {
		return fmt.Errorf("%q is no number of a slip, they count from 1: %w", word, errUsage)
	}
	*n = v
	return nil
}

// show writes what the bench replied.
func (o options) show(r bench.Request, reply bench.Reply, out io.Writer) error {
	if r.Do == "printer count" {
		_, err := fmt.Fprintln(out, reply.Slips)
		return err
	}
	if reply.Slip == nil {
		if reply.Text == "" {
			return nil
		}
		_, err := fmt.Fprintln(out, strings.TrimRight(reply.Text, "\n"))
		return err
	}
	png, text, raw := o.png, o.text, o.raw
	if o.out != "" {
		png, text, raw = o.out+".png", o.out+".txt", o.out+".bin"
	}
	if png == "" && text == "" && raw == "" {
		_, err := io.WriteString(out, reply.Slip.Text)
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{png, reply.Slip.PNG}, {text, []byte(reply.Slip.Text)}, {raw, reply.Slip.Raw}} {
		if f.name == "" {
			continue
		}
		if err := os.WriteFile(f.name, f.data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
