package privacy

import (
	"time"

	"lintai/sync/central/docket"
)

// Known is what central knows of somebody.
type Known struct {
	Cases      []docket.Case
	Accounts   []Account
	Volunteers []Volunteer
	Seats      []Seat
}

// Empty tells that it is nothing.
func (k Known) Empty() bool {
	return len(k.Cases)+len(k.Accounts)+len(k.Volunteers)+len(k.Seats) == 0
}

// Account is an account of points.
type Account struct {
	Number   int64     `json:"number"`
	Name     string    `json:"name,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
	Bookings []Booking `json:"bookings"`
}

// Booking is one entry of it.
type Booking struct {
	At     time.Time `json:"at"`
	Amount int64     `json:"amount"`
	Reason string    `json:"reason,omitempty"`
}

// Volunteer is a registration as a volunteer.
type Volunteer struct {
	Number       int64     `json:"number"`
	Name         string    `json:"name,omitempty"`
	Phone        string    `json:"phone,omitempty"`
	Fields       string    `json:"fields,omitempty"`
	Times        string    `json:"times,omitempty"`
	RegisteredAt time.Time `json:"registered_at"`
}

// Seat is a place in an activity.
type Seat struct {
	Number   int64     `json:"number"`
	Activity string    `json:"activity"`
	Name     string    `json:"name,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	People   int       `json:"people"`
	At       time.Time `json:"at"`
}
