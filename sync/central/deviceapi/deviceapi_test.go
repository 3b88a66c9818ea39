package deviceapi_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/sync/central/deviceapi"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/sensor"
	"lintai/sync/central/sensor/emulate"
	"lintai/sync/central/store"
)

// door is a broker and a server on real sockets over a real database.
type door struct {
	*testing.T
	store  *store.Store
	keeper *sensor.Keeper
	api    *deviceapi.Door
	broker string
	http   *httptest.Server
	log    *record

	mu  sync.Mutex
	now time.Time
}

type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) { r.mu.Lock(); defer r.mu.Unlock(); return r.b.Write(p) }
func (r *record) String() string              { r.mu.Lock(); defer r.mu.Unlock(); return r.b.String() }

func (d *door) clock() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }

func (d *door) pass(by time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.now = d.now.Add(by) }

func open(t *testing.T, wrap ...func(net.Listener) net.Listener) *door {
	t.Helper()
	d := &door{T: t, now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC), log: &record{}}
	var err error
	if d.store, err = store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db")); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	d.keeper = &sensor.Keeper{Store: d.store, Hub: live.NewHub(), Catalog: catalog.Default, Clock: d.clock, Log: log, Since: d.now}
	api := deviceapi.New(d.keeper, d.clock, log)
	d.api = api
	mux := http.NewServeMux()
	api.Register(mux)
	d.http = httptest.NewServer(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.broker = "tcp://" + l.Addr().String()
	for _, w := range wrap {
		l = w(l)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.ServeMQTT(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.http.Close()
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *door) add(id string, kind sensor.Kind) sensor.Key {
	d.Helper()
	key, err := d.keeper.Add(d.Context(), sensor.Device{ID: id, Kind: kind, Name: "设备" + id, Place: "幸福里3号楼"})
	if err != nil {
		d.Fatal(err)
	}
	return key
}

func (d *door) connect(id string, kind sensor.Kind, key sensor.Key) *emulate.Device {
	d.Helper()
	device, err := emulate.Connect(id, kind, key, emulate.Options{Broker: d.broker})
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(device.Close)
	return device
}

func (d *door) device(id string) sensor.Device {
	d.Helper()
	one, err := d.store.Device(d.Context(), id)
	if err != nil {
		d.Fatal(err)
	}
	return one
}

func (d *door) cases() int {
	d.Helper()
	all, err := d.store.Cases(d.Context(), docket.CaseQuery{})
	if err != nil {
		d.Fatal(err)
	}
	return len(all)
}

func (d *door) says(device *emulate.Device, members map[string]any) []byte {
	d.Helper()
	body, err := device.Say(members)
	if err != nil {
		d.Fatal(err)
	}
	return body
}

// What is acknowledged is in the database, whether it comes once, twice or retained.
func TestMessagesOverARealBroker(t *testing.T) {
	d := open(t)
	bin := d.connect("bin-1", sensor.Bin, d.add("bin-1", sensor.Bin))
	d.says(bin, emulate.Usual(sensor.Bin, d.clock(), 0))
	body := d.says(bin, emulate.Faulty(sensor.Bin))
	if n := d.cases(); n != 1 || d.device("bin-1").Values[sensor.Fill] != 91 {
		t.Fatalf("%d cases, %+v", n, d.device("bin-1"))
	}
	for _, retain := range []bool{false, true} {
		if err := bin.Send(deviceapi.Topic("bin-1"), body, retain); err != nil {
			t.Error(err)
		}
	}
	// What is no message is acknowledged, so that it does not come for ever, and forgotten.
	for _, broken := range []string{"", "{", strings.Repeat("x", 1500), `{"boot":"a","seq":1,"db":3}`} {
		if err := bin.Send(deviceapi.Topic("bin-1"), []byte(broken), true); err != nil {
			t.Errorf("%.10q: %v", broken, err)
		}
	}
	if n := d.cases(); n != 1 || !bin.Connected() {
		t.Errorf("%d cases, connected: %v", n, bin.Connected())
	}
	if log := d.log.String(); strings.Contains(log, "device_") || strings.Contains(log, "xxxx") {
		t.Errorf("the log holds keys, or what somebody sent: %s", log)
	}
	for _, kind := range sensor.Kinds { // the emulator sends what is taken
		id := string(kind) + "-9"
		device := d.connect(id, kind, d.add(id, kind))
		d.says(device, emulate.Usual(kind, d.clock(), .3))
		d.says(device, emulate.Faulty(kind))
		if got := len(d.device(id).Values); got < len(kind.Measures()) {
			t.Errorf("%s: %d values", id, got)
		}
	}
}

// A device comes in by its own key and under its own name only, publishes to its own
// topic, and hears nothing, not even what it publishes itself.
func TestADeviceIsOnlyItself(t *testing.T) {
	d := open(t)
	one, two := d.add("bin-1", sensor.Bin), d.add("bin-2", sensor.Bin)
	for name, try := range map[string]struct {
		id     string
		key    sensor.Key
		client string
	}{
		"another's key": {"bin-1", two, ""}, "no key": {"bin-1", "", ""}, "another's session": {"bin-1", one, "bin-2"},
		"nobody": {"bin-9", one, ""}, "no name": {"", one, "bin-1"}, "a wild name": {"#", one, ""},
	} {
		if device, err := emulate.Connect(try.id, sensor.Bin, try.key, emulate.Options{Broker: d.broker, Client: try.client}); err == nil {
			device.Close()
			t.Errorf("%s is let in", name)
		}
	}
	listens, speaks := d.connect("bin-1", sensor.Bin, one), d.connect("bin-2", sensor.Bin, two)
	for _, filter := range []string{"#", "lintai/devices/#", deviceapi.Topic("bin-1"), deviceapi.Topic("bin-2"), "$SYS/#", "$share/g/#"} {
		if err := listens.Subscribe(filter, func(body []byte) { t.Errorf("%s heard %q", filter, body) }); err == nil {
			t.Errorf("%q may be listened to", filter)
		}
	}
	// A message to another's topic ends the line, and is not taken.
	d.says(speaks, map[string]any{"fill": 10})
	forged := []byte(`{"boot":"z","seq":1,"fill":99}`)
	if err := speaks.Send(deviceapi.Topic("bin-1"), forged, false); err == nil {
		t.Error("a message to another's topic is acknowledged")
	}
	if n := d.cases(); n != 0 || !d.device("bin-1").HeardAt.IsZero() {
		t.Errorf("%d cases, %+v", n, d.device("bin-1"))
	}
	// A key that counts no more ends the line at the next message.
	if err := d.keeper.Revoke(t.Context(), "bin-1"); err != nil {
		t.Fatal(err)
	}
	if err := listens.Send(deviceapi.Topic("bin-1"), []byte(`{"boot":"y","seq":1,"fill":99}`), false); err == nil {
		t.Error("a message of a revoked device is acknowledged")
	}
	if n := d.cases(); n != 0 {
		t.Errorf("%d cases", n)
	}
}

// heard is a listener that tells which of its lines central closed.
type heard struct {
	net.Listener
	closed chan string
}

type heardLine struct {
	net.Conn
	once sync.Once
	l    *heard
}

func (l *heard) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &heardLine{Conn: c, l: l}, nil
}

func (c *heardLine) Close() error {
	c.once.Do(func() { c.l.closed <- c.RemoteAddr().String() })
	return c.Conn.Close()
}

// The line of a device whose key was revoked is cut though it says nothing; nothing more of
// it is taken, not even a call, and the lines of others stay.
func TestALineEndsWithItsKey(t *testing.T) {
	closed := make(chan string, 10)
	d := open(t, func(l net.Listener) net.Listener { return &heard{l, closed} })
	bin := d.connect("bin-1", sensor.Bin, d.add("bin-1", sensor.Bin))
	band := d.connect("band-1", sensor.Wristband, d.add("band-1", sensor.Wristband))
	cut := func(n int) {
		t.Helper()
		if err := d.api.CutRevoked(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range n {
			<-closed
		}
		select {
		case who := <-closed:
			t.Fatalf("the line of %s is cut, too", who)
		default:
		}
	}
	cut(0)
	if err := d.keeper.Revoke(t.Context(), "band-1"); err != nil {
		t.Fatal(err)
	}
	cut(1)
	if err := band.Send(deviceapi.Topic("band-1"), []byte(`{"boot":"y","seq":1,"call":true}`), false); err == nil {
		t.Error("a call of a revoked wristband is acknowledged")
	}
	if calls, err := d.store.RecentCalls(t.Context(), 5); err != nil || len(calls) != 0 {
		t.Errorf("%d calls, %v", len(calls), err)
	}
	cut(0)
	d.says(bin, emulate.Usual(sensor.Bin, d.clock(), 0))
	if err := d.keeper.Revoke(t.Context(), "bin-1"); err != nil {
		t.Fatal(err)
	}
	again := d.add("bin-1", sensor.Bin)
	cut(1)
	if err := bin.Send(deviceapi.Topic("bin-1"), []byte(`{"boot":"y","seq":9,"fill":50}`), false); err == nil {
		t.Error("a line lives on under a key that was exchanged")
	}
	d.says(d.connect("bin-1", sensor.Bin, again), emulate.Usual(sensor.Bin, d.clock(), 0))
}

// A message under a key that was exchanged ends the line and is not acknowledged, before
// anybody looked at the keys.
func TestAnExchangedKeyIsRefusedAtOnce(t *testing.T) {
	closed := make(chan string, 10)
	d := open(t, func(l net.Listener) net.Listener { return &heard{l, closed} })
	bin := d.connect("bin-1", sensor.Bin, d.add("bin-1", sensor.Bin))
	d.says(bin, emulate.Usual(sensor.Bin, d.clock(), 0))
	if err := d.keeper.Revoke(t.Context(), "bin-1"); err != nil {
		t.Fatal(err)
	}
	d.add("bin-1", sensor.Bin)
	if err := bin.Send(deviceapi.Topic("bin-1"), []byte(`{"boot":"y","seq":9,"fill":95}`), false); err == nil {
		t.Error("a message under a key that was exchanged is acknowledged")
	}
	<-closed
	if n := d.cases(); n != 0 {
		t.Errorf("%d cases", n)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	d := open(t, func(l net.Listener) net.Listener {
		return tls.NewListener(l, &tls.Config{Certificates: server.TLS.Certificates, MinVersion: tls.VersionTLS12})
	})
	key := d.add("bin-1", sensor.Bin)
	if plain, err := emulate.Connect("bin-1", sensor.Bin, key, emulate.Options{Broker: d.broker}); err == nil {
		plain.Close()
		t.Error("a line in the clear is let in")
	}
	known := x509.NewCertPool()
	known.AddCert(server.Certificate())
	bin, err := emulate.Connect("bin-1", sensor.Bin, key, emulate.Options{Broker: strings.Replace(d.broker, "tcp:", "ssl:", 1), TLS: &tls.Config{RootCAs: known}})
	if err != nil {
		t.Fatal(err)
	}
	defer bin.Close()
	d.says(bin, emulate.Faulty(sensor.Bin))
	if n := d.cases(); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Too many messages are forgotten and not refused; calls have a bound of their own.
func TestRates(t *testing.T) {
	d := open(t)
	band := d.connect("band-1", sensor.Wristband, d.add("band-1", sensor.Wristband))
	for i := range deviceapi.Burst + 10 {
		d.says(band, map[string]any{"pulse": 60 + i})
	}
	if got := d.device("band-1").Values[sensor.Pulse]; got != 60+deviceapi.Burst-1 {
		t.Errorf("the last that was taken is %v", got)
	}
	d.says(band, map[string]any{"call": true})
	calls, err := d.store.OpenCalls(t.Context())
	if err != nil || len(calls) != 1 {
		t.Errorf("%d calls, %v", len(calls), err)
	}
	d.pass(time.Minute)
	d.says(band, map[string]any{"pulse": 59})
	if got := d.device("band-1").Values[sensor.Pulse]; got != 59 {
		t.Errorf("a minute later: %v", got)
	}
}

func TestHTTP(t *testing.T) {
	d := open(t)
	key := d.add("bin-1", sensor.Bin)
	seq := 0
	post := func(id, key, body string, want int) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "POST", d.http.URL+deviceapi.Path(id), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+key)
		}
		answer, err := d.http.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s %.40q: %d, want %d", id, body, answer.StatusCode, want)
		}
	}
	next := func(fill int) string { seq++; return fmt.Sprintf(`{"boot":"h","seq":%d,"fill":%d}`, seq, fill) }
	body := next(88)
	post("bin-1", string(key), body, http.StatusNoContent)
	post("bin-1", string(key), body, http.StatusNoContent)
	post("bin-1", string(key), `{"fill":3}`, http.StatusBadRequest)
	post("bin-1", string(key), next(5)+strings.Repeat(" ", 2000), http.StatusBadRequest)
	post("bin-1", "", next(5), http.StatusUnauthorized)
	post("bin-1", string(key)+"x", next(5), http.StatusUnauthorized)
	post("bin-2", string(key), next(5), http.StatusUnauthorized)
	if n := d.cases(); n != 1 || d.device("bin-1").Values[sensor.Fill] != 88 {
		t.Errorf("%d cases, %+v", n, d.device("bin-1"))
	}
	for range deviceapi.Burst - 3 { // three counted before
		post("bin-1", string(key), next(20), http.StatusNoContent)
	}
	post("bin-1", string(key), next(20), http.StatusTooManyRequests)
	d.add("bin-3", sensor.Bin)
	for range 20 { // wrong keys that are compared at all
		post("bin-3", "guess", next(5), http.StatusUnauthorized)
	}
	post("bin-3", "guess", next(5), http.StatusTooManyRequests)
	d.pass(time.Minute)
	post("bin-1", string(key), next(20), http.StatusNoContent) // whatever the other did
}
