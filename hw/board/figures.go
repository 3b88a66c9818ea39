package board

import (
	"time"

	"lintai/kiosk/fault"
)

// Figures is what one look at the board found. Nil means that the machine does
// not tell.
type Figures struct {
	// Celsius is the temperature of the processor.
	Celsius *float64 `json:"celsius,omitempty"`
	// Throttled is what the firmware of a Raspberry Pi says of its power and heat.
	Throttled *Throttled `json:"throttled,omitempty"`
	// LowVoltage is the kernel's own alarm for the supply voltage.
	LowVoltage *bool     `json:"low_voltage,omitempty"`
	Storage    *Storage  `json:"storage,omitempty"`
	Clock      Clock     `json:"clock"`
	Backlights []Backlit `json:"backlights,omitempty"`
}

// Storage is the partition of the data folder.
type Storage struct {
	Device     string `json:"device"` // "/dev/mmcblk0p2"
	Mount      string `json:"mount"`
	FileSystem string `json:"file_system"`
	ReadOnly   bool   `json:"read_only"`
	// FreeBytes is what a program that is not root can still write.
	FreeBytes  *uint64 `json:"free_bytes,omitempty"`
	TotalBytes *uint64 `json:"total_bytes,omitempty"`
	// Errors counts what ext4 found wrong since the last fsck.
	Errors *uint64 `json:"errors,omitempty"`
	// WrittenKB is what was written to the file system since it was made.
	WrittenKB *uint64 `json:"written_kb,omitempty"`
	// WornPercent is how much of its life an eMMC says it has used, in steps of
	// 10; 110 is more than all of it. SD cards rarely tell.
	WornPercent *int `json:"worn_percent,omitempty"`
	// EndOfLife is the eMMC's own warning: 1 normal, 2 most reserve blocks are
	// used (80 %), 3 nearly all (90 %).
	EndOfLife *int `json:"end_of_life,omitempty"`
}

// Clock is the board's time. Most boards have no battery: they start in the past.
type Clock struct {
	Now time.Time `json:"now"`
	// Set tells that Now can be true.
	Set bool `json:"set"`
	// Synchronised tells that a time server keeps the clock. A terminal without a
	// line for weeks is not, which is worth knowing and no fault.
	Synchronised *bool `json:"synchronised,omitempty"`
}

// Backlit is one panel's light.
type Backlit struct {
	Name string `json:"name"` // the folder below /sys/class/backlight
	// Brightness is from 0 to Max.
	Brightness int  `json:"brightness"`
	Max        int  `json:"max"`
	On         bool `json:"on"` // bl_power is 0
}

// Trouble is one thing that somebody should see to.
type Trouble struct {
	Code fault.Code `json:"code"`
	// Detail is for a technician: "80 °C or more". It holds no figure that moves
	// by itself, because each change is news.
	Detail string `json:"detail"`
}

const (
	// hot is where a Raspberry Pi slows down; cool is where it is trusted again.
	hot  = 80.0
	cool = 75.0
	// worn is when a technician should bring a new card.
	worn = 90
	// roomLow is when the data partition should be cleared. A request takes a
	// few kilobytes: this is room for thousands, and time to come by.
	roomLow = 100 << 20
	// firstYear is the first in which this program can run; a clock before it
	// was never set.
	firstYear = 2024
)

// troubles finds what is wrong. wasHot keeps a board that is as warm as the limit
// from coming and going.
func (f Figures) troubles(wasHot bool) []Trouble {
	var found []Trouble
	add := func(code fault.Code, detail string) { found = append(found, Trouble{code, detail}) }
	if s := f.Storage; s != nil {
		if s.ReadOnly {
			add(fault.FSReadOnly, s.Mount+" is mounted read-only")
		}
		if s.Errors != nil && *s.Errors > 0 {
			add(fault.StorageErrors, plural(*s.Errors, "error")+" on "+s.Device)
		}
		if s.WornPercent != nil && *s.WornPercent >= worn {
			add(fault.StorageWorn, percent(*s.WornPercent)+" of the storage's life is used")
		} else if s.EndOfLife != nil && *s.EndOfLife > 1 {
			add(fault.StorageWorn, "the storage's reserve blocks are nearly used up")
		}
		if s.FreeBytes != nil && *s.FreeBytes < roomLow && !s.ReadOnly {
			add(fault.StorageLow, "less than "+megabytes(roomLow)+" free on "+s.Mount)
		}
	}
	switch t := f.Throttled; {
	case f.LowVoltage != nil && *f.LowVoltage, t != nil && t.UnderVoltage:
		add(fault.Undervoltage, "the supply voltage is too low now")
	case t != nil && t.WasUnderVoltage:
		// The dips are short, at the printer's pulses: a look every half minute
		// sees only what the firmware remembers.
		add(fault.Undervoltage, "the supply voltage was too low since the board started")
	}
	limit := hot
	if wasHot {
		limit = cool
	}
	switch t := f.Throttled; {
	case f.Celsius != nil && *f.Celsius >= limit:
		add(fault.Overtemp, "reached "+degrees(hot)+" and is not below "+degrees(cool)+" yet")
	case t != nil && t.SoftLimit:
		add(fault.Overtemp, "the firmware slows the board down because of heat")
	}
	if !f.Clock.Set {
		add(fault.ClockUnset, "the clock says "+f.Clock.Now.UTC().Format(time.DateOnly))
	}
	return found
}
