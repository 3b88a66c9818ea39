package central

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/channel"
	"lintai/sync/central/console"
	"lintai/sync/central/console/channels"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/central/open311"
	"lintai/sync/central/privacy"
	"lintai/sync/central/webhook"
)

// longestTry is how long a test word may take: somebody sits there and waits.
const longestTry = 8 * time.Second

// settingAllowed are the private networks in which webhooks may be sent.
const settingAllowed = "webhook_networks"

// open311 is the API of other channels.
func (c *Central) open311(public string) *open311.API {
	clock, log := c.config.Clock, c.config.Log
	bound := func(burst int, every time.Duration) *limit.Guesses {
		return &limit.Guesses{Burst: burst, Every: every, Clock: clock}
	}
	return &open311.API{Store: c.store, Channels: c.store, Receiver: c.channelReceiver(),
		Catalog: c.library.catalog.Load, Community: c.library.community.Load, Clock: clock, Log: log,
		Address: public, Changeset: changeset, Guesses: c.guesses(),
		Addresses: bound(open311.AddressBurst, open311.AddressEvery), Keys: bound(open311.KeyBurst, open311.KeyEvery)}
}

func (c *Central) channelReceiver() *channel.Receiver {
	return &channel.Receiver{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}
}

// AddChannel adds a channel, or gives one that was revoked another key. The key is told
// only now. By is the account that does it, or staff.Operator, as everywhere below.
func (c *Central) AddChannel(ctx context.Context, by, name string) (channel.Key, error) {
	if err := channel.CheckName(name); err != nil {
		return "", err
	}
	key, err := channel.NewKey(rand.Reader)
	if err != nil {
		return "", err
	}
	if _, err := c.store.AddChannel(ctx, channel.Channel{Name: name, AddedAt: c.config.Clock().UTC()}, key.Hash()); err != nil {
		return "", err
	}
	if err := c.noteChannel(ctx, by, privacy.KeyMade, name); err != nil {
		return "", err // so nobody has a key of which nothing is noted
	}
	return key, nil
}

// RevokeChannel makes a channel's key worthless; its requests stay.
func (c *Central) RevokeChannel(ctx context.Context, by, name string) error {
	if err := c.store.RevokeChannel(ctx, name, c.config.Clock().UTC()); err != nil {
		return err
	}
	return c.noteChannel(ctx, by, privacy.KeyRevoked, name)
}

// noteChannel notes who did what to the doors of other systems, for auditors. Subject is a
// channel, never a key or an address: those may hold secrets.
func (c *Central) noteChannel(ctx context.Context, by string, did privacy.Part, subject string) error {
	c.config.Log.Info("channels: "+string(did), "account", by, "channel", subject)
	return c.store.NoteReads(ctx, privacy.Entry{At: c.config.Clock().UTC(), Account: by, Read: privacy.Read{Part: did, Subject: subject}})
}

// listener is the name of the channel that a subscription belongs to.
func (c *Central) listener(ctx context.Context, number int64) (string, error) {
	told, err := c.store.Subscriptions(ctx)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(told, func(s webhook.Subscription) bool { return s.Number == number })
	if at < 0 {
		return "", webhook.ErrNotFound
	}
	all, err := c.store.Channels(ctx)
	if err != nil {
		return "", err
	}
	of := slices.IndexFunc(all, func(ch channel.Channel) bool { return ch.Number == told[at].Channel })
	if of < 0 {
		return "", channel.ErrNotFound
	}
	return all[of].Name, nil
}

// Channels lists all channels.
func (c *Central) Channels(ctx context.Context) ([]channel.Channel, error) {
	return c.store.Channels(ctx)
}

// Subscribe has a channel told of cases at an address. The secret is what it checks
// signatures with.
func (c *Central) Subscribe(ctx context.Context, by, name, address string) (number int64, secret webhook.Secret, err error) {
	allowed, err := c.WebhookNetworks(ctx)
	if err != nil {
		return 0, "", err
	}
	if err := allowed.CheckURL(address); err != nil {
		return 0, "", err
	}
	all, err := c.store.Channels(ctx)
	if err != nil {
		return 0, "", err
	}
	for _, ch := range all {
		if ch.Name != name || !ch.RevokedAt.IsZero() {
			continue
		}
		if secret, err = webhook.NewSecret(rand.Reader); err != nil {
			return 0, "", err
		}
		number, err = c.store.AddSubscription(ctx, webhook.Subscription{Channel: ch.Number, Address: address, Secret: secret, MadeAt: c.config.Clock().UTC()})
		if err != nil {
			return 0, "", err
		}
		return number, secret, c.noteChannel(ctx, by, privacy.WebhookMade, name)
	}
	return 0, "", channel.ErrNotFound
}

