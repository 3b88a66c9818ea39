package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lintai/sync/central/docket"
)

// AddTerminal adds a terminal with its first one-time code.
func (s *Store) AddTerminal(ctx context.Context, t docket.Terminal, c docket.Code) error {
	return s.write(ctx, func(tx *Tx) error {
		n, err := tx.exec("add terminal", "INSERT INTO terminals (number, name, added_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			t.Number, t.Name, micros(t.AddedAt))
		if err != nil {
			return err
		}
		if n == 0 {
			return docket.ErrExists
		}
		return tx.putCode(c)
	})
}

// PutCode adds a code and makes the terminal's unused ones void.
func (s *Store) PutCode(ctx context.Context, c docket.Code) error {
	return s.write(ctx, func(tx *Tx) error {
		var known bool
		if err := tx.queryRow("SELECT EXISTS (SELECT 1 FROM terminals WHERE number = ?)", c.Kiosk).Scan(&known); err != nil {
			return fmt.Errorf("store: put code: %w", err)
		}
		if !known {
			return docket.ErrNotFound
		}
		if _, err := tx.exec("void codes", "UPDATE codes SET void = 1 WHERE kiosk = ? AND key IS NULL", c.Kiosk); err != nil {
			return err
		}
		return tx.putCode(c)
	})
}

func (t *Tx) putCode(c docket.Code) error {
	_, err := t.exec("put code", "INSERT INTO codes (id, secret, kiosk, made_at, expires_at) VALUES (?, ?, ?, ?, ?)",
		c.ID, c.Secret[:], c.Kiosk, micros(c.MadeAt), micros(c.ExpiresAt))
	return err
}

const codeColumns = "id, secret, kiosk, made_at, expires_at, key, serial, void"

func scanCode(r row) (docket.Code, error) {
	var c docket.Code
	var secret, key []byte
	var made, expires int64
	err := r.Scan(&c.ID, &secret, &c.Kiosk, &made, &expires, &key, &c.Serial, &c.Void)
	copy(c.Secret[:], secret)
	copy(c.Key[:], key)
	c.MadeAt, c.ExpiresAt = moment(made), moment(expires)
	return c, one("code", err)
}

// one names what was looked for, and says that there is none in the docket's words.
func one(what string, err error) error {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return docket.ErrNotFound
	case err != nil:
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// Code finds a one-time code, also one that was used or is void.
func (s *Store) Code(ctx context.Context, id string) (docket.Code, error) {
	return scanCode(s.queryRow(ctx, "SELECT "+codeColumns+" FROM codes WHERE id = ?", id))
}

// Redeem marks a code as used and files the certificate that it gave.
func (s *Store) Redeem(ctx context.Context, id string, key docket.Hash, c docket.Certificate) error {
	return s.write(ctx, func(tx *Tx) error {
		code, err := scanCode(tx.queryRow("SELECT "+codeColumns+" FROM codes WHERE id = ?", id))
		switch {
		case err != nil:
			return err
		case code.Void:
			return docket.ErrNotFound
		case code.Key == key:
			return nil
		case code.Used():
			return docket.ErrCodeUsed
		}
		if _, err := tx.exec("redeem code", "UPDATE codes SET key = ?, serial = ? WHERE id = ?", key[:], c.Serial, id); err != nil {
			return err
		}
		return tx.fileCertificate(c, c.Serial)
	})
}

// fileCertificate files one of the line of renewals that began with enrolment.
func (t *Tx) fileCertificate(c docket.Certificate, enrolment int64) error {
	_, err := t.exec("file certificate", "INSERT INTO certificates (serial, kiosk, body, issued_at, expires_at, enrolment) VALUES (?, ?, ?, ?, ?, ?)",
		c.Serial, c.Kiosk, c.Body, micros(c.IssuedAt), micros(c.ExpiresAt), enrolment)
	return err
}

const certificateColumns = "serial, kiosk, body, issued_at, expires_at, used, revoked"

func scanCertificate(r row) (docket.Certificate, error) {
	var c docket.Certificate
	var issued, expires int64
	err := r.Scan(&c.Serial, &c.Kiosk, &c.Body, &issued, &expires, &c.Used, &c.Revoked)
	c.IssuedAt, c.ExpiresAt = moment(issued), moment(expires)
	return c, one("certificate", err)
}

// Certificate finds a certificate by its serial number.
func (s *Store) Certificate(ctx context.Context, serial int64) (docket.Certificate, error) {
	return scanCertificate(s.queryRow(ctx, "SELECT "+certificateColumns+" FROM certificates WHERE serial = ?", serial))
}

// standing reads a certificate that must not be revoked.
func (t *Tx) standing(serial int64) (docket.Certificate, error) {
	c, err := scanCertificate(t.queryRow("SELECT "+certificateColumns+" FROM certificates WHERE serial = ?", serial))
	if err == nil && c.Revoked {
		err = docket.ErrRevoked
	}
	return c, err
}

// FileCertificate files the one that is to follow another.
func (s *Store) FileCertificate(ctx context.Context, c docket.Certificate, follows int64) error {
	return s.write(ctx, func(tx *Tx) error {
		if _, err := tx.standing(follows); err != nil {
			return err
		}
		var enrolment int64
		if err := tx.queryRow("SELECT enrolment FROM certificates WHERE serial = ?", follows).Scan(&enrolment); err != nil {
			return one("certificate", err)
		}
		return tx.fileCertificate(c, enrolment)
	})
}

// UseCertificate marks one as used and revokes those before it.
func (s *Store) UseCertificate(ctx context.Context, serial int64) error {
	return s.write(ctx, func(tx *Tx) error {
		c, err := tx.standing(serial)
		if err != nil {
			return err
		}
		if _, err := tx.exec("use certificate", "UPDATE certificates SET used = 1 WHERE serial = ?", serial); err != nil {
			return err
		}
		_, err = tx.exec("revoke earlier certificates",
			"UPDATE certificates SET revoked = 1 WHERE kiosk = ? AND number < (SELECT number FROM certificates WHERE serial = ?)", c.Kiosk, serial)
		return err
	})
}

// RevokeTerminal revokes all certificates and codes of a terminal.
func (s *Store) RevokeTerminal(ctx context.Context, number int) error {
	return s.write(ctx, func(tx *Tx) error {
		n, err := tx.exec("revoke", "UPDATE terminals SET number = number WHERE number = ?", number)
		if err != nil {
			return err
		}
		if n == 0 {
			return docket.ErrNotFound
		}
		if _, err := tx.exec("revoke certificates", "UPDATE certificates SET revoked = 1 WHERE kiosk = ?", number); err != nil {
			return err
		}
		_, err = tx.exec("void codes", "UPDATE codes SET void = 1 WHERE kiosk = ?", number)
		return err
	})
}

// Certificates gives every terminal's newest certificate that was used.
func (s *Store) Certificates(ctx context.Context) (map[int]docket.Certificate, error) {
	rows, err := s.query(ctx, "SELECT "+certificateColumns+` FROM certificates c
		WHERE number = (SELECT max(number) FROM certificates WHERE kiosk = c.kiosk AND used = 1)`)
	all, err := collect(rows, err, scanCertificate)
	if err != nil {
		return nil, err
	}
	newest := map[int]docket.Certificate{}
	for _, c := range all {
		newest[c.Kiosk] = c
	}
	return newest, nil
}

// Enrolment names the line of renewals that a terminal's newest used certificate is of:
// another one each time a machine enrols.
func (s *Store) Enrolment(ctx context.Context, kiosk int) (enrolment int64, err error) {
	err = s.queryRow(ctx, "SELECT enrolment FROM certificates WHERE kiosk = ? AND used = 1 ORDER BY number DESC LIMIT 1", kiosk).Scan(&enrolment)
	return enrolment, one("certificate", err)
}

// Enrolled is Enrolment where a code stands behind it, else 0.
func (s *Store) Enrolled(ctx context.Context, kiosk int) (enrolment int64, err error) {
	err = s.queryRow(ctx, `SELECT coalesce(max(k.serial), 0) FROM codes k WHERE k.kiosk = ?1 AND k.key IS NOT NULL AND k.serial =
		(SELECT enrolment FROM certificates WHERE kiosk = ?1 AND used = 1 ORDER BY number DESC LIMIT 1)`, kiosk).Scan(&enrolment)
	if err != nil {
		return 0, fmt.Errorf("store: enrolment: %w", err)
	}
	return enrolment, nil
}
