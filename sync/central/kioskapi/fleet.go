package kioskapi

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/fleet"
	"lintai/sync/wire"
)

// Bundles are hundreds of megabytes, and a thousand terminals may want one on the same
// day. So few fetch at once, all of them together at a bounded rate, and the others are
// told to come back: a call for help never stands behind them.
const (
	mostFetching = 4
	// fetchRate is in bytes a second, of all together.
	fetchRate = 8 << 20
	// fetchPiece is how much is read at once, fetchPatience how long the line may take for
	// that, and fetchTime for one answer: then another terminal has its turn.
	fetchPiece    = 64 << 10
	fetchPatience = 30 * time.Second
	fetchTime     = 10 * time.Minute
	// fetchAgain is when a terminal that was sent away comes back: from so many seconds
	// on, another number for each.
	fetchAgain, fetchSpread = 30, 60
)

// Fetches bounds what terminals fetch of bundles.
type Fetches struct {
	reading newest
	places  chan struct{}
	rate    *pace
}

// NewFetches lets nobody fetch yet.
func NewFetches() *Fetches {
	return &Fetches{places: make(chan struct{}, mostFetching), rate: &pace{clock: time.Now, rate: fetchRate}}
}

var (
	errBundle = failure{http.StatusNotFound, "bad_request", "there is no such bundle, or it was withdrawn"}
	errTurn   = failure{http.StatusServiceUnavailable, "busy", "other terminals are fetching; come back after Retry-After"}
)

// bundle gives a bundle's file, or a range of it.
func (a *API) bundle(w http.ResponseWriter, r *http.Request, kiosk int) error {
	hash, ok := fleet.ParseHash(r.PathValue("hash"))
	if !ok {
		return errBundle
	}
	later := func() error {
		w.Header().Set("Retry-After", strconv.Itoa(fetchAgain+kiosk%fetchSpread))
		return errTurn
	}
	// A terminal that asks again has lost its line: what it had gives way.
	ctx, cut := context.WithCancel(r.Context())
	defer cut()
	defer a.Fetches.reading.begin(kiosk, 1, cut)()
	select {
	case a.Fetches.places <- struct{}{}:
		defer func() { <-a.Fetches.places }()
	default:
		return later()
	}
	f, b, err := a.Fleet.Open(ctx, hash)
	switch {
	case errors.Is(err, fleet.ErrNotFound):
		return errBundle
	case errors.Is(err, fleet.ErrBusy) || errors.Is(err, fleet.ErrElsewhere):
		return later()
	case err != nil:
		return err
	}
	defer f.Close()
	ctx, end := context.WithTimeout(ctx, fetchTime)
	defer end()
	w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(b.Hash[:])))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	// The server's limit for reading requests would end this one while it is answered.
	if err := control.SetReadDeadline(time.Now().Add(fetchTime + fetchPatience)); err != nil {
		a.Log.Debug("a bundle keeps the server's limit of time", "error", err)
	}
	http.ServeContent(w, r, "", time.Time{}, &paced{ReadSeeker: f, ctx: ctx, rate: a.Fetches.rate, each: func() error {
		return control.SetWriteDeadline(time.Now().Add(fetchPatience))
	}})
	return nil
}

// paced reads a file as fast as all together may.
type paced struct {
	io.ReadSeeker
	ctx  context.Context
	rate *pace
	each func() error
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.ReadSeeker.Read(b[:min(len(b), fetchPiece)])
	if err != nil || n == 0 {
		return n, err
	}
	if err := p.rate.wait(p.ctx, n); err != nil {
		return 0, err
	}
	if err := p.each(); err != nil {
		return 0, err
	}
	return n, nil
}

// log takes a terminal's log.
func (a *API) log(w http.ResponseWriter, r *http.Request, kiosk int) error {
	order, err := strconv.ParseInt(r.PathValue("order"), 10, 64)
	if err != nil {
		return errLog
	}
	body, err := a.receive(w, r, kiosk, wire.MaxLogBytes)
	if err != nil {
		return err
	}
	done, err := a.bodies.turn(r.Context())
	if err != nil {
		return err
	}
	defer done()
	switch err := a.Fleet.TakeLog(r.Context(), kiosk, order, body); {
	case errors.Is(err, fleet.ErrNotFound):
		return errLog
	case errors.Is(err, fleet.ErrLog):
		return failure{http.StatusBadRequest, "bad_request", "a log is one gzip member"}
	case err != nil:
		return err
	}
	a.reply(w, http.StatusOK, wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: a.Clock().UTC()})
	return nil
}

var errLog = failure{http.StatusNotFound, "bad_request", "no such log was asked of this terminal"}

// instruct adds to the answer to a health what there is to do for the terminal. That it
// cannot be said now is no reason to refuse the health.
func (a *API) instruct(ctx context.Context, answer *wire.HealthAnswer, kiosk int, h docket.Health, done []wire.OrderDone) {
	todo, err := a.Fleet.Hear(ctx, kiosk, h, done)
	if err != nil {
		if ctx.Err() == nil {
			a.Log.Error("a terminal is not told what to do", "kiosk", kiosk, "error", err)
		}
		return
	}
	answer.StaffKey, answer.Offer, answer.Orders = todo.StaffKey, todo.Offer, todo.Orders
}
