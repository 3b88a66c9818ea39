package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ports has a neighbour on the network knock at all ports of TCP, and tells whom the
// terminal spoke to by itself since its start.
func (l *lobby) ports(ctx context.Context) error {
	open, refused, err := l.machine.Neighbour.Knock(ctx)
	if err != nil {
		return err
	}
	l.report.measure("open_ports", float64(len(open)))
	l.report.measure("ports_that_refuse", float64(len(refused)))
	if len(open) > 0 {
		return fmt.Errorf("ports of the terminal are open: %v", open)
	}
	spoke := l.machine.Neighbour.Spoke()
	l.report.step("65535 ports were tried, none is open", "")
	for _, to := range slices.Sorted(maps.Keys(spoke)) {
		l.report.step(fmt.Sprintf("it spoke to %s (%d packets)", to, spoke[to]), "")
		switch {
		case to == "tcp "+centralDoor, strings.HasSuffix(to, ":67"), strings.HasSuffix(to, ":53"), strings.HasSuffix(to, ":123"), strings.HasPrefix(to, "protocol "), strings.Contains(to, " 224.0.0."):
		default:
			return fmt.Errorf("it spoke to %s", to)
		}
	}
	if spoke["tcp "+centralDoor] == 0 {
		return fmt.Errorf("it spoke to nobody at %s, so that nothing was heard", centralDoor)
	}
	return nil
}
