package load

import (
	"context"
	"flag"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/central"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

var (
	terminals = flag.Int("terminals", 30, "how many terminals")
	pages     = flag.Int("pages", 10, "how many staff pages")
	each      = flag.Int("each", 4, "how many requests each terminal saves")
	rescued   = flag.Bool("rescued", false, "wait minutes until what the killed process was doing is done")
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func TestLoad(t *testing.T) {
	program := filepath.Join(t.TempDir(), "central")
	if out, err := exec.Command("go", "build", "-o", program, "lintai/cmd/central").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Run("one process", func(t *testing.T) { load(t, program, "") })
	t.Run("two processes, one killed", func(t *testing.T) { load(t, program, postgrestest.Database(t)) })
}

const password = "evening lantern 47"

func load(t *testing.T, program, database string) {
	folder := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	c, err := central.Open(ctx, central.Config{Folder: folder, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	var lobbies []*lobby
	for n := range *terminals {
		lobbies = append(lobbies, newLobby(t, c, n+1))
	}
	_, code, err := c.Office().Add(ctx, staff.Operator, staff.Account{Login: "clerk", Name: "王芳", Roles: []staff.Role{staff.Clerk, staff.Administrator}})
	if err != nil {
		t.Fatal(err)
	}
	work := newErrands(t, c, folder, database)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	processes := []*process{serve(t, program, folder, database)}
	worker := ""
	if database != "" {
		worker = work.worker(t, ctx)
		second := t.TempDir()
		if err := os.CopyFS(filepath.Join(second, "keys"), os.DirFS(filepath.Join(folder, "keys"))); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, serve(t, program, second, database))
	}
	var public, door balance
	for _, p := range processes {
		public.to, door.to = append(public.to, p.public), append(door.to, p.door)
	}

	// Staff sign in once, and leave many pages open.
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: public.dial, MaxIdleConnsPerHost: 2 * *pages}}
	address := "http://" + public.to[0]
	answer, err := client.PostForm(address+"/invitation", url.Values{"code": {code}, "password": {password}, "again": {password}})
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	var open []*page
	following, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for range *pages {
		p := &page{client: client, address: address}
		open = append(open, p)
		running.Go(func() { p.run(following) })
	}
	until(t, ctx, "every page is open", func() bool {
		return !slices.ContainsFunc(open, func(p *page) bool { return p.hellos.Load() == 0 })
	})
	for _, l := range lobbies {
		l.start(t, &door)
	}
	began := time.Now()
	save := func(n int) {
		var saving sync.WaitGroup
		for _, l := range lobbies {
			saving.Go(func() {
				for range n {
					if err := l.promise(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		saving.Wait()
	}
	save(*each / 2)
	if database != "" {
		next := 0
		more := func() {
			if next++; next%5 == 0 { // not all at once: what comes is work too
				if err := lobbies[next%len(lobbies)].promise(ctx); err != nil {
					t.Error(err)
				}
			}
		}
		t.Logf("the process is killed with %d jobs under way", work.killAtWork(t, ctx, processes[0], worker, more))
	}
	save(*each - *each/2)
	for _, l := range lobbies {
		if err := l.drained(ctx); err != nil {
			t.Fatal(err)
		}
	}
	promised := 0
	for _, l := range lobbies {
		promised += len(l.promised)
	}
	t.Logf("%d requests of %d terminals are filed after %v", promised, *terminals, time.Since(began).Round(time.Millisecond))

	// A call rings on every page, whatever it went through.
	call := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 1, Screen: "home", MadeAt: time.Now()}
	wants := `data-call="` + call.ID + `"`
	for _, p := range open {
		p.wants.Store(&wants)
	}
	began = time.Now()
	if err := lobbies[0].queue.SaveCall(ctx, call); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the call is on every page", func() bool {
		return !slices.ContainsFunc(open, func(p *page) bool { return !p.shows() })
	})
	t.Logf("the call is on all %d pages after %v", *pages, time.Since(began).Round(time.Millisecond))
	stop()
	running.Wait()
	var slow []time.Duration
	reconnected := int64(0)
	for _, p := range open {
		slow = append(slow, p.slow...)
		reconnected += p.hellos.Load() - 1
		if p.refused.Load() > 0 {
			t.Errorf("a page was signed out")
		}
	}
	slices.Sort(slow)
	t.Logf("pages were read %d times, half of them within %v, 99 %% within %v; %d streams were opened again",
		len(slow), slow[len(slow)/2].Round(time.Millisecond), slow[len(slow)*99/100].Round(time.Millisecond), reconnected)
	if database != "" && reconnected == 0 {
		t.Error("no page was at the process that was killed: this test would hold for nothing")
	}
	began = time.Now()
	work.done(t, ctx, worker, *rescued)
	t.Logf("and all is done that central does by itself %v later", time.Since(began).Round(time.Millisecond))
	if err := processes[len(processes)-1].end(syscall.SIGTERM); err != nil {
		t.Errorf("asked to end: %v", err)
	}
	judge(t, work.store, lobbies)
	work.judge(t, promised, database != "")
}

// judge compares what was promised with what is there.
func judge(t *testing.T, s *store.Store, lobbies []*lobby) {
	t.Helper()
	all, err := s.Cases(t.Context(), docket.CaseQuery{Order: docket.Newest})
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, c := range all {
		times[c.ID]++
	}
	promised := 0
	for _, l := range lobbies {
		for _, id := range l.promised {
			if promised++; times[id] != 1 {
				t.Errorf("terminal %d: request %s is there %d times", l.number, id, times[id])
			}
		}
	}
	if len(all) != promised {
		t.Errorf("%d cases of %d requests", len(all), promised)
	}
}

// until waits for a condition of several goroutines, as long as ctx lets it.
func until(t *testing.T, ctx context.Context, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not until the end: %s", what)
		}
	}
}
