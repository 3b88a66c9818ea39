package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/sync/agent"
)

// enrolError is trouble with the terminal's identity, for which there is a published
// fault.
type enrolError struct {
	error
	code fault.Code
}

func (e enrolError) Unwrap() error { return e.error }

// enrol is "kioskctl enrol": what the terminal does by itself when it starts, for a
// technician who wants to see it done. The queue is not touched.
func enrol(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("enrol", flag.ContinueOnError)
	flags.SetOutput(log)
	config := flags.String("config", "", "the terminal's configuration `FILE`")
	typed := flags.String("code", "", "the one-time `CODE` (default: the one in the file)")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: kioskctl enrol: %w", errUsage, err)
	}
	if *config == "" || flags.NArg() > 0 {
		return fmt.Errorf("%w: kioskctl enrol --config FILE [--code CODE]", errUsage)
	}
	s, err := readSettings(*config)
	if err != nil {
		return err
	}
	path := filepath.Join(s.Terminal.Data, agent.IdentityFile)
	code := cmp.Or(*typed, s.Central.Code)
	identity, err := agent.LoadIdentity(s.Terminal.Data)
	if err == nil && identity.Kiosk == s.Terminal.Number && identity.EnrolledWith(code) {
		fmt.Fprintln(out, phrase.Text("kioskctl.enrolled_before", "number", fmt.Sprint(identity.Kiosk), "path", path))
		return nil
	}
	if code == "" {
		if err == nil {
			return enrolError{fmt.Errorf("%s is the identity of terminal %d", path, identity.Kiosk), fault.NumberMismatch}
		}
		return enrolError{err, agent.FaultOf(err)}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, agent.ErrIdentity) {
		return enrolError{err, agent.FaultOf(err)}
	}
	identity, err = agent.Enrol(ctx, agent.Enrolment{Address: cmp.Or(s.Central.Address, identity.Address), Code: code, Kiosk: s.Terminal.Number, Folder: s.Terminal.Data})
	if err != nil {
		code := agent.FaultOf(err)
		if code == fault.NoCentral {
			code = fault.EnrolWaiting
		}
		return enrolError{err, code}
	}
	fmt.Fprintln(out, phrase.Text("kioskctl.enrolled", "number", fmt.Sprint(identity.Kiosk), "path", path))
	return nil
}
