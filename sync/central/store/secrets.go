package store

import (
	"context"

	"lintai/sync/central/keyring"
)

// Secrets that must be read again are sealed in the database: package keyring.

// Whose a secret is, and with her id, or the address, the name that it is sealed under.
const (
	ownerAccount      = "second factor of "
	ownerSubscription = "webhook to "
)

// KeepSecrets gives the store the box for secrets, and seals those that stand plain in
// a database from before. It is called before the store is used; without a box secrets
// are kept as they are given.
func (s *Store) KeepSecrets(ctx context.Context, box *keyring.Box) error {
	s.box = box
	return s.write(ctx, func(t *Tx) error {
		for _, table := range []struct{ owner, ask, put string }{
			{ownerAccount, "SELECT id, secret FROM accounts WHERE secret <> '' AND secret NOT LIKE 'sealed%'", "UPDATE accounts SET secret = ? WHERE id = ? AND secret = ?"},
			{ownerSubscription, "SELECT address, secret FROM webhook_subscriptions WHERE secret NOT LIKE 'sealed%'", "UPDATE webhook_subscriptions SET secret = ? WHERE address = ? AND secret = ?"},
		} {
			rows, err := t.query(table.ask)
			all, err := collect(rows, err, func(r row) (one [2]string, err error) { return one, r.Scan(&one[0], &one[1]) })
			if err != nil {
				return err
			}
			for _, one := range all {
				if _, err := t.exec("seal secret", table.put, s.seal(table.owner+one[0], one[1]), one[0], one[1]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// seal is a secret as its column holds it.
func (s *Store) seal(owner, secret string) string {
	if s.box == nil || secret == "" || keyring.Sealed(secret) {
		return secret
	}
	return s.box.Seal(owner, secret)
}

// open is the secret of a column. One that does not open stays as it is and is of no
// use, so that one that is damaged keeps nobody else from her work.
func (s *Store) open(owner, text string) string {
	if s.box == nil || !keyring.Sealed(text) {
		return text
	}
	secret, err := s.box.Open(owner, text)
	if err != nil {
		return text
	}
	return secret
}
