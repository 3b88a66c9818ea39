// Command devbench is a bench of emulated devices, and the hands at it.
//
// "devbench run" puts a card reader, a printer, a scanner, a call button, a
// microphone and a camera into a folder, where a terminal finds them as it finds real ones. Every other command
// does to them what a person would do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"lintai/hw/emulate/bench"
)

const usage = `devbench: a bench of emulated devices, and the hands at it

  devbench run [--dir DIR] [--font FILE] [--paper 80|58] [--scanner line|gm65]
               [--page 127.0.0.1:PORT]
                                  the bench itself, until Ctrl-C; with --page also
                                  as a page of buttons for a browser here

  devbench card tap [--name 姓名] [--id NUMBER] [--address 地址]
                    [--type J|I|Y] [--to YYYYMMDD] [--moved 新地址]
                                  lay an ID card on the reader; it stays there
  devbench card lift              take it away
  devbench nfc tap [--uid HEX] [--type A|B]
                                  lay a community card on its reader; it stays there
  devbench nfc lift               take it away
  devbench button press           press the call button shortly (--for SECONDS)
  devbench button hold|release    press and stay, let go
  devbench presence here|gone     step in front of the terminal, go away
  devbench speak [FILE.wav]       speak into the microphone until all is said; a
                                  voice without words when there is no file
  devbench scan CODE              hold a code before the scanner
  devbench light [--wait off|on|blinking]
                                  how the ring around the button shines

  devbench printer paper=ok|near|out cover=open|closed cutter=ok|jam head=ok|hot
                                  one or more of them; end=DOTS lets the paper end
                                  after so many dots, 8 to the millimetre
  devbench printer last [--png F] [--text F] [--raw F] [--wait N]
                                  the last slip, or the N-th once it is there;
                                  without files its text is shown
  devbench printer slip N --out PREFIX
                                  slip N as PREFIX.png, PREFIX.txt and PREFIX.bin
  devbench printer count          how many slips came out

  devbench unplug DEVICE          pull a cable: card, nfc, printer, scanner,
                                  button, presence, microphone, camera
  devbench plug DEVICE            put it back
  devbench fault [DEVICE]         list what can be made to go wrong
  devbench fault DEVICE KIND [--times N] [--for SECONDS]
                                  make it go wrong, in place of an earlier fault;
                                  KIND none ends it, as a number of replies or
                                  the time does
  devbench status                 a line for each device

  devbench sensors --keys FILE [--broker tcp://HOST:PORT | ssl://HOST:PORT] [--ca FILE]
                   [--every TIME] [--times N] [--fault ID] [--call ID]
                                  play devices that measure against a central: all of
                                  the file, whose lines "central sensor add" prints;
                                  one may have a fault, one may call at first

  devbench paced --out FILE       keep what ALSA pipes here, at a sound card's pace

The folder is --dir, else $LINTAI_BENCH, else one of your own in the temporary
files. Waits end after --timeout SECONDS (20).

Exit status: 0 done, 1 failed, 2 wrong usage, 3 no bench runs in the folder,
4 what was waited for did not come in time.
`

// Exit statuses.
const (
	exitFailed     = 1
	exitUsage      = 2
	exitNotRunning = 3
	exitLate       = 4
)

// errUsage marks a mistake in the command line.
var errUsage = errors.New("see devbench --help")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "devbench:", err)
	stop()
	os.Exit(exitStatus(err))
}

func exitStatus(err error) int {
	switch {
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, bench.ErrNotRunning):
		return exitNotRunning
	case errors.Is(err, bench.ErrLate):
		return exitLate
	}
	return exitFailed
}

// run carries out one command line.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		io.WriteString(out, usage)
		return fmt.Errorf("no command: %w", errUsage)
	}
	for _, a := range args {
		if a == "--help" || a == "-help" || a == "-h" {
			_, err := io.WriteString(out, usage)
			return err
		}
	}
	switch args[0] {
	case "help":
		_, err := io.WriteString(out, usage)
		return err
	case "run":
		return serve(ctx, args[1:], out)
	case "sensors":
		return sensors(ctx, args[1:], out)
	case "paced":
		return paced(ctx, args[1:], in)
	}
	return hands(ctx, args, out)
}

// parse reads the flags of a command wherever they stand among its words.
func parse(f *flag.FlagSet, args []string) (words []string, err error) {
	f.SetOutput(io.Discard)
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			return nil, fmt.Errorf("%w: %w", err, errUsage)
		}
		if args = f.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, nil
}
