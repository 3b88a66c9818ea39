package central

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lintai/kiosk/ticket"
)

// The unit is one that systemd reads, and that shuts more than it opens.
func TestUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Fatal("no systemd-analyze: deploy/setup installs it")
	}
	text, err := os.ReadFile("lintai-central.service")
	if err != nil {
		t.Fatal(err)
	}
	// The program that it names must be there.
	unit := filepath.Join(t.TempDir(), "lintai-central.service")
	if err := os.WriteFile(unit, bytes.ReplaceAll(text, []byte("/usr/local/bin/lintai-central"), []byte("/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("verify: %v %s", err, out)
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", unit).CombinedOutput()
	if err != nil {
		t.Errorf("security: %v %s", err, out[max(0, len(out)-200):])
	}
}

// free is a port that begins a run of eight that nobody uses now.
func free(t *testing.T) int {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		first := l.Addr().(*net.TCPAddr).Port
		l.Close()
		all := 0
		for ; all < 8; all++ {
			l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", first+all))
			if err != nil {
				break
			}
			l.Close()
		}
		if all == 8 {
			return first
		}
	}
	t.Fatal("no eight free ports in a row")
	return 0
}

// The example starts as it stands there: two processes, one of which is killed, and the
// proxy goes on with the other.
func TestTwoProcessesBehindTheProxy(t *testing.T) {
	program := filepath.Join(t.TempDir(), "central")
	if out, err := exec.Command("go", "build", "-o", program, "lintai/cmd/central").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	port := free(t)
	script := exec.Command("./two", "--port", strconv.Itoa(port))
	script.Env = append(os.Environ(), "CENTRAL="+program)
	var wrong bytes.Buffer
	script.Stderr = &wrong
	out, err := script.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		script.Process.Signal(syscall.SIGTERM)
		io.Copy(io.Discard, out)
		if err := script.Wait(); err != nil {
			t.Errorf("asked to end: %v\n%s", err, wrong.String())
		}
	}()
	processes := map[string]int{}
	said := ""
	for lines := bufio.NewScanner(out); !strings.HasPrefix(said, "ready: "); {
		if !lines.Scan() {
			t.Fatalf("it did not start: %s", wrong.String())
		}
		said = lines.Text()
		if m := regexp.MustCompile(`^process (\w+) has the id (\d+)$`).FindStringSubmatch(said); m != nil {
			processes[m[1]], _ = strconv.Atoi(m[2])
		}
	}
	address := fmt.Sprint("http://127.0.0.1:", port)
	// From another address than the proxy's, which central believes.
	client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).DialContext}}
	defer client.CloseIdleConnections()
	get := func(address string, says string) (int, string) {
		t.Helper()
		r, err := http.NewRequest("GET", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if says != "" {
			r.Header.Set("X-Forwarded-For", says)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	for range 4 { // at both, in turn
		if status, text := get(address+"/sign-in", ""); status != http.StatusOK || !strings.Contains(text, "<form") {
			t.Errorf("sign in: %d", status)
		}
	}
	for path, want := range map[string]int{"/readyz": http.StatusOK, "/metrics": http.StatusNotFound} {
		if status, _ := get(address+path, ""); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, own := range []int{port + 4, port + 7} {
		if status, text := get(fmt.Sprintf("http://127.0.0.1:%d/metrics", own), ""); status != http.StatusOK || !strings.Contains(text, "lintai_database_answers 1") {
			t.Errorf("metrics of %d: %d", own, status)
		}
	}
	// Whoever comes through the proxy cannot choose who he is: nginx adds his address
	// after all that he wrote.
	status := 0
	for i := range 100 { // more than both processes let one client guess
		code, err := ticket.New(12, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ = get(address+"/t/"+string(code), fmt.Sprint("198.51.100.", i)); status == http.StatusTooManyRequests {
			break
		}
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("guesses go on: %d", status)
	}
	// One process dies: the proxy notices, and asks the other.
	if err := syscall.Kill(processes["one"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if status, _ := get(address+"/sign-in", ""); status != http.StatusOK {
			t.Errorf("with one process: %d", status)
		}
	}
	conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port+1))
	if err != nil {
		t.Errorf("the door for terminals: %v", err)
	} else {
		conn.Close()
	}
}
