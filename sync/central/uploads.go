package central

import (
	"context"
	"time"

	"lintai/sync/wire"
)

// sweepEvery is how often bodies are looked for that no terminal goes on with.
const sweepEvery = time.Hour

// sweepUploads throws such bodies away, at the start and while central runs.
func (c *Central) sweepUploads(ctx context.Context) {
	ticks := time.NewTicker(sweepEvery)
	defer ticks.Stop()
	for {
		switch n, err := c.store.DropUploads(ctx, c.config.Clock().Add(-wire.UploadKept)); {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.config.Log.Error("abandoned uploads stay", "error", err)
		case n > 0:
			c.config.Log.Info("abandoned uploads thrown away", "count", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
