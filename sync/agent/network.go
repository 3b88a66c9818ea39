package agent

import (
	"context"
	"time"
)

// networkPause is the least time between two tries because the network changed:
// a cable with a loose contact must not drive the loops round without a pause.
const networkPause = time.Second

// networkLoop tries again at once when the machine's network changed while
// central was out of reach. While it is in reach only the connections that nobody
// uses are let go: they may belong to an address that is gone. The stream notices
// by itself.
func (a *Agent) networkLoop(ctx context.Context) {
	changed := make(chan struct{}, 1)
	watched := make(chan error, 1)
	go func() { watched <- a.network(ctx, func() { kick(changed) }) }()
	for {
		select {
		case <-ctx.Done():
			<-watched
			return
		case err := <-watched:
			if ctx.Err() == nil {
				a.log.Warn("changes of the network are not seen; what waits is tried at intervals", "error", err)
			}
			return
		case <-changed:
		}
		a.transport.CloseIdleConnections()
		if !a.link.online() {
			a.wakeAll()
		}
		if !wait(ctx, networkPause, nil) {
			<-watched
			return
		}
	}
}
