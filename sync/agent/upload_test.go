package agent

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// upload is a body on its way at the central of these tests.
type upload struct {
	bytes []byte
	size  int64
}

func (u *upload) complete(hash string) bool {
	if u == nil || int64(len(u.bytes)) != u.size {
		return false
	}
	sum := sha256.Sum256(u.bytes)
	return hex.EncodeToString(sum[:]) == hash
}

func (c *central) serveUpload(w http.ResponseWriter, r *http.Request) {
	hash := strings.TrimPrefix(r.URL.Path, wire.PathUploads)
	body, broken := io.ReadAll(io.LimitReader(r.Body, wire.UploadPiece+1))
	c.mu.Lock()
	u := c.uploads[hash]
	if u == nil {
		u = &upload{size: -1}
		c.uploads[hash] = u
	}
	c.carried[hash] += len(body)
	piece := c.piece
	c.changed.Broadcast()
	c.mu.Unlock()
	if piece != nil && piece(w, r, hash, len(body), false) {
		return
	}
	answer := wire.UploadAnswer{Protocol: wire.Protocol, ServerTime: c.now()}
	c.set(func() {
		if r.Method == http.MethodPost {
			u.size = number(r.URL.Query(), "size")
			if number(r.URL.Query(), "offset") == int64(len(u.bytes)) {
				u.bytes = append(u.bytes, body...)
			}
			if int64(len(u.bytes)) == u.size && !u.complete(hash) {
				u.bytes = nil
			}
		}
		answer.Offset, answer.Complete = int64(len(u.bytes)), u.complete(hash)
	})
	if broken != nil || piece != nil && r.Method == http.MethodPost && piece(w, r, hash, len(body), true) {
		return
	}
	write(w, http.StatusOK, answer)
}

func number(v url.Values, name string) int64 {
	n, err := strconv.ParseInt(v.Get(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// carriedOnce fails when more of any body went over the line than it has, and
// what beyond it a fault had cost.
func (c *central) carriedOnce(t *testing.T, beyond int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for hash, n := range c.carried {
		if size := int(c.uploads[hash].size); n > size+beyond {
			t.Errorf("of a body of %d bytes %d were carried", size, n)
		}
	}
}

// "Retry re-sends every image": whatever cuts the line in the middle of a photo,
// what central has of it is never sent again, and it arrives once.
func TestComplaintRetryResendsEveryImage(t *testing.T) {
	for name, fault := range map[string]func(w http.ResponseWriter, stored bool) bool{
		"cut before a piece is stored": func(w http.ResponseWriter, stored bool) bool {
			if !stored {
				hangUp(w, false)
			}
			return !stored
		},
		"reset after a piece is stored": func(w http.ResponseWriter, stored bool) bool {
			if stored {
				hangUp(w, true)
			}
			return stored
		},
		"503": func(w http.ResponseWriter, stored bool) bool {
			refuse(w, http.StatusServiceUnavailable, "unavailable")
			return true
		},
		"captive portal": func(w http.ResponseWriter, stored bool) bool {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>请登录</html>")
			return true
		},
		"a portal that compresses": func(w http.ResponseWriter, stored bool) bool {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, "<html>请登录</html>")
			z.Close()
			return true
		},
		"another host that says complete": func(w http.ResponseWriter, stored bool) bool {
			write(w, http.StatusOK, wire.UploadAnswer{Protocol: "other-1", Complete: true, Offset: 1 << 30})
			return true
		},
		"redirect to a portal": func(w http.ResponseWriter, stored bool) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/login")
			w.WriteHeader(http.StatusTemporaryRedirect) // of those that send the body again
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentral(t)
			b := setup(t, c, serve(t, c))
			random := rand.New(rand.NewPCG(1, 2))
			strikes, lost := 0, 0
			c.piece = func(w http.ResponseWriter, _ *http.Request, _ string, bytes int, stored bool) bool {
				c.mu.Lock()
				defer c.mu.Unlock()
				if strikes >= 12 || random.IntN(2) == 0 || !fault(w, stored) {
					return false
				}
				strikes++
				if !stored {
					lost += bytes
				}
				return true
			}
			id, attached := b.saveWith(request.MaxAttachment, request.MaxAttachment/2)
			stop := b.start()
			defer stop()
			c.until(func() bool { return len(c.filed) == 3 })
			b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
			stop()
			if want := append([]string{id}, attached...); list(slices.Sorted(slices.Values(c.order))) != list(slices.Sorted(slices.Values(want))) {
				t.Errorf("filed %v\nwant  %v", c.order, want)
			}
			if strikes == 0 {
				t.Error("no fault struck")
			}
			c.carriedOnce(t, lost)
		})
	}
}

