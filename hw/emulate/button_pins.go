package emulate

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// The names under which ConnectButton registers its pins with periph.
const (
	BenchButtonPin = "BENCH_BUTTON"
	BenchLightPin  = "BENCH_LIGHT"
)

// BenchPresencePin is the pin of a bench's presence sensor, high while somebody is
// there. Its wire is that of a button without a light.
const BenchPresencePin = "BENCH_PRESENCE"

// reconnect is the time between two looks for a bench that is not there.
const reconnect = 500 * time.Millisecond

// BenchButton is the terminal's end of a bench's button: two GPIO pins whose
// wires go over a socket. hw/button drives them like any other pins. Without a
// bench at the other end the contact is open, as with a real button whose cable
// is pulled.
//
// The wire speaks lines: the bench says "closed" and "open", the terminal "light
// on" and "light off".
type BenchButton struct {
	socket  string
	contact *contactPin
	light   *lightPin
	cancel  context.CancelFunc
	ended   chan struct{}
}

// ConnectButton makes the pins and connects to a socket as soon as it is there,
// again and again until Close.
func ConnectButton(socket string) *BenchButton {
	return connect(socket, &contactPin{Pin: gpiotest.Pin{N: BenchButtonPin, Num: 117}, open: gpio.High},
		&lightPin{Pin: gpiotest.Pin{N: BenchLightPin, Num: 127}})
}

// ConnectPresence does the same for a presence sensor. Its light is no pin.
func ConnectPresence(socket string) *BenchButton {
	return connect(socket, &contactPin{Pin: gpiotest.Pin{N: BenchPresencePin, Num: 122}, open: gpio.Low}, &lightPin{})
}

func connect(socket string, contact *contactPin, light *lightPin) *BenchButton {
	contact.L, contact.level, contact.EdgesChan = contact.open, contact.open, make(chan gpio.Level, 16)
	ctx, cancel := context.WithCancel(context.Background())
	b := &BenchButton{socket: socket, contact: contact, light: light, cancel: cancel, ended: make(chan struct{})}
	go b.run(ctx)
	return b
}

// Pins gives the button's pin and the light's.
func (b *BenchButton) Pins() (button, light gpio.PinIO) { return b.contact, b.light }

// Register makes the pins known to periph under their names.
func (b *BenchButton) Register() error {
	err := gpioreg.Register(b.contact)
	if b.light.N != "" {
		err = errors.Join(err, gpioreg.Register(b.light))
	}
	return err
}

// Close ends the connection. Registered pins are forgotten by periph.
func (b *BenchButton) Close() {
	b.cancel()
	<-b.ended
	for name, pin := range map[string]gpio.PinIO{b.contact.N: b.contact, b.light.N: b.light} {
		if gpioreg.ByName(name) == pin {
			_ = gpioreg.Unregister(name) // it was there a moment ago
		}
	}
}

func (b *BenchButton) run(ctx context.Context) {
	defer close(b.ended)
	for ctx.Err() == nil {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "unix", b.socket)
		if err == nil {
			unhook := context.AfterFunc(ctx, func() { conn.Close() })
			b.serve(conn)
			unhook()
			conn.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(reconnect):
		}
	}
}

// serve follows one connection to its end.
func (b *BenchButton) serve(conn net.Conn) {
	b.light.attach(conn)
	defer b.light.attach(nil)
	defer b.contact.set(b.contact.open)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		switch lines.Text() {
		case "closed":
			b.contact.set(!b.contact.open)
		case "open":
			b.contact.set(b.contact.open)
		}
	}
}

// contactPin is an input whose level the wire sets.
type contactPin struct {
	gpiotest.Pin
	open  gpio.Level // the level while the contact is open
	mu    sync.Mutex
	level gpio.Level
}

func (p *contactPin) set(l gpio.Level) {
	p.mu.Lock()
	same := p.level == l
	p.level = l
	p.mu.Unlock()
	if same {
		return
	}
	// As in the kernel, edges that find the queue full are lost.
	select {
	case p.EdgesChan <- l:
	default:
	}
}

// Read gives the level on the wire; gpiotest's own is that of the last edge.
func (p *contactPin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

// lightPin is an output whose level goes over the wire.
type lightPin struct {
	gpiotest.Pin
	mu    sync.Mutex
	level gpio.Level
	conn  net.Conn
}

// attach sets the connection and tells it the level.
func (p *lightPin) attach(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn = conn
	p.tell()
}

func (p *lightPin) Out(l gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.level = l
	p.tell()
	return p.Pin.Out(l)
}

// tell sends the level; the lock is held. A bench that went away is found out by
// the reader of the connection.
func (p *lightPin) tell() {
	if p.conn == nil {
		return
	}
	word := "light off\n"
	if p.level {
		word = "light on\n"
	}
	_ = p.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = p.conn.Write([]byte(word))
}
