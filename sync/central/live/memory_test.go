package live

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// idleStreams is how many terminals listen in the benchmark.
const idleStreams = 1000

// TestMain is also the central of BenchmarkIdleStream: a process of its own, so
// that only its memory is counted.
func TestMain(m *testing.M) {
	if os.Getenv("LINTAI_IDLE_STREAMS") != "" {
		serveIdle()
		return
	}
	os.Exit(m.Run())
}

func certificate() tls.Certificate {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"central"}}
	der, err := x509.CreateCertificate(rand.Reader, &c, &c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serveIdle writes its address, and for each line that it reads, the bytes of heap
// and stacks in use after a collection.
func serveIdle() {
	hub := NewHub()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert})
	if err != nil {
		panic(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watcher := hub.Watch(func(Word) bool { return true })
		Keep{Heartbeat: 5 * time.Second, Hello: "event: changed\ndata: changed", Left: func() {},
			Alive: func(context.Context) bool { return true }}.Serve(w, watcher)
	})}
	go server.Serve(l)
	os.Stdout.WriteString(l.Addr().String() + "\n")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		os.Stdout.WriteString(strconv.FormatUint(m.HeapAlloc+m.StackInuse, 10) + " " + resident() + "\n")
	}
}

func resident() string {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return strconv.Itoa(pages * os.Getpagesize())
}

// BenchmarkIdleStream measures what central keeps for a terminal that only
// listens, over TLS with a client certificate.
func BenchmarkIdleStream(b *testing.B) {
	for b.Loop() {
		central := exec.Command(os.Args[0])
		central.Env = append(os.Environ(), "LINTAI_IDLE_STREAMS=1")
		ask, err := central.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := central.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := central.Start(); err != nil {
			b.Fatal(err)
		}
		told := bufio.NewScanner(out)
		told.Scan()
		address := told.Text()
		used := func() (memory, rss int) {
			ask.Write([]byte("\n"))
			told.Scan()
			fields := strings.Fields(told.Text())
			memory, _ = strconv.Atoi(fields[0])
			rss, _ = strconv.Atoi(fields[1])
			return memory, rss
		}
		config := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{certificate()}}
		open := func() net.Conn {
			ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
			defer cancel()
			c, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
			if err != nil {
				b.Fatal(err)
			}
			c.Write([]byte("GET /kiosk/v1/stream HTTP/1.1\r\nHost: central\r\nUser-Agent: lintai-kiosk\r\n\r\n"))
			for lines := bufio.NewScanner(c); lines.Scan() && lines.Text() != "data: changed"; {
			}
			return c
		}
		defer open().Close() // what the first one costs is none of a terminal's
		before, rssBefore := used()
		for range idleStreams {
			defer open().Close()
		}
		after, rssAfter := used()
		b.ReportMetric(float64(after-before)/idleStreams/1000, "kB/stream")
		b.ReportMetric(float64(rssAfter-rssBefore)/idleStreams/1000, "kB-resident/stream")
		ask.Close()
		if err := central.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}
