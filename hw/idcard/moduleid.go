package idcard

import (
	"encoding/binary"
	"fmt"
)

// moduleIDSize is the size of a security module's number.
const moduleIDSize = 16

// FormatModuleID writes the number of a security module as it stands on the reader's
// label: two short numbers, a date and two long ones, "05.03-20150101-0000012345-
// 0000067890". It names the device, not a person. It is empty when the data is none.
func FormatModuleID(data []byte) string {
	if len(data) != moduleIDSize {
		return ""
	}
	short, long := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	return fmt.Sprintf("%02d.%02d-%08d-%010d-%010d", short(data), short(data[2:]), long(data[4:]), long(data[8:]), long(data[12:]))
}
