package central

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/limit"
	"lintai/sync/central/staff"
)

// FirstLogin is the login of the administrator that a new central begins with.
const FirstLogin = "admin"

// Wrong passwords for one login, whoever tries them, and how fast they are forgotten.
// With sixty an hour nobody gets through a list of common passwords, of which
// CheckPassword takes none.
const (
	loginBurst = 10
	loginEvery = time.Minute
)

// openOffice makes the first administrator where there are no accounts: in a new
// folder, or in one of a central from before there were any.
func (c *Central) openOffice(ctx context.Context) error {
	c.office = staff.NewOffice(c.store, c.config.Clock, c.guesses(),
		&limit.Guesses{Burst: loginBurst, Every: loginEvery, Clock: c.config.Clock})
	if err := c.office.First(ctx, FirstLogin, phrase.Text("role.administrator")); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	return nil
}

// Office keeps the accounts of those who work here.
func (c *Central) Office() *staff.Office { return c.office }

// Invitation is the one-time address of a code, which stands behind # and so is sent to
// no server.
func Invitation(address, code string) string {
	return strings.TrimRight(address, "/") + "/invitation#" + code
}

// SignIn is the address at which staff sign in.
func SignIn(address string) string { return strings.TrimRight(address, "/") + "/sign-in" }

// FirstInvitation is a one-time address for the administrator whom a new central begins
// with; "" once somebody can manage accounts. Each call makes another address, and the
// ones before stay good until one is used.
func (c *Central) FirstInvitation(ctx context.Context, address string) (string, error) {
	code, err := c.office.Unopened(ctx)
	if err != nil {
		return "", fmt.Errorf("central: %w", err)
	}
	if code == "" {
		return "", nil
	}
	return Invitation(address, code), nil
}
