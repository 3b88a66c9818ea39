package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// intake is central alone, as PocketBase is measured alone: as many terminals as its rivals
// have clients, each with a certificate of its own, push over TLS 1.3 what was sealed and packed
// before the clock began. What lintai measures beside it is a whole drain: there the terminal's
// queue on the same disk, synced for every push that was acknowledged, and its agent
// take their part of the same processors.
type intake struct{ central *lintai }

func (*intake) name() string { return "lintai intake" }

func (i *intake) drain(ctx context.Context, folder string, load *load) (result, error) {
	if err := os.CopyFS(folder, os.DirFS(load.template)); err != nil {
		return result{}, err
	}
	server, door, err := i.central.serve(ctx, folder, load.senders[0].known)
	if err != nil {
		return result{}, err
	}
	defer server.stop()
	r, err := timed(server, func() error { return pushAll(ctx, load.senders, door) })
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, server.tail())
	}
	r.Kept, err = filed(ctx, filepath.Join(folder, "central", "central.db"))
	return r, err
}
