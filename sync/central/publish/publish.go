// Package publish signs what terminals are given: catalogue, community, policies,
// prompt packs and configuration.
//
// A body is read with the very package that a terminal reads it with before it is
// signed, so that central never sends out what a terminal must refuse. Versions
// count up by one per kind and never go back, also not past what a terminal says
// it has: a central that was put back from a backup goes on above it. To take a
// document back, the body before it is signed again under the next version.
//
// A configuration may be for one terminal; that terminal then follows its own
// until it is withdrawn. Central itself puts its newest seal key into every
// configuration, so that publishing another telephone number can never lead
// terminals back to an old key.
package publish

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"lintai/kiosk/seal"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// Errors of a Publisher.
var (
	// ErrOwn is returned for a kind that no terminal can have of its own.
	ErrOwn = errors.New("publish: only a configuration can be for one terminal")
	// ErrFirst is returned when there is nothing before the document to go back to.
	ErrFirst = errors.New("publish: there is no document before this one; publish another instead")
	// ErrSealKey is returned for a configuration with a seal key that is not the
	// newest one of central.
	ErrSealKey = errors.New("publish: central puts its newest seal key into a configuration itself; leave seal_key out")
)

// keptBodies is how many bodies of a kind are kept for all, and for each terminal
// that has its own: so often can a document be taken back.
const keptBodies = 8

// Publisher signs.
type Publisher struct {
	Store docket.Store
	Key   ed25519.PrivateKey
	// SealKey gives the key that terminals are to seal to.
	SealKey func() seal.PublicKey
	// Own puts into a body what central itself keeps in documents of its kind, whoever
	// publishes or takes them back: the activities of a community; nil: nothing.
	Own   func(ctx context.Context, kind wire.DocumentKind, body []byte) ([]byte, error)
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
}

// Publish checks and signs a body for all terminals, or for one when kiosk is not
// 0. The error says what a terminal would not accept.
func (p *Publisher) Publish(ctx context.Context, kind wire.DocumentKind, kiosk int, body []byte) (docket.Document, error) {
	if !slices.Contains(wire.DocumentKinds, kind) {
		return docket.Document{}, fmt.Errorf("%w: %q; there are %s", wire.ErrKind, kind, kinds())
	}
	if kiosk != 0 {
		if kind != wire.DocumentConfiguration {
			return docket.Document{}, ErrOwn
		}
		if err := p.terminalExists(ctx, kiosk); err != nil {
			return docket.Document{}, err
		}
	}
	if kind == wire.DocumentConfiguration {
		var err error
		if body, err = p.configuration(body); err != nil {
			return docket.Document{}, err
		}
	}
	body, err := p.own(ctx, kind, body)
	if err != nil {
		return docket.Document{}, err
	}
	return p.sign(ctx, docket.Document{Document: wire.Document{Kind: kind}, Kiosk: kiosk}, body)
}

// own is a body with what central keeps in it. What cannot be read stays as it is: sign
// says what is wrong with it.
func (p *Publisher) own(ctx context.Context, kind wire.DocumentKind, body []byte) ([]byte, error) {
	if p.Own == nil || kind.Check(body) != nil {
		return body, nil
	}
	return p.Own(ctx, kind, body)
}

