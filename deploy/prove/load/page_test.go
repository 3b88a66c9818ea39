package load

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// As the page's script has them.
const (
	silence = 15 * time.Second // after which a line is dead
	pause   = 2 * time.Second  // before it is opened again
	rest    = 2 * time.Second  // between two readings, but for a call
)

// page is one that a member of staff left open.
type page struct {
	client  *http.Client
	address string
	wants   atomic.Pointer[string] // what it is to show in the end

	hellos, reads, refused atomic.Int64

	mu    sync.Mutex
	shown bool
	slow  []time.Duration // of reading it anew
}

func (p *page) run(ctx context.Context) {
	for ctx.Err() == nil {
		p.follow(ctx)
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// follow reads the stream until it ends or is silent.
func (p *page) follow(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", p.address+"/console/stream", nil)
	if err != nil {
		return
	}
	dead := time.AfterFunc(silence, cancel)
	defer dead.Stop()
	answer, err := p.client.Do(r)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		p.refused.Add(1)
		return
	}
	anew, urgent := make(chan struct{}, 1), make(chan struct{}, 1)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	reading.Go(func() {
		var rested <-chan time.Time
		for {
			soon := anew
			if rested != nil {
				soon = nil
			}
			select {
			case <-ctx.Done():
				return
			case <-rested:
				rested = nil
				continue
			case <-urgent:
			case <-soon:
			}
			p.read(ctx)
			rested = time.After(rest)
		}
	})
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		dead.Reset(silence)
		asks := anew
		switch line := lines.Text(); {
		case line == "event: hello":
			p.hellos.Add(1)
			asks = urgent
		case line == "data: call", line == "data: everything":
			asks = urgent
		case line == "event: changed":
		default:
			continue
		}
		select {
		case asks <- struct{}{}:
		default: // it is being read, and once more after that
		}
	}
}

func (p *page) read(ctx context.Context) {
	began := time.Now()
	r, err := http.NewRequestWithContext(ctx, "GET", p.address+"/console", nil)
	if err != nil {
		return
	}
	r.Header.Set("Sec-Fetch-Dest", "empty") // as a browser says of fetch()
	answer, err := p.client.Do(r)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return
	}
	p.reads.Add(1)
	wants := p.wants.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = append(p.slow, time.Since(began))
	p.shown = p.shown || wants != nil && strings.Contains(string(text), *wants)
}

func (p *page) shows() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown
}
