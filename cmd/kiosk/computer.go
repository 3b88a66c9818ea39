package main

import (
	"context"
	"errors"
	"os"

	"lintai/hw/appliance"
)

// computer is the service that looks after the computer inside an appliance.
type computer struct {
	socket string
	// image is a file that only the image of an appliance has: where it is, a service
	// that is not there yet is waited for.
	image string
}

// thisComputer is where the program runs; tests put another in its place.
var thisComputer = computer{socket: appliance.SocketPath, image: "/etc/lintai-version"}

// dial finds the service: appliance.ErrNone where there is none and never will be.
func (c computer) dial() (*appliance.Client, error) {
	client, err := appliance.Dial(c.socket)
	if errors.Is(err, appliance.ErrNone) {
		if _, missing := os.Stat(c.image); missing == nil {
			return nil, errors.New("the appliance's service does not listen yet")
		}
	}
	return client, err
}

// status asks how the computer is.
func (c computer) status(ctx context.Context) (appliance.Status, *appliance.Client, error) {
	client, err := c.dial()
	if err != nil {
		return appliance.Status{}, nil, err
	}
	status, err := client.Status(ctx)
	return status, client, err
}