// Withdraw takes the newest document of a kind back: the body before it is signed
// again. A terminal whose only own document is withdrawn follows what is for all.
func (p *Publisher) Withdraw(ctx context.Context, kind wire.DocumentKind, kiosk int) (docket.Document, error) {
	all, err := p.Store.Documents(ctx)
	if err != nil {
		return docket.Document{}, fmt.Errorf("publish: %w", err)
	}
	newest, ok := docket.NewestDocument(all, kind, kiosk)
	if !ok || newest.Ended {
		return docket.Document{}, fmt.Errorf("publish: no document %s was published%s: %w", kind, whose(kiosk), docket.ErrNotFound)
	}
	earlier, ok := docket.EarlierDocument(all, newest)
	if !ok && kiosk != 0 {
		return p.follow(ctx, all, kind, kiosk)
	}
	if !ok {
		return docket.Document{}, ErrFirst
	}
	body, err := Body(ctx, p.Store, earlier.Document)
	if errors.Is(err, docket.ErrNotFound) {
		return docket.Document{}, fmt.Errorf("%w: of version %d only the head was kept", ErrFirst, earlier.Version)
	}
	if err != nil {
		return docket.Document{}, err
	}
	origin := earlier.Origin
	if kind == wire.DocumentConfiguration {
		// The seal key does not go back with the rest.
		var changed bool
		if body, changed, err = p.withSealKey(body); err != nil {
			return docket.Document{}, err
		} else if changed {
			p.Log.Info("a configuration is taken up again with the newest seal key", "version", earlier.Version)
		}
	}
	if body, err = p.own(ctx, kind, body); err != nil {
		return docket.Document{}, err
	}
	return p.sign(ctx, docket.Document{Document: wire.Document{Kind: kind}, Kiosk: kiosk, Origin: origin}, body)
}

// follow ends a terminal's own documents, and signs what is for all anew, because
// the terminal takes only what is newer than its own.
func (p *Publisher) follow(ctx context.Context, all []docket.Document, kind wire.DocumentKind, kiosk int) (docket.Document, error) {
	body, origin := []byte("{}"), int64(0)
	if common, ok := docket.NewestDocument(all, kind, 0); ok {
		var err error
		if body, err = Body(ctx, p.Store, common.Document); err != nil {
			return docket.Document{}, err
		}
		origin = common.Origin
	}
	body, _, err := p.withSealKey(body)
	if err != nil {
		return docket.Document{}, err
	}
	if _, err := p.sign(ctx, docket.Document{Document: wire.Document{Kind: kind}, Kiosk: kiosk, Ended: true}, nil); err != nil {
		return docket.Document{}, err
	}
	return p.sign(ctx, docket.Document{Document: wire.Document{Kind: kind}, Origin: origin}, body)
}

// Reconfigure signs every configuration in force again with the newest seal key:
// the one for all, which is made when there is none, and each terminal's own.
func (p *Publisher) Reconfigure(ctx context.Context) ([]docket.Document, error) {
	all, err := p.Store.Documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	var signed []docket.Document
	for _, kiosk := range append([]int{0}, docket.Owners(all, wire.DocumentConfiguration)...) {
		body := []byte("{}")
		newest, ok := docket.NewestDocument(all, wire.DocumentConfiguration, kiosk)
		if ok {
			if body, err = Body(ctx, p.Store, newest.Document); err != nil {
				return signed, err
			}
		}
		body, changed, err := p.withSealKey(body)
		if err != nil {
			return signed, err
		}
		if ok && !changed {
			continue
		}
		d, err := p.sign(ctx, docket.Document{Document: wire.Document{Kind: wire.DocumentConfiguration}, Kiosk: kiosk}, body)
		if err != nil {
			return signed, err
		}
		signed = append(signed, d)
	}
	return signed, nil
}

// sign gives a body the next version, signs it and keeps it. An Origin of 0 means
// that the body is new.
func (p *Publisher) sign(ctx context.Context, d docket.Document, body []byte) (docket.Document, error) {
	if !d.Ended {
		if err := d.Kind.Check(body); err != nil {
			return d, fmt.Errorf("publish: a terminal would refuse this: %w", err)
		}
	}
	sum := sha256.Sum256(body)
	d.Size, d.SHA256 = int64(len(body)), sum[:]
	fresh := d.Origin == 0
	for {
		all, err := p.Store.Documents(ctx)
		if err != nil {
			return d, fmt.Errorf("publish: %w", err)
		}
		if fresh {
			d.Origin = 0
		}
		if d, err = p.keep(ctx, all, d, body); errors.Is(err, docket.ErrExists) {
			continue // somebody else published at the same time
		}
		if err != nil {
			return d, err
		}
		break
	}
	return d, p.tell(ctx, d)
}

