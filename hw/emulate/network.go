package emulate

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

// Network is a network cable with a device at its end that listens on a TCP port,
// as printers do on 9100: one connection at a time, the next one waits.
type Network struct {
	device Device

	mu       sync.Mutex
	address  string
	listener net.Listener // nil while the cable is out
	wire     *Wire        // of the connection, nil while there is none
	manner   Manner
	closed   bool
	served   chan struct{} // closed when the accepting goroutine has ended
}

// NewNetwork makes a cable whose device listens on address, and plugs it. Port 0
// takes a free one, which is kept.
func NewNetwork(address string, d Device) (*Network, error) {
	n := &Network{device: d, address: address}
	if err := n.Plug(); err != nil {
		return nil, err
	}
	return n, nil
}

// Address is "host:port".
func (n *Network) Address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.address
}

// Plug puts the cable in. Plugging a plugged one does nothing.
func (n *Network) Plug() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return errors.New("emulate: the network is closed")
	}
	if n.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", n.address)
	if err != nil {
		return fmt.Errorf("emulate: plug: %w", err)
	}
	n.listener, n.address, n.served = listener, listener.Addr().String(), make(chan struct{})
	go n.accept(listener, n.served)
	return nil
}

func (n *Network) accept(listener net.Listener, served chan struct{}) {
	defer close(served)
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // unplugged
		}
		w := &Wire{end: conn, pulled: make(chan struct{})}
		n.mu.Lock()
		in := n.listener == listener
		if in {
			n.wire = w
			w.setManner(n.manner)
		}
		n.mu.Unlock()
		if in {
			n.device.Serve(w)
		}
		w.pull()
	}
}

// Unplug pulls the cable and returns when the device knows it.
func (n *Network) Unplug() error {
	n.mu.Lock()
	listener, served := n.listener, n.served
	n.listener = nil
	if n.wire != nil {
		n.wire.pull()
		n.wire = nil
	}
	n.mu.Unlock()
	if listener == nil {
		return nil
	}
	err := listener.Close()
	<-served
	return err
}

// Plugged tells whether the cable is in.
func (n *Network) Plugged() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.listener != nil
}

// SetManner changes how bytes travel from now on.
func (n *Network) SetManner(m Manner) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.manner = m
	if n.wire != nil {
		n.wire.setManner(m)
	}
}

// Close pulls the cable for good.
func (n *Network) Close() error {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	return n.Unplug()
}
