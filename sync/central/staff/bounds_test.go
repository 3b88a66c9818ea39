package staff

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

// counted are guesses that are all allowed.
type counted []string

func (c *counted) AllowedTo(string) bool { return true }
func (c *counted) WrongBy(who string)    { *c = append(*c, who) }

// nobodysStore has no accounts.
type nobodysStore struct{ Store }

func (nobodysStore) AccountByLogin(context.Context, string) (Account, error) {
	return Account{}, ErrNotFound
}

// A guess is remembered by what it guesses; that must not be as long as the form.
func TestALongLoginIsNotRemembered(t *testing.T) {
	var addresses, logins counted
	o := NewOffice(nobodysStore{}, time.Now, &addresses, &logins)
	for _, login := range []string{strings.Repeat("a", 10_000), strings.Repeat("字", 5_000)} {
		if _, _, err := o.SignIn(t.Context(), Claim{Login: login, Password: "secret", From: "192.0.2.1/32"}); !errors.Is(err, ErrSignIn) {
			t.Fatal(err)
		}
	}
	for _, who := range logins {
		if len(who) > 2*MaxLogin {
			t.Errorf("%d bytes are remembered", len(who))
		}
	}
	if len(logins) != 2 || len(addresses) != 2 {
		t.Errorf("%d and %d guesses are counted", len(logins), len(addresses))
	}
}

// Whoever waits for her turn has not taken the memory of a hash already.
func TestANewPasswordIsHashedInItsTurn(t *testing.T) {
	o := NewOffice(nobodysStore{}, time.Now, new(counted), new(counted))
	for range atOnce {
		o.desks <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := o.SetPassword(ctx, Account{}, "", "old", "new", Hash{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes are taken", n)
	}
}
