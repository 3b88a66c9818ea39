package main

import (
	"io"
	"net"
	"os"
)

// relay joins standard input and output with an address. QEMU runs it for each
// connection that the guest makes to central; its own forwarding to an address keeps a
// single connection for all.
func relay(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	done := make(chan error, 2)
	go func() {
		_, err := io.Copy(c, os.Stdin)
		done <- err
	}()
	go func() {
		_, err := io.Copy(os.Stdout, c)
		done <- err
	}()
	return <-done
}