// keep signs a document as the next version after all, and keeps it. ErrExists when
// there are more by now.
func (p *Publisher) keep(ctx context.Context, all []docket.Document, d docket.Document, body []byte) (docket.Document, error) {
	next, err := p.next(ctx, all, d.Kind)
	if err != nil {
		return d, err
	}
	d.Version, d.IssuedAt = next, p.Clock().UTC().Truncate(time.Second)
	if d.Origin == 0 {
		d.Origin = d.Version
	}
	d.Signature = ed25519.Sign(p.Key, d.Signed())
	if err := p.Store.AddDocument(ctx, d, body); err != nil {
		return d, fmt.Errorf("publish: %w", err)
	}
	return d, nil
}

// tell tells terminals of a new document.
func (p *Publisher) tell(ctx context.Context, d docket.Document) error {
	p.Log.Info("document published", "kind", string(d.Kind), "version", d.Version, "kiosk", d.Kiosk, "bytes", d.Size)
	p.Hub.Publish(live.Word{Kind: live.Documents, Kiosk: d.Kiosk})
	return p.prune(ctx)
}

// next is the version above all that were signed, and above all that a terminal
// says it has.
func (p *Publisher) next(ctx context.Context, all []docket.Document, kind wire.DocumentKind) (int64, error) {
	told, err := p.Store.ToldVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	next := max(docket.NewestVersion(all, kind), told[kind].Version) + 1
	if next > wire.MaxDocumentVersion {
		return 0, fmt.Errorf("publish: there is no version of %s after %d", kind, next-1)
	}
	return next, nil
}

// prune drops the bodies that nobody can go back to.
func (p *Publisher) prune(ctx context.Context) error {
	all, err := p.Store.Documents(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	type group struct {
		kind  wire.DocumentKind
		kiosk int
	}
	kept, seen := map[docket.Hash]bool{}, map[group][]int64{}
	for _, d := range slices.Backward(all) { // newest first within a kind
		g := group{d.Kind, d.Kiosk}
		// What was taken up again is the same body, and counts once.
		if !slices.Contains(seen[g], d.Origin) {
			seen[g] = append(seen[g], d.Origin)
		}
		if len(seen[g]) <= keptBodies {
			kept[docket.Hash(d.SHA256)] = true
		}
	}
	for _, d := range all {
		hash := docket.Hash(d.SHA256)
		if kept[hash] {
			continue
		}
		kept[hash] = true // dropped once
		if err := p.Store.DropBody(ctx, hash); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return nil
}

// configuration checks a configuration as somebody wrote it, and puts the seal key in.
func (p *Publisher) configuration(body []byte) ([]byte, error) {
	// A misspelt key would change nothing, without a word; a terminal lets unknown
	// ones pass.
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&wire.Configuration{}); err != nil {
		return nil, fmt.Errorf("publish: configuration: %w", err)
	}
	c, err := wire.ParseConfiguration(body)
	if err != nil {
		return nil, fmt.Errorf("publish: a terminal would refuse this: %w", err)
	}
	if c.SealKey != "" && c.SealKey != p.SealKey().String() {
		return nil, ErrSealKey
	}
	body, _, err = p.withSealKey(body)
	return body, err
}

func (p *Publisher) withSealKey(body []byte) (_ []byte, changed bool, err error) {
	c, err := wire.ParseConfiguration(body)
	if err != nil {
		return nil, false, fmt.Errorf("publish: %w", err)
	}
	newest := p.SealKey().String()
	changed = c.SealKey != newest
	c.SealKey = newest
	body, err = c.Encode()
	return body, changed, err
}

func (p *Publisher) terminalExists(ctx context.Context, number int) error {
	all, err := p.Store.Terminals(ctx)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if !slices.ContainsFunc(all, func(t docket.Terminal) bool { return t.Number == number }) {
		return fmt.Errorf("publish: there is no terminal %d: %w", number, docket.ErrNotFound)
	}
	return nil
}

func whose(kiosk int) string {
	if kiosk == 0 {
		return ""
	}
	return fmt.Sprintf(" for terminal %d", kiosk)
}

func kinds() string {
	names := make([]string, len(wire.DocumentKinds))
	for i, k := range wire.DocumentKinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}
