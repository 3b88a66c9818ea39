package publish

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// ErrSeen is returned for taking back a version that is not the newest any more.
var ErrSeen = errors.New("publish: another version was published meanwhile")

// Edit changes what is published for all, so that nothing of what somebody else
// publishes meanwhile is lost: f is given the newest body, or usual when there is none,
// and once more when it is the newest no longer; it returns the body to sign, or nil for
// none. An edit that is central's own belongs to the version before it: whoever takes
// that one back takes this back with it. False when nothing was signed.
func (p *Publisher) Edit(ctx context.Context, kind wire.DocumentKind, usual []byte, own bool, f func(body []byte) ([]byte, error)) (docket.Document, bool, error) {
	for {
		all, err := p.Store.Documents(ctx)
		if err != nil {
			return docket.Document{}, false, fmt.Errorf("publish: %w", err)
		}
		d := docket.Document{Document: wire.Document{Kind: kind}}
		body := usual
		if newest, ok := docket.NewestDocument(all, kind, 0); ok {
			if body, err = Body(ctx, p.Store, newest.Document); err != nil {
				return d, false, err
			}
			if own {
				d.Origin = newest.Origin
			}
		}
		if body, err = f(body); err != nil || body == nil {
			return d, false, err
		}
		if body, err = p.own(ctx, kind, body); err != nil {
			return d, false, err
		}
		if err := kind.Check(body); err != nil {
			return d, false, fmt.Errorf("publish: a terminal would refuse this: %w", err)
		}
		sum := sha256.Sum256(body)
		d.Size, d.SHA256 = int64(len(body)), sum[:]
		if d, err = p.keep(ctx, all, d, body); errors.Is(err, docket.ErrExists) {
			continue
		}
		if err != nil {
			return d, false, err
		}
		return d, true, p.tell(ctx, d)
	}
}

// WithdrawSeen takes back the newest document of a kind, if it is the version that
// somebody had before her: pressed twice it takes back one. ErrSeen.
func (p *Publisher) WithdrawSeen(ctx context.Context, kind wire.DocumentKind, version int64) (docket.Document, error) {
	all, err := p.Store.Documents(ctx)
	if err != nil {
		return docket.Document{}, fmt.Errorf("publish: %w", err)
	}
	if newest, ok := docket.NewestDocument(all, kind, 0); !ok || newest.Version != version {
		return docket.Document{}, ErrSeen
	}
	return p.Withdraw(ctx, kind, 0)
}
