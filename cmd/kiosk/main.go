// Command kiosk is the terminal: a full-screen window that leads residents
// through their visits, with the devices, the queue and the line to central
// behind it.
//
//	kiosk --config /boot/firmware/kiosk.toml
//
// Nothing is decided here: main reads the technician's file, opens what the
// packages offer and joins them through the ports of kiosk/terminal. When it
// cannot serve (a mistake in the file, a queue that is missing or damaged), the
// screen and the log say so, and it tries again every few seconds.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"lintai/ui/pinyin"
)

func main() {
	config := flag.String("config", "", "the technician's `file`, kiosk.toml")
	traceTo := flag.String("trace", "", "`file` or pipe that gets a line of JSON for each screen shown and each measure; for tests")
	var clips []string
	flag.Func("voice", "`folder` of a prompt pack that replaces synthesised sentences; may be given several times, the preferred first", func(folder string) error {
		clips = append(clips, folder)
		return nil
	})
	screens := flag.String("screens", "", "paint every screen into a `folder`, with a JSON of its texts and targets, and exit; needs no display")
	version := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *version {
		fmt.Println("kiosk", buildVersion())
		return
	}
	if *screens != "" {
		pictures, faults, err := drawScreens(*screens)
		if err != nil {
			fmt.Fprintln(os.Stderr, "kiosk:", err)
			os.Exit(1)
		}
		fmt.Printf("kiosk: %d pictures in %s, %d faults\n", pictures, *screens, faults)
		if faults > 0 {
			os.Exit(1)
		}
		return
	}
	if *config == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "kiosk: --config FILE is needed, and nothing else; see kiosk --help")
		os.Exit(2)
	}
	logs := &logTail{}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(os.Stderr, logs), nil))
	trace, err := openTrace(*traceTo)
	if err != nil {
		log.Error("trace not opened", "error", err)
		os.Exit(1)
	}
	// The panel's real size comes from the file, in millimetres; the toolkit
	// must not guess it from what the monitor claims.
	setenv("FYNE_SCALE", "1")
	setenv("FYNE_DISABLE_DPI_DETECTION", "true")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := &kiosk{config: *config, clips: clips, log: log, logs: logs, trace: trace, composer: pinyin.New(), setup: newSetupDesk(), computer: thisComputer, app: newApp()}
	k.openWindow()
	k.watchdog = newWatchdog(k.pulse, log)
	served := make(chan struct{})
	k.app.Lifecycle().SetOnStarted(func() {
		go k.watchdog.run(ctx) // not waited for: the toolkit may be gone before it
		go func() {
			defer close(served)
			k.serve(ctx)
		}()
	})
	// The toolkit ends by itself at the same signals.
	k.window.ShowAndRun()
	// The window is gone; what is being saved is finished all the same.
	stop()
	select {
	case <-served:
	case <-time.After(10 * time.Second):
		log.Error("did not end in time")
		os.Exit(1)
	}
}

// newApp opens the toolkit, which needs a display. All that belongs to its
// goroutine goes through fyne.Do, so it need not look up for each thing that is
// redrawn which goroutine it is on: that would take longer than to lay a screen
// out.
func newApp() fyne.App {
	app.SetMetadata(fyne.AppMetadata{Migrations: map[string]bool{"fyneDo": true}})
	a := app.New()
	withoutLastWord(a)
	return a
}

// withoutLastWord takes the toolkit's own hook for its end away, which saves
// preferences that there are none of. Fyne 2.7.3 queues it on another goroutine,
// for a loop that has ended: the program then waited for ever, or fell over a
// closed channel.
func withoutLastWord(a fyne.App) {
	if l, ok := a.Lifecycle().(interface{ SetOnStoppedHookExecuted(func()) }); ok {
		l.SetOnStoppedHookExecuted(nil)
	}
}

// setenv sets what the environment leaves open.
func setenv(key, value string) {
	if os.Getenv(key) == "" {
		os.Setenv(key, value)
	}
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}