// Subscriptions lists who is told, and how that goes.
func (c *Central) Subscriptions(ctx context.Context) ([]webhook.Subscription, error) {
	return c.store.Subscriptions(ctx)
}

// SwitchSubscription switches one on again, or off.
func (c *Central) SwitchSubscription(ctx context.Context, by string, number int64, on bool) error {
	name, err := c.listener(ctx, number)
	if err != nil {
		return err
	}
	did := privacy.WebhookOff
	if on {
		did, err = privacy.WebhookOn, c.store.Enable(ctx, number)
	} else {
		err = c.store.Disable(ctx, number, c.config.Clock().UTC(), webhook.ByStaff)
	}
	if err != nil {
		return err
	}
	return c.noteChannel(ctx, by, did, name)
}

// switchboard is the area of channels.
func (c *Central) switchboard() console.Area {
	return &channels.Area{Switchboard: c, Clock: c.config.Clock,
		Own: func(name string) bool { return name == phrase.Text("visit.channel") }}
}

// TryWebhook sends a test word to a subscription, and tells the status of the answer.
func (c *Central) TryWebhook(ctx context.Context, number int64) (int, error) {
	all, err := c.store.Subscriptions(ctx)
	if err != nil {
		return 0, err
	}
	allowed, err := c.WebhookNetworks(ctx)
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		if one.Number != number {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, longestTry)
		defer cancel()
		sender := webhook.NewSender(c.store, nil, allowed, c.config.Clock, c.config.Log)
		defer sender.Close()
		return sender.Try(ctx, one)
	}
	return 0, webhook.ErrNotFound
}

// DropSubscription takes one away with all that waits for it.
func (c *Central) DropSubscription(ctx context.Context, by string, number int64) error {
	name, err := c.listener(ctx, number)
	if err == nil {
		err = c.store.DropSubscription(ctx, number)
	}
	if err != nil {
		return err
	}
	return c.noteChannel(ctx, by, privacy.WebhookRemoved, name)
}

// WebhookNetworks are the private networks in which webhooks may be sent.
func (c *Central) WebhookNetworks(ctx context.Context) (webhook.Allowed, error) {
	text, err := c.store.Setting(ctx, settingAllowed)
	if err != nil {
		return nil, fmt.Errorf("central: %w", err)
	}
	return webhook.ParseAllowed(text)
}

// AllowWebhooks sets them, from the next start of central on.
func (c *Central) AllowWebhooks(ctx context.Context, by, networks string) error {
	if _, err := webhook.ParseAllowed(networks); err != nil {
		return err
	}
	if err := c.store.PutSetting(ctx, settingAllowed, networks); err != nil {
		return err
	}
	return c.noteChannel(ctx, by, privacy.WebhookNetworks, networks)
}

// sendWebhooks sends what waits in the outbox, until ctx ends: at once when a case went
// on in this process, and soon when it did in another.
func (c *Central) sendWebhooks(ctx context.Context) {
	// A database that does not answer as central starts is there a little later.
	allowed, err := c.WebhookNetworks(ctx)
	for failed := false; err != nil; allowed, err = c.WebhookNetworks(ctx) {
		if ctx.Err() != nil {
			return
		}
		if !failed {
			c.config.Log.Error("webhooks are not sent yet, and it is tried again", "error", err)
		}
		failed = true
		if pause(ctx, again); ctx.Err() != nil {
			return
		}
	}
	public := func(service string) bool {
		s, ok := c.library.catalog.Load().Service(service)
		return ok && s.Public()
	}
	sender := webhook.NewSender(c.store, public, allowed, c.config.Clock, c.config.Log)
	defer sender.Close()
	watch := c.hub.Watch(func(w live.Word) bool { return w.Kind == live.Case || w.Kind == live.Everything })
	defer watch.Stop()
	wake := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-watch.Ended():
				return
			case <-watch.Signal():
				watch.Take()
				select {
				case wake <- struct{}{}:
				default: // it is awake
				}
			}
		}
	}()
	sender.Run(ctx, wake)
}

// sweepSubmissions forgets what channels sent too long ago to send it again.
func (c *Central) sweepSubmissions(ctx context.Context) {
	ticks := time.NewTicker(sweepEvery)
	defer ticks.Stop()
	for {
		if err := c.channelReceiver().Sweep(ctx); err != nil && ctx.Err() == nil {
			c.config.Log.Error("old submissions stay", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
