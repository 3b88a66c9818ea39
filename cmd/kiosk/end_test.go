package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// ends is small here: of 100 without the remedy some hung or fell over on a machine
// with much to do.
var endCount = flag.Int("ends", 8, "how often a window is opened and closed")

// briefEnv tells this test program to open a window and to end.
const briefEnv = "LINTAI_BRIEF"

func brief() int {
	a := newApp()
	w := a.NewWindow("brief")
	a.Lifecycle().SetOnStarted(func() { go fyne.Do(a.Quit) })
	w.ShowAndRun()
	return 0
}

// Found by a soak that did not end. The hook is what the toolkit waits for.
func TestToolkitHasNoLastWord(t *testing.T) {
	l, ok := newApp().Lifecycle().(interface{ OnStopped() func() })
	if !ok {
		t.Fatal("this toolkit's end is another: see whether it can still hang, and mend newApp")
	}
	if l.OnStopped() != nil {
		t.Error("the toolkit queues a hook at its end, which may never run")
	}
}

func TestProgramEnds(t *testing.T) {
	screen := display(t)
	for n := range *endCount {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), briefEnv+"=1", "DISPLAY="+screen)
		var told bytes.Buffer
		cmd.Stderr = &told
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
		err := cmd.Wait()
		if !late.Stop() {
			t.Errorf("end %d: it did not end by itself", n)
		}
		if err != nil {
			t.Fatalf("end %d: %v\n%s", n, err, told.String())
		}
	}
}
