package main

import (
	"fmt"
	"io"

	"lintai/kiosk/phrase"
)

func checkConfig(args []string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: kioskctl config check FILE", errUsage)
	}
	s, err := readSettings(args[0])
	if err != nil {
		return err
	}
	fmt.Fprintln(out, phrase.Text("kioskctl.config_right", "number", fmt.Sprint(s.Terminal.Number), "place", s.Terminal.Place, "address", s.Central.Address))
	return nil
}
