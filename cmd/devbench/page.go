package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"lintai/hw/emulate"
	"lintai/hw/emulate/bench"
)

//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page/page.html"))

// hand is one button of the page: a word on it, and what the bench is asked when it
// is pressed.
type hand struct {
	Label   string
	Request string // bench.Request as JSON
}

func newHand(label string, r bench.Request) hand {
	text, err := json.Marshal(r)
	if err != nil {
		panic("devbench: " + err.Error()) // a Request holds nothing that JSON does not
	}
	return hand{label, string(text)}
}

// pageView is everything on the page that does not change.
type pageView struct {
	Groups  []handGroup
	Devices []string
	Faults  []bench.Fault
}

type handGroup struct {
	Name  string
	Hands []hand
}

// hands are the buttons. The cards are synthetic: nobody's.
func (pageView) hands() []handGroup {
	card := handGroup{Name: "ID card"}
	for n := range 4 {
		id := emulate.Synthetic(n)
		card.Hands = append(card.Hands, newHand("tap "+id.Name, bench.Request{Do: "card tap", Name: id.Name, ID: id.Number, Address: id.Address}))
	}
	card.Hands = append(card.Hands,
		newHand("tap an expired card", bench.Request{Do: "card tap", To: "20200101"}),
		newHand("tap a permit (J)", bench.Request{Do: "card tap", Type: "J"}),
		newHand("tap a foreigner's (I)", bench.Request{Do: "card tap", Type: "I"}),
		newHand("lift", bench.Request{Do: "card lift"}))
	set := func(label, key, value string) hand {
		return newHand(label, bench.Request{Do: "printer set", Set: map[string]string{key: value}})
	}
	return []handGroup{card,
		{"Community card", []hand{newHand("tap", bench.Request{Do: "nfc tap"}), newHand("lift", bench.Request{Do: "nfc lift"})}},
		{"Call button", []hand{newHand("press", bench.Request{Do: "button press"}), newHand("hold", bench.Request{Do: "button hold"}),
			newHand("release", bench.Request{Do: "button release"})}},
		{"Somebody", []hand{newHand("steps in front", bench.Request{Do: "presence here"}), newHand("goes away", bench.Request{Do: "presence gone"}),
			newHand("speaks", bench.Request{Do: "speak"})}},
		{"Paper", []hand{set("new roll", "paper", "ok"), set("near its end", "paper", "near"), set("out", "paper", "out")}},
		{"Cover", []hand{set("open", "cover", "open"), set("close", "cover", "closed")}},
		{"Cutter", []hand{set("jam", "cutter", "jam"), set("free", "cutter", "ok")}},
		{"Print head", []hand{set("hot", "head", "hot"), set("cool", "head", "ok")}},
	}
}

// panel serves the page of one bench.
type panel struct {
	bench  *bench.Bench
	closed chan struct{}

	mu   sync.Mutex
	read int    // the slip whose code is known
	code string // what stands on it
}

// showPage serves the page at an address of this machine until end is called.
func showPage(b *bench.Bench, at string) (address string, end func(), err error) {
	if err := loopback(at); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		return "", nil, fmt.Errorf("page: %w", err)
	}
	p := &panel{bench: b, closed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.page)
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/page.js") })
	mux.HandleFunc("GET /state", p.stream)
	mux.HandleFunc("GET /slip/{number}", p.slip)
	mux.HandleFunc("POST /do", p.do)
	server := &http.Server{Handler: here(http.NewCrossOriginProtection().Handler(mux)), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l) // it ends when it is closed
	}()
	return l.Addr().String(), sync.OnceFunc(func() {
		close(p.closed)
		server.Close()
		<-served
	}), nil
}

// loopback refuses an address that others could reach: the bench has no guard.
func loopback(at string) error {
	host, _, err := net.SplitHostPort(at)
	if err != nil {
		return fmt.Errorf("page: %w: %w", err, errUsage)
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("page: %s is no address of this machine alone, as 127.0.0.1:8421 is: %w", at, errUsage)
	}
	return nil
}

// here lets only pages that this machine's own address named speak: a name of
// elsewhere that was made to point here is not it.
func here(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if loopback(r.Host) != nil && !strings.HasPrefix(r.Host, "localhost:") {
			http.Error(w, "this page is served at 127.0.0.1 only", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (p *panel) page(w http.ResponseWriter, _ *http.Request) {
	v := pageView{Devices: bench.Devices, Faults: bench.Faults("")}
	v.Groups = v.hands()
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(text.Bytes()) // a browser that is gone asks again
}

// requestLimit is more than any request has bytes.
const requestLimit = 1 << 16

// do carries out what a button asks.
func (p *panel) do(w http.ResponseWriter, r *http.Request) {
	var request bench.Request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, requestLimit)).Decode(&request); err != nil {
		http.Error(w, "not a request of this page", http.StatusBadRequest)
		return
	}
	reply, err := p.bench.Do(r.Context(), request)
	if err != nil {
		reply = bench.Reply{Error: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(reply) // as above
}

func (p *panel) slip(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	reply, err := p.bench.Do(r.Context(), bench.Request{Do: "printer slip", Slip: number, Seconds: 1})
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(reply.Slip.PNG) // as above
}

// benchState is what changes on the page.
type benchState struct {
	Devices []deviceState `json:"devices"`
	Light   string        `json:"light"`
	Slips   int           `json:"slips"`
	Code    string        `json:"code"` // of the last slip
}

type deviceState struct {
	Name    string `json:"name"`
	Plugged bool   `json:"plugged"`
	Details string `json:"details"`
}

// lookEvery is the time between two looks at the bench: shorter than a person
// notices.
const lookEvery = 200 * time.Millisecond

// stream tells the page each change of the bench.
func (p *panel) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	var last []byte
	for {
		state, err := p.state(r.Context())
		if err != nil {
			return
		}
		text, err := json.Marshal(state)
		if err != nil {
			return
		}
		if !bytes.Equal(text, last) {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
				return
			}
			if err := out.Flush(); err != nil {
				return
			}
			last = text
		}
		select {
		case <-ticks.C:
		case <-p.closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// slipCode is how a code stands on a slip.
var slipCode = regexp.MustCompile(`\b\d{4} \d{4} \d{4}\b`)

// state reads the bench as "devbench status" shows it.
func (p *panel) state(ctx context.Context) (benchState, error) {
	// A light that has just changed is not waited for; the next look sees it.
	brief, cancel := context.WithTimeout(ctx, lookEvery/4)
	defer cancel()
	reply, err := p.bench.Do(brief, bench.Request{Do: "status"})
	if err != nil {
		return benchState{}, err
	}
	s := benchState{Slips: reply.Slips}
	for line := range strings.Lines(reply.Text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			return s, errors.New("devbench: the bench's status is not as expected")
		}
		d := deviceState{Name: words[0], Plugged: words[1] == "plugged", Details: strings.Join(words[2:], " ")}
		for _, word := range words[2:] {
			if light, ok := strings.CutPrefix(word, "light="); ok && d.Name == bench.Button {
				s.Light = light
			}
		}
		s.Devices = append(s.Devices, d)
	}
	s.Code, err = p.codeOf(ctx, s.Slips)
	return s, err
}

// codeOf reads the code on a slip, once.
func (p *panel) codeOf(ctx context.Context, slip int) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slip == 0 || slip == p.read {
		return p.code, nil
	}
	reply, err := p.bench.Do(ctx, bench.Request{Do: "printer slip", Slip: slip})
	if err != nil {
		return "", err
	}
	p.read, p.code = slip, slipCode.FindString(reply.Slip.Text)
	return p.code, nil
}
