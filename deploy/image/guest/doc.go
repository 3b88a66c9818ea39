// Package guest runs a card's image as a whole machine: QEMU with the image's own
// U-Boot, and looks at it only from outside, as a person in the lobby does. It reads
// the picture with tesseract, touches what it read, plugs in devices, hears what the
// kernel says on the serial line, and pulls the plug.
//
// Pulling the plug is the part where a test can deceive itself. Killing QEMU loses what
// the guest's kernel still kept in memory, and nothing else: each write that reached
// QEMU is in the host's page cache and survives, whatever cache= says, for the host goes
// on (none and directsync only move where it survives). A real card, though, has a cache
// of its own: until the guest asked it to flush, it may keep some writes, lose others,
// tear one, in any order. So the image itself is never written while a machine runs.
// Writes go into an overlay that is thrown away, and through QEMU's blklogwrites into a
// log that also has the flushes; Settle then brings onto the image what an honest card
// would hold: all up to the last flush, and of the rest what chance leaves.
package guest
