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
	Cared      []Cared
	Visits     []Visit
	Quarrels   []Quarrel
	Worn       []Worn
}

// Empty tells that it is nothing.
func (k Known) Empty() bool {
	return len(k.Cases)+len(k.Accounts)+len(k.Volunteers)+len(k.Seats)+len(k.Cared)+len(k.Visits) == 0
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

// Cared is an entry of the list of those who are looked after. It has no card: her name
// with her door or her telephone finds it.
type Cared struct {
	Number  int64     `json:"number"`
	Name    string    `json:"name"`
	Phone   string    `json:"phone,omitempty"`
	Address string    `json:"address"`
	Reason  string    `json:"reason"`
	Note    string    `json:"note,omitempty"`
	AddedAt time.Time `json:"added_at"`
}

// Visit is a line of the diary of visits, with the needs that were found.
type Visit struct {
	Number  int64     `json:"number"`
	Name    string    `json:"name,omitempty"`
	Address string    `json:"address"`
	At      time.Time `json:"at"`
	Heard   string    `json:"heard,omitempty"`
	Needs   []string  `json:"needs,omitempty"`
}

// Quarrel is what came of a case of mediation, as far as she was part of it. What others
// said, and who they are, is theirs.
type Quarrel struct {
	Case int64 `json:"case"`
	// In the matter of somebody else's case: how she stands there, with the number of the party.
	Party   int64  `json:"-"`
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`

	Appointments []Appointment `json:"appointments,omitempty"`
	Agreements   []string      `json:"agreements,omitempty"`
	Promises     []Promise     `json:"promises,omitempty"`
}

// Appointment is when and where the parties were to meet.
type Appointment struct {
	At    time.Time `json:"at"`
	Place string    `json:"place"`
}

// Worn is a wristband that she wears, with what it measured last.
type Worn struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Place    string     `json:"place,omitempty"`
	AddedAt  time.Time  `json:"added_at"`
	Measured []Measured `json:"measured,omitempty"` // newest first, MostMeasured of them
}

// Measured is what was measured at once, by quantity.
type Measured struct {
	At     time.Time          `json:"at"`
	Values map[string]float64 `json:"values"`
}

// MostMeasured is how much of it a copy has.
const MostMeasured = 10_000

// Promise is what was promised for a day.
type Promise struct {
	Due  time.Time `json:"due"`
	Text string    `json:"text"`
}
