package agent

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// watchNetwork calls changed whenever the kernel tells of a link, an address or a
// route that is another one (rtnetlink(7)), until the context ends.
func watchNetwork(ctx context.Context, changed func()) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("agent: watch the network: %w", err)
	}
	socket := os.NewFile(uintptr(fd), "netlink")
	defer socket.Close()
	const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		return fmt.Errorf("agent: watch the network: %w", err)
	}
	defer context.AfterFunc(ctx, func() { socket.Close() })()
	// What changed does not matter, so the messages are not looked at.
	for news := make([]byte, 64<<10); ; {
		switch _, err := socket.Read(news); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil, errors.Is(err, unix.ENOBUFS): // or more than the socket holds
			changed()
		default:
			return fmt.Errorf("agent: watch the network: %w", err)
		}
	}
}
