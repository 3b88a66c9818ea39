package sensor

import (
	"context"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/resource"
)

// Which selects devices of a list.
type Which string

const (
	All    Which = ""
	Faults Which = "faults" // an alarm of it is not over
	Silent Which = "silent"
	Muted  Which = "muted"
)

// Query selects devices, by id.
type Query struct {
	Kind  Kind // "" is every
	Which Which
	Now   time.Time
	After string // an id
	Limit int
}

// Point is what stands in the history of a device.
type Point struct {
	Device string
	At     time.Time
	Values map[Quantity]float64
}

// Decision is a verdict that stands in the history, or a call.
type Decision struct {
	Number int64
	Device string
	At     time.Time
	Rule   string // "" is a call
	Why    Why    // "" is a call
	Value  float64
	Limit  float64
	Case   int64  // that was filed, or is spoken of
	Call   string // that was raised
}

// Store is a database of devices.
type Store interface {
	// WriteSensors runs f in one transaction: everything or, when f returns an error,
	// nothing. f may run more than once.
	WriteSensors(ctx context.Context, f func(Tx) error) error

	Device(ctx context.Context, id string) (Device, error) // ErrNotFound
	// DeviceByKey finds the device of an id whose key counts. ErrDenied.
	DeviceByKey(ctx context.Context, id string, key docket.Hash) (Device, error)
	// DeviceKeys are the keys that count, by device.
	DeviceKeys(ctx context.Context) (map[string]docket.Hash, error)
	Devices(ctx context.Context, q Query) ([]Device, error) // without revoked ones
	// AllDevices lists revoked ones too, by id.
	AllDevices(ctx context.Context) ([]Device, error)
	// CountDevices counts those that are not revoked, by kind.
	CountDevices(ctx context.Context) (map[Kind]int, error)
	// QuietDevices lists those of a kind that were heard, and not since a time, and of
	// which no alarm says so.
	QuietDevices(ctx context.Context, k Kind, since time.Time, limit int) ([]string, error)
	// Points are the history of some devices from a time on, oldest first.
	Points(ctx context.Context, devices []string, from time.Time) ([]Point, error)
	// Decisions lists those of a device, newest first, before a number (0: all).
	Decisions(ctx context.Context, device string, before int64, limit int) ([]Decision, error)
	// DropPoints forgets the history before a time, and tells how much.
	DropPoints(ctx context.Context, before time.Time) (int, error)

	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	resource.Tx
	Call(id string) (docket.Call, error) // docket.ErrNotFound
	// AllResources lists all resources.
	AllResources() ([]resource.Resource, error)
	// LockDevice reads a device with the hash of its key, and keeps others from writing
	// it until the end. ErrNotFound.
	LockDevice(id string) (Device, docket.Hash, error)
	// AddDevice adds one, or gives one that was revoked its new key and description.
	// ErrTaken.
	AddDevice(d Device, key docket.Hash) error
	// PutDevice keeps what changes of it: all from RevokedAt on.
	PutDevice(d Device) error
	AddPoint(p Point) error
	AddDecision(d Decision) error // gives it the next number
	// Over tells whether nothing is left to be done of a case, or of the one that it was
	// merged into.
	Over(number int64) (bool, error)
}
