package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"lintai/kiosk/content"
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
	if err := checkContent(s.Terminal.Content); err != nil {
		return err
	}
	fmt.Fprintln(out, phrase.Text("kioskctl.config_right", "number", fmt.Sprint(s.Terminal.Number), "place", s.Terminal.Place, "address", s.Central.Address))
	return nil
}

// checkContent checks the community's documents, if the file names their folder.
// The error has a line for each that cannot be used.
func checkContent(folder string) error {
	if folder == "" {
		return nil
	}
	_, problems := content.Read(os.DirFS(folder))
	if len(problems) == 0 {
		return nil
	}
	lines := []string{folder + ":"}
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}
