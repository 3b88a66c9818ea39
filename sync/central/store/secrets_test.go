package store

import (
	"strings"
	"testing"
	"time"

	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
	"lintai/sync/central/keyring"
	"lintai/sync/central/staff"
	"lintai/sync/central/webhook"
)

// A database of before has secrets as they are; from the next start on none stands in
// it, and they are what they were.
func TestSecretsAreSealed(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		ctx, s := t.Context(), make(t)
		folder := keyring.Folder(t.TempDir())
		if err := folder.Create(); err != nil {
			t.Fatal(err)
		}
		box, err := folder.Box()
		if err != nil {
			t.Fatal(err)
		}
		add := func(id, totp, secret string) {
			t.Helper()
			err := s.WriteAccounts(ctx, func(tx staff.Tx) error {
				return tx.AddAccount(staff.Account{ID: id, Login: id, Name: id, Roles: []staff.Role{staff.Clerk}, Second: staff.SecondFactor{Secret: totp}, AddedAt: time.Unix(1, 0)})
			})
			if err != nil {
				t.Fatal(err)
			}
			number, err := s.AddChannel(ctx, channel.Channel{Name: id, AddedAt: time.Unix(1, 0)}, docket.Hash{id[0]})
			if err == nil {
				_, err = s.AddSubscription(ctx, webhook.Subscription{Channel: number, Address: "https://example.cn/" + id, Secret: webhook.Secret(secret), MadeAt: time.Unix(1, 0)})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		add("before", "TOTPBEFORE", "whsec_before")
		if err := s.KeepSecrets(ctx, box); err != nil {
			t.Fatal(err)
		}
		add("after", "TOTPAFTER", "whsec_after")
		rows, err := s.query(ctx, "SELECT secret FROM accounts UNION ALL SELECT secret FROM webhook_subscriptions")
		all, err := collect(rows, err, func(r row) (text string, err error) { return text, r.Scan(&text) })
		if err != nil || len(all) != 4 {
			t.Fatal(all, err)
		}
		for _, text := range all {
			if !keyring.Sealed(text) || strings.Contains(text, "TOTP") || strings.Contains(text, "whsec") {
				t.Errorf("%q stands in the database", text)
			}
		}
		for id, want := range map[string]string{"before": "TOTPBEFORE", "after": "TOTPAFTER"} {
			if a, err := s.Account(ctx, id); err != nil || a.Second.Secret != want {
				t.Errorf("%q, %v", a.Second.Secret, err)
			}
		}
		subs, err := s.Subscriptions(ctx)
		if err != nil || len(subs) != 2 || subs[0].Secret != "whsec_before" || subs[1].Secret != "whsec_after" {
			t.Errorf("%+v %v", len(subs), err)
		}
	})
}