// A body that central throws away because of its hash goes up anew; one that it
// throws away each time holds up nothing.
func TestHashMismatchBeginsAnew(t *testing.T) {
	for name, times := range map[string]int{"once": 1, "many times": 6} {
		t.Run(name, func(t *testing.T) {
			c := newCentral(t)
			b := setup(t, c, serve(t, c))
			_, attached := b.saveWith(request.MaxAttachment/2, 100_000)
			var first string // the hash of the body that it happens to
			c.piece = func(w http.ResponseWriter, r *http.Request, hash string, _ int, stored bool) bool {
				c.mu.Lock()
				defer c.mu.Unlock()
				if first == "" {
					first = hash
				}
				if stored && hash == first && times > 0 && c.uploads[hash].complete(hash) {
					times--
					c.uploads[hash].bytes = nil
					write(w, http.StatusOK, wire.UploadAnswer{Protocol: wire.Protocol})
					return true
				}
				return false
			}
			stop := b.start()
			defer stop()
			c.until(func() bool { return c.filed[attached[0]] != "" && c.filed[attached[1]] != "" })
			stop()
		})
	}
}

// A resident presses for help while a photo crawls up a poor line: the call goes
// at once, and the photo goes on where it was.
func TestCallGoesBetweenTwoPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		c := b.central
		second, release := make(chan struct{}), make(chan struct{})
		posts := 0
		c.piece = func(_ http.ResponseWriter, r *http.Request, _ string, _ int, stored bool) bool {
			c.mu.Lock()
			wait := false
			if !stored && r.Method == http.MethodPost {
				posts++
				wait = posts == 2
			}
			c.mu.Unlock()
			if wait { // the second piece is on its way for a long time
				close(second)
				<-release
			}
			return false
		}
		_, attached := b.saveWith(request.MaxAttachment)
		defer b.start()()
		<-second
		raised := time.Now()
		call := b.saveCall()
		b.until(func() bool { return b.count(visit.CallDelivered{ID: call}) == 1 })
		if took := time.Since(raised); took != 0 {
			t.Errorf("the call waited %v", took)
		}
		c.mu.Lock()
		if c.filed[attached[0]] != "" {
			t.Error("the photo was there before the call")
		}
		c.mu.Unlock()
		close(release)
		c.until(func() bool { return c.filed[attached[0]] != "" })
		synctest.Wait()
		c.carriedOnce(t, 2*wire.UploadPiece) // the piece that was broken off
		if logs := b.logs.String(); strings.Contains(logs, "push failed") || strings.Contains(logs, "put aside") {
			t.Errorf("being overtaken counts as a failure: %s", logs)
		}
	})
}

// The agent is stopped in the middle of a body; the next one goes on.
func TestUploadGoesOnAfterARestart(t *testing.T) {
	c := newCentral(t)
	b := setup(t, c, serve(t, c))
	_, attached := b.saveWith(request.MaxAttachment)
	half, held := make(chan struct{}), make(chan struct{})
	pieces := 0
	c.piece = func(_ http.ResponseWriter, r *http.Request, _ string, _ int, stored bool) bool {
		c.mu.Lock()
		if stored {
			pieces++
		}
		stop := stored && pieces == 4
		c.mu.Unlock()
		if stop {
			close(half)
			<-held
		}
		return false
	}
	run := func() (stop func()) {
		a, err := New(b.options)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); a.Run(ctx) }()
		return func() { cancel(); <-done }
	}
	stop := run()
	<-half
	stop()
	close(held)
	stop = run()
	c.until(func() bool { return c.filed[attached[0]] != "" })
	stop()
	if err := b.queue.Close(); err != nil {
		t.Error(err)
	}
	c.carriedOnce(t, 0)
}

func TestPushesAreCompressed(t *testing.T) {
	c := newCentral(t)
	var plain, sent int
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wire.PathPush {
			body, _ := io.ReadAll(r.Body)
			c.set(func() {
				sent += len(body)
				if whole, err := wire.Decompress(body, wire.MaxBodyBytes); err == nil {
					plain += len(whole)
				}
			})
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		c.ServeHTTP(w, r)
	})
	b := setup(t, c, serveHandler(t, counted))
	for range wire.MaxItems {
		b.saveRequest()
	}
	stop := b.start()
	b.until(func() bool { return b.link() == visit.LinkChanged{Online: true} })
	stop()
	if plain == 0 || sent*100 > plain*80 {
		t.Errorf("%d bytes of JSON went as %d", plain, sent)
	}
	t.Logf("%d requests: %d bytes of JSON, %d on the line", wire.MaxItems, plain, sent)
}
