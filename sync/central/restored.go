package central

import (
	"context"
	"crypto/x509"
	"fmt"

	"lintai/kiosk/ticket"
	"lintai/sync/central/console/restored"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
)

// restoredArea is staff's page of what a backup did not have.
func (c *Central) restoredArea() *restored.Area {
	return &restored.Area{Store: c.store, Clock: c.config.Clock,
		Admit: func(ctx context.Context, serial int64, by string) error {
			kiosk, err := c.store.AdmitStray(ctx, serial, "-", c.config.Clock().UTC())
			if err == nil {
				c.config.Log.Warn("a terminal whose certificate the docket had lost is admitted", "kiosk", kiosk, "account", by)
				c.hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
			}
			return err
		},
		Seen: func(ctx context.Context, by string) error {
			err := c.store.SeeRestored(ctx, c.config.Clock().UTC(), by)
			if err == nil {
				c.config.Log.Info("what the backup did not have was gone through", "account", by)
				c.hub.Publish(live.Word{Kind: live.Everything})
			}
			return err
		}}
}

// noteStray keeps a certificate of this root that the docket lost, for the administrator
// to admit. A docket that was never put back from a backup has lost none.
func (c *Central) noteStray(ctx context.Context, shown *x509.Certificate, serial int64) {
	r, err := c.store.Restored(ctx)
	if err != nil || r.Times == 0 {
		return
	}
	var kiosk int
	// The root wrote it, so it is in this form.
	if n, err := fmt.Sscanf(shown.Subject.CommonName, "terminal %d", &kiosk); n != 1 || err != nil || kiosk < 1 || kiosk > ticket.MaxTerminal {
		return
	}
	err = c.store.NoteStray(ctx, store.Stray{Serial: serial, Kiosk: kiosk, Body: shown.Raw,
		IssuedAt: shown.NotBefore, Expires: shown.NotAfter, SeenAt: c.config.Clock().UTC()})
	if err != nil && ctx.Err() == nil {
		c.config.Log.Error("a certificate that the docket lost is not noted", "error", err)
	}
}
