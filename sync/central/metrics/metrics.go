// Package metrics counts what central does, for Prometheus to collect. It has a
// listener of its own, which is not for the public: how many calls are open in a
// community is nobody's business. Nothing in it is of a person, and no label has more
// values than the program has words: routes are the patterns of the router, never a
// path that somebody asked for.
package metrics

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Figure is one number of what stands in the database.
type Figure struct {
	Name  string // one of named
	Label string // "" where the name has none
	Value float64
}

// named are all figures, with the name of their label.
var named = []struct{ name, label, help string }{
	{"terminals", "", "Terminals that are registered."},
	{"terminal_streams", "", "Terminals whose stream is open at this process."},
	{"open_calls", "", "Calls for help that nobody has answered."},
	{"quarantined_items", "", "Items that are kept aside for staff to look at."},
	{"webhooks_waiting", "", "Messages to other systems that were not delivered yet."},
	{"jobs", "state", "Jobs in the queue, by their state."},
	{"updates_stopped", "", "Versions of terminals' images that stopped on their way, until a person looks."},
	{"restored", "", "1 while central runs on a backup that staff have not gone through."},
}

// Metrics of one process.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	open     *prometheus.GaugeVec
	items    *prometheus.CounterVec
}

// New makes them. figures is asked whenever Prometheus collects.
func New(version string, db *sql.DB, figures func(context.Context) ([]Figure, error), log *slog.Logger) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lintai_http_request_seconds", Help: "How long requests took that are no streams.",
			Buckets: []float64{.005, .025, .1, .3, 1, 5},
		}, []string{"door", "route", "status"}),
		open:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "lintai_http_open", Help: "Requests that are being served; streams of pages are among them."}, []string{"door"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lintai_items_total", Help: "Items that terminals pushed, by what they were answered."}, []string{"outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "lintai_build", Help: "1, of this version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.open, m.items, build, newGathered(figures, log),
		collectors.NewDBStatsCollector(db, "central"), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler is what Prometheus asks.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// Answered counts an item by its outcome, a word of package wire.
func (m *Metrics) Answered(outcome string) { m.items.WithLabelValues(outcome).Inc() }

// Watch counts the requests of a door.
func (m *Metrics) Watch(door string, next http.Handler) http.Handler {
	open := m.open.WithLabelValues(door)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		open.Inc()
		defer open.Dec()
		seen := &seen{ResponseWriter: w}
		defer func() {
			if seen.status == 0 || strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
				return // a stream: how long it lasted says nothing of central
			}
			m.requests.WithLabelValues(door, route(r.Pattern), class(seen.status)).Observe(time.Since(began).Seconds())
		}()
		next.ServeHTTP(seen, r)
	})
}

// route is the pattern that a request was served by: of those there are as many as rows in
// the program.
func route(pattern string) string {
	if pattern == "" {
		return "none"
	}
	return pattern
}

func class(status int) string {
	switch {
	case status < 300:
		return "2xx"
	case status < 400:
		return "3xx"
	case status < 500:
		return "4xx"
	}
	return "5xx"
}

// seen remembers the status. What else the connection can do stands behind Unwrap.
type seen struct {
	http.ResponseWriter
	status int
}

func (s *seen) WriteHeader(status int) {
	if s.status == 0 && status >= 200 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *seen) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// gathered asks the database when it is collected.
type gathered struct {
	figures func(context.Context) ([]Figure, error)
	log     *slog.Logger
	by      map[string]*prometheus.Desc
	answers *prometheus.Desc
}

// patience is how long the database may take; what else there is to collect comes
// without it.
const patience = 5 * time.Second

func newGathered(figures func(context.Context) ([]Figure, error), log *slog.Logger) *gathered {
	g := &gathered{figures: figures, log: log, by: map[string]*prometheus.Desc{},
		answers: prometheus.NewDesc("lintai_database_answers", "1 while the database answers.", nil, nil)}
	for _, n := range named {
		var labels []string
		if n.label != "" {
			labels = []string{n.label}
		}
		g.by[n.name] = prometheus.NewDesc("lintai_"+n.name, n.help, labels, nil)
	}
	return g
}

func (g *gathered) Describe(to chan<- *prometheus.Desc) {
	for _, d := range g.by {
		to <- d
	}
	to <- g.answers
}

func (g *gathered) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := g.figures(ctx)
	answers := 1.0
	if err != nil {
		answers = 0
		g.log.Warn("the figures of the database are not there", "error", err)
	}
	to <- prometheus.MustNewConstMetric(g.answers, prometheus.GaugeValue, answers)
	for _, f := range all {
		d, known := g.by[f.Name]
		if !known {
			continue
		}
		var labels []string
		if f.Label != "" {
			labels = []string{f.Label}
		}
		if m, err := prometheus.NewConstMetric(d, prometheus.GaugeValue, f.Value, labels...); err == nil {
			to <- m
		}
	}
}
