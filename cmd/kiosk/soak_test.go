package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// soakVisits is small here and 5,000 in deploy/soak, which takes half an hour to two hours.
var soakVisits = flag.Int("soak", 12, "visits of the soak")

// soakEnv tells this test program that it is the terminal of a soak, and names its
// file. A window belongs to a program's first thread, which no test ever runs on.
const soakEnv = "LINTAI_SOAK_CONFIG"

func TestMain(m *testing.M) {
	flag.Parse()
	if config := os.Getenv(soakEnv); config != "" {
		os.Exit(soak(config, *soakVisits))
	}
	if text := os.Getenv(wholeEnv); text != "" {
		os.Args = append(os.Args[:1], strings.Split(text, "\n")...)
		flag.CommandLine = flag.NewFlagSet("kiosk", flag.ExitOnError)
		freezable()
		main()
		os.Exit(0)
	}
	if os.Getenv(briefEnv) != "" {
		os.Exit(brief())
	}
	if text := os.Getenv(victimEnv); text != "" {
		os.Exit(runVictim(text))
	}
	code := m.Run()
	if victimCentralDir != "" {
		os.RemoveAll(victimCentralDir)
	}
	os.Exit(code)
}

// soakSample is what the terminal weighs on the start screen, between two visits.
type soakSample struct {
	Visits     int                  `json:"visits"`
	RSS        int                  `json:"rss_kb"`
	Heap       int                  `json:"heap_kb"`
	Goroutines int                  `json:"goroutines"`
	Saved      int                  `json:"saved"`
	Screens    map[visit.Screen]int `json:"screens"`
	Seconds    float64              `json:"seconds"`
}

const (
	// slopeMost is how much a visit may leave behind in the long run, in KB: 5,000
	// visits, some months of a lobby, would then cost 10 MB. Screens that are built
	// anew each time leave 37 KB a screen.
	slopeMost = 2.0
	// settledVisits and settledSeconds are from when on the slope is taken: each
	// screen was drawn by then, and the toolkit, which keeps each drawn text for a
	// minute, drops as many as it makes.
	settledVisits, settledSeconds = 100, 90
	// warmMost is what a terminal may weigh more at any time than before its first
	// visit, in KB. The texts of a minute take 140 MB at 40 visits a minute, and
	// 240 MB at the 180 of a fast machine.
	warmMost = 400 << 10
	// goroutinesMost may come and go: looks at the folder, a connection that ends.
	goroutinesMost = 4
)

// TestSoak lets the whole terminal, in a real window, lead random visits, and
// weighs it. What the short form can prove is little: that no screen stops it and
// that no visit leaves a goroutine.
func TestSoak(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "kiosk.toml")
	office, err := central.Open(t.Context(), central.Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer office.Close()
	identity, err := agent.Introduce(12, func(request []byte) (wire.EnrolAnswer, error) { return office.Admit(t.Context(), 12, request) })
	if err != nil {
		t.Fatal(err)
	}
	if err := identity.Save(dir); err != nil {
		t.Fatal(err)
	}
	// Nobody listens on port 9: the terminal is offline all the time.
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = \"https://127.0.0.1:9\"\n[panel]\npx_per_mm = 4.0\n[sound]\noutput = \"none\"\n", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := offline.Create(filepath.Join(dir, offline.FileName), time.Now); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], fmt.Sprintf("-soak=%d", *soakVisits))
	cmd.Env = append(os.Environ(), soakEnv+"="+config, "DISPLAY="+display(t), "FYNE_SCALE=1", "FYNE_DISABLE_DPI_DETECTION=true",
		// Without a GPU the pictures of texts live in C's heap, and the holes that
		// they leave look like growth. Mapped one by one they go when they are freed.
		"MALLOC_MMAP_THRESHOLD_=65536", "MALLOC_TRIM_THRESHOLD_=65536")
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var samples []soakSample
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var s soakSample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Errorf("%q: %v", lines.Text(), err)
			continue
		}
		samples = append(samples, s)
		t.Logf("%5d visits, %4.0f s: %6d KB, heap %5d KB, %3d goroutines, %d requests", s.Visits, s.Seconds, s.RSS, s.Heap, s.Goroutines, s.Saved)
	}
	if err := cmd.Wait(); err != nil || len(samples) == 0 {
		t.Fatalf("%v\n%s", err, told.String())
	}
	judgeSoak(t, samples)
}

func judgeSoak(t *testing.T, samples []soakSample) {
	t.Helper()
	first, last := samples[0], samples[len(samples)-1]
	t.Logf("screens: %v", last.Screens)
	if last.Visits < *soakVisits {
		t.Errorf("it ended after %d visits", last.Visits)
	}
	if grown := last.Goroutines - first.Goroutines; grown > goroutinesMost {
		t.Errorf("%d goroutines more than at the start", grown)
	}
	for _, s := range samples {
		if s.RSS-first.RSS > warmMost {
			t.Errorf("%d KB more after %d visits", s.RSS-first.RSS, s.Visits)
		}
	}
	late := slices.DeleteFunc(slices.Clone(samples), func(s soakSample) bool { return s.Visits < settledVisits || s.Seconds < settledSeconds })
	if len(late) < 10 {
		return
	}
	rss := slope(late, func(s soakSample) int { return s.RSS })
	heap := slope(late, func(s soakSample) int { return s.Heap })
	t.Logf("from visit %d on: %+.2f KB of RSS and %+.2f KB of heap a visit", late[0].Visits, rss, heap)
	// Over few visits the collector's own steps are larger than what is looked for.
	if last.Visits >= 2000 && rss > slopeMost {
		t.Errorf("a visit leaves %.2f KB behind, want at most %g", rss, slopeMost)
	}
}

// slope is the straight line through the samples, in units a visit.
func slope(samples []soakSample, of func(soakSample) int) float64 {
	var x, y, xx, xy float64
	for _, s := range samples {
		v, w := float64(s.Visits), float64(of(s))
		x, y, xx, xy = x+v, y+w, xx+v*v, xy+v*w
	}
	n := float64(len(samples))
	return (n*xy - x*y) / (n*xx - x*x)
}

// TestSlopeFindsALeak: the soak's judgement can fail.
func TestSlopeFindsALeak(t *testing.T) {
	var samples []soakSample
	for i := range 50 {
		samples = append(samples, soakSample{Visits: 100 * i, RSS: 200_000 + 700*i + i*i%7*100})
	}
	if got := slope(samples, func(s soakSample) int { return s.RSS }); got < 6.9 || got > 7.1 {
		t.Errorf("%v KB a visit", got)
	}
}

// display starts an X server without a monitor for the test.
func display(t *testing.T) string {
	t.Helper()
	ready, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ready.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1080x1920x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{tell}
	err = cmd.Start()
	tell.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	_ = ready.SetReadDeadline(time.Now().Add(20 * time.Second))
	number, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		t.Fatalf("no display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}
