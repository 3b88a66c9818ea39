package board

import (
	"errors"
	"strconv"
	"strings"
)

// Throttled is the answer of "vcgencmd get_throttled", bit by bit as the Raspberry
// Pi documentation of vcgencmd numbers them.
type Throttled struct {
	UnderVoltage bool `json:"under_voltage"` // bit 0
	Capped       bool `json:"capped"`        // bit 1: the frequency is limited
	Slowed       bool `json:"slowed"`        // bit 2: throttled, for either reason
	SoftLimit    bool `json:"soft_limit"`    // bit 3: because of heat
	// The same since the board started: bits 16 to 19.
	WasUnderVoltage bool `json:"was_under_voltage"`
	WasCapped       bool `json:"was_capped"`
	WasSlowed       bool `json:"was_slowed"`
	WasSoftLimit    bool `json:"was_soft_limit"`
}

var errThrottled = errors.New("board: not an answer of vcgencmd get_throttled")

// ParseThrottled reads "throttled=0x50005".
func ParseThrottled(answer string) (Throttled, error) {
	digits, ok := strings.CutPrefix(strings.TrimSpace(answer), "throttled=0x")
	if !ok {
		return Throttled{}, errThrottled
	}
	bits, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return Throttled{}, errThrottled
	}
	on := func(n uint) bool { return bits>>n&1 == 1 }
	return Throttled{
		UnderVoltage: on(0), Capped: on(1), Slowed: on(2), SoftLimit: on(3),
		WasUnderVoltage: on(16), WasCapped: on(17), WasSlowed: on(18), WasSoftLimit: on(19),
	}, nil
}
