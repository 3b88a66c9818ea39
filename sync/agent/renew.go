package agent

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"lintai/sync/wire"
)

// renewEvery is how often the certificate's age is looked at.
const renewEvery = time.Hour

// renewLoop renews the terminal's certificate when central's time says that it is
// due, or central that it has expired.
func (a *Agent) renewLoop(ctx context.Context) {
	failures := 0
	for {
		pause := renewEvery
		if a.renewalDue() {
			if err := a.renew(ctx); err != nil {
				failures++
				a.complain(ctx, "certificate not renewed", failures, err)
				pause = a.backoff(failures)
			} else {
				failures = 0
				a.log.Info("certificate renewed")
				// From now on with the new one: central lets the old one go once it has
				// seen it.
				a.transport.CloseIdleConnections()
				kick(a.wakePull)
				kick(a.wakePush)
				kick(a.wakeStream)
				kick(a.wakeHealth)
			}
		}
		if !wait(ctx, pause, a.wakeRenew) {
			return
		}
	}
}

func (a *Agent) renewalDue() bool {
	offset, known := a.Offset()
	return a.expired.Load() || known && a.trust.due(a.now().Add(offset))
}

// renew asks for the next certificate, with a key of its own. When the answer is
// lost the present one still counts, and the next try asks again.
func (a *Agent) renew(ctx context.Context) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	request, err := requestOf(key, a.kiosk)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	body, err := json.Marshal(wire.Renew{Kiosk: a.kiosk, Request: request})
	if err != nil {
		return fmt.Errorf("agent: encode renewal: %w", err)
	}
	var answer wire.RenewAnswer
	sent := a.now()
	err = exchange(ctx, a, requestTimeout, http.MethodPost, wire.PathRenew, body, &answer)
	if err != nil {
		if ctx.Err() == nil {
			a.outcome(err)
		}
		return err
	}
	a.clock.heard(answer.ServerTime, sent, a.now())
	if err := a.trust.replace(answer.Certificate, private); err != nil {
		return err
	}
	a.expired.Store(false)
	return nil
}
